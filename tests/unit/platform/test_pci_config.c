// SPDX-License-Identifier: MIT
// Both ways to access configuration space, on fake registers. The source file
// itself is included, since the fakes define functions of the same names.
// PCI Express Base 4.0, 7.2.2; PCI Local Bus 3.0, 3.2.2.3.2.
#include "platform/pci/config.c"

#include <stdio.h>

#include "fakes/fake_io.h"
#include "fakes/fake_report.h"
#include "unit/checks.h"

// --- A host bridge -----------------------------------------------------------

#define ECAM_BASE 0xb0000000u

static uint32_t config_address;
static bool has_ports;
static char accesses[256]; // as "R8 12345678"

static enum error map_error;
static unsigned mapped;

enum error paging_map_device(paddr address, uint32_t bytes,
                             struct io_region *region)
{
    *region = (struct io_region){address.value, bytes, IO_MEMORY};
    mapped++;
    return map_error;
}

static void note(char direction, unsigned width, uint32_t where)
{
    const size_t length = strlen(accesses);

    (void)snprintf(accesses + length, sizeof accesses - length, "%s%c%u %08x",
                   length ? " " : "", direction, width * 8, where);
}

static uint32_t read_port(void *device, uint32_t offset, unsigned width)
{
    (void)device;
    if (!has_ports) {
        return UINT32_MAX;
    }
    if (offset == 0 && width == 4) {
        return config_address;
    }
    note('R', width, config_address | offset % 4);
    return 0x89abcdef >> 8 * (offset % 4);
}

static void write_port(void *device, uint32_t offset, unsigned width,
                       uint32_t value)
{
    (void)device;
    if (offset == 0) {
        assert_int_equal(width, 4);
        assert_int_equal(value & 0x7f000003, 0); // reserved
        config_address = value;
        return;
    }
    note('W', width, config_address | offset % 4);
}

static uint32_t read_memory(void *device, uint32_t offset, unsigned width)
{
    (void)device;
    note('R', width, offset);
    return 0x89abcdef >> 8 * (offset % 4);
}

static void write_memory(void *device, uint32_t offset, unsigned width,
                         uint32_t value)
{
    (void)device;
    (void)value;
    note('W', width, offset);
}

static int setup(void **state)
{
    fake_report_clear();
    fake_io_disclaim(accesses);
    fake_io_claim(&(struct fake_io_region){.space = IO_PORTS,
                                           .first = 0xcf8,
                                           .bytes = 8,
                                           .device = accesses,
                                           .read = read_port,
                                           .write = write_port});
    fake_io_claim(&(struct fake_io_region){.space = IO_MEMORY,
                                           .first = ECAM_BASE,
                                           .bytes = 256u << 20,
                                           .device = accesses,
                                           .read = read_memory,
                                           .write = write_memory});
    has_ports = true;
    config_address = 0;
    map_error = OK;
    mapped = 0;
    accesses[0] = 0;
    return 0;
}

static int teardown(void **state)
{
    assert_string_equal(fake_violations(), "");
    return 0;
}

static void start(const struct acpi *acpi, const char *name)
{
    assert_int_equal(pci_config_start(acpi), OK);
    assert_string_equal(pci_config_name(), name);
}

static void start_ports(void)
{
    start(&(struct acpi){0}, "ports");
}

static void start_memory(uint8_t last_bus)
{
    start(&(struct acpi){.ecam = {paddr_of(ECAM_BASE), last_bus}}, "ecam");
}

// --- Claims ------------------------------------------------------------------

static const struct pci_address at = {0x12, 0x1f, 7};

static void nothing_is_there(void)
{
    assert_int_equal(pci_read8(at, 0), 0xff);
    assert_int_equal(pci_read16(at, 0), 0xffff);
    assert_int_equal(pci_read32(at, 0), 0xffffffff);
    pci_write8(at, 0, 0);
    pci_write16(at, 0, 0);
    pci_write32(at, 0, 0);
    assert_string_equal(accesses, "");
}

static void before_the_start_nothing_is_there_and_nothing_asked(void **state)
{
    nothing_is_there();
    assert_int_equal(config_address, 0);
}

static void a_machine_of_neither_kind_has_no_pci(void **state)
{
    has_ports = false;
    start(&(struct acpi){0}, "none");
    nothing_is_there();
}

// microvm's start must not be slowed by a search for a bus that it lacks.
static void reduced_hardware_is_not_asked_for_ports(void **state)
{
    start(&(struct acpi){.hardware_reduced = true}, "none");
    assert_int_equal(config_address, 0);
    nothing_is_there();
}

static void check_every_width(const char *expected)
{
    assert_int_equal(pci_read8(at, 0x3d), 0xcd);
    assert_int_equal(pci_read16(at, 0x3e), 0x89ab);
    assert_int_equal(pci_read32(at, 0xfc), 0x89abcdef);
    pci_write8(at, 0x43, 1);
    pci_write16(at, 0x04, 1);
    pci_write32(at, 0x10, 1);
    assert_string_equal(accesses, expected);
}

static void ports_take_every_width_at_its_place(void **state)
{
    start_ports();
    check_every_width("R8 8012ff3d R16 8012ff3e R32 8012fffc "
                      "W8 8012ff43 W16 8012ff04 W32 8012ff10");
}

static void memory_takes_every_width_at_its_place(void **state)
{
    start_memory(255);
    check_every_width("R8 012ff03d R16 012ff03e R32 012ff0fc "
                      "W8 012ff043 W16 012ff004 W32 012ff010");
    assert_int_equal(config_address, 0); // the ports are not accessed
    assert_int_equal(mapped, 1);
}

static void the_last_function_of_the_last_bus_is_in_reach(void **state)
{
    start_memory(255);
    assert_int_equal(pci_read8((struct pci_address){255, 31, 7}, 0xff), 0x89);
    assert_string_equal(accesses, "R8 0ffff0ff");
}

static void buses_that_the_table_does_not_name_are_empty(void **state)
{
    start_memory(0x11);
    nothing_is_there();
    start_memory(0);
    nothing_is_there();
    start_memory(0x12);
    assert_int_equal(pci_read8(at, 0), 0xef);
}

static void memory_that_can_not_be_mapped_is_an_error(void **state)
{
    const struct acpi acpi = {.ecam = {paddr_of(ECAM_BASE), 255}};

    map_error = ERR_NO_MEMORY;
    assert_int_equal(pci_config_start(&acpi), ERR_NO_MEMORY);
    nothing_is_there();
}

static void what_is_no_register_is_our_mistake(void **state)
{
    start_ports();
    expect_assert_failure(pci_read16(at, 1));
    expect_assert_failure(pci_read32(at, 2));
    expect_assert_failure(pci_read8(at, 256));
    expect_assert_failure(pci_read8((struct pci_address){0, 32, 0}, 0));
    expect_assert_failure(pci_read8((struct pci_address){0, 0, 8}, 0));
}

#define claim(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        claim(before_the_start_nothing_is_there_and_nothing_asked),
        claim(a_machine_of_neither_kind_has_no_pci),
        claim(reduced_hardware_is_not_asked_for_ports),
        claim(ports_take_every_width_at_its_place),
        claim(memory_takes_every_width_at_its_place),
        claim(the_last_function_of_the_last_bus_is_in_reach),
        claim(buses_that_the_table_does_not_name_are_empty),
        claim(memory_that_can_not_be_mapped_is_an_error),
        claim(what_is_no_register_is_our_mistake),
    };

    return cmocka_run_group_tests_name("platform_pci_config", tests, NULL,
                                       NULL);
}
