// SPDX-License-Identifier: MIT
// Four levels of tables, each in a frame of the fake RAM; the top table apart.
#include "fakes/fake_paging.h"

#include <string.h>

#include "arch/x86_64/trap.h"
#include "fakes/fake_report.h"

#define WRITABLE (UINT64_C(1) << 1)
#define LARGE (UINT64_C(1) << 7)
#define NO_EXECUTE (UINT64_C(1) << 63)
#define ERROR_WRITE (UINT64_C(1) << 1)
#define LARGE_BYTES (UINT64_C(2) << 20)

enum {
    LEAF,
    BIG,
    TOP = 3
};

// Pages whose mapping changed and that the TLB may still have.
struct stale {
    uintptr_t address;
    uint64_t bytes;
};

static struct {
    struct fake_ram ram;
    paging_frame_source *source;
    uint64_t top[512];
    bool is_table[FAKE_PAGING_FRAMES];
    uint64_t tables;
    uintptr_t mapped_at[FAKE_PAGING_FRAMES]; // 0: not mapped
    struct stale stale[FAKE_PAGING_FRAMES];
    unsigned stale_count;
    page_fault_handler *handler;
} fake;

void fake_paging_start(const struct fake_ram *ram, paging_frame_source *tables)
{
    memset(&fake, 0, sizeof fake);
    fake.ram = *ram;
    fake.source = tables;
}

bool fake_paging_is_table(uint64_t frame)
{
    return fake.is_table[frame];
}

uint64_t fake_paging_tables(void)
{
    return fake.tables;
}

unsigned char *fake_frame(uint64_t frame)
{
    return fake.ram.bytes + frame * PAGE_SIZE;
}

void trap_on_page_fault(page_fault_handler *handler)
{
    fake.handler = handler;
}

// --- Walks -------------------------------------------------------------------

static unsigned index_of(uintptr_t address, int level)
{
    return address >> (12 + 9 * level) & 511;
}

static uint64_t *table_at(uint64_t entry)
{
    const uint64_t frame = (entry & PAGING_WORD_FRAME) / PAGE_SIZE;

    return (uint64_t *)(void *)fake_frame(frame);
}

static bool add_table(uint64_t *entry)
{
    paddr frame;

    if (fake.source(&frame) != OK) {
        return false;
    }
    const uint64_t number = frame.value / PAGE_SIZE;

    if (fake.is_table[number] || fake.mapped_at[number] != 0) {
        fake_violation("paging: frame %llu for a table is in use",
                       (unsigned long long)number);
    }
    memset(fake_frame(number), 0, PAGE_SIZE);
    fake.is_table[number] = true;
    fake.tables++;
    *entry = frame.value | PAGING_WORD_PRESENT | WRITABLE;
    return true;
}

// The address's entry at the level. NULL: a table is missing, or a large page
// is in its place.
static uint64_t *entry_of(uintptr_t address, int level, bool add)
{
    uint64_t *table = fake.top;

    for (int at = TOP; at > level; at--) {
        uint64_t *entry = &table[index_of(address, at)];

        if ((!(*entry & PAGING_WORD_PRESENT) && !(add && add_table(entry))) ||
            (at == BIG && *entry & LARGE)) {
            return NULL;
        }
        table = table_at(*entry);
    }
    return &table[index_of(address, level)];
}

// --- Mappings ----------------------------------------------------------------

static void note_mapped(uintptr_t address, uint64_t frame)
{
    if (frame >= fake.ram.frames || fake.is_table[frame] ||
        fake.ram.is_free(frame)) {
        fake_violation("paging: frame %llu is mapped, and no page's",
                       (unsigned long long)frame);
        return;
    }
    if (fake.mapped_at[frame] != 0) {
        fake_violation("paging: frame %llu is mapped twice",
                       (unsigned long long)frame);
    }
    fake.mapped_at[frame] = address;
}

static void note_unmapped(uintptr_t address, uint64_t frame, uint64_t bytes)
{
    const unsigned most = sizeof fake.stale / sizeof fake.stale[0];

    for (uint64_t i = 0; i < bytes / PAGE_SIZE; i++) {
        fake.mapped_at[frame + i] = 0;
    }
    if (fake.stale_count == most) {
        fake_violation("paging: too many changes without a flush");
        fake.stale_count = 0;
    }
    fake.stale[fake.stale_count++] = (struct stale){address, bytes};
}

static bool is_stale(uintptr_t address)
{
    for (unsigned i = 0; i < fake.stale_count; i++) {
        if (address - fake.stale[i].address < fake.stale[i].bytes) {
            return true;
        }
    }
    return false;
}

static void set_entry(uintptr_t address, uint64_t *entry, uint64_t word)
{
    if (*entry & PAGING_WORD_PRESENT && *entry != word) {
        note_unmapped(address, (*entry & PAGING_WORD_FRAME) / PAGE_SIZE,
                      PAGE_SIZE);
    }
    if (word & PAGING_WORD_PRESENT && *entry != word) {
        note_mapped(address, (word & PAGING_WORD_FRAME) / PAGE_SIZE);
    }
    *entry = word;
}

static uint64_t *word_entry(uintptr_t address)
{
    static uint64_t nothing;
    uint64_t *entry = entry_of(address, LEAF, false);

    if (entry == NULL) {
        fake_violation("paging: no tables for the word of 0x%llx",
                       (unsigned long long)address);
        nothing = 0;
        entry = &nothing;
    }
    return entry;
}

bool fake_paging_has_word(uintptr_t address)
{
    return entry_of(address, LEAF, false) != NULL;
}

uint64_t paging_word(uintptr_t address)
{
    return *word_entry(address);
}

void paging_set_word(uintptr_t address, uint64_t word)
{
    set_entry(address, word_entry(address), word);
}

uint64_t paging_present_word(paddr frame, unsigned flags)
{
    return frame.value | PAGING_WORD_PRESENT |
           (flags & PAGING_WRITE ? WRITABLE : 0) |
           (flags & PAGING_EXECUTE ? 0 : NO_EXECUTE);
}

enum error paging_prepare(uintptr_t address, uint64_t bytes)
{
    for (uintptr_t at = address; at < address + bytes;
         at = round_down(at, LARGE_BYTES) + LARGE_BYTES) {
        if (entry_of(at, LEAF, true) == NULL) {
            return ERR_NO_MEMORY;
        }
    }
    return OK;
}

static enum error map_large(uintptr_t address, paddr to, unsigned flags)
{
    uint64_t *entry = entry_of(address, BIG, true);

    if (entry == NULL) {
        return ERR_NO_MEMORY;
    }
    if (*entry != 0) {
        fake_violation("paging: a large page over a mapping");
    }
    for (uint64_t i = 0; i < LARGE_BYTES; i += PAGE_SIZE) {
        note_mapped(address + i, (to.value + i) / PAGE_SIZE);
    }
    *entry = paging_present_word(to, flags) | LARGE;
    return OK;
}

static enum error map_small(uintptr_t address, paddr to, unsigned flags)
{
    uint64_t *entry = entry_of(address, LEAF, true);

    if (entry == NULL) {
        return ERR_NO_MEMORY;
    }
    if (!(*entry & PAGING_WORD_PRESENT)) {
        set_entry(address, entry, paging_present_word(to, flags));
    }
    return OK;
}

enum error paging_map(uintptr_t address, paddr to, uint64_t bytes,
                      unsigned flags)
{
    enum error error = OK;

    for (uint64_t at = 0; at < bytes && error == OK;) {
        const bool large =
            bytes - at >= LARGE_BYTES &&
            ((address + at) | (to.value + at)) % LARGE_BYTES == 0;

        error = large ? map_large(address + at, paddr_add(to, at), flags)
                      : map_small(address + at, paddr_add(to, at), flags);
        at += large ? LARGE_BYTES : PAGE_SIZE;
    }
    return error;
}

enum error paging_unmap(uintptr_t address, paddr *frame)
{
    uint64_t *entry = entry_of(address, LEAF, false);

    if (entry == NULL || !(*entry & PAGING_WORD_PRESENT)) {
        return ERR_EMPTY;
    }
    *frame = paddr_of(*entry & PAGING_WORD_FRAME);
    set_entry(address, entry, 0);
    return OK;
}

paddr paging_unmap_large(uintptr_t address)
{
    uint64_t *entry = entry_of(address, BIG, false);

    if (entry == NULL || !(*entry & LARGE)) {
        fake_violation("paging: no large page at 0x%llx",
                       (unsigned long long)address);
        return paddr_of(0);
    }
    const paddr frame = paddr_of(*entry & PAGING_WORD_FRAME);

    note_unmapped(address, frame.value / PAGE_SIZE, LARGE_BYTES);
    *entry = 0;
    return frame;
}

void paging_flush_tlb(void)
{
    fake.stale_count = 0;
}

void *paging_borrow(paddr frame)
{
    const uint64_t number = frame.value / PAGE_SIZE;

    if (frame.value % PAGE_SIZE != 0 || number >= fake.ram.frames ||
        fake.is_table[number] || fake.ram.is_free(number)) {
        fake_violation("paging: 0x%llx is borrowed, and in use for nothing",
                       (unsigned long long)frame.value);
        return fake.ram.bytes;
    }
    return fake_frame(number);
}

// --- Accesses ----------------------------------------------------------------

// The byte's address in RAM; NULL, and the error code, if it faults.
static unsigned char *walk(uintptr_t address, bool write, uint64_t *error_code)
{
    const uint64_t *big = entry_of(address, BIG, false);
    const bool large = big != NULL && *big & LARGE;
    const uint64_t *leaf = large ? big : entry_of(address, LEAF, false);
    const uint64_t bytes = large ? LARGE_BYTES : PAGE_SIZE;

    *error_code = write ? ERROR_WRITE : 0;
    if (leaf == NULL || !(*leaf & PAGING_WORD_PRESENT)) {
        return NULL;
    }
    if (write && !(*leaf & WRITABLE)) {
        *error_code |= TRAP_FAULT_PRESENT;
        return NULL;
    }
    return fake.ram.bytes + (*leaf & PAGING_WORD_FRAME) + address % bytes;
}

void *fake_touch(uintptr_t address, bool write)
{
    uint64_t error_code;
    unsigned char *memory = walk(address, write, &error_code);

    if (is_stale(address)) {
        fake_violation("paging: 0x%llx is touched before a flush",
                       (unsigned long long)address);
    }
    if (memory == NULL && fake.handler(address, error_code)) {
        memory = walk(address, write, &error_code);
    }
    if (memory == NULL) {
        fake_violation("paging: a fault at 0x%llx, code %llx, is not served",
                       (unsigned long long)address,
                       (unsigned long long)error_code);
    }
    if (is_stale(address)) {
        fake_violation("paging: 0x%llx is served without a flush",
                       (unsigned long long)address);
    }
    return memory;
}

void *paging_memory(uintptr_t address)
{
    return fake_touch(address, true);
}
