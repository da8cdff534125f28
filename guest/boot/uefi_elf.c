// SPDX-License-Identifier: MIT
// Reads the ELF segments of this project's image: a static executable with
// ascending physical addresses. System V ABI, 4 (ELF header), 5 (program
// headers); AMD64 supplement.
#include "boot/uefi_elf.h"

#include <string.h>

struct elf_header {
    uint8_t ident[16]; // magic number, class, byte order, version
    uint16_t type;
    uint16_t machine;
    uint32_t version;
    uint64_t entry;    // virtual address
    uint64_t segments; // offset of the program headers in the file
    uint64_t sections;
    uint32_t flags;
    uint16_t header_bytes;
    uint16_t segment_bytes; // of one program header
    uint16_t segment_count;
    uint16_t section_bytes;
    uint16_t section_count;
    uint16_t section_names;
};

struct elf_segment {
    uint32_t type;
    uint32_t flags;
    uint64_t offset; // in the file
    uint64_t virtual_address;
    uint64_t physical_address;
    uint64_t file_bytes;
    uint64_t memory_bytes; // zero beyond file_bytes
    uint64_t alignment;
};

_Static_assert(sizeof(struct elf_header) == 64, "System V ABI, 4");
_Static_assert(sizeof(struct elf_segment) == 56, "System V ABI, 5");

enum {
    TYPE_EXECUTABLE = 2,
    MACHINE_X86_64 = 62,
    SEGMENT_LOAD = 1,
};

static const uint8_t ident[] = {0x7f, 'E', 'L', 'F', 2, 1, 1};

// Far above the image's size; keeps sums of addresses from overflowing.
#define ADDRESS_MAX (1ull << 30)

static struct elf_header header_of(const char *file)
{
    struct elf_header header;

    memcpy(&header, file, sizeof header);
    return header;
}

static struct elf_segment segment_at(const char *file, unsigned index)
{
    struct elf_segment segment;

    memcpy(&segment, file + header_of(file).segments + index * sizeof segment,
           sizeof segment);
    return segment;
}

static bool is_inside(uint64_t offset, uint64_t bytes, uint64_t all)
{
    return offset <= all && bytes <= all - offset;
}

static bool is_supported_header(const char *file, size_t bytes)
{
    if (bytes < sizeof(struct elf_header)) {
        return false;
    }
    const struct elf_header header = header_of(file);

    return memcmp(header.ident, ident, sizeof ident) == 0 &&
           header.type == TYPE_EXECUTABLE && header.machine == MACHINE_X86_64 &&
           header.segment_bytes == sizeof(struct elf_segment) &&
           is_inside(header.segments,
                     header.segment_count * sizeof(struct elf_segment), bytes);
}

static bool is_valid_segment(struct elf_segment segment, size_t bytes)
{
    return is_inside(segment.offset, segment.file_bytes, bytes) &&
           segment.file_bytes <= segment.memory_bytes &&
           segment.memory_bytes > 0 &&
           is_inside(segment.physical_address, segment.memory_bytes,
                     ADDRESS_MAX);
}

// The entry must be in the file's part of a segment. An address below the
// segment wraps around to a large value.
static bool contains_entry(struct elf_segment segment, uint64_t entry)
{
    return entry - segment.virtual_address < segment.file_bytes;
}

// Adds one segment; `distance` is virtual less physical address.
static bool add_segment(struct elf_segment segment, uint64_t distance,
                        struct elf_image *image)
{
    const uint64_t at = segment.physical_address;

    if (image->bytes == 0) {
        image->start = round_down(at, PAGE_SIZE);
    }
    if (at < image->start + image->bytes ||
        segment.virtual_address - at != distance) {
        return false;
    }
    image->bytes = at + segment.memory_bytes - image->start;
    return true;
}

enum error elf_read(const void *file, size_t bytes, struct elf_image *image)
{
    *image = (struct elf_image){.file = file};
    if (!is_supported_header(file, bytes)) {
        return ERR_INVALID;
    }
    const struct elf_header header = header_of(file);
    uint64_t distance = 0;
    bool has_entry = false;

    for (unsigned i = 0; i < header.segment_count; i++) {
        const struct elf_segment segment = segment_at(file, i);

        if (segment.type != SEGMENT_LOAD) {
            continue;
        }
        if (image->bytes == 0) {
            distance = segment.virtual_address - segment.physical_address;
        }
        if (!is_valid_segment(segment, bytes) ||
            !add_segment(segment, distance, image)) {
            return ERR_INVALID;
        }
        has_entry |= contains_entry(segment, header.entry);
    }
    image->bytes = round_up(image->bytes, PAGE_SIZE);
    image->entry = header.entry - distance - image->start;
    return has_entry ? OK : ERR_INVALID;
}

void elf_place(const struct elf_image *image, void *to)
{
    const struct elf_header header = header_of(image->file);

    memset(to, 0, image->bytes);
    for (unsigned i = 0; i < header.segment_count; i++) {
        const struct elf_segment segment = segment_at(image->file, i);

        if (segment.type == SEGMENT_LOAD) {
            memcpy((char *)to + (segment.physical_address - image->start),
                   image->file + segment.offset, segment.file_bytes);
        }
    }
}
