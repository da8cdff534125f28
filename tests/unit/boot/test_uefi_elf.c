// SPDX-License-Identifier: MIT
// The embedded image is loaded as its program headers say, and a contradictory
// one is refused before a byte is written. The test builds the file by offsets:
// System V ABI, 4 and 5.
#include "boot/uefi_elf.h"

#include <stdlib.h>

#include "unit/checks.h"

#define MIB (1ull << 20)
#define BASE 0xffffffff80000000ull // virtual minus physical, as in guest.ld

enum {
    HEADER = 64,
    PROGRAM = 56,    // bytes of a program header
    CONTENT = 0x200, // offset of the segments' bytes
    FILE_BYTES = 0x400,
    // Offsets in the ELF header.
    E_TYPE = 16,
    E_MACHINE = 18,
    E_ENTRY = 24,
    E_PHOFF = 32,
    E_PHENTSIZE = 54,
    E_PHNUM = 56,
    // Offsets in a program header.
    P_TYPE = 0,
    P_OFFSET = 8,
    P_VADDR = 16,
    P_PADDR = 24,
    P_FILESZ = 32,
    P_MEMSZ = 40,
};

static void store(uint8_t *at, uint64_t value, size_t width)
{
    for (size_t i = 0; i < width; i++) {
        at[i] = (uint8_t)(value >> (8 * i));
    }
}

static uint8_t *program(uint8_t *file, unsigned index)
{
    return file + HEADER + (size_t)index * PROGRAM;
}

static void add(uint8_t *file, uint32_t type, uint64_t offset, uint64_t place,
                uint64_t file_bytes, uint64_t memory_bytes)
{
    uint8_t *at = program(file, file[E_PHNUM]++);

    store(at + P_TYPE, type, 4);
    store(at + P_OFFSET, offset, 8);
    store(at + P_VADDR, BASE + place, 8);
    store(at + P_PADDR, place, 8);
    store(at + P_FILESZ, file_bytes, 8);
    store(at + P_MEMSZ, memory_bytes, 8);
}

// A note, text at 1 MiB, and data two pages above it with a longer .bss; the
// entry is 16 bytes into the text. The heap block has exactly its length.
static uint8_t *sound_file(void)
{
    static const uint8_t ident[] = {0x7f, 'E', 'L', 'F', 2, 1, 1};
    uint8_t *file = calloc(1, FILE_BYTES);

    assert_non_null(file);
    memcpy(file, ident, sizeof ident);
    store(file + E_TYPE, 2, 2);
    store(file + E_MACHINE, 62, 2);
    store(file + E_ENTRY, BASE + MIB + 16, 8);
    store(file + E_PHOFF, HEADER, 8);
    store(file + E_PHENTSIZE, PROGRAM, 2);
    add(file, 4, CONTENT, 7, 8, 8);
    add(file, 1, CONTENT, MIB, 0x100, 0x100);
    add(file, 1, CONTENT + 0x100, MIB + 0x2000, 0x100, 0x1234);
    for (size_t i = CONTENT; i < FILE_BYTES; i++) {
        file[i] = (uint8_t)(i * 7 + 1);
    }
    return file;
}

static enum error read_and_free(uint8_t *file, size_t bytes)
{
    struct elf_image image;
    const enum error error = elf_read(file, bytes, &image);

    free(file);
    return error;
}

static void the_image_reaches_from_its_first_to_its_last_page(void **state)
{
    uint8_t *file = sound_file();
    struct elf_image image;

    assert_int_equal(elf_read(file, FILE_BYTES, &image), OK);
    assert_int_equal(image.start, MIB);
    assert_int_equal(image.bytes, 0x4000);
    assert_int_equal(image.entry, 16);
    free(file);
}

static void segments_lie_where_they_belong_and_zeros_between(void **state)
{
    uint8_t *file = sound_file();
    uint8_t *place = malloc(0x4000);
    struct elf_image image;

    assert_non_null(place);
    memset(place, 0xee, 0x4000);
    assert_int_equal(elf_read(file, FILE_BYTES, &image), OK);
    elf_place(&image, place);
    for (size_t i = 0; i < 0x4000; i++) {
        uint8_t expected = 0;

        if (i < 0x100) {
            expected = file[CONTENT + i];
        } else if (i >= 0x2000 && i < 0x2100) {
            expected = file[CONTENT + 0x100 + i - 0x2000];
        }
        assert_int_equal(place[i], expected);
    }
    free(place);
    free(file);
}

static void a_first_segment_within_a_page_takes_the_whole_page(void **state)
{
    uint8_t *file = sound_file();
    struct elf_image image;

    store(program(file, 1) + P_PADDR, MIB + 0x10, 8);
    store(program(file, 1) + P_VADDR, BASE + MIB + 0x10, 8);
    assert_int_equal(elf_read(file, FILE_BYTES, &image), OK);
    assert_int_equal(image.start, MIB);
    assert_int_equal(image.entry, 16);
    free(file);
}

static void a_file_cut_off_anywhere_is_refused(void **state)
{
    for (size_t bytes = 0; bytes < FILE_BYTES; bytes++) {
        uint8_t *whole = sound_file();
        uint8_t *part = malloc(bytes + !bytes);

        assert_non_null(part);
        memcpy(part, whole, bytes);
        free(whole);
        assert_int_equal(read_and_free(part, bytes), ERR_INVALID);
    }
}

static void another_kind_of_file_is_refused(void **state)
{
    static const uint8_t telling[] = {0, 1, 2,      3,         4,
                                      5, 6, E_TYPE, E_MACHINE, E_PHENTSIZE};

    for (size_t i = 0; i < sizeof telling; i++) {
        uint8_t *file = sound_file();

        file[telling[i]]++;
        assert_int_equal(read_and_free(file, FILE_BYTES), ERR_INVALID);
    }
}

// The second segment with one number changed.
static void a_segment_that_makes_no_sense_is_refused(void **state)
{
    static const struct {
        size_t field;
        uint64_t value;
    } wrong[] = {
        {P_OFFSET, FILE_BYTES}, // its bytes: past the file's end
        {P_OFFSET, UINT64_MAX},
        {P_OFFSET, FILE_BYTES - 0xff},
        {P_FILESZ, UINT64_MAX},
        {P_FILESZ, 0x1235}, // more than its memory
        {P_MEMSZ, 0},
        {P_MEMSZ, 0xff},
        {P_MEMSZ, UINT64_MAX}, // its memory: past all addresses
        {P_MEMSZ, 1ull << 30},
        {P_PADDR, UINT64_MAX - 0x1000},
        {P_PADDR, MIB + 0x3000}, // another offset to its virtual address
        {P_VADDR, MIB + 0x2000},
    };

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        uint8_t *file = sound_file();

        store(program(file, 2) + wrong[i].field, wrong[i].value, 8);
        assert_int_equal(read_and_free(file, FILE_BYTES), ERR_INVALID);
    }
}

static void a_segment_of_nothing_is_refused(void **state)
{
    uint8_t *file = sound_file();

    store(program(file, 2) + P_FILESZ, 0, 8);
    store(program(file, 2) + P_MEMSZ, 0, 8);
    assert_int_equal(read_and_free(file, FILE_BYTES), ERR_INVALID);
}

static void move(uint8_t *segment, uint64_t place)
{
    store(segment + P_PADDR, place, 8);
    store(segment + P_VADDR, BASE + place, 8);
}

static void segments_over_each_other_or_descending_are_refused(void **state)
{
    static const uint64_t places[] = {MIB, MIB + 0xff, MIB - 1, 0};

    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        uint8_t *file = sound_file();

        move(program(file, 2), places[i]);
        assert_int_equal(read_and_free(file, FILE_BYTES), ERR_INVALID);
    }
    uint8_t *file = sound_file();

    move(program(file, 2), MIB + 0x100); // adjacent is allowed
    assert_int_equal(read_and_free(file, FILE_BYTES), OK);
}

static void an_entry_outside_every_segment_is_refused(void **state)
{
    static const uint64_t entries[] = {
        0,
        MIB + 16,            // physical
        BASE + MIB - 1,      // before the first
        BASE + MIB + 0x100,  // between the two
        BASE + MIB + 0x3234, // after the last
        BASE + MIB + 0x2100, // in .bss, where no code is
        BASE + 8,            // in the note, which is not loaded
    };

    for (size_t i = 0; i < sizeof entries / sizeof entries[0]; i++) {
        uint8_t *file = sound_file();

        store(file + E_ENTRY, entries[i], 8);
        assert_int_equal(read_and_free(file, FILE_BYTES), ERR_INVALID);
    }
}

static void a_file_without_segments_is_refused(void **state)
{
    uint8_t *file = sound_file();

    store(file + E_PHNUM, 0, 2);
    assert_int_equal(read_and_free(file, FILE_BYTES), ERR_INVALID);
    file = sound_file();
    store(file + E_PHNUM, 1, 2); // the note alone
    assert_int_equal(read_and_free(file, FILE_BYTES), ERR_INVALID);
}

static void program_headers_beyond_the_file_are_refused(void **state)
{
    static const uint64_t offsets[] = {FILE_BYTES - 3 * PROGRAM + 1, FILE_BYTES,
                                       UINT64_MAX - 100};

    for (size_t i = 0; i < sizeof offsets / sizeof offsets[0]; i++) {
        uint8_t *file = sound_file();

        store(file + E_PHOFF, offsets[i], 8);
        assert_int_equal(read_and_free(file, FILE_BYTES), ERR_INVALID);
    }
    uint8_t *file = sound_file();

    store(file + E_PHNUM, 0xffff, 2);
    assert_int_equal(read_and_free(file, FILE_BYTES), ERR_INVALID);
}

// Random changes in the headers: an accepted image can be placed.
static void what_is_taken_can_be_placed(void **state)
{
    uint64_t seed = 0x5eed;

    for (int round = 0; round < 5000; round++) {
        uint8_t *file = sound_file();
        struct elf_image image;

        for (int i = 0; i < 3; i++) {
            file[next_random(&seed) % (HEADER + 3 * PROGRAM)] =
                (uint8_t)next_random(&seed);
        }
        if (elf_read(file, FILE_BYTES, &image) == OK &&
            image.bytes <= 16 * MIB) {
            void *place = malloc(image.bytes);

            assert_non_null(place);
            assert_true(image.entry < image.bytes);
            elf_place(&image, place);
            free(place);
        }
        free(file);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_image_reaches_from_its_first_to_its_last_page),
        cmocka_unit_test(segments_lie_where_they_belong_and_zeros_between),
        cmocka_unit_test(a_first_segment_within_a_page_takes_the_whole_page),
        cmocka_unit_test(a_file_cut_off_anywhere_is_refused),
        cmocka_unit_test(another_kind_of_file_is_refused),
        cmocka_unit_test(a_segment_that_makes_no_sense_is_refused),
        cmocka_unit_test(a_segment_of_nothing_is_refused),
        cmocka_unit_test(segments_over_each_other_or_descending_are_refused),
        cmocka_unit_test(an_entry_outside_every_segment_is_refused),
        cmocka_unit_test(a_file_without_segments_is_refused),
        cmocka_unit_test(program_headers_beyond_the_file_are_refused),
        cmocka_unit_test(what_is_taken_can_be_placed),
    };

    return cmocka_run_group_tests_name("boot_uefi_elf", tests, NULL, NULL);
}
