// SPDX-License-Identifier: MIT
// Selects ACPI or native PCIe hot-plug. ACPI is tried first: if its register
// block exists, QEMU uses no other way, whatever the ports' registers contain.
#include "platform/hotplug/hotplug.h"

#include "platform/hotplug/method.h"

static const struct hotplug_method *method;
static uint32_t announced; // between interrupt and hotplug_announced

void hotplug_announce(void)
{
    __atomic_store_n(&announced, 1, __ATOMIC_RELAXED);
}

bool hotplug_announced(void)
{
    return __atomic_exchange_n(&announced, 0, __ATOMIC_RELAXED) != 0;
}

enum error hotplug_start(const struct acpi *acpi)
{
    enum error error;

    method = &hotplug_acpi;
    error = method->start(acpi);
    if (error == ERR_EMPTY) {
        method = &hotplug_pcie;
        error = method->start(acpi);
    }
    return error;
}

void hotplug_read(void)
{
    method->read();
}

bool hotplug_removal_requested(struct pci_address at)
{
    return method->removal_requested(at);
}

void hotplug_eject(void)
{
    method->eject();
}
