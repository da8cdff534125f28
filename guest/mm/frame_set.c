// SPDX-License-Identifier: MIT
// A set of frames, as a tree that says of large stretches that all of it is in
// the set, or nothing. Pure.
#include "mm/frame_set.h"

#include "mm/bits.h"

#define TOP (FRAME_SET_LEVELS - 1)
#define BITS (-1) // the level below level 0

// log2 of the frames that one bit of a level stands for.
static unsigned shift_of(int level)
{
    return level == BITS ? 0 : 9 + 6 * (unsigned)level;
}

static unsigned slot_of(int level, uint64_t frame)
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
    *set->nodes[TOP] = (struct frame_set_node){0};
}

// --- Reading ----------------------------------------------------------------

// Frames in a row that are alike, as far as one word tells.
struct stretch {
    uint64_t first;
    uint64_t end;
    bool in;
};

// like: the bits of the word that are like the frame's own.
static struct stretch stretch_in(uint64_t like, int level, uint64_t frame,
                                 bool in)
{
    const unsigned shift = shift_of(level);
    const unsigned slot = slot_of(level, frame);
    const uint64_t base = round_down(frame >> shift, 64);
    const uint64_t above = ~like >> slot;
    const uint64_t below = ~like << (63 - slot);
    const unsigned end = above ? slot + (unsigned)__builtin_ctzll(above) : 64;
    const unsigned first =
        below ? slot + 1 - (unsigned)__builtin_clzll(below) : 0;

    return (struct stretch){(base + first) << shift, (base + end) << shift, in};
}

static struct stretch stretch_of(const struct frame_set *set, uint64_t frame)
{
    for (int level = TOP; level >= 0; level--) {
        const struct frame_set_node *node = node_at(set, level, frame);
        const uint64_t bit = UINT64_C(1) << slot_of(level, frame);

        if (node->full & bit) {
            return stretch_in(node->full, level, frame, true);
        }
        if (!(any_of(node) & bit)) {
            return stretch_in(~any_of(node), level, frame, false);
        }
    }
    const uint64_t word = set->bits[frame / 64];
    const bool in = word >> (frame % 64) & 1;

    return stretch_in(in ? word : ~word, BITS, frame, in);
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

// Both searches go down towards the block that they begin with. Where a node
// has nothing at the place or behind it, they begin again behind the node.
uint64_t frame_set_lowest(const struct frame_set *set, enum frame_set_kind kind,
                          uint64_t from)
{
    uint64_t at = from * FRAMES_BLOCK;
    int level = TOP;

    while (at < set->count) {
        const struct frame_set_node *node = node_at(set, level, at);
        const unsigned slot = slot_of(level, at);
        const uint64_t ahead = node->has[kind] >> slot;
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
        if (level == 0 || node->full >> (slot + skip) & 1) {
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
        const unsigned slot = slot_of(level, at);
        const unsigned shift = shift_of(level) - shift_of(0); // of blocks
        const uint64_t ahead = node->has[kind] << (63 - slot);
        const unsigned skip = ahead ? (unsigned)__builtin_clzll(ahead) : 0;

        if (!ahead) {
            end = round_down((end - 1) >> shift, 64) << shift;
            level = TOP;
            continue;
        }
        if (skip > 0) {
            end = (((end - 1) >> shift) - skip + 1) << shift;
        }
        if (level == 0 || node->full >> (slot - skip) & 1) {
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

// --- Writing ----------------------------------------------------------------

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

// Says of a child what it holds. False: that was said already.
static bool say(struct frame_set_node *node, unsigned slot, uint64_t whole,
                uint64_t part, uint64_t full)
{
    const uint64_t others = ~(UINT64_C(1) << slot);
    const struct frame_set_node old = *node;

    node->has[BLOCK_WHOLE] = (old.has[BLOCK_WHOLE] & others) | whole << slot;
    node->has[BLOCK_PART] = (old.has[BLOCK_PART] & others) | part << slot;
    node->full = (old.full & others) | full << slot;
    return node->has[BLOCK_WHOLE] != old.has[BLOCK_WHOLE] ||
           node->has[BLOCK_PART] != old.has[BLOCK_PART] ||
           node->full != old.full;
}

static bool sum_up_block(const struct frame_set *set, uint64_t frame)
{
    const uint64_t *words = words_at(set, frame);
    uint64_t any = words[0];
    uint64_t all = words[0];

    for (unsigned i = 1; i < BLOCK_WORDS && (!any || !~all); i++) {
        any |= words[i];
        all &= words[i];
    }
    return say(node_at(set, 0, frame), slot_of(0, frame), !~all, any && ~all,
               !~all);
}

// Sums up what has changed at a level, as far up as that makes a difference.
static void sum_up(const struct frame_set *set, int level, uint64_t frame)
{
    bool changed = level != BITS || sum_up_block(set, frame);

    for (level = level == BITS ? 1 : level + 1; level <= TOP && changed;
         level++) {
        const struct frame_set_node *child = node_at(set, level - 1, frame);

        changed = say(node_at(set, level, frame), slot_of(level, frame),
                      child->has[BLOCK_WHOLE] != 0, child->has[BLOCK_PART] != 0,
                      child->full == UINT64_MAX);
    }
}

// Puts the memory of everything on the way down to a level to use. False: all
// that lies there is as it shall be.
static bool reach_down(const struct frame_set *set, int level, uint64_t frame,
                       bool in)
{
    for (int at = TOP; at > level; at--) {
        const struct frame_set_node *node = node_at(set, at, frame);
        const uint64_t bit = UINT64_C(1) << slot_of(at, frame);
        const bool full = (node->full & bit) != 0;

        if (full || !(any_of(node) & bit)) {
            if (full == in) {
                return false;
            }
            spread(set, at, frame, full);
        }
    }
    return true;
}

static void put_mask(uint64_t *word, uint64_t mask, bool in)
{
    *word = in ? *word | mask : *word & ~mask;
}

// The highest level of which a bit stands for frames of the range alone.
static int level_of(uint64_t first, uint64_t end)
{
    int level = BITS;

    while (level < TOP) {
        const uint64_t frames = UINT64_C(1) << shift_of(level + 1);

        if (first % frames != 0 || frames > end - first) {
            break;
        }
        level++;
    }
    return level;
}

// As much from the range's beginning as one node or one block takes; says
// where the rest begins.
static uint64_t change_some(struct frame_set *set, uint64_t first, uint64_t end,
                            bool in)
{
    const int level = level_of(first, end);
    const unsigned shift = shift_of(level);
    const uint64_t unit = level == BITS ? FRAMES_BLOCK : 64;
    const uint64_t at = first >> shift;
    const uint64_t room = round_down(at, unit) + unit;
    const uint64_t stop = end >> shift < room ? end >> shift : room;

    if (!reach_down(set, level, first, in)) {
        return stop << shift;
    }
    if (level == BITS && in) {
        bits_set(set->bits, at, stop - at);
    } else if (level == BITS) {
        bits_clear(set->bits, at, stop - at);
    } else {
        struct frame_set_node *node = node_at(set, level, first);
        uint64_t next;
        const uint64_t mask = bits_mask(at, stop, &next);

        put_mask(&node->has[BLOCK_WHOLE], mask, in);
        put_mask(&node->has[BLOCK_PART], mask, false);
        put_mask(&node->full, mask, in);
    }
    sum_up(set, level, first);
    return stop << shift;
}

void frame_set_add(struct frame_set *set, uint64_t first, uint64_t count)
{
    for (uint64_t at = first; at < first + count;) {
        at = change_some(set, at, first + count, true);
    }
}

void frame_set_remove(struct frame_set *set, uint64_t first, uint64_t count)
{
    for (uint64_t at = first; at < first + count;) {
        at = change_some(set, at, first + count, false);
    }
}
