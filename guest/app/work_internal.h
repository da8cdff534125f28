// SPDX-License-Identifier: MIT
// What the kinds of orders share with the steps that execute them.
#ifndef APP_WORK_INTERNAL_H
#define APP_WORK_INTERNAL_H

#include "app/orders.h"
#include "vm/vm.h"

// The order that runs.
struct work {
    struct order order;
    uint64_t number;        // of orders executed since the boot; this one's
    uint64_t total;         // touches to do
    uint64_t done;          // touches done
    uint64_t sum;           // of the first words of the touched pages
    uint64_t state;         // of a draw, or another number of the order's own
    unsigned task;          // whom the orders concern
    struct vm_space *space; // that is touched; NULL: no order that can be ended
};

// How one kind of order runs.
struct work_kind {
    // Checks the order and sets total. False: it is answered already.
    bool (*begin)(struct work *work);
    // One touch. False: the order is answered.
    bool (*touch)(struct work *work);
    // The answer, when all touches are done.
    void (*answer)(const struct work *work);
};

// One of each for an order that runs in steps.
extern const struct work_kind work_fill;
extern const struct work_kind work_verify;
extern const struct work_kind work_write;
extern const struct work_kind work_read;
extern const struct work_kind work_walk;
extern const struct work_kind work_load;
extern const struct work_kind work_huge;

// Orders of one step; each writes its answer.
void work_alloc(struct work *work);
void work_free(struct work *work);
void work_task(struct work *work);
void work_map(struct work *work);
void work_unmap(struct work *work);
void work_drop(struct work *work);
void work_swapon(struct work *work);
void work_swapoff(struct work *work);
void work_frames(struct work *work);

// The answer of a touching order that ended early; why: `killed=oom`.
void work_answer_ended(const struct work *ended, const char *why);
// And of one whose page was lost, or that got no frame.
void work_answer_failed(const struct work *failed, struct vm_ending ending);

// Starts the disks, unless they are.
void work_start_disks(void);

// The pattern that all written memory has: words of a seed that all differ.
#define PATTERN_STEP UINT64_C(0xd1342543de82ef95)
#define PATTERN_SEED_FACTOR UINT64_C(0x9e3779b97f4a7c15)
#define PATTERN_WORDS (PAGE_SIZE / sizeof(uint64_t))

// Writes the page's words; `place` is its number among all pages of a seed.
void work_write_page(uint64_t *words, uint64_t place, uint64_t seed);

// Whether each word follows from the first one.
bool work_is_pattern(const uint64_t *words);

static inline unsigned long long work_long(uint64_t value)
{
    return value;
}

#endif
