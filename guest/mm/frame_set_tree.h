// SPDX-License-Identifier: MIT
// Places of a frame in the tree of a set: private to frame_set.c and
// frame_set_search.c. Pure.
#ifndef MM_FRAME_SET_TREE_H
#define MM_FRAME_SET_TREE_H

#include "mm/frame_set.h"

#define TOP (FRAME_SET_LEVELS - 1)

// log2 of the frames that one bit of a level covers.
static inline unsigned shift_of(int level)
{
    return 9 + 6 * (unsigned)level;
}

static inline unsigned slot_of(int level, uint64_t frame)
{
    return frame >> shift_of(level) & 63;
}

static inline struct frame_set_node *node_at(const struct frame_set *set,
                                             int level, uint64_t frame)
{
    return &set->nodes[level][frame >> shift_of(level) >> 6];
}

static inline uint64_t *words_at(const struct frame_set *set, uint64_t frame)
{
    return &set->bits[frame / FRAMES_BLOCK * BLOCK_WORDS];
}

static inline uint64_t any_of(const struct frame_set_node *node)
{
    return node->has[BLOCK_WHOLE] | node->has[BLOCK_PART];
}

#endif
