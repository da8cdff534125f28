// SPDX-License-Identifier: MIT
// The frame of the claims memory.*: a small machine, and the model that is told
// the same. Each order's answer, the sixteen statistics behind it, and each
// sample must be equal to what the model has. docs/memory.md.
// Limits: one order at a time; the balloon is at its target, or as near as it
// gets, before the next order.
#ifndef CLAIMS_MEMORY_H
#define CLAIMS_MEMORY_H

#include "base/buffer.h"
#include "claims/memory_script.h"
#include "fixture/disks.h"
#include "fixture/fixture.h"
#include "fixture/order.h"
#include "model/model.h"

enum {
    MEMORY_PAGE = 4096,
    MEMORY_PAGES = 4096, // of the machine's RAM
    MEMORY_BLOCK = 512,  // pages that the balloon takes at once
    MEMORY_WORDS = 256,  // characters of the words of one order or move
};

// All bits zero: no disks, and this guest without misbehaviour.
struct memory_wish {
    const char *behave;       // "behave=..."; NULL: none
    const char *property;     // of the balloon; NULL: none
    const char *const *extra; // QEMU's arguments, NULL ends them
    bool deflate_on_oom;      // `property` turns it on
    bool lends_frames;        // `property` does: `frames` lacks free ones
    const struct fixture_disks *disks;
    const struct model_fault *faults; // of these disks
    size_t fault_count;
};

// A difference is kept as text and fails no check by itself, so that the check
// can go on: memory_random.c looks for a smaller script.
struct memory {
    struct fixture_vm *vm;
    struct memory_wish wish;
    struct model *model;
    struct frame_runs frames; // free ones, when the model began
    unsigned disks;           // that the guest has started
    uint64_t disk_frames;     // that this took
    uint64_t managed;         // frames
    uint64_t orders;          // that the guest had done when the model began
    uint64_t seq;             // of the newest sample
    uint64_t target;          // of the balloon
    uint64_t floor_target;    // the last one that was out of reach
    struct buffer history;    // what the model was told since it began
    struct buffer difference; // the first one; empty: none
    unsigned different;       // a bit for each statistic that differs
    bool counts_rarely;       // compare the sixteen behind one order in 32
};

// --- From the start to the verdict -------------------------------------------

// Boots a machine and begins. Before, all
// bits of *memory are zero, but for counts_rarely.
MUST_USE bool memory_boot(struct fixture *fixture,
                          const struct memory_wish *wish,
                          struct memory *memory);
// system_reset, and the beginning again: nothing of the old boot counts.
MUST_USE bool memory_reset(struct memory *memory);
// Forgets the model and its machine.
void memory_forget(struct memory *memory);
// A model of the machine, told all that it was told: a copy of memory->model.
struct model *memory_copy_model(const struct memory *memory);
// The last sample, and the free frames where they are known. Turns a difference
// into a failure of the check, and releases what *memory has. Returns whether
// the check, of which `ok` is the result so far, holds.
MUST_USE bool memory_end(struct memory *memory, bool ok);

// What a snapshot keeps: the model, the sequence number, the balloon's target.
struct memory_snapshot {
    struct model *model;
    char *history;
    uint64_t seq;
    uint64_t target;
};

// Saves a snapshot; the machine goes on. Loads it, once.
MUST_USE bool memory_save(struct memory *memory,
                          struct memory_snapshot *snapshot);
MUST_USE bool memory_load(struct memory *memory,
                          struct memory_snapshot *snapshot);
// Writes the machine's stream, which is not loaded, and goes on. The guest
// writes a line with that text meanwhile.
MUST_USE bool memory_save_stream(struct memory *memory, const char *text);
// Migrates the machine to a second QEMU, where it goes on.
MUST_USE bool memory_migrate(struct memory *memory);

// --- Steps: false after a failure or a difference ----------------------------

// Words of memory_script.h, separated by blanks. The sixteen are compared
// behind the last one.
MUST_USE bool memory_do(struct memory *memory, const char *words);
// An order's two halves: sent and begun; then the model goes on to its answer,
// which is awaited and compared, and the sixteen behind it.
MUST_USE bool memory_send(struct memory *memory, const char *word);
MUST_USE bool memory_finish(struct memory *memory, const char *word);
// A sample: the model, the guest's line and guest-stats are equal.
MUST_USE bool memory_poll(struct memory *memory);
// The same while the order runs, as often as samples come before its answer.
// *inside (NULL: not wanted) gets the number of those inside the order.
MUST_USE bool memory_do_polled(struct memory *memory, const char *word,
                               unsigned *inside);
// The guest's runs of free frames are the model's, as far as they are known.
MUST_USE bool memory_compare_frames(struct memory *memory);
// Gives the model the frames that the guest has more than it; *gained gets
// their number.
MUST_USE bool memory_take_gained(struct memory *memory, uint64_t *gained);
// Moves the balloon's target, and waits until the guest is there. If it can't
// be reached, the target is what was reached afterwards.
MUST_USE bool memory_balloon(struct memory *memory, uint64_t pages);

// --- Numbers -----------------------------------------------------------------

struct model_numbers memory_numbers(const struct memory *memory);
// Fails unless each of the sixteen has changed by this much since `before`.
MUST_USE bool memory_expect_moved(struct memory *memory,
                                  const struct model_numbers *before,
                                  const int64_t moved[MODEL_NUMBERS]);
// Room is `frames`: held memory grows, or shrinks.
MUST_USE bool memory_make_room(struct memory *memory, uint64_t frames);

// Records a difference; the first one stays. Always false.
bool memory_differs(struct memory *memory, const char *format, ...)
    PRINTF_LIKE(2, 3);

#endif
