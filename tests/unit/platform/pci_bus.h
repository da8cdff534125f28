// SPDX-License-Identifier: MIT
// An empty fake bus before each test, and no violation after it.
#ifndef UNIT_PLATFORM_PCI_BUS_H
#define UNIT_PLATFORM_PCI_BUS_H

#include "fakes/fake_pci_bus.h"
#include "fakes/fake_report.h"
#include "unit/checks.h"

static inline int setup_bus(void **state)
{
    fake_report_clear();
    fake_pci_bus_clear();
    return 0;
}

static inline int teardown_bus(void **state)
{
    assert_string_equal(fake_violations(), "");
    return 0;
}

#endif
