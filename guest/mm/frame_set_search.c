// SPDX-License-Identifier: MIT
// Searches in a set of frames: a word at a time, from the top level down. Pure.
#include "mm/frame_set.h"
#include "mm/frame_set_tree.h"

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
    const unsigned slot = frame >> shift & 63;
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
