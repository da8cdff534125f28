// SPDX-License-Identifier: MIT
// Addresses for a hot-plugged function: within its bridge's windows and clear
// of its neighbours, or none. The registers are those of PCI Local Bus 3.0, 6.1
// and 6.2.5, and PCI-to-PCI Bridge 1.2, 3.2, written again independently.
#include "platform/pci/assign.h"

#include <string.h>

#include "fakes/fake_pci_config.h"
#include "fakes/fake_report.h"
#include "unit/checks.h"

// --- Functions as bytes, and which of their bits can be written --------------

struct function {
    uint8_t bytes[256];
    uint8_t writable[256];
};

static struct function bridge;
static struct function late; // the hot-plugged function
static struct function neighbours[4];

static uint32_t read_bytes(void *function, uint32_t offset, unsigned width)
{
    const struct function *from = function;
    uint32_t value = 0;

    for (unsigned i = 0; i < width; i++) {
        value |= (uint32_t)from->bytes[offset + i] << 8 * i;
    }
    return value;
}

static void write_bytes(void *function, uint32_t offset, unsigned width,
                        uint32_t value)
{
    struct function *to = function;
    const bool bar = offset >= 0x10 && offset < 0x28;

    if (bar && (to->bytes[4] & 3) != 0) {
        fake_violation("a base address is written while it is decoded");
    }
    for (unsigned i = 0; i < width; i++) {
        const uint8_t mask = to->writable[offset + i];
        const uint8_t byte = (uint8_t)(value >> 8 * i);

        to->bytes[offset + i] =
            (uint8_t)((to->bytes[offset + i] & ~mask) | (byte & mask));
    }
}

static void set(struct function *function, uint32_t offset, unsigned width,
                uint64_t value)
{
    for (unsigned i = 0; i < width; i++) {
        function->bytes[offset + i] = (uint8_t)(value >> 8 * i);
    }
}

static void claim(struct function *function, uint8_t bus, uint8_t device,
                  uint8_t type)
{
    const struct fake_pci_entry entry = {
        {bus, device, 0}, function, read_bytes, write_bytes};

    memset(function, 0, sizeof *function);
    set(function, 0, 4, 0x10451af4);
    set(function, 0x0e, 1, type);
    function->writable[4] = 7;
    fake_pci_claim(&entry);
}

// A base address register of that kind (its lowest bits) and size.
static void add_bar(struct function *function, unsigned bar, uint8_t kind,
                    uint64_t bytes, uint64_t address)
{
    const unsigned width = (kind & 7) == 4 ? 8 : 4;
    const uint64_t mask = ~(bytes - 1);

    set(function, 0x10 + 4 * bar, width, address | kind);
    for (unsigned i = 0; i < width; i++) {
        function->writable[0x10 + 4 * bar + i] = (uint8_t)(mask >> 8 * i);
    }
}

enum {
    PORTS = 1,
    MEMORY = 0,
    MEMORY_64 = 4,
    PREFETCHABLE = 8,
    PREFETCHABLE_64 = 12,
};

static uint64_t address_of(unsigned bar)
{
    const uint32_t low = read_bytes(&late, 0x10 + 4 * bar, 4);

    if ((low & 1) != 0) {
        return low & ~3u;
    }
    return (low & ~0xfu) |
           ((low & 6) == 4
                ? (uint64_t)read_bytes(&late, 0x14 + 4 * bar, 4) << 32
                : 0);
}

// --- A machine: one bridge, and what is behind it ----------------------------

static void set_memory(struct function *at, uint64_t first, uint64_t last)
{
    set(at, 0x20, 2, first >> 16);
    set(at, 0x22, 2, last >> 16 & 0xfff0);
}

static void set_prefetchable(uint64_t first, uint64_t last)
{
    set(&bridge, 0x24, 2, (first >> 16 & 0xfff0) | 1);
    set(&bridge, 0x26, 2, (last >> 16 & 0xfff0) | 1);
    set(&bridge, 0x28, 4, first >> 32);
    set(&bridge, 0x2c, 4, last >> 32);
}

static void set_ports(uint32_t first, uint32_t last)
{
    set(&bridge, 0x1c, 1, first >> 8);
    set(&bridge, 0x1d, 1, last >> 8 & 0xf0);
}

// A root port of QEMU's as its firmware leaves it, and a modern balloon.
static void new_machine(void)
{
    fake_report_clear();
    fake_pci_disclaim(NULL);
    claim(&bridge, 0, 3, 1);
    set(&bridge, 4, 2, 7);
    set(&bridge, 0x19, 1, 1);
    set_memory(&bridge, 0xfe800000, 0xfe9fffff);
    set_prefetchable(0x800000000, 0x8000fffff);
    set_ports(0xf000, 0); // closed: its end is before its start
    claim(&late, 1, 0, 0);
    add_bar(&late, 1, MEMORY, 0x1000, 0);
    add_bar(&late, 4, PREFETCHABLE_64, 0x4000, 0);
}

static enum error assign(void)
{
    return pci_assign((struct pci_address){1, 0, 0});
}

static struct function *new_neighbour(unsigned number, uint8_t type)
{
    claim(&neighbours[number], 1, (uint8_t)(number + 1), type);
    return &neighbours[number];
}

static void check_clean(void)
{
    assert_string_equal(fake_violations(), "");
}

// --- Claims ------------------------------------------------------------------

static void each_register_gets_its_windows_first_bytes(void **state)
{
    new_machine();
    assert_int_equal(assign(), OK);
    assert_int_equal(address_of(1), 0xfe800000);
    assert_int_equal(address_of(4), 0x800000000);
    assert_int_equal(fake_log_count("pci assign at=01:00.0"), 2);
    assert_int_equal(late.bytes[4], 0);
    check_clean();
}

static void decoding_is_off_while_and_after_addresses_are_written(void **state)
{
    new_machine();
    set(&late, 4, 2, 3);
    assert_int_equal(assign(), OK);
    assert_int_equal(late.bytes[4], 0);
    check_clean();
}

static void what_firmware_has_given_stays(void **state)
{
    new_machine();
    add_bar(&late, 1, MEMORY, 0x1000, 0xfe8ab000);
    add_bar(&late, 4, PREFETCHABLE_64, 0x4000, 0x8000cc000);
    set(&late, 4, 2, 7);
    assert_int_equal(assign(), OK);
    assert_int_equal(address_of(1), 0xfe8ab000);
    assert_int_equal(address_of(4), 0x8000cc000);
    assert_int_equal(late.bytes[4], 7);
    assert_string_equal(fake_log(), "");
    check_clean();
}

static void
a_register_with_an_address_is_in_the_way_of_its_brother(void **state)
{
    new_machine();
    add_bar(&late, 0, MEMORY, 0x100, 0xfe800000);
    assert_int_equal(assign(), OK);
    assert_int_equal(address_of(0), 0xfe800000);
    assert_int_equal(address_of(1), 0xfe801000);
    check_clean();
}

static void registers_of_one_window_share_it_largest_first(void **state)
{
    new_machine();
    add_bar(&late, 0, MEMORY, 0x10, 0);
    add_bar(&late, 1, MEMORY, 0x1000, 0);
    add_bar(&late, 2, MEMORY_64, 0x100000, 0);
    assert_int_equal(assign(), OK);
    assert_int_equal(address_of(2), 0xfe800000);
    assert_int_equal(address_of(1), 0xfe900000);
    assert_int_equal(address_of(0), 0xfe901000);
    check_clean();
}

static void neighbours_are_not_overlapped(void **state)
{
    new_machine();
    add_bar(new_neighbour(0, 0), 2, MEMORY, 0x1000, 0xfe800000);
    add_bar(new_neighbour(1, 0), 0, MEMORY_64, 0x2000, 0xfe802000);
    add_bar(&neighbours[1], 4, PREFETCHABLE_64, 0x8000, 0x800000000);
    assert_int_equal(assign(), OK);
    assert_int_equal(address_of(1), 0xfe801000);
    assert_int_equal(address_of(4), 0x800008000);
    check_clean();
}

// The bus has a bridge with windows of its own.
static void a_neighbours_windows_are_not_overlapped(void **state)
{
    new_machine();
    set_memory(new_neighbour(0, 1), 0xfe800000, 0xfe8fffff);
    set(&neighbours[0], 4, 2, 7);
    set(&neighbours[0], 0x19, 1, 2);
    assert_int_equal(assign(), OK);
    assert_int_equal(address_of(1), 0xfe900000);
    check_clean();
}

static void a_neighbours_closed_window_is_in_nobodys_way(void **state)
{
    new_machine();
    set_memory(new_neighbour(0, 1), 0xfe900000, 0xfe8fffff);
    set(&neighbours[0], 4, 2, 7);
    set(&neighbours[0], 0x19, 1, 2);
    add_bar(&late, 1, MEMORY, 0x200000, 0);
    assert_int_equal(assign(), OK);
    assert_int_equal(address_of(1), 0xfe800000);
    check_clean();
}

// Addresses on other buses do not matter, nor do ports for memory.
static void what_is_elsewhere_is_in_nobodys_way(void **state)
{
    new_machine();
    claim(&neighbours[0], 0, 9, 0);
    add_bar(&neighbours[0], 0, MEMORY, 0x1000, 0xfe800000);
    set_ports(0x2000, 0x2fff);
    add_bar(&late, 0, PORTS, 0x20, 0);
    add_bar(new_neighbour(1, 0), 0, MEMORY, 0x1000, 0x2000);
    assert_int_equal(assign(), OK);
    assert_int_equal(address_of(1), 0xfe800000);
    assert_int_equal(address_of(0), 0x2000);
    check_clean();
}

static void ports_come_from_the_ports_window(void **state)
{
    new_machine();
    add_bar(&late, 0, PORTS, 0x20, 0);
    add_bar(new_neighbour(0, 0), 0, PORTS, 0x20, 0xc000);
    set_ports(0xc000, 0xcfff);
    assert_int_equal(assign(), OK);
    assert_int_equal(address_of(0), 0xc020);
    check_clean();
}

// A transitional device behind a root port works without this BAR.
static void a_closed_window_hinders_no_other_register(void **state)
{
    new_machine();
    add_bar(&late, 0, PORTS, 0x20, 0);
    assert_int_equal(assign(), ERR_RANGE);
    assert_int_equal(address_of(0), 0);
    assert_int_equal(address_of(1), 0xfe800000);
    assert_int_equal(address_of(4), 0x800000000);
    assert_int_equal(fake_log_count("bar=0 space=ports bytes=0x20 address=0"),
                     1);
    check_clean();
}

static void a_window_that_nobody_has_set_is_closed(void **state)
{
    new_machine();
    set_memory(&bridge, 0, 0); // would be in the first MiB
    set_ports(0, 0);           // would be in the first 4 KiB
    set_prefetchable(0, 0);
    add_bar(&late, 0, PORTS, 0x20, 0);
    assert_int_equal(assign(), ERR_RANGE);
    for (unsigned bar = 0; bar < 5; bar += bar == 1 ? 3 : 1) {
        assert_int_equal(address_of(bar), 0);
    }
    check_clean();
}

static void a_bridge_that_does_not_decode_passes_nothing_on(void **state)
{
    new_machine();
    set_ports(0xc000, 0xcfff);
    add_bar(&late, 0, PORTS, 0x20, 0);
    set(&bridge, 4, 2, 1); // ports only
    assert_int_equal(assign(), ERR_RANGE);
    assert_int_equal(address_of(0), 0xc000);
    assert_int_equal(address_of(1), 0);
    assert_int_equal(address_of(4), 0);
    set(&bridge, 4, 2, 6); // memory only
    new_neighbour(0, 0);
    add_bar(&late, 0, PORTS, 0x20, 0);
    assert_int_equal(assign(), ERR_RANGE);
    assert_int_equal(address_of(0), 0);
    assert_int_equal(address_of(1), 0xfe800000);
    check_clean();
}

static void prefetchable_memory_may_lie_in_plain_memory(void **state)
{
    new_machine();
    set_prefetchable(0x800100000, 0x8000fffff); // closed
    assert_int_equal(assign(), OK);
    assert_int_equal(address_of(4), 0xfe800000);
    assert_int_equal(address_of(1), 0xfe804000);
    check_clean();
}

static void plain_memory_never_lies_in_prefetchable(void **state)
{
    new_machine();
    set_memory(&bridge, 0xfff00000, 0); // closed
    assert_int_equal(assign(), ERR_RANGE);
    assert_int_equal(address_of(1), 0);
    assert_int_equal(address_of(4), 0x800000000);
    check_clean();
}

static void a_32_bit_register_gets_nothing_above_4_gib(void **state)
{
    new_machine();
    add_bar(&late, 2, PREFETCHABLE, 0x1000, 0);
    assert_int_equal(assign(), OK);
    assert_int_equal(address_of(2) >> 20, 0xfe8);
    set_prefetchable(0xfd000000, 0xfd0fffff);
    add_bar(&late, 2, PREFETCHABLE, 0x1000, 0);
    assert_int_equal(assign(), OK);
    assert_int_equal(address_of(2) >> 20, 0xfd0);
    check_clean();
}

static void a_window_too_small_is_told_from_one_that_is_full(void **state)
{
    new_machine();
    set_memory(&bridge, 0xfe800000, 0xfe8fffff);
    add_bar(&late, 1, MEMORY, 0x200000, 0);
    assert_int_equal(assign(), ERR_RANGE);
    assert_int_equal(address_of(1), 0);
    add_bar(&late, 1, MEMORY, 0x100000, 0);
    add_bar(new_neighbour(0, 0), 0, MEMORY, 0x10, 0xfe8ffff0);
    assert_int_equal(assign(), ERR_FULL);
    assert_int_equal(address_of(1), 0);
    add_bar(&late, 1, MEMORY, 0x80000, 0);
    assert_int_equal(assign(), OK);
    assert_int_equal(address_of(1), 0xfe800000);
    check_clean();
}

// The window has the BAR's size, but its start is not aligned to it.
static void a_window_that_starts_crooked_is_too_small(void **state)
{
    new_machine();
    set_memory(&bridge, 0xfe900000, 0xfeafffff);
    add_bar(&late, 1, MEMORY, 0x200000, 0);
    assert_int_equal(assign(), ERR_RANGE);
    assert_int_equal(address_of(1), 0);
    check_clean();
}

// The space is used to its last byte, or to within one multiple of the size, so
// that the next multiple is 0. Plain memory has room.
static void a_window_at_the_end_of_the_space_does_not_wrap(void **state)
{
    const uint64_t start = 0xfffffffffff00000;

    for (uint64_t last_piece = 0x1000; last_piece <= 0x80000;
         last_piece += 0x7f000) {
        uint64_t at = start;
        unsigned bars = 0;

        new_machine();
        set_prefetchable(start, UINT64_MAX);
        for (uint64_t bytes = 0x80000; bytes >= last_piece; bytes /= 2) {
            if (bars % 3 == 0) {
                new_neighbour(bars / 3, 0);
            }
            add_bar(&neighbours[bars / 3], bars % 3 * 2, PREFETCHABLE_64, bytes,
                    at);
            at += bytes;
            bars++;
        }
        if (last_piece == 0x80000) {
            add_bar(&neighbours[0], 2, PREFETCHABLE_64, 0x80000, at);
        }
        assert_int_equal(assign(), OK);
        assert_int_equal(address_of(4), 0xfe800000);
        assert_int_equal(address_of(1), 0xfe804000);
        check_clean();
    }
}

static void a_ports_window_beyond_64_kib_is_none(void **state)
{
    new_machine();
    set(&bridge, 0x1c, 1, 0xc1); // 32 bits wide
    set(&bridge, 0x1d, 1, 0xc1);
    set(&bridge, 0x30, 2, 1);
    set(&bridge, 0x32, 2, 1);
    add_bar(&late, 0, PORTS, 0x20, 0);
    assert_int_equal(assign(), ERR_RANGE);
    assert_int_equal(address_of(0), 0);
    set(&bridge, 0x30, 2, 0);
    set(&bridge, 0x32, 2, 0);
    assert_int_equal(assign(), OK);
    assert_int_equal(address_of(0), 0xc000);
    check_clean();
}

static void on_a_root_bus_nothing_can_be_given(void **state)
{
    new_machine();
    claim(&neighbours[0], 0, 9, 0);
    add_bar(&neighbours[0], 0, MEMORY, 0x1000, 0);
    assert_int_equal(pci_assign((struct pci_address){0, 9, 0}), ERR_RANGE);
    assert_int_equal(fake_log_count("at=00:09.0 error=no_bridge"), 1);
    assert_int_equal(read_bytes(&neighbours[0], 0x10, 4), 0);
    check_clean();
}

static void a_register_of_a_reserved_kind_changes_nothing(void **state)
{
    new_machine();
    add_bar(&late, 0, 6, 0x1000, 0);
    assert_int_equal(assign(), ERR_INVALID);
    assert_int_equal(address_of(1), 0);
    check_clean();
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_register_gets_its_windows_first_bytes),
        cmocka_unit_test(decoding_is_off_while_and_after_addresses_are_written),
        cmocka_unit_test(what_firmware_has_given_stays),
        cmocka_unit_test(
            a_register_with_an_address_is_in_the_way_of_its_brother),
        cmocka_unit_test(registers_of_one_window_share_it_largest_first),
        cmocka_unit_test(neighbours_are_not_overlapped),
        cmocka_unit_test(a_neighbours_windows_are_not_overlapped),
        cmocka_unit_test(a_neighbours_closed_window_is_in_nobodys_way),
        cmocka_unit_test(what_is_elsewhere_is_in_nobodys_way),
        cmocka_unit_test(ports_come_from_the_ports_window),
        cmocka_unit_test(a_closed_window_hinders_no_other_register),
        cmocka_unit_test(a_window_that_nobody_has_set_is_closed),
        cmocka_unit_test(a_bridge_that_does_not_decode_passes_nothing_on),
        cmocka_unit_test(prefetchable_memory_may_lie_in_plain_memory),
        cmocka_unit_test(plain_memory_never_lies_in_prefetchable),
        cmocka_unit_test(a_32_bit_register_gets_nothing_above_4_gib),
        cmocka_unit_test(a_window_too_small_is_told_from_one_that_is_full),
        cmocka_unit_test(a_window_that_starts_crooked_is_too_small),
        cmocka_unit_test(a_window_at_the_end_of_the_space_does_not_wrap),
        cmocka_unit_test(a_ports_window_beyond_64_kib_is_none),
        cmocka_unit_test(on_a_root_bus_nothing_can_be_given),
        cmocka_unit_test(a_register_of_a_reserved_kind_changes_nothing),
    };

    return cmocka_run_group_tests_name("pci_assign", tests, NULL, NULL);
}
