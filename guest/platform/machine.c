// SPDX-License-Identifier: MIT
// QEMU's microvm (docs/system/i386/microvm.rst and its source):
//
//   ACPI, two I/O APICs   24 slots, GSI 24 + n, the second I/O APIC's pins
//   ACPI, one I/O APIC     8 slots, GSI 16 + n
//   no ACPI                8 slots, GSI  5 + n; the ones in use are named on
//                          the kernel command line unless that is turned off
//
// A machine with ACPI that is not hardware-reduced (pc, q35) has no slots. Nor
// has one without ACPI that has PCI at a PC's ports; microvm has none there.
#include "platform/machine.h"

#include "base/panic.h"
#include "platform/pci/config.h"

#define SLOTS_BASE 0xfeb00000u
#define SLOT_BYTES 0x200u

// The addresses on a PC without tables (Intel SDM volume 3, 11.4.1; 82093AA).
#define LAPIC_DEFAULT 0xfee00000u
#define IOAPIC_DEFAULT 0xfec00000u

static void documented_slots(struct machine *machine, uint32_t count,
                             uint32_t first_gsi)
{
    for (uint32_t i = 0; i < count; i++) {
        machine->slots[i] = (struct machine_slot){
            paddr_of(SLOTS_BASE + i * SLOT_BYTES), SLOT_BYTES, first_gsi + i};
    }
    machine->slot_count = count;
}

static void named_slots(struct machine *machine,
                        const struct machine_slot *named, uint32_t count)
{
    assert_that(count <= MACHINE_SLOTS_MAX, "machine: slots");
    for (uint32_t i = 0; i < count; i++) {
        machine->slots[i] = named[i];
    }
    machine->slot_count = count;
}

// Slots on the command line mean microvm, so the PCI ports are not probed.
static void without_acpi(struct machine *machine, bool slots_named)
{
    machine->acpi.lapic = paddr_of(LAPIC_DEFAULT);
    machine->acpi.ioapics[0] =
        (struct acpi_ioapic){paddr_of(IOAPIC_DEFAULT), 0};
    machine->acpi.ioapic_count = 1;
    machine->acpi.hardware_reduced = slots_named || !pci_config_has_ports();
    if (machine->acpi.hardware_reduced) {
        documented_slots(machine, 8, 5);
    }
}

enum error machine_find(paddr rsdp, acpi_map *map,
                        const struct machine_slot *named, uint32_t named_count,
                        struct machine *machine, const char **what)
{
    machine->slot_count = 0;
    if (rsdp.value == 0) {
        without_acpi(machine, named_count > 0);
    } else {
        enum error error = acpi_read(rsdp, map, &machine->acpi, what);

        if (error != OK) {
            return error;
        }
        if (machine->acpi.hardware_reduced) {
            bool two = machine->acpi.ioapic_count > 1;

            documented_slots(machine, two ? 24 : 8, two ? 24 : 16);
        }
    }
    if (named_count > 0) {
        named_slots(machine, named, named_count);
    }
    return OK;
}
