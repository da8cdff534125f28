// SPDX-License-Identifier: MIT
// The model of the guest's memory manager: what each order answers, and the
// sixteen statistics behind it, computed without a guest. docs/memory.md has
// the rules. VIRTIO 1.4, 5.5.6.3 "Memory Statistics".
// Limits: one script at a time; ESC, reports and hints have no part in it. The
// balloon reaches its target before the next order begins. Memory is used for
// pages that were touched, not for those of a mapping or of the file.
#ifndef MODEL_MODEL_H
#define MODEL_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/buffer.h"

// --- The machine -------------------------------------------------------------

// Frames by number: the address / 4096.
struct model_run {
    uint64_t first;
    uint64_t count;
};

enum model_access {
    MODEL_SWAP_READ,
    MODEL_SWAP_WRITE,
    MODEL_FILE_READ,
    MODEL_ACCESSES,
};

// A request for one page that the disk fails: each one for this page of the
// disk (a slot has the number of its page), or the one with this number, from
// 1 on, among all pages of this access.
struct model_fault {
    enum model_access access;
    bool by_number;
    uint64_t value;
};

// The guest behind the start of its disks (the order `disks`). Nothing is kept
// but `file_word` and its context.
struct model_machine {
    uint64_t managed; // frames
    const struct model_run *free_runs;
    size_t free_run_count;
    uint64_t held_tables;  // page tables that held memory has already
    uint64_t minor_faults; // counted already
    uint64_t pace;         // 0: 32, as at the boot

    unsigned disks;          // that the guest has started
    bool swap_disk;          // one is writable
    bool swap_marked;        // and has the mark of mkswap
    uint64_t swap_last_page; // by the mark: slots are the pages 1 to this one
    const uint32_t *bad_pages;
    size_t bad_page_count;

    bool file_disk; // one is read-only
    uint64_t file_pages;
    // The first 8 bytes of a page; NULL: as `aerostat run` fills its file.
    uint64_t (*file_word)(void *context, uint64_t page);
    void *file_context;

    bool deflate_on_oom;
    const struct model_fault *faults;
    size_t fault_count;
};

struct model;

// Never NULL; ended by model_end.
struct model *model_new(const struct model_machine *machine);
void model_end(struct model *model);

// --- Orders ------------------------------------------------------------------

// Whether a word can be read as an order.
bool model_is_order(const char *word);

// Does one order (`write=8@2:7`). The guest's answer is appended to `answer`,
// each line with "\n". False: the word can't be read, so it is no order, and
// nothing changes.
MUST_USE bool model_order(struct model *model, const char *word,
                          struct buffer *answer);

// The same in parts: an order begins, and goes on to a moment between two
// steps. model_begin: false as for model_order; the order before must be
// answered.
MUST_USE bool model_begin(struct model *model, const char *word);

// Goes on with the order until `done` touches (blocks for `huge`) are done, as
// the guest's line `work order=K done=D` says. False: no step ends there with
// the order unanswered; the model has then gone on behind it.
MUST_USE bool model_until(struct model *model, uint64_t done,
                          struct buffer *answer);

// Goes on to the answer.
void model_finish(struct model *model, struct buffer *answer);

// The number of the newest order, from 1 on; whether it has no answer yet, and
// how many touches or blocks it has done.
uint64_t model_order_number(const struct model *model);
bool model_order_is_open(const struct model *model);
uint64_t model_order_done(const struct model *model);

// Moves the balloon to a target, between two steps, as far as the rules allow.
// Returns the pages in the balloon.
uint64_t model_balloon(struct model *model, uint64_t pages);
uint64_t model_ballooned(const struct model *model);

// --- What is known of the guest ----------------------------------------------

// In the order of the tags.
enum {
    MODEL_SWAP_IN,
    MODEL_SWAP_OUT,
    MODEL_MAJOR_FAULTS,
    MODEL_MINOR_FAULTS,
    MODEL_FREE_MEMORY,
    MODEL_TOTAL_MEMORY,
    MODEL_AVAILABLE_MEMORY,
    MODEL_DISK_CACHES,
    MODEL_HTLB_PGALLOC,
    MODEL_HTLB_PGFAIL,
    MODEL_OOM_KILLS,
    MODEL_ALLOC_STALLS,
    MODEL_ASYNC_SCANS,
    MODEL_DIRECT_SCANS,
    MODEL_ASYNC_RECLAIMS,
    MODEL_DIRECT_RECLAIMS,
    MODEL_NUMBERS,
};

struct model_numbers {
    uint64_t value[MODEL_NUMBERS];
};

void model_numbers(const struct model *model, struct model_numbers *out);

// Appends the line of the order `count`, without being one.
void model_count_line(const struct model *model, struct buffer *out);

// The key of the guest's lines: "swap-in".
const char *model_key(unsigned number);

// Whether the numbers of the free frames are known, and not their count alone.
// They are not after a move of the balloon by other than blocks of 512 pages.
// Then the lines of `frames` are not claimed, nor what `huge` does, with the
// numbers that depend on it.
bool model_frames_known(const struct model *model);

// The free frames, ascending; adjacent runs are one. Returns their number, and
// writes at most `size` of them.
size_t model_free_runs(const struct model *model, struct model_run *runs,
                       size_t size);

// Room, as docs/memory.md defines it, in frames.
int64_t model_room(const struct model *model);

#endif
