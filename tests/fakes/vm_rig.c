// SPDX-License-Identifier: MIT
// The machine around guest/vm: RAM, disks, the balloon driver's part, audits.
#include "fakes/vm_rig.h"

#include <stdlib.h>
#include <string.h>

#include "fakes/fake_paging.h"
#include "fakes/fake_report.h"
#include "fakes/vm_internals_rig.h"
#include "mm/balloon.h"
#include "mm/internal.h"
#include "mm/mm.h"
#include "mm/room.h"
#include "vm/internal.h"

struct frames mm_frames;
struct fake_store vm_rig_swap;
struct fake_store vm_rig_file;

static _Alignas(4096) unsigned char ram[VM_RIG_FRAMES * PAGE_SIZE];
static char *sets;
static uint64_t faults_before; // mm's areas count since the program's start

static struct {
    bool deflates_on_oom;
    bool relieved;
    uint64_t target;
    uint64_t count;
    uint64_t random; // state; 0: large batches
    bool is_ballooned[VM_RIG_FRAMES];
} balloon;

// --- The balloon -------------------------------------------------------------

static uint64_t draw(void)
{
    balloon.random ^= balloon.random << 13;
    balloon.random ^= balloon.random >> 7;
    balloon.random ^= balloon.random << 17;
    return balloon.random;
}

// A batch of at most `left` pages; whole blocks stay possible.
static uint64_t batch_of(uint64_t left)
{
    const uint64_t least = left < FRAMES_BLOCK ? 1 : FRAMES_BLOCK;

    return balloon.random == 0 ? left : least + draw() % (left - least + 1);
}

static void note_run(struct page_run run, bool ballooned)
{
    for (uint64_t i = run.first; i < (uint64_t)run.first + run.count; i++) {
        if (balloon.is_ballooned[i] == ballooned) {
            fake_violation("balloon: frame %llu is given twice",
                           (unsigned long long)i);
        }
        balloon.is_ballooned[i] = ballooned;
    }
    balloon.count += ballooned ? run.count : UINT64_C(0) - run.count;
}

static void deflate_exactly(uint64_t pages)
{
    while (pages > 0) {
        struct page_run run;

        if (!mm_deflate_pick(batch_of(pages), &run)) {
            fake_violation("balloon: %llu pages are missing",
                           (unsigned long long)pages);
            return;
        }
        note_run(run, false);
        mm_deflate_done(run);
        pages -= run.count;
    }
}

static uint64_t deflate(uint64_t most)
{
    const uint64_t pages = most < balloon.count ? most : balloon.count;

    if (!balloon.deflates_on_oom || pages == 0) {
        return 0;
    }
    balloon.relieved = true;
    mm_inflate_demand(0);
    deflate_exactly(pages);
    return pages;
}

static bool relieve(uint64_t pages)
{
    return pages <= balloon.count && deflate(pages) == pages;
}

// Sometimes a turn of the main loop comes between two batches.
static void turn_between(void)
{
    if (balloon.random != 0 && draw() % 4 == 0) {
        vm_background();
    }
}

static bool inflate(void)
{
    const uint64_t before = balloon.count;
    struct page_run run;

    while (!balloon.relieved && balloon.target > balloon.count &&
           mm_inflate_pick(batch_of(balloon.target - balloon.count), &run)) {
        note_run(run, true);
        mm_inflate_done(run);
        mm_inflate_demand(balloon.target - balloon.count);
        turn_between();
    }
    return balloon.count != before;
}

static uint64_t wanted(void)
{
    return !balloon.relieved && balloon.target > balloon.count
               ? balloon.target - balloon.count
               : 0;
}

void vm_rig_settle(void)
{
    do {
        mm_inflate_demand(wanted());
        vm_background();
    } while (inflate());
}

uint64_t vm_rig_balloon(uint64_t target)
{
    balloon.relieved = balloon.relieved && target == balloon.target;
    balloon.target = target;
    mm_inflate_demand(wanted());
    while (balloon.count > target) {
        deflate_exactly(batch_of(balloon.count - target));
        turn_between();
    }
    vm_rig_settle();
    return balloon.count;
}

uint64_t vm_rig_ballooned(void)
{
    return balloon.count;
}

// --- Start -------------------------------------------------------------------

static bool is_free(uint64_t frame)
{
    return frame_set_next(&mm_frames.set, frame) == frame;
}

static enum error take_table(paddr *frame)
{
    return frames_alloc(&mm_frames, frame);
}

static void start_frames(const struct vm_rig_setup *setup)
{
    static const struct vm_rig_run most = {256, VM_RIG_FRAMES - 256};
    const struct vm_rig_run *runs = setup->run_count > 0 ? setup->runs : &most;
    const unsigned count = setup->run_count > 0 ? setup->run_count : 1;
    const size_t bytes = frame_set_bytes(VM_RIG_FRAMES);
    const struct fake_ram fake = {ram, VM_RIG_FRAMES, is_free};

    sets = malloc(FRAME_SETS * bytes);
    if (sets == NULL) {
        abort();
    }
    memset(ram, 0xa5, sizeof ram);
    frames_start(&mm_frames, sets, VM_RIG_FRAMES);
    for (unsigned i = 0; i < count; i++) {
        frames_add(&mm_frames, paddr_of(runs[i].first * PAGE_SIZE),
                   runs[i].count * PAGE_SIZE);
    }
    balloon_frames_start(sets + bytes);
    fake_paging_start(&fake, take_table);
}

static void start_disks(const struct vm_rig_setup *setup)
{
    fake_store_start(&vm_rig_swap, setup->swap_pages, false);
    if (setup->swap_last_page > 0) {
        fake_store_mark(&vm_rig_swap, setup->swap_last_page, setup->bad,
                        setup->bad_count);
    }
    fake_store_start(&vm_rig_file, setup->file_pages, true);
    fake_store_fill(&vm_rig_file);
    if (setup->file_pages > 0) {
        vm_file_set(&vm_rig_file.store);
    }
}

void vm_rig_start(const struct vm_rig_setup *setup)
{
    static const struct mm_sources sources = {
        .relieve = relieve,
        .deflate = deflate,
    };

    fake_report_clear();
    memset(&balloon, 0, sizeof balloon);
    balloon.deflates_on_oom = setup->deflate_on_oom;
    balloon.random = setup->seed;
    mm_hold = (struct vm_area){.base = HOLD_BASE, .limit = UINT64_C(1) << 38};
    mm_inflate_demand(0);
    mm_deflate_on_oom(setup->deflate_on_oom);
    start_frames(setup);
    vm = (struct vm){.given_up_at = UINT64_MAX};
    vm_counters = (struct vm_counters){0};
    faults_before = vm_area_faults();
    vm_start(&sources);
    start_disks(setup);
    vm_rig_orders_start();
}

void vm_rig_end(void)
{
    fake_store_end(&vm_rig_swap);
    fake_store_end(&vm_rig_file);
    free(sets);
    sets = NULL;
}

void vm_rig_fail(enum vm_rig_access access, bool by_number, uint64_t value)
{
    const struct fake_store_fault fault = {access == VM_RIG_SWAP_WRITE,
                                           by_number, value};

    fake_store_fail(access == VM_RIG_FILE_READ ? &vm_rig_file : &vm_rig_swap,
                    fault);
}

uint64_t *vm_rig_touch(const struct vm_space *space, uint64_t page, bool write)
{
    return fake_touch((uintptr_t)vm_page(space, page), write);
}

uint64_t *vm_rig_touch_held(uint64_t page)
{
    return fake_touch(mm_hold.base + page * PAGE_SIZE, true);
}

// --- Numbers -----------------------------------------------------------------

void vm_rig_numbers(uint64_t numbers[VM_RIG_NUMBERS])
{
    const struct vm_counters *c = &vm_counters;
    const uint64_t managed = mm_frames.managed - balloon_frames_away();
    const uint64_t areas = vm_area_faults() - faults_before;
    const uint64_t values[VM_RIG_NUMBERS] = {
        c->swap_in * PAGE_SIZE,
        c->swap_out * PAGE_SIZE,
        c->major_faults,
        c->minor_faults + areas,
        mm_frames.free * PAGE_SIZE,
        managed * PAGE_SIZE,
        vm_available(),
        vm_caches() * PAGE_SIZE,
        c->htlb_pgalloc,
        c->htlb_pgfail,
        c->oom_kills,
        c->alloc_stalls,
        c->async_scans * PAGE_SIZE,
        c->direct_scans * PAGE_SIZE,
        c->async_reclaims * PAGE_SIZE,
        c->direct_reclaims * PAGE_SIZE,
    };

    memcpy(numbers, values, sizeof values);
}

uint64_t vm_rig_room(void)
{
    return mm_room();
}

size_t vm_rig_free_runs(struct vm_rig_run *runs, size_t size)
{
    struct vm_rig_run run = {0, 0};
    size_t count = 0;

    while (mm_free_run(run.first + run.count, &run.first, &run.count)) {
        if (count < size) {
            runs[count] = run;
        }
        count++;
    }
    return count;
}

// --- The audit ---------------------------------------------------------------

enum owner {
    NOBODY,
    FREE,
    TABLE,
    BALLOON,
    PAGE,
    HELD,
    SLOTS,
    POOL
};

static const char *const owner_names[] = {
    "nobody", "free", "a table", "the balloon",
    "a page", "held", "slots",   "the pool",
};

static enum owner owners[VM_RIG_FRAMES];

static void own(uint64_t frame, enum owner owner)
{
    if (owners[frame] != NOBODY) {
        fake_violation("audit: frame %llu belongs to %s and to %s",
                       (unsigned long long)frame, owner_names[owners[frame]],
                       owner_names[owner]);
    }
    owners[frame] = owner;
}

static void own_space(const struct vm_space *space)
{
    uint64_t in_memory = 0;
    uint64_t swapped = 0;

    for (uint64_t page = 0; page < space->prepared; page++) {
        const uint64_t word = vm_word(space, page);
        const enum vm_state state = vm_state_of(word);

        if (state == VM_QUEUED || (state != VM_EMPTY && page >= space->pages)) {
            fake_violation("audit: page %llu has the word %llx",
                           (unsigned long long)page, (unsigned long long)word);
        }
        if (vm_has_frame(state)) {
            own(vm_frame_of(word).value / PAGE_SIZE, PAGE);
            in_memory++;
        }
        swapped += state == VM_SWAPPED;
    }
    if (in_memory != space->in_memory || swapped != space->swapped) {
        fake_violation("audit: a space counts %llu and %llu pages, not %llu "
                       "and %llu",
                       (unsigned long long)space->in_memory,
                       (unsigned long long)space->swapped,
                       (unsigned long long)in_memory,
                       (unsigned long long)swapped);
    }
}

static void own_held(void)
{
    for (uint64_t at = 0; at < mm_hold.bytes; at += PAGE_SIZE) {
        const uint64_t word = paging_word(mm_hold.base + at);

        if (word & PAGING_WORD_PRESENT) {
            own((word & PAGING_WORD_FRAME) / PAGE_SIZE, HELD);
        }
    }
}

static void own_slots_and_pool(void)
{
    const struct vm_slots *slots = &vm.swap.slots;

    for (uint64_t i = 0; i * VM_SLOTS_OF_FRAME < slots->end; i++) {
        own(slots->frames[i].value / PAGE_SIZE, SLOTS);
    }
    for (uint64_t i = 0; i < vm.pool.blocks; i++) {
        const unsigned char *block = fake_touch(
            POOL_BASE + i * FRAMES_BLOCK * (uint64_t)PAGE_SIZE, false);
        const uint64_t first = (uint64_t)(block - ram) / PAGE_SIZE;

        for (uint64_t j = 0; j < FRAMES_BLOCK; j++) {
            own(first + j, POOL);
        }
    }
}

// Two pages in one slot, or a slot beside `used`.
static void audit_slots(void)
{
    static bool used[FAKE_STORE_PAGES];
    uint64_t count = 0;

    memset(used, 0, sizeof used);
    for (unsigned i = 0; i < VM_TASKS; i++) {
        const struct vm_space *task = &vm.tasks[i];

        for (uint64_t page = 0; page < task->pages; page++) {
            const uint64_t word = vm_word(task, page);

            if (vm_state_of(word) == VM_SWAPPED) {
                if (used[vm_slot_of(word)]) {
                    fake_violation("audit: slot %llu has two pages",
                                   (unsigned long long)vm_slot_of(word));
                }
                used[vm_slot_of(word)] = true;
                count++;
            }
        }
    }
    if (count != vm.swap.slots.used) {
        fake_violation("audit: %llu slots in use, not %llu",
                       (unsigned long long)count,
                       (unsigned long long)vm.swap.slots.used);
    }
}

void vm_rig_audit(void)
{
    uint64_t owned = 0;

    memset(owners, 0, sizeof owners);
    for (uint64_t frame = 0; frame < VM_RIG_FRAMES; frame++) {
        if (is_free(frame)) {
            own(frame, FREE);
        }
        if (fake_paging_is_table(frame)) {
            own(frame, TABLE);
        }
        if (balloon.is_ballooned[frame]) {
            own(frame, BALLOON);
        }
    }
    for (unsigned i = 0; i < VM_TASKS; i++) {
        own_space(&vm.tasks[i]);
    }
    own_space(&vm.file);
    own_held();
    own_slots_and_pool();
    for (uint64_t frame = 0; frame < VM_RIG_FRAMES; frame++) {
        owned += owners[frame] != NOBODY;
    }
    if (owned != mm_frames.managed) {
        fake_violation("audit: %llu frames are owned, of %llu managed ones",
                       (unsigned long long)owned,
                       (unsigned long long)mm_frames.managed);
    }
    audit_slots();
}
