// SPDX-License-Identifier: MIT
// Requests, served at once.
#include "fakes/fake_store.h"

#include <stdlib.h>
#include <string.h>

#include "fakes/fake_paging.h"
#include "fakes/fake_report.h"

unsigned char *fake_store_page(struct fake_store *disk, uint64_t page)
{
    if (disk->bytes[page] == NULL) {
        disk->bytes[page] = calloc(1, PAGE_SIZE);
        if (disk->bytes[page] == NULL) {
            abort();
        }
    }
    return disk->bytes[page];
}

// number: of the request, 0: it has none.
static bool fails(const struct fake_store *disk, bool write, uint64_t page,
                  uint64_t number)
{
    for (unsigned i = 0; i < disk->fault_count; i++) {
        const struct fake_store_fault *fault = &disk->faults[i];

        if (fault->write == write &&
            (fault->by_number ? number != 0 && fault->value == number
                              : fault->value == page)) {
            return true;
        }
    }
    return false;
}

static bool is_legal(const struct fake_store *disk, const struct vm_io *io,
                     bool write)
{
    if (io->page >= disk->store.pages ||
        (write &&
         (disk->store.read_only || io->page == 0 || disk->bad[io->page]))) {
        fake_violation("store: page %llu is %s", (unsigned long long)io->page,
                       write ? "written" : "read");
        return false;
    }
    return true;
}

static void serve(struct fake_store *disk, struct vm_io *io, bool write)
{
    unsigned char *memory = paging_borrow(io->frame);
    uint64_t *count = write ? &disk->writes : &disk->reads;
    const bool counts = io->page != 0 || disk->store.read_only;

    *count += counts;
    io->done = is_legal(disk, io, write) &&
               !fails(disk, write, io->page, counts ? *count : 0);
    if (!io->done) {
        if (!write) {
            memset(memory, 0xee, PAGE_SIZE); // a failed read may leave this
        }
    } else if (write) {
        memcpy(fake_store_page(disk, io->page), memory, PAGE_SIZE);
    } else if (disk->bytes[io->page] == NULL) {
        memset(memory, 0, PAGE_SIZE);
    } else {
        memcpy(memory, disk->bytes[io->page], PAGE_SIZE);
    }
}

static void serve_all(struct fake_store *disk, struct vm_io *list,
                      unsigned count, bool write)
{
    if (count == 0 || count > VM_IO_MAX) {
        fake_violation("store: a call for %u pages", count);
    }
    disk->calls++;
    if (count > disk->largest_call) {
        disk->largest_call = count;
    }
    for (unsigned i = 0; i < count; i++) {
        serve(disk, &list[i], write);
    }
}

static void read_pages(void *ctx, struct vm_io *list, unsigned count)
{
    serve_all(ctx, list, count, false);
}

static void write_pages(void *ctx, struct vm_io *list, unsigned count)
{
    serve_all(ctx, list, count, true);
}

void fake_store_start(struct fake_store *disk, uint64_t pages, bool read_only)
{
    memset(disk, 0, sizeof *disk);
    disk->store = (struct vm_store){
        .ctx = disk,
        .pages = pages,
        .read_only = read_only,
        .read = read_pages,
        .write = write_pages,
    };
}

void fake_store_end(struct fake_store *disk)
{
    for (unsigned i = 0; i < FAKE_STORE_PAGES; i++) {
        free(disk->bytes[i]);
        disk->bytes[i] = NULL;
    }
}

void fake_store_fail(struct fake_store *disk, struct fake_store_fault fault)
{
    disk->faults[disk->fault_count++] = fault;
}

static void put32(unsigned char *at, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++) {
        at[i] = (unsigned char)(value >> 8 * i);
    }
}

void fake_store_mark(struct fake_store *disk, uint32_t last_page,
                     const uint32_t *bad, uint32_t bad_count)
{
    unsigned char *page = fake_store_page(disk, 0);

    put32(page + 1024, 1);
    put32(page + 1028, last_page);
    put32(page + 1032, bad_count);
    for (uint32_t i = 0; i < bad_count; i++) {
        put32(page + 1536 + 4 * i, bad[i]);
        if (bad[i] < FAKE_STORE_PAGES) {
            disk->bad[bad[i]] = true;
        }
    }
    memcpy(page + 4086, "SWAPSPACE2", 10);
}

void fake_store_fill(struct fake_store *disk)
{
    for (uint64_t page = 0; page < disk->store.pages; page++) {
        uint64_t *words = (uint64_t *)(void *)fake_store_page(disk, page);

        for (uint64_t i = 0; i < PAGE_SIZE / sizeof *words; i++) {
            words[i] = UINT64_C(0x9e3779b97f4a7c15) +
                       (512 * page + i) * UINT64_C(0xd1342543de82ef95);
        }
    }
}
