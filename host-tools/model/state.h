// SPDX-License-Identifier: MIT
// What the model knows, and the changes of one page. docs/memory.md, "Pages
// and their states".
// Limits: private to this folder.
#ifndef MODEL_STATE_H
#define MODEL_STATE_H

#include "model/model.h"
#include "model/runs.h"
#include "model/words.h"

enum {
    MODEL_TASKS = 8,
    GROUP = 8, // pages of the file that are read together
    MARK_MIN = 64,
    MARK_LOW = 128,
    MARK_HIGH = 192,
};

// The pages of a ring in memory, by number; `resting` has those that are not
// mapped. The anonymous ring has numbers of page_of().
struct ring {
    struct sorted memory; // place: the frame
    struct sorted resting;
    uint64_t hand;
};

struct owner {
    uint64_t pages;  // of the mapping; 0: not mapped
    uint64_t tables; // page tables that it has
    uint64_t in_memory;
    uint64_t in_slots;
};

// Why the step has ended with a touch; the order ends in the next step.
enum ending {
    ENDING_NONE,
    ENDING_NO_MEMORY, // the last frame was taken: the task was killed
    ENDING_LOST,      // the page can't be read
};

struct running {
    struct order order;
    bool open;
    bool begun; // its first step was made
    enum ending ending;
    uint64_t last; // the page of the newest touch
    uint64_t done;
    uint64_t sum;
    uint64_t state; // of the generator of `walk`
    uint64_t grown; // blocks, by `huge`
};

struct model {
    struct model_machine machine; // without what it pointed to
    struct runs free;
    struct runs balloon;
    bool frames_unknown;
    uint64_t promised;
    uint64_t counted[MODEL_NUMBERS]; // those that only grow, in their own units

    struct owner tasks[MODEL_TASKS + 1]; // from 1 on
    unsigned task;
    struct ring anonymous;
    struct sorted out; // anonymous pages in slots; place: the slot
    struct ring file;
    uint64_t file_tables;

    bool swap_on;
    struct runs slots; // free ones
    struct runs swap_frames;

    struct sorted held; // touched pages of held memory; place: the frame
    uint64_t held_pages;
    uint64_t held_tables;
    uint64_t filled;
    uint64_t fill_seed;

    struct sorted pool; // huge pages by age; place: the first frame
    uint64_t pool_tables;

    uint64_t target; // of the balloon
    bool relieved;   // it gave pages for want of memory: wants none
    bool gave_up;    // the background, with this room
    int64_t gave_up_room;

    uint64_t requests[MODEL_ACCESSES]; // pages read or written so far
    uint64_t pace;
    uint64_t number; // of the newest order
    struct running running;
};

// The place of a task's page in the anonymous ring: tasks, then pages.
uint64_t page_of(unsigned task, uint64_t page);

// The lowest free frame. There must be one.
uint64_t take_frame(struct model *model);
void free_frame(struct model *model, uint64_t frame);

// The pages that the balloon still wants.
uint64_t balloon_wants(const struct model *model);

// Page tables for a mapping of `pages` that has `present` ones already.
uint64_t tables_lacking(uint64_t pages, uint64_t present);

// One page is read or written. False: the disk failed the request.
bool disk_access(struct model *model, enum model_access access, uint64_t page);

// A page that is in memory leaves it; a page of a ring becomes mapped in a
// frame. A page in a slot leaves it: the slot is free again, or never used.
void leave_memory(struct model *model, struct ring *ring, uint64_t page);
void enter_memory(struct model *model, struct ring *ring, uint64_t page,
                  uint64_t frame, uint64_t word);
void leave_slot(struct model *model, uint64_t page, bool used_again);

// All pages of a task become EMPTY.
void empty_task(struct model *model, unsigned task);

// The task's mapping is gone.
void unmap_task(struct model *model, unsigned task);

#endif
