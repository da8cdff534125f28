// SPDX-License-Identifier: MIT
// The memory map's checks: entries accepted, refused and cut.
#include "mm/memmap.h"

#include "unit/checks.h"

#define MIB 0x100000ull
#define GIB 0x40000000ull

// A machine of 256 MiB as QEMU's microvm describes it, image at 16 MiB.
static struct boot_info microvm(void)
{
    struct boot_info boot = {
        .ranges = {{0, 0x9fc00, MEMORY_RAM},
                   {0x9fc00, 0x400, MEMORY_RESERVED},
                   {0xf0000, 0x10000, MEMORY_RESERVED},
                   {MIB, 255 * MIB, MEMORY_RAM},
                   {0xfeffc000, 0x4000, MEMORY_RESERVED}},
        .range_count = 5,
        .ranges_given = 5,
        .image_start = {16 * MIB},
        .image_bytes = 0x20000,
    };

    return boot;
}

static void add_range(struct boot_info *boot, uint64_t start, uint64_t bytes,
                      uint32_t type)
{
    boot->ranges[boot->range_count++] =
        (struct memory_range){start, bytes, type};
    boot->ranges_given = boot->range_count;
}

static void check_refused(const struct boot_info *boot, enum error error,
                          const char *reason)
{
    struct memmap map;
    const char *what = NULL;

    assert_int_equal(memmap_check(boot, &map, &what), error);
    assert_non_null(what);
    check_contains(what, reason);
}

static struct memmap believed(const struct boot_info *boot)
{
    struct memmap map;
    const char *what = NULL;

    if (memmap_check(boot, &map, &what) != OK) {
        fail_msg("refused: %s", what);
    }
    return map;
}

static void check_range(struct memory_range range, uint64_t start,
                        uint64_t bytes)
{
    assert_int_equal(range.start, start);
    assert_int_equal(range.bytes, bytes);
}

static void microvms_map_gives_the_ram_above_one_mib(void **state)
{
    struct boot_info boot = microvm();
    struct memmap map = believed(&boot);

    assert_int_equal(map.count, 1);
    check_range(map.ram[0], MIB, 255 * MIB);
    assert_int_equal(map.end, 256 * MIB);
}

static void unsorted_ram_comes_out_ascending(void **state)
{
    struct boot_info boot = microvm();
    struct memmap map;

    add_range(&boot, 8 * GIB, GIB, MEMORY_RAM);
    add_range(&boot, 4 * GIB, GIB, MEMORY_RAM);
    add_range(&boot, 6 * GIB, GIB, MEMORY_RAM);
    map = believed(&boot);
    assert_int_equal(map.count, 4);
    check_range(map.ram[0], MIB, 255 * MIB);
    check_range(map.ram[1], 4 * GIB, GIB);
    check_range(map.ram[2], 6 * GIB, GIB);
    check_range(map.ram[3], 8 * GIB, GIB);
    assert_int_equal(map.end, 9 * GIB);
}

static void ram_is_cut_inward_to_whole_pages(void **state)
{
    struct boot_info boot = microvm();
    struct memmap map;

    add_range(&boot, 4 * GIB + 1, 3 * PAGE_SIZE - 2, MEMORY_RAM);
    map = believed(&boot);
    assert_int_equal(map.count, 2);
    check_range(map.ram[1], 4 * GIB + PAGE_SIZE, PAGE_SIZE);
}

static void ram_without_a_whole_page_is_left_out(void **state)
{
    struct boot_info boot = microvm();

    add_range(&boot, 4 * GIB + 1, 2 * PAGE_SIZE - 2, MEMORY_RAM);
    assert_int_equal(believed(&boot).count, 1);
}

static void ram_across_one_mib_begins_there(void **state)
{
    struct boot_info boot = {.ranges = {{0, 64 * MIB, MEMORY_RAM}},
                             .range_count = 1,
                             .ranges_given = 1,
                             .image_start = {2 * MIB},
                             .image_bytes = PAGE_SIZE};
    struct memmap map = believed(&boot);

    check_range(map.ram[0], MIB, 63 * MIB);
}

static void ram_up_to_one_mib_is_too_little(void **state)
{
    struct boot_info boot = {.ranges = {{0, MIB, MEMORY_RAM}},
                             .range_count = 1,
                             .ranges_given = 1,
                             .image_start = {0x10000},
                             .image_bytes = PAGE_SIZE};

    check_refused(&boot, ERR_NO_MEMORY, "no RAM above 1 MiB");
}

static void an_empty_map_is_too_little_memory(void **state)
{
    struct boot_info boot = {.image_start = {MIB}, .image_bytes = PAGE_SIZE};

    check_refused(&boot, ERR_NO_MEMORY, "no RAM");
}

static void a_range_that_wraps_around_is_refused(void **state)
{
    static const struct memory_range wrapping[] = {
        {UINT64_MAX - PAGE_SIZE + 1, 2 * PAGE_SIZE, MEMORY_RAM},
        {UINT64_MAX, UINT64_MAX, MEMORY_RESERVED},
        {2, UINT64_MAX - 1, MEMORY_RESERVED},
        {4 * GIB, UINT64_MAX, MEMORY_RAM},
    };

    for (size_t i = 0; i < sizeof wrapping / sizeof wrapping[0]; i++) {
        struct boot_info boot = microvm();

        boot.ranges[4] = wrapping[i];
        check_refused(&boot, ERR_INVALID, "wraps");
    }
}

static void ram_in_the_last_page_of_all_does_not_become_everything(void **state)
{
    struct boot_info boot = microvm();
    struct memmap map;

    // Rounding its start up to a page gives address 0.
    add_range(&boot, UINT64_MAX - 99, 50, MEMORY_RAM);
    map = believed(&boot);
    assert_int_equal(map.count, 1);
    assert_int_equal(map.end, 256 * MIB);
}

static void ram_that_overlaps_any_range_is_refused(void **state)
{
    static const uint32_t types[] = {MEMORY_RAM, MEMORY_RESERVED, MEMORY_ACPI,
                                     77};

    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        struct boot_info boot = microvm();

        add_range(&boot, 255 * MIB + 1, MIB, types[i]);
        check_refused(&boot, ERR_INVALID, "overlap");
        boot.ranges[boot.range_count - 1].start = 0x1000;
        boot.ranges[boot.range_count - 1].bytes = 1;
        check_refused(&boot, ERR_INVALID, "overlap");
    }
}

static void the_same_ram_twice_is_refused(void **state)
{
    struct boot_info boot = microvm();

    add_range(&boot, MIB, 255 * MIB, MEMORY_RAM);
    check_refused(&boot, ERR_INVALID, "overlap");
}

static void ranges_that_touch_do_not_overlap(void **state)
{
    struct boot_info boot = microvm();

    add_range(&boot, 256 * MIB, MIB, MEMORY_RAM);
    add_range(&boot, 257 * MIB, MIB, MEMORY_RESERVED);
    assert_int_equal(believed(&boot).end, 257 * MIB);
}

static void what_is_not_ram_may_overlap_itself(void **state)
{
    struct boot_info boot = microvm();

    add_range(&boot, 0xfe000000, 0x2000000, MEMORY_RESERVED);
    assert_int_equal(believed(&boot).count, 1);
}

static void an_empty_range_changes_nothing(void **state)
{
    static const uint64_t places[] = {0,        MIB,     2 * MIB,
                                      16 * MIB, 3 * GIB, UINT64_MAX};
    static const uint32_t types[] = {MEMORY_RAM, MEMORY_RESERVED};

    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        for (size_t j = 0; j < 2; j++) {
            struct boot_info boot = microvm();
            struct memmap map;

            add_range(&boot, places[i], 0, types[j]);
            map = believed(&boot);
            assert_int_equal(map.count, 1);
            check_range(map.ram[0], MIB, 255 * MIB);
        }
    }
}

static void an_unknown_type_is_not_ram(void **state)
{
    static const uint32_t types[] = {0, 4, 5, 7, 12, UINT32_MAX};

    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        struct boot_info boot = microvm();

        add_range(&boot, 4 * GIB, GIB, types[i]);
        assert_int_equal(believed(&boot).end, 256 * MIB);
    }
}

static void an_image_outside_ram_is_refused(void **state)
{
    static const struct {
        uint64_t start;
        uint64_t bytes;
    } images[] = {
        {256 * MIB, PAGE_SIZE},       // adjacent to RAM's end
        {256 * MIB - 1, 2},           // its end is outside
        {MIB - PAGE_SIZE, 0x2000},    // its start is outside
        {0x10000, PAGE_SIZE},         // in RAM that is not the guest's to use
        {MIB, 256 * MIB},             // larger than RAM
        {16 * MIB, UINT64_MAX - MIB}, // its end wraps around
    };

    for (size_t i = 0; i < sizeof images / sizeof images[0]; i++) {
        struct boot_info boot = microvm();

        boot.image_start = paddr_of(images[i].start);
        boot.image_bytes = images[i].bytes;
        check_refused(&boot, ERR_INVALID, "image");
    }
}

static void an_image_that_fills_ram_is_inside_it(void **state)
{
    struct boot_info boot = microvm();

    boot.image_start = paddr_of(MIB);
    boot.image_bytes = 255 * MIB;
    assert_int_equal(believed(&boot).count, 1);
}

static void a_map_that_was_cut_is_refused(void **state)
{
    struct boot_info boot = microvm();

    boot.ranges_given = BOOT_RANGES_MAX + 1;
    boot.range_count = BOOT_RANGES_MAX;
    check_refused(&boot, ERR_INVALID, "longer");
}

static void as_many_ranges_as_are_kept_are_believed(void **state)
{
    struct boot_info boot = {.image_start = {MIB}, .image_bytes = PAGE_SIZE};
    struct memmap map;

    // Descending and separate, so that each one is inserted at the front.
    for (uint64_t i = BOOT_RANGES_MAX; i > 0; i--) {
        add_range(&boot, i * MIB, MIB / 2, MEMORY_RAM);
    }
    map = believed(&boot);
    assert_int_equal(map.count, BOOT_RANGES_MAX);
    for (uint32_t i = 0; i < map.count; i++) {
        check_range(map.ram[i], (i + 1) * MIB, MIB / 2);
    }
}

static void check_without(uint64_t from, uint64_t bytes, uint32_t count,
                          const uint64_t *pieces)
{
    struct memory_range out[2] = {0};
    struct memory_range range = {100, 50, MEMORY_RAM};

    assert_int_equal(memmap_without(range, from, bytes, out), count);
    for (uint32_t i = 0; i < count; i++) {
        check_range(out[i], pieces[2 * i], pieces[2 * i + 1]);
        assert_int_equal(out[i].type, MEMORY_RAM);
    }
}

static void a_hole_leaves_what_lies_outside_it(void **state)
{
    check_without(120, 10, 2, (uint64_t[]){100, 20, 130, 20});
    check_without(100, 10, 1, (uint64_t[]){110, 40});
    check_without(140, 10, 1, (uint64_t[]){100, 40});
    check_without(90, 20, 1, (uint64_t[]){110, 40});
    check_without(140, 90, 1, (uint64_t[]){100, 40});
    check_without(100, 50, 0, NULL);
    check_without(0, 1000, 0, NULL);
    check_without(50, 50, 1, (uint64_t[]){100, 50});
    check_without(150, 50, 1, (uint64_t[]){100, 50});
}

static void a_hole_of_nothing_takes_nothing(void **state)
{
    struct memory_range out[2] = {0};
    struct memory_range range = {100, 50, MEMORY_RAM};
    uint32_t count = memmap_without(range, 120, 0, out);
    uint64_t bytes = 0;

    for (uint32_t i = 0; i < count; i++) {
        bytes += out[i].bytes;
    }
    assert_int_equal(bytes, 50);
}

// The balloon could not name a page above this address (VIRTIO 1.4, 5.5.6).
static void ram_from_16_tib_on_is_left_alone(void **state)
{
    const uint64_t highest = 16 * 1024 * GIB;
    struct boot_info boot = microvm();
    struct memmap map;

    add_range(&boot, highest - 2 * MIB, 5 * MIB, MEMORY_RAM);
    add_range(&boot, highest + 8 * MIB, MIB, MEMORY_RAM);
    map = believed(&boot);
    assert_int_equal(map.count, 2);
    check_range(map.ram[1], highest - 2 * MIB, 2 * MIB);
    assert_int_equal(map.end, highest);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(microvms_map_gives_the_ram_above_one_mib),
        cmocka_unit_test(unsorted_ram_comes_out_ascending),
        cmocka_unit_test(ram_is_cut_inward_to_whole_pages),
        cmocka_unit_test(ram_without_a_whole_page_is_left_out),
        cmocka_unit_test(ram_across_one_mib_begins_there),
        cmocka_unit_test(ram_up_to_one_mib_is_too_little),
        cmocka_unit_test(an_empty_map_is_too_little_memory),
        cmocka_unit_test(a_range_that_wraps_around_is_refused),
        cmocka_unit_test(
            ram_in_the_last_page_of_all_does_not_become_everything),
        cmocka_unit_test(ram_that_overlaps_any_range_is_refused),
        cmocka_unit_test(the_same_ram_twice_is_refused),
        cmocka_unit_test(ranges_that_touch_do_not_overlap),
        cmocka_unit_test(what_is_not_ram_may_overlap_itself),
        cmocka_unit_test(an_empty_range_changes_nothing),
        cmocka_unit_test(an_unknown_type_is_not_ram),
        cmocka_unit_test(an_image_outside_ram_is_refused),
        cmocka_unit_test(an_image_that_fills_ram_is_inside_it),
        cmocka_unit_test(a_map_that_was_cut_is_refused),
        cmocka_unit_test(as_many_ranges_as_are_kept_are_believed),
        cmocka_unit_test(a_hole_leaves_what_lies_outside_it),
        cmocka_unit_test(a_hole_of_nothing_takes_nothing),
        cmocka_unit_test(ram_from_16_tib_on_is_left_alone),
    };

    return cmocka_run_group_tests_name("mm_memmap", tests, NULL, NULL);
}
