// SPDX-License-Identifier: MIT
// A set of frames. Changes: the summary of a large range (full or empty) is
// written out to the level below when one part becomes different. Searches: a
// word at a time, from the top level down. Pure.
#include "mm/frame_set.h"

#include "mm/bits.h"

#define TOP (FRAME_SET_LEVELS - 1)

// log2 of the frames that one bit of a level covers.
static unsigned shift_of(int level)
{
    return 9 + 6 * (unsigned)level;
}

static unsigned bit_of(int level, uint64_t frame)
{
    return frame >> shift_of(level) & 63;
}

static struct frame_set_node *node_at(const struct frame_set *set, int level,
                                      uint64_t frame)
{
    return &set->nodes[level][frame >> shift_of(level) >> 6];
}

static uint64_t *words_at(const struct frame_set *set, uint64_t frame)
{
    return &set->bits[frame / FRAMES_BLOCK * BLOCK_WORDS];
}

static uint64_t any_of(const struct frame_set_node *node)
{
    return node->has[BLOCK_WHOLE] | node->has[BLOCK_PART];
}

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
static void set_summary(struct frame_set_node *node, uint64_t bit, bool whole,
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
    set_summary(node, bit, !~all, any && ~all, !~all);
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
    const uint64_t bit = UINT64_C(1) << bit_of(level, first);
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
        set_summary(node, bit, child->has[BLOCK_WHOLE] != 0,
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

// Consecutive frames that are all in the set or all outside it, as far as one
// word shows.
struct stretch {
    uint64_t first;
    uint64_t end;
    bool in;
};

// like: 1 for each bit of the word that equals the frame's own. shift: log2 of
// the frames that each bit covers.
static struct stretch stretch_in(uint64_t like, unsigned shift, uint64_t frame,
                                 bool in)
{
    const unsigned index = frame >> shift & 63;
    const uint64_t base = round_down(frame >> shift, 64);
    const uint64_t above = ~like >> index;
    const uint64_t below = ~like << (63 - index);
    const unsigned end = above ? index + (unsigned)__builtin_ctzll(above) : 64;
    const unsigned first =
        below ? index + 1 - (unsigned)__builtin_clzll(below) : 0;

    return (struct stretch){(base + first) << shift, (base + end) << shift, in};
}

static struct stretch stretch_of(const struct frame_set *set, uint64_t frame)
{
    for (int level = TOP; level >= 0; level--) {
        const struct frame_set_node *node = node_at(set, level, frame);
        const uint64_t bit = UINT64_C(1) << bit_of(level, frame);

        if (node->full & bit) {
            return stretch_in(node->full, shift_of(level), frame, true);
        }
        if (!(any_of(node) & bit)) {
            return stretch_in(~any_of(node), shift_of(level), frame, false);
        }
    }
    const uint64_t word = set->bits[frame / 64];
    const bool in = word >> (frame % 64) & 1;

    return stretch_in(in ? word : ~word, 0, frame, in);
}

uint64_t frame_set_next(const struct frame_set *set, uint64_t from)
{
    while (from < set->count) {
        const struct stretch stretch = stretch_of(set, from);

        if (stretch.in) {
            return from;
        }
        from = stretch.end;
    }
    return set->count;
}

uint64_t frame_set_run(const struct frame_set *set, uint64_t first,
                       uint64_t most)
{
    uint64_t count = 0;

    while (count < most && first + count < set->count) {
        const struct stretch stretch = stretch_of(set, first + count);

        if (!stretch.in) {
            break;
        }
        count = stretch.end - first;
    }
    return count < most ? count : most;
}

uint64_t frame_set_run_down(const struct frame_set *set, uint64_t last,
                            uint64_t most)
{
    uint64_t count = 0;

    while (count < most && count <= last) {
        const struct stretch stretch = stretch_of(set, last - count);

        if (!stretch.in) {
            break;
        }
        count = last + 1 - stretch.first;
    }
    return count < most ? count : most;
}

// Both searches descend towards their first block. If a node has no match there
// or further on, the search starts again after that node.
uint64_t frame_set_lowest(const struct frame_set *set, enum frame_set_kind kind,
                          uint64_t from)
{
    uint64_t at = from * FRAMES_BLOCK;
    int level = TOP;

    while (at < set->count) {
        const struct frame_set_node *node = node_at(set, level, at);
        const unsigned index = bit_of(level, at);
        const uint64_t ahead = node->has[kind] >> index;
        const unsigned skip = ahead ? (unsigned)__builtin_ctzll(ahead) : 0;

        if (!ahead) {
            at = (round_down(at >> shift_of(level), 64) + 64)
                 << shift_of(level);
            level = TOP;
            continue;
        }
        if (skip > 0) {
            at = ((at >> shift_of(level)) + skip) << shift_of(level);
        }
        if (level == 0 || node->full >> (index + skip) & 1) {
            return at / FRAMES_BLOCK;
        }
        level--;
    }
    return NO_BLOCK;
}

uint64_t frame_set_highest(const struct frame_set *set,
                           enum frame_set_kind kind, uint64_t end)
{
    const uint64_t all = round_up(set->count, FRAMES_BLOCK) / FRAMES_BLOCK;
    int level = TOP;

    if (end > all) {
        end = all;
    }
    while (end > 0) {
        const uint64_t at = (end - 1) * FRAMES_BLOCK;
        const struct frame_set_node *node = node_at(set, level, at);
        const unsigned index = bit_of(level, at);
        const unsigned shift = shift_of(level) - shift_of(0); // of blocks
        const uint64_t ahead = node->has[kind] << (63 - index);
        const unsigned skip = ahead ? (unsigned)__builtin_clzll(ahead) : 0;

        if (!ahead) {
            end = round_down((end - 1) >> shift, 64) << shift;
            level = TOP;
            continue;
        }
        if (skip > 0) {
            end = (((end - 1) >> shift) - skip + 1) << shift;
        }
        if (level == 0 || node->full >> (index - skip) & 1) {
            return end - 1;
        }
        level--;
    }
    return NO_BLOCK;
}

void frame_set_block(const struct frame_set *set, uint64_t block,
                     uint64_t words[BLOCK_WORDS])
{
    const uint64_t first = block * FRAMES_BLOCK;
    const struct stretch stretch = stretch_of(set, first);
    const bool alike = stretch.end >= first + FRAMES_BLOCK;
    const uint64_t *bits = words_at(set, first);

    for (unsigned i = 0; i < BLOCK_WORDS; i++) {
        words[i] = alike ? (stretch.in ? UINT64_MAX : 0) : bits[i];
    }
}
