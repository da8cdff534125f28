// SPDX-License-Identifier: MIT
// The firmware's memory map becomes boot_info's ranges; contradictions in it
// are kept, not repaired. The test builds descriptors by offsets:
// UEFI 2.10, 7.2.3 (EFI_MEMORY_DESCRIPTOR), 7.2.1 (types).
#include "boot/uefi_map.h"

#include <stdlib.h>

#include "mm/memmap.h"
#include "unit/checks.h"

#define MIB (1ull << 20)
#define STRIDE 48 // as in OVMF: eight bytes more than the descriptor

enum {
    RESERVED = 0,
    LOADER_CODE = 1,
    LOADER_DATA = 2,
    BOOT_CODE = 3,
    BOOT_DATA = 4,
    RUNTIME_CODE = 5,
    RUNTIME_DATA = 6,
    FREE = 7,
    UNUSABLE = 8,
    ACPI = 9,
    NVS = 10,
    IO = 11,
    IO_PORTS = 12,
    PAL = 13,
    PERSISTENT = 14,
    UNACCEPTED = 15,
};

// The heap block has exactly the map's length, so that a read past it is
// noticed.
struct firmware {
    uint8_t *map;
    size_t bytes;
    size_t stride;
};

static void store(uint8_t *at, uint64_t value, size_t width)
{
    for (size_t i = 0; i < width; i++) {
        at[i] = (uint8_t)(value >> (8 * i));
    }
}

static void add(struct firmware *it, uint32_t type, uint64_t start,
                uint64_t pages)
{
    it->map = realloc(it->map, it->bytes + it->stride);
    assert_non_null(it->map);

    uint8_t *descriptor = it->map + it->bytes;

    memset(descriptor, 0xa5, it->stride);
    store(descriptor, type, 4);
    store(descriptor + 8, start, 8);
    store(descriptor + 24, pages, 8);
    it->bytes += it->stride;
}

// Reads the map and frees it.
static struct boot_info parsed(struct firmware it)
{
    struct boot_info boot = {.range_count = 7, .ranges_given = 9};

    assert_int_equal(uefi_map_read(it.map, it.bytes, it.stride, &boot),
                     BOOT_OK);
    free(it.map);
    return boot;
}

static void check_range(const struct boot_info *boot, uint32_t index,
                        uint64_t start, uint64_t bytes, uint32_t type)
{
    assert_true(index < boot->range_count);
    assert_int_equal(boot->ranges[index].start, start);
    assert_int_equal(boot->ranges[index].bytes, bytes);
    assert_int_equal(boot->ranges[index].type, type);
}

// mm's verdict on the ranges, for an image at 1 MiB.
static const char *verdict(struct boot_info boot)
{
    static struct memmap map;
    const char *what = "";

    boot.image_start = paddr_of(MIB);
    boot.image_bytes = PAGE_SIZE;
    return memmap_check(&boot, &map, &what) == OK ? "" : what;
}

static void each_type_becomes_what_it_is_without_boot_services(void **state)
{
    static const uint32_t becomes[] = {
        [RESERVED] = MEMORY_RESERVED,     [LOADER_CODE] = MEMORY_RAM,
        [LOADER_DATA] = MEMORY_RAM,       [BOOT_CODE] = MEMORY_RAM,
        [BOOT_DATA] = MEMORY_RAM,         [RUNTIME_CODE] = MEMORY_RESERVED,
        [RUNTIME_DATA] = MEMORY_RESERVED, [FREE] = MEMORY_RAM,
        [UNUSABLE] = MEMORY_RESERVED,     [ACPI] = MEMORY_ACPI,
        [NVS] = MEMORY_RESERVED,          [IO] = MEMORY_RESERVED,
        [IO_PORTS] = MEMORY_RESERVED,     [PAL] = MEMORY_RESERVED,
        [PERSISTENT] = MEMORY_RESERVED,   [UNACCEPTED] = MEMORY_RESERVED,
    };
    struct firmware it = {.stride = STRIDE};
    const size_t count = sizeof becomes / sizeof becomes[0];

    for (uint32_t type = 0; type < count; type++) {
        add(&it, type, type * MIB, 1);
    }
    add(&it, 0x80000000, count * MIB, 1); // types of loaders

    const struct boot_info boot = parsed(it);

    assert_int_equal(boot.range_count, count + 1);
    assert_int_equal(boot.ranges_given, count + 1);
    for (uint32_t type = 0; type < count; type++) {
        check_range(&boot, type, type * MIB, PAGE_SIZE, becomes[type]);
    }
    check_range(&boot, count, count * MIB, PAGE_SIZE, MEMORY_RESERVED);
}

static void neighbours_of_a_kind_become_one(void **state)
{
    struct firmware it = {.stride = STRIDE};

    add(&it, BOOT_DATA, MIB, 256);
    add(&it, FREE, 2 * MIB, 256);
    add(&it, LOADER_CODE, 3 * MIB, 1);
    add(&it, NVS, 3 * MIB + PAGE_SIZE, 1);
    add(&it, RUNTIME_DATA, 3 * MIB + 2 * PAGE_SIZE, 1);
    add(&it, ACPI, 3 * MIB + 3 * PAGE_SIZE, 1);
    add(&it, FREE, 3 * MIB + 4 * PAGE_SIZE, 1);

    const struct boot_info boot = parsed(it);

    assert_int_equal(boot.range_count, 4);
    assert_int_equal(boot.ranges_given, 4);
    check_range(&boot, 0, MIB, 2 * MIB + PAGE_SIZE, MEMORY_RAM);
    check_range(&boot, 1, 3 * MIB + PAGE_SIZE, 2 * PAGE_SIZE, MEMORY_RESERVED);
    check_range(&boot, 2, 3 * MIB + 3 * PAGE_SIZE, PAGE_SIZE, MEMORY_ACPI);
    check_range(&boot, 3, 3 * MIB + 4 * PAGE_SIZE, PAGE_SIZE, MEMORY_RAM);
}

static void a_gap_of_one_page_keeps_neighbours_apart(void **state)
{
    struct firmware it = {.stride = STRIDE};

    add(&it, FREE, MIB, 1);
    add(&it, FREE, MIB + 2 * PAGE_SIZE, 1);
    assert_int_equal(parsed(it).range_count, 2);
}

static void any_order_comes_out_ascending_and_joined(void **state)
{
    static const uint64_t order[] = {5, 2, 7, 0, 3, 9, 1, 8, 4, 6};
    struct firmware it = {.stride = STRIDE};

    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        add(&it, order[i] == 5 ? NVS : FREE, order[i] * MIB, 256);
    }
    const struct boot_info boot = parsed(it);

    assert_int_equal(boot.range_count, 3);
    check_range(&boot, 0, 0, 5 * MIB, MEMORY_RAM);
    check_range(&boot, 1, 5 * MIB, MIB, MEMORY_RESERVED);
    check_range(&boot, 2, 6 * MIB, 4 * MIB, MEMORY_RAM);
}

static void descriptors_lie_as_far_apart_as_the_firmware_says(void **state)
{
    static const size_t strides[] = {40, 41, 48, 56, 4096};

    for (size_t i = 0; i < sizeof strides / sizeof strides[0]; i++) {
        struct firmware it = {.stride = strides[i]};

        add(&it, FREE, MIB, 256);
        add(&it, NVS, 2 * MIB, 1);
        add(&it, FREE, 4 * MIB, 3);

        const struct boot_info boot = parsed(it);

        assert_int_equal(boot.range_count, 3);
        check_range(&boot, 0, MIB, MIB, MEMORY_RAM);
        check_range(&boot, 1, 2 * MIB, PAGE_SIZE, MEMORY_RESERVED);
        check_range(&boot, 2, 4 * MIB, 3 * PAGE_SIZE, MEMORY_RAM);
    }
}

static void a_stride_that_holds_no_descriptor_is_unreadable(void **state)
{
    static const size_t strides[] = {0, 1, 24, 39};
    const uint8_t map[240] = {0};

    for (size_t i = 0; i < sizeof strides / sizeof strides[0]; i++) {
        struct boot_info boot = {.range_count = 1, .ranges_given = 1};

        assert_int_equal(uefi_map_read(map, sizeof map, strides[i], &boot),
                         BOOT_MAP_INVALID);
        assert_int_equal(boot.range_count, 0);
    }
}

static void a_map_that_ends_within_a_descriptor_is_unreadable(void **state)
{
    const uint8_t map[240] = {0};

    for (size_t bytes = 1; bytes < sizeof map; bytes++) {
        struct boot_info boot = {.range_count = 1};
        const enum boot_problem problem =
            uefi_map_read(map, bytes, STRIDE, &boot);

        assert_int_equal(problem,
                         bytes % STRIDE == 0 ? BOOT_OK : BOOT_MAP_INVALID);
    }
}

static void a_map_of_nothing_is_too_little_memory(void **state)
{
    struct firmware it = {.stride = STRIDE};

    check_contains(verdict(parsed(it)), "no RAM");
}

static void a_descriptor_of_no_pages_changes_nothing(void **state)
{
    struct firmware it = {.stride = STRIDE};

    add(&it, NVS, MIB, 0);
    add(&it, FREE, MIB, 256);
    add(&it, NVS, 2 * MIB, 0);
    add(&it, FREE, 2 * MIB, 256);
    add(&it, NVS, 0, 0);
    add(&it, FREE, UINT64_MAX, 0);

    const struct boot_info boot = parsed(it);

    assert_int_equal(boot.range_count, 1);
    check_range(&boot, 0, MIB, 2 * MIB, MEMORY_RAM);
}

static void overlaps_reach_mm_which_refuses_them(void **state)
{
    static const struct {
        uint32_t type;
        uint64_t start;
        uint64_t pages;
    } second[] = {
        {FREE, MIB, 256},            // the same again
        {NVS, MIB, 256},             // as another kind
        {FREE, MIB, 1},              // its beginning
        {NVS, 2 * MIB - 4096, 1},    // its end
        {FREE, 2 * MIB - 4096, 512}, // across its end
        {ACPI, 0, 257},              // across its beginning
    };

    for (size_t i = 0; i < sizeof second / sizeof second[0]; i++) {
        for (int swapped = 0; swapped < 2; swapped++) {
            struct firmware it = {.stride = STRIDE};

            if (swapped) {
                add(&it, second[i].type, second[i].start, second[i].pages);
            }
            add(&it, FREE, MIB, 256);
            if (!swapped) {
                add(&it, second[i].type, second[i].start, second[i].pages);
            }
            check_contains(verdict(parsed(it)), "overlap");
        }
    }
}

static void a_range_that_wraps_around_reaches_mm_unjoined(void **state)
{
    static const struct {
        uint64_t start;
        uint64_t pages;
    } wrapping[] = {
        {UINT64_MAX - 4095, 2},
        {UINT64_MAX, 1},
        {2 * MIB, UINT64_MAX},         // more pages than addresses
        {2 * MIB, (1ull << 52) + 1},   // one page, modulo 2^64
        {2 * MIB, (1ull << 52) - 256}, // joined with the first: none
        {4 * MIB, UINT64_MAX / 4096 - 10},
    };

    for (size_t i = 0; i < sizeof wrapping / sizeof wrapping[0]; i++) {
        struct firmware it = {.stride = STRIDE};

        add(&it, FREE, MIB, 256);
        add(&it, FREE, wrapping[i].start, wrapping[i].pages);
        check_contains(verdict(parsed(it)), "wraps");
    }
}

// A range after a wrapping one begins at its apparent end.
static void nothing_is_joined_to_a_range_that_wraps_around(void **state)
{
    struct firmware it = {.stride = STRIDE};

    add(&it, FREE, UINT64_MAX - 8191, 3);
    add(&it, FREE, UINT64_MAX - 4095, 1);
    assert_int_equal(parsed(it).range_count, 2);
}

static void as_many_ranges_as_are_kept_are_all_there(void **state)
{
    struct firmware it = {.stride = STRIDE};

    // Two descriptors a range, and the ranges in descending order.
    for (uint64_t i = BOOT_RANGES_MAX; i > 0; i--) {
        add(&it, FREE, i * MIB + PAGE_SIZE, 1);
        add(&it, BOOT_CODE, i * MIB, 1);
    }
    const struct boot_info boot = parsed(it);

    assert_int_equal(boot.ranges_given, BOOT_RANGES_MAX);
    for (uint32_t i = 0; i < BOOT_RANGES_MAX; i++) {
        check_range(&boot, i, (i + 1) * MIB, 2 * PAGE_SIZE, MEMORY_RAM);
    }
    assert_string_equal(verdict(boot), "");
}

static void more_ranges_than_are_kept_are_counted_and_refused(void **state)
{
    for (uint32_t more = 1; more < 4; more++) {
        struct firmware it = {.stride = STRIDE};

        for (uint64_t i = 0; i < BOOT_RANGES_MAX + more; i++) {
            add(&it, FREE, (i + 1) * MIB, 1);
        }
        const struct boot_info boot = parsed(it);

        assert_int_equal(boot.range_count, BOOT_RANGES_MAX);
        assert_int_equal(boot.ranges_given, BOOT_RANGES_MAX + more);
        check_contains(verdict(boot), "longer");
    }
}

// A descriptor must not be joined with one that was dropped.
static void what_was_cut_is_not_joined_to_what_was_kept(void **state)
{
    struct firmware it = {.stride = STRIDE};

    for (uint64_t i = 0; i < BOOT_RANGES_MAX; i++) {
        add(&it, FREE, (i + 1) * MIB, 1);
    }
    add(&it, NVS, BOOT_RANGES_MAX * MIB, 1);
    add(&it, FREE, BOOT_RANGES_MAX * MIB + PAGE_SIZE, 1);

    const struct boot_info boot = parsed(it);

    assert_int_equal(boot.ranges_given, BOOT_RANGES_MAX + 2);
    check_range(&boot, BOOT_RANGES_MAX - 1, BOOT_RANGES_MAX * MIB, PAGE_SIZE,
                MEMORY_RAM);
}

// For any bytes: within the buffer, ascending, and counted.
static void random_bytes_do_no_harm(void **state)
{
    uint64_t seed = 0x5eed;

    for (int round = 0; round < 2000; round++) {
        struct firmware it = {.stride = 40 + next_random(&seed) % 16};
        struct boot_info boot = {0};

        it.bytes = it.stride * (next_random(&seed) % 80);
        it.map = malloc(it.bytes + !it.bytes);
        assert_non_null(it.map);
        for (size_t i = 0; i < it.bytes; i++) {
            it.map[i] = (uint8_t)next_random(&seed);
        }
        assert_int_equal(uefi_map_read(it.map, it.bytes, it.stride, &boot),
                         BOOT_OK);
        assert_true(boot.range_count <= boot.ranges_given);
        for (uint32_t i = 1; i < boot.range_count; i++) {
            assert_true(boot.ranges[i - 1].start <= boot.ranges[i].start);
        }
        free(it.map);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_type_becomes_what_it_is_without_boot_services),
        cmocka_unit_test(neighbours_of_a_kind_become_one),
        cmocka_unit_test(a_gap_of_one_page_keeps_neighbours_apart),
        cmocka_unit_test(any_order_comes_out_ascending_and_joined),
        cmocka_unit_test(descriptors_lie_as_far_apart_as_the_firmware_says),
        cmocka_unit_test(a_stride_that_holds_no_descriptor_is_unreadable),
        cmocka_unit_test(a_map_that_ends_within_a_descriptor_is_unreadable),
        cmocka_unit_test(a_map_of_nothing_is_too_little_memory),
        cmocka_unit_test(a_descriptor_of_no_pages_changes_nothing),
        cmocka_unit_test(overlaps_reach_mm_which_refuses_them),
        cmocka_unit_test(a_range_that_wraps_around_reaches_mm_unjoined),
        cmocka_unit_test(nothing_is_joined_to_a_range_that_wraps_around),
        cmocka_unit_test(as_many_ranges_as_are_kept_are_all_there),
        cmocka_unit_test(more_ranges_than_are_kept_are_counted_and_refused),
        cmocka_unit_test(what_was_cut_is_not_joined_to_what_was_kept),
        cmocka_unit_test(random_bytes_do_no_harm),
    };

    return cmocka_run_group_tests_name("boot_uefi_map", tests, NULL, NULL);
}
