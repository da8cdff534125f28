// SPDX-License-Identifier: MIT
// A set of frames: a bit for each, under trees of summaries. To start one, to
// change any range of it and to search it take the same few steps whatever the
// size of RAM (and one more for each 512 GiB). Pure. README.md of this folder
// has the picture.
#ifndef MM_FRAME_SET_H
#define MM_FRAME_SET_H

#include "base/types.h"

// Frames of the largest page that hosts and page tables know: 2 MiB, aligned.
#define FRAMES_BLOCK 512u
#define BLOCK_WORDS (FRAMES_BLOCK / 64)

// A node of the top level sums up 2^18 blocks, 512 GiB.
#define FRAME_SET_LEVELS 3

enum frame_set_kind {
    BLOCK_WHOLE, // all its frames are in the set
    BLOCK_PART,  // some are, not all
    FRAME_SET_KINDS
};

// One bit for each of 64 children: blocks at level 0, else nodes one level
// down. A child that is full, or has neither kind, is not looked at: its memory
// is written only when a part of it comes to differ from the rest.
struct frame_set_node {
    uint64_t has[FRAME_SET_KINDS]; // 1: a block of this kind lies below
    uint64_t full;                 // 1: every frame below is in the set
};

struct frame_set {
    uint64_t *bits; // BLOCK_WORDS words a block
    struct frame_set_node *nodes[FRAME_SET_LEVELS];
    uint64_t count; // frames that it can hold: 0 to count - 1
};

// What the searches for blocks find when there is none.
#define NO_BLOCK UINT64_MAX

// Bytes of memory that a set over so many frames takes.
size_t frame_set_bytes(uint64_t count);

// An empty set. memory: frame_set_bytes(count) bytes, aligned to 8, with
// whatever is in them; hardly any are written.
void frame_set_start(struct frame_set *set, void *memory, uint64_t count);

// Frames [first, first + count), all of them below set->count. False: not all
// were out of the set before the addition, or in it before the removal.
bool frame_set_add(struct frame_set *set, uint64_t first, uint64_t count);
bool frame_set_remove(struct frame_set *set, uint64_t first, uint64_t count);

// The lowest frame of the set from this one on; set->count for none.
uint64_t frame_set_next(const struct frame_set *set, uint64_t from);

// How many frames in a row are in the set, up to `most`: from `first` on, or
// from `last` down.
uint64_t frame_set_run(const struct frame_set *set, uint64_t first,
                       uint64_t most);
uint64_t frame_set_run_down(const struct frame_set *set, uint64_t last,
                            uint64_t most);

// The lowest block of the kind from this one on; the highest one below `end`,
// NO_BLOCK for the highest of all.
uint64_t frame_set_lowest(const struct frame_set *set, enum frame_set_kind kind,
                          uint64_t from);
uint64_t frame_set_highest(const struct frame_set *set,
                           enum frame_set_kind kind, uint64_t end);

// A block's bits.
void frame_set_block(const struct frame_set *set, uint64_t block,
                     uint64_t words[BLOCK_WORDS]);

#endif
