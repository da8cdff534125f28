// SPDX-License-Identifier: MIT
// How a set of frames is changed: what is said of large stretches, all of it or
// nothing, is written out where a part comes to differ. Pure.
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

// Writes what the node said of a child of which it said all.
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

// Says of a child what it holds.
static void say(struct frame_set_node *node, uint64_t bit, bool whole,
                bool part, bool full)
{
    put_bit(&node->has[BLOCK_WHOLE], bit, whole);
    put_bit(&node->has[BLOCK_PART], bit, part);
    put_bit(&node->full, bit, full);
}

// The same of a block, beginning at the word that has changed: most often that
// one has both kinds of bits, and tells all.
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

// As deep as there are levels. NOLINTBEGIN(misc-no-recursion)
static bool change(const struct frame_set *set, int level, uint64_t first,
                   uint64_t end, bool in);

// Some bits of a word, which must be as they are not; says whether they were.
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

// Some frames of one child. Its memory is put to use where it was not.
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

// Children in a row, all frames of each.
static bool change_whole(struct frame_set_node *node, uint64_t mask, bool in)
{
    const bool none = (any_of(node) & mask) == 0;
    const bool all = change_bits(&node->full, mask, in);

    (void)change_bits(&node->has[BLOCK_WHOLE], mask, in);
    (void)change_bits(&node->has[BLOCK_PART], mask, false);
    return in ? none : all;
}

// Frames of any nodes of a level: of a node's children at both ends a part, if
// need be, and all of those between them.
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
