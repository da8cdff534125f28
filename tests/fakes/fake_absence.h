// SPDX-License-Identifier: MIT
// Registers of a device that was removed: reads give all ones, writes have no
// effect. Unlike an access to unclaimed registers (fake_io.h), this is no
// violation.
#ifndef FAKES_FAKE_ABSENCE_H
#define FAKES_FAKE_ABSENCE_H

#include "base/io.h"

// From now on reads of the region give all ones.
void fake_absence_claim(struct io_region region);
// Reads of such registers since the last fake_absence_end.
unsigned fake_absence_reads(void);
// Forgets all regions.
void fake_absence_end(void);

#endif
