// SPDX-License-Identifier: MIT
// Page tables, walked and built from the top, accessed through a self-reference
// in the top table. Only leaves carry permissions; the levels above allow
// everything. Intel SDM volume 3, 4.5.
#include "arch/x86_64/paging.h"

#include "arch/x86_64/cpu.h"
#include "arch/x86_64/features.h"

#include <string.h>

extern char image_start[];

#define ENTRY_PRESENT (1ull << 0)
#define ENTRY_WRITE (1ull << 1)
#define ENTRY_WRITE_THROUGH (1ull << 3)
#define ENTRY_UNCACHED (1ull << 4)
#define ENTRY_LARGE (1ull << 7)
#define ENTRY_NO_EXECUTE (1ull << 63)
#define ENTRY_ADDRESS 0x000ffffffffff000ull

#define LARGE_PAGE (2u << 20)
#define DIRECT_BYTES (TASKS_BASE - DIRECT_BASE)
#define ADDRESS_MASK 0x0000ffffffffffffull // that tables translate
#define TABLES_INDEX (TABLES_BASE >> 39 & 511)

enum {
    LEVEL_PAGE = 0,  // entries of 4 KiB
    LEVEL_LARGE = 1, // entries of 2 MiB
    LEVEL_TOP = 3,
    LEVELS
};

// The first tables, the top one included, lie in the image: the loader has
// zeroed them, and every machine needs this number.
#define FIRST_TABLES 11
static _Alignas(PAGE_SIZE) uint64_t first_tables[FIRST_TABLES][512];
static unsigned first_used;

static paddr first_table; // their physical address
static paging_frame_source *take_frame;
static paging_memory_test *is_memory;
static bool switched;
static uint64_t no_execute; // ENTRY_NO_EXECUTE; 0: the CPU has no such bit

// The end of the CPU's physical addresses. An entry with a bit beyond it has a
// reserved bit set, and an access through it faults (4.7). Firmware tables and
// devices can name such addresses, so paging_map refuses them.
static uint64_t physical_end;

static enum error new_table(paddr *table)
{
    if (first_used < FIRST_TABLES) {
        *table = paddr_add(first_table, (uint64_t)first_used++ * PAGE_SIZE);
        return OK;
    }
    enum error error = take_frame(table);

    if (error == OK) {
        memset(paging_borrow(*table), 0, PAGE_SIZE);
    }
    return error;
}

// The virtual address of an address's entry in its page table. One entry of the
// top table points to the top table itself: a walk through it ends one level
// early, at the page table, not the page.
static uint64_t *word_of(uintptr_t address)
{
    return (uint64_t *)(TABLES_BASE +
                        ((address & ADDRESS_MASK) >> 9 & ~UINT64_C(7)));
}

// Of its entries at each level: twice through that entry, the walk ends at the
// table above.
static void entries_of(uintptr_t address, uint64_t *entries[LEVELS])
{
    for (int level = LEVEL_PAGE; level <= LEVEL_TOP; level++) {
        entries[level] = word_of(address);
        address = (uintptr_t)entries[level];
    }
}

// Finds the address's entry at the level. add: allocates missing tables on the
// way. ERR_EMPTY: a table is missing, or a large page covers the address.
static enum error find_entry(uintptr_t address, int level, bool add,
                             uint64_t **entry)
{
    uint64_t *entries[LEVELS];

    entries_of(address, entries);
    for (int at = LEVEL_TOP; at > level; at--) {
        if (!(*entries[at] & ENTRY_PRESENT)) {
            paddr fresh;
            enum error error = add ? new_table(&fresh) : ERR_EMPTY;

            if (error != OK) {
                return error;
            }
            *entries[at] = fresh.value | ENTRY_PRESENT | ENTRY_WRITE;
        } else if (*entries[at] & ENTRY_LARGE) {
            return ERR_EMPTY;
        }
    }
    *entry = entries[level];
    return OK;
}

static uint64_t entry_bits(unsigned flags)
{
    uint64_t bits = ENTRY_PRESENT;

    if (flags & PAGING_WRITE) {
        bits |= ENTRY_WRITE;
    }
    if (!(flags & PAGING_EXECUTE)) {
        bits |= no_execute;
    }
    if (flags & PAGING_DEVICE) {
        bits |= ENTRY_UNCACHED | ENTRY_WRITE_THROUGH;
    }
    return bits;
}

static bool fits_large(uintptr_t address, paddr to, uint64_t bytes)
{
    return bytes >= LARGE_PAGE && (address | to.value) % LARGE_PAGE == 0;
}

// Fills up to `most` entries of one table, from the entry on; returns their
// number. Present entries stay. A large page stops at a table of small ones.
static uint64_t fill_entries(uint64_t *entry, paddr to, uint64_t page,
                             uint64_t most, uint64_t bits)
{
    uint64_t left = (PAGE_SIZE - (uintptr_t)entry % PAGE_SIZE) / sizeof *entry;
    uint64_t *const end = entry + (most < left ? most : left);
    uint64_t *at = entry;

    for (uint64_t value = to.value | bits; at < end; at++, value += page) {
        if (!(*at & ENTRY_PRESENT)) {
            *at = value;
        } else if (bits & ENTRY_LARGE && !(*at & ENTRY_LARGE)) {
            break;
        }
    }
    return (uint64_t)(at - entry);
}

// Maps the part of the range that one table of the level covers. *covered: its
// bytes.
static enum error map_level(uintptr_t address, paddr to, uint64_t bytes,
                            unsigned flags, int level, uint64_t *covered)
{
    bool large = level == LEVEL_LARGE;
    uint64_t page = large ? LARGE_PAGE : PAGE_SIZE;
    uint64_t bits = entry_bits(flags) | (large ? ENTRY_LARGE : 0);
    uint64_t *entry;
    enum error error = find_entry(address, level, true, &entry);

    if (error == OK) {
        *covered = page * fill_entries(entry, to, page, bytes / page, bits);
    } else if (error == ERR_EMPTY) { // a large page covers the address
        const uint64_t rest = LARGE_PAGE - address % LARGE_PAGE;

        *covered = rest < bytes ? rest : bytes;
        error = OK;
    }
    return error;
}

// A large page can begin where a table of small pages ends, so the page size is
// chosen again for each table.
static enum error map_some(uintptr_t address, paddr to, uint64_t bytes,
                           unsigned flags, uint64_t *covered)
{
    if (fits_large(address, to, bytes)) {
        enum error error =
            map_level(address, to, bytes, flags, LEVEL_LARGE, covered);

        if (error != OK || *covered > 0) {
            return error;
        }
    }
    return map_level(address, to, bytes, flags, LEVEL_PAGE, covered);
}

// Bits of a physical address. 36 if the CPU has no CPUID leaf for it (SDM
// volume 3, 4.1.4).
static unsigned physical_bits(void)
{
    uint32_t eax = 0x80000000;
    uint32_t ebx;
    uint32_t ecx = 0;
    uint32_t edx;

    __asm__ volatile("cpuid" : "+a"(eax), "=b"(ebx), "+c"(ecx), "=d"(edx));
    if (eax < 0x80000008) {
        return 36;
    }
    eax = 0x80000008;
    __asm__ volatile("cpuid" : "+a"(eax), "=b"(ebx), "+c"(ecx), "=d"(edx));
    return eax & 0xff;
}

void paging_start(paddr image, paging_frame_source *frames,
                  paging_memory_test *memory)
{
    const uint64_t offset = (uint64_t)((char *)first_tables - image_start);
    uint64_t *boot_table = direct(paddr_of(read_cr3()));
    paddr top;

    take_frame = frames;
    is_memory = memory;
    physical_end = 1ull << physical_bits();
    no_execute = features_forbid_execution() ? ENTRY_NO_EXECUTE : 0;
    first_table = paddr_add(image, offset);
    (void)!new_table(&top); // cannot fail: it is the first of first_tables
    first_tables[0][TABLES_INDEX] =
        top.value | ENTRY_PRESENT | ENTRY_WRITE | no_execute;
    boot_table[TABLES_INDEX] = first_tables[0][TABLES_INDEX];
}

enum error paging_map(uintptr_t address, paddr to, uint64_t bytes,
                      unsigned flags)
{
    if (bytes > physical_end || to.value > physical_end - bytes) {
        return ERR_RANGE;
    }
    while (bytes > 0) {
        uint64_t covered;
        enum error error = map_some(address, to, bytes, flags, &covered);

        if (error != OK) {
            return error;
        }
        address += covered;
        to = paddr_add(to, covered);
        bytes -= covered;
    }
    return OK;
}

enum error paging_prepare(uintptr_t address, uint64_t bytes)
{
    const uintptr_t end = address + bytes;
    enum error error = OK;

    for (uintptr_t at = address; at < end && error == OK;
         at = round_down(at, LARGE_PAGE) + LARGE_PAGE) {
        uint64_t *entry;

        error = find_entry(at, LEVEL_PAGE, true, &entry);
    }
    return error;
}

enum error paging_unmap(uintptr_t address, paddr *frame)
{
    uint64_t *entry;
    enum error error = find_entry(address, LEVEL_PAGE, false, &entry);

    if (error != OK) {
        return error;
    }
    if (!(*entry & ENTRY_PRESENT)) {
        return ERR_EMPTY;
    }
    *frame = paddr_of(*entry & ENTRY_ADDRESS);
    *entry = 0;
    return OK;
}

paddr paging_unmap_large(uintptr_t address)
{
    uint64_t *entries[LEVELS];

    entries_of(address, entries);
    const paddr frame = paddr_of(*entries[LEVEL_LARGE] & ENTRY_ADDRESS);

    *entries[LEVEL_LARGE] = 0;
    return frame;
}

uint64_t paging_word(uintptr_t address)
{
    return *word_of(address);
}

void paging_set_word(uintptr_t address, uint64_t word)
{
    *word_of(address) = word;
}

uint64_t paging_present_word(paddr frame, unsigned flags)
{
    return frame.value | entry_bits(flags);
}

void paging_flush_tlb(void)
{
    write_cr3(read_cr3());
}

// The image's page table has an entry for the page below the image, which has
// no other use.
void *paging_borrow(paddr frame)
{
    uint64_t *entries[LEVELS];

    if (!switched) {
        return direct(frame);
    }
    entries_of(BORROW_BASE, entries);
    *entries[LEVEL_PAGE] = frame.value | entry_bits(PAGING_WRITE);
    __asm__ volatile("invlpg (%0)" : : "r"(BORROW_BASE) : "memory");
    return (void *)BORROW_BASE;
}

void *paging_memory(uintptr_t address)
{
    return (void *)address;
}

enum error paging_map_direct(paddr address, uint64_t bytes, unsigned flags)
{
    paddr first = paddr_of(round_down(address.value, PAGE_SIZE));

    if (bytes > DIRECT_BYTES - PAGE_SIZE ||
        address.value >= DIRECT_BYTES - PAGE_SIZE - bytes) {
        return ERR_RANGE;
    }
    return paging_map((uintptr_t)direct(first), first,
                      round_up(address.value + bytes, PAGE_SIZE) - first.value,
                      flags);
}

// The entry that maps the address, 0 if there is none; *page: bytes it covers.
static uint64_t leaf_of(uintptr_t address, uint64_t *page)
{
    uint64_t *entries[LEVELS];
    int level = LEVEL_TOP;

    entries_of(address, entries);
    while (level > LEVEL_PAGE && *entries[level] & ENTRY_PRESENT &&
           !(*entries[level] & ENTRY_LARGE)) {
        level--;
    }
    *page = 1ull << (12 + 9 * level);
    return *entries[level];
}

static bool is_uncached(uintptr_t address, uint64_t bytes)
{
    const uintptr_t end = address + bytes;
    uint64_t page;

    while (address < end && leaf_of(address, &page) & ENTRY_UNCACHED) {
        address = round_down(address, page) + page;
    }
    return address >= end;
}

// A page that is mapped already stays as it is; if it is cached, it is not a
// device's. Most RAM is not mapped, so the memory map is checked too.
enum error paging_map_device(paddr address, uint32_t bytes,
                             struct io_region *region)
{
    const uintptr_t at = (uintptr_t)direct(address);

    *region = (struct io_region){at, bytes, IO_MEMORY};
    if (is_memory(address, bytes)) {
        return ERR_INVALID;
    }
    enum error error =
        paging_map_direct(address, bytes, PAGING_WRITE | PAGING_DEVICE);

    return error == OK && !is_uncached(at, bytes) ? ERR_INVALID : error;
}

bool paging_forbids_execution(void)
{
    return no_execute;
}

void paging_switch(void)
{
    write_cr3(first_table.value);
    switched = true;
}
