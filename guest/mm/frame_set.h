// SPDX-License-Identifier: MIT
// A set of frames: one bit a frame, under a tree of summaries. Its start, the
// change of a range and a search take a few steps whatever the size of RAM (one
// more for each 512 GiB). Pure. The picture is in this folder's README.md.
#ifndef MM_FRAME_SET_H
#define MM_FRAME_SET_H

#include "base/types.h"

// A block: the frames of one large page (2 MiB, aligned), which is also the
// size of a host's huge page.
#define FRAMES_BLOCK 512u
#define BLOCK_WORDS (FRAMES_BLOCK / 64)

// A node of the top level covers 2^18 blocks, 512 GiB.
#define FRAME_SET_LEVELS 3

enum frame_set_kind {
    BLOCK_WHOLE, // all its frames are in the set
    BLOCK_PART,  // some are, not all
    FRAME_SET_KINDS
};

// One bit for each of 64 children: blocks at level 0, else nodes one level
// down. A child that is full or empty is not read: its memory is written only
// when one part of it becomes different from the rest.
struct frame_set_node {
    uint64_t has[FRAME_SET_KINDS]; // 1: the child has a block of this kind
    uint64_t full;                 // 1: all frames of the child are in the set
};

struct frame_set {
    uint64_t *bits; // BLOCK_WORDS words a block
    struct frame_set_node *nodes[FRAME_SET_LEVELS];
    uint64_t count; // capacity: frames 0 to count - 1
};

// Result of a block search that finds nothing.
#define NO_BLOCK UINT64_MAX

// Bytes of memory for a set of capacity `count`.
size_t frame_set_bytes(uint64_t count);

// Starts an empty set. memory: frame_set_bytes(count) bytes, aligned to 8, with
// any contents; only the nodes of the top level are written.
void frame_set_start(struct frame_set *set, void *memory, uint64_t count);

// Add or remove the frames [first, first + count), all below set->count. False:
// one was in the set before the addition, or not in it before the removal.
bool frame_set_add(struct frame_set *set, uint64_t first, uint64_t count);
bool frame_set_remove(struct frame_set *set, uint64_t first, uint64_t count);

// The lowest frame of the set at or above `from`; set->count if there is none.
uint64_t frame_set_next(const struct frame_set *set, uint64_t from);

// Length of the run of frames in the set, at most `most`: upward from `first`,
// or downward from `last`.
uint64_t frame_set_run(const struct frame_set *set, uint64_t first,
                       uint64_t most);
uint64_t frame_set_run_down(const struct frame_set *set, uint64_t last,
                            uint64_t most);

// The lowest block of the kind at or above `from`; the highest one below `end`,
// where NO_BLOCK is no bound.
uint64_t frame_set_lowest(const struct frame_set *set, enum frame_set_kind kind,
                          uint64_t from);
uint64_t frame_set_highest(const struct frame_set *set,
                           enum frame_set_kind kind, uint64_t end);

// Copies a block's bits.
void frame_set_block(const struct frame_set *set, uint64_t block,
                     uint64_t words[BLOCK_WORDS]);

#endif
