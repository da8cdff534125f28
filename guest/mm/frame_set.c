// SPDX-License-Identifier: MIT
// Changes to a set of frames. A summary of a large range (full or empty) is
// written out to the level below when one part becomes different. Pure.
#include "mm/frame_set.h"

#include "mm/bits.h"
#include "mm/frame_set_tree.h"

static uint64_t nodes_of(uint64_t count, int level)
{
    return (count >> shift_of(level) >> 6) + 1;
}

size_t frame_set_bytes(uint64_t count)
{
    uint64_t bytes = round_up(count, FRAMES_BLOCK) / 8;

    for (int level = 0; level <= TOP; level++) {
        bytes += nodes_of(count, level) * sizeof(struct frame_set_node);
    }
    return (size_t)bytes;
}

void frame_set_start(struct frame_set *set, void *memory, uint64_t count)
{
    struct frame_set_node *nodes = memory;

    for (int level = TOP; level >= 0; level--) {
        set->nodes[level] = nodes;
        nodes += nodes_of(count, level);
    }
    set->bits = (uint64_t *)nodes;
    set->count = count;
    for (uint64_t i = 0; i < nodes_of(count, TOP); i++) {
        set->nodes[TOP][i] = (struct frame_set_node){0};
    }
}

// Writes a full or empty child's summary out to the level below.
static void spread(const struct frame_set *set, int level, uint64_t frame,
                   bool in)
{
    const uint64_t all = in ? UINT64_MAX : 0;

    if (level > 0) {
        *node_at(set, level - 1, frame) =
            (struct frame_set_node){.has = {all, 0}, .full = all};
        return;
    }
    for (unsigned i = 0; i < BLOCK_WORDS; i++) {
        words_at(set, frame)[i] = all;
    }
}

static void put_bit(uint64_t *word, uint64_t bit, bool value)
{
    *word = value ? *word | bit : *word & ~bit;
}

// Sets a child's three summary bits.
static void say(struct frame_set_node *node, uint64_t bit, bool whole,
                bool part, bool full)
{
    put_bit(&node->has[BLOCK_WHOLE], bit, whole);
    put_bit(&node->has[BLOCK_PART], bit, part);
    put_bit(&node->full, bit, full);
}

// Sets a block's summary bits. Begins with the word that has changed: it has
// both set and clear bits most often, and then decides alone.
static void sum_up_block(struct frame_set_node *node, uint64_t bit,
                         const uint64_t *words, uint64_t changed)
{
    uint64_t any = words[changed];
    uint64_t all = any;

    for (unsigned i = 0; i < BLOCK_WORDS && (!any || !~all); i++) {
        any |= words[i];
        all &= words[i];
    }
    say(node, bit, !~all, any && ~all, !~all);
}

// Recursion depth: the number of levels. NOLINTBEGIN(misc-no-recursion)
static bool change(const struct frame_set *set, int level, uint64_t first,
                   uint64_t end, bool in);

// Sets or clears the bits of a mask. False: one already had the new value.
static bool change_bits(uint64_t *word, uint64_t mask, bool in)
{
    const uint64_t old = *word;

    *word = in ? old | mask : old & ~mask;
    return ((in ? old : ~old) & mask) == 0;
}

static bool change_block(const struct frame_set *set, uint64_t first,
                         uint64_t end, bool in)
{
    bool all = true;

    for (uint64_t at = first, next; at < end; at = next) {
        const uint64_t mask = bits_mask(at, end, &next);

        all &= change_bits(&set->bits[at / 64], mask, in);
    }
    return all;
}

// Changes some frames of one child. A full or empty child is written out first.
static bool change_part(const struct frame_set *set, int level, uint64_t first,
                        uint64_t end, bool in)
{
    struct frame_set_node *node = node_at(set, level, first);
    const uint64_t bit = UINT64_C(1) << slot_of(level, first);
    const bool full = (node->full & bit) != 0;
    bool all;

    if (full || !(any_of(node) & bit)) {
        if (full == in) {
            return false;
        }
        spread(set, level, first, full);
    }
    if (level == 0) {
        all = change_block(set, first, end, in);
        sum_up_block(node, bit, words_at(set, first), first / 64 % BLOCK_WORDS);
    } else {
        const struct frame_set_node *child = node_at(set, level - 1, first);

        all = change(set, level - 1, first, end, in);
        say(node, bit, child->has[BLOCK_WHOLE] != 0,
            child->has[BLOCK_PART] != 0, child->full == UINT64_MAX);
    }
    return all;
}

// Changes all frames of consecutive children.
static bool change_whole(struct frame_set_node *node, uint64_t mask, bool in)
{
    const bool none = (any_of(node) & mask) == 0;
    const bool all = change_bits(&node->full, mask, in);

    (void)change_bits(&node->has[BLOCK_WHOLE], mask, in);
    (void)change_bits(&node->has[BLOCK_PART], mask, false);
    return in ? none : all;
}

// Changes a range of frames at one level: all frames of each child that lies
// inside the range, and part of a child at either end where necessary.
static bool change(const struct frame_set *set, int level, uint64_t first,
                   uint64_t end, bool in)
{
    const unsigned shift = shift_of(level);
    const uint64_t to = end >> shift;
    bool all = true;

    for (uint64_t at = first, next; at < end; at = next) {
        const uint64_t from = at >> shift;

        if (from < to && from << shift == at) {
            const uint64_t mask = bits_mask(from, to, &next);

            next <<= shift;
            all &= change_whole(node_at(set, level, at), mask, in);
        } else {
            next = from < to ? (from + 1) << shift : end;
            all &= change_part(set, level, at, next, in);
        }
    }
    return all;
}

// NOLINTEND(misc-no-recursion)

bool frame_set_add(struct frame_set *set, uint64_t first, uint64_t count)
{
    return change(set, TOP, first, first + count, true);
}

bool frame_set_remove(struct frame_set *set, uint64_t first, uint64_t count)
{
    return change(set, TOP, first, first + count, false);
}
