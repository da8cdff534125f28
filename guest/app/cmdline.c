// SPDX-License-Identifier: MIT
// The command line's words and their values.
#include "app/cmdline.h"

static enum error parse_samples(struct cmdline *cmdline, struct slice value)
{
    return slice_number(value, UINT64_MAX, &cmdline->samples);
}

static enum error parse_touch(struct cmdline *cmdline, struct slice value)
{
    return slice_number(value, UINT32_MAX, &cmdline->touch);
}

static enum error parse_lines(struct cmdline *cmdline, struct slice value)
{
    return slice_number(value, UINT64_MAX, &cmdline->lines);
}

static enum error parse_poison(struct cmdline *cmdline, struct slice value)
{
    uint64_t number = 0;
    const enum error error = slice_number(value, UINT32_MAX, &number);

    cmdline->has_poison = error == OK;
    cmdline->poison = (uint32_t)number;
    return error;
}

static enum error parse_fault(struct cmdline *cmdline, struct slice value)
{
    static const char *const names[] = {
        [FAULT_UD] = "ud",
        [FAULT_NULL_READ] = "null-read",
        [FAULT_TEXT_WRITE] = "text-write",
        [FAULT_DATA_EXEC] = "data-exec",
        [FAULT_STACK] = "stack",
        [FAULT_DIVIDE] = "divide",
        [FAULT_PANIC] = "panic",
    };

    for (size_t i = FAULT_UD; i < sizeof names / sizeof names[0]; i++) {
        if (slice_is(value, names[i])) {
            cmdline->fault = (enum fault_kind)i;
            return OK;
        }
    }
    return ERR_INVALID;
}

static enum error parse_behave(struct cmdline *cmdline, struct slice value)
{
    return misbehave_parse(value, &cmdline->misbehave);
}

static enum error parse_slot(struct cmdline *cmdline, struct slice value)
{
    struct machine_slot slot;
    const enum error error = machine_slot_parse(value, &slot);

    if (error != OK) {
        return error;
    }
    if (cmdline->slot_count == MACHINE_SLOTS_MAX) {
        return ERR_FULL;
    }
    cmdline->slots[cmdline->slot_count++] = slot;
    return OK;
}

static const struct {
    const char *name;
    enum error (*parse)(struct cmdline *cmdline, struct slice value);
} words[] = {
    {"samples", parse_samples}, // end the machine after N samples
    {"touch", parse_touch},     // pages touched before each sample
    {"lines", parse_lines},     // samples with lines on COM1
    {"poison", parse_poison},   // accept PAGE_POISON with this value
    {"behave", parse_behave},   // break a rule, see misbehave.c
    {"fault", parse_fault},     // trap on purpose, see enum fault_kind
    {"virtio_mmio.device", parse_slot},
};

// The six of QEMU's document on balloon statistics.
#define SEED_STATS                                                             \
    (1u << VIRTIO_BALLOON_S_SWAP_IN | 1u << VIRTIO_BALLOON_S_SWAP_OUT |        \
     1u << VIRTIO_BALLOON_S_MAJFLT | 1u << VIRTIO_BALLOON_S_MINFLT |           \
     1u << VIRTIO_BALLOON_S_MEMFREE | 1u << VIRTIO_BALLOON_S_MEMTOT)

static enum error add_stats(uint32_t *stats, struct slice name)
{
    enum balloon_tag tag;

    if (slice_is(name, "all")) {
        *stats |= BALLOON_STATS_ALL;
    } else if (slice_is(name, "seed")) {
        *stats |= SEED_STATS;
    } else if (balloon_stat_tag(name, &tag) == OK) {
        *stats |= 1u << tag;
    } else {
        return ERR_INVALID;
    }
    return OK;
}

// The list may be longer than a problem's word, so of a wrong one the name at
// fault becomes the word.
static enum error parse_stats(struct cmdline *cmdline, struct slice list,
                              struct slice *word, const char **what)
{
    bool more = true;

    if (list.length == 0) {
        *what = "empty list";
        return ERR_INVALID;
    }
    cmdline->stats = 0;
    while (more) {
        struct slice rest;

        more = slice_cut(&list, ',', &rest);
        if (add_stats(&cmdline->stats, list) != OK) {
            *what = "no such statistic";
            *word = list;
            return ERR_INVALID;
        }
        list = rest;
    }
    return OK;
}

static const char *reason(enum error error)
{
    switch (error) {
    case ERR_RANGE:
        return "number too large";
    case ERR_FULL:
        return "too many slots";
    default:
        return "bad value";
    }
}

// An order for the workload is kept until the guest is up.
static enum error parse_order(struct cmdline *cmdline, struct slice word,
                              const char **what)
{
    struct order order;
    const enum error error = order_parse(word, &order, what);

    if (error != OK) {
        return error == ERR_EMPTY ? ERR_INVALID : error;
    }
    if (cmdline->order_count == CMDLINE_ORDERS_MAX) {
        *what = "too many orders";
        return ERR_FULL;
    }
    cmdline->orders[cmdline->order_count++] = order;
    return OK;
}

// On an error *word is what the problem shows.
static enum error parse_word(struct cmdline *cmdline, struct slice *word,
                             const char **what)
{
    struct slice name = *word;
    struct slice value;
    bool has_value = slice_cut(&name, '=', &value);

    if (slice_is(name, "stats")) {
        return parse_stats(cmdline, value, word, what);
    }
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (!slice_is(name, words[i].name)) {
            continue;
        }
        if (!has_value) {
            *what = "missing value";
            return ERR_INVALID;
        }
        enum error error = words[i].parse(cmdline, value);

        *what = reason(error);
        return error;
    }
    return parse_order(cmdline, *word, what);
}

// A misbehaviour may need statistics that `stats=`, before or after it, leaves
// out.
static enum error check_stats(const struct cmdline *cmdline,
                              struct cmdline_problem *problem)
{
    struct slice word;

    problem->what = misbehave_lacks(&cmdline->misbehave, cmdline->stats, &word);
    if (problem->what == NULL) {
        return OK;
    }
    slice_copy(word, problem->word, sizeof problem->word);
    return ERR_INVALID;
}

enum error cmdline_parse(const char *text, struct cmdline *cmdline,
                         struct cmdline_problem *problem)
{
    *cmdline = (struct cmdline){
        .touch = 1, .lines = UINT64_MAX, .stats = BALLOON_STATS_ALL};
    for (;;) {
        struct slice word = slice_word(&text);

        if (word.length == 0) {
            return check_stats(cmdline, problem);
        }
        const enum error error = parse_word(cmdline, &word, &problem->what);

        if (error != OK) {
            slice_copy(word, problem->word, sizeof problem->word);
            return error;
        }
    }
}
