// SPDX-License-Identifier: MIT
// The table of behaviours: the policy of each kind. Encodings of buffers are
// in encodings.c. no-driver has no row: main.c handles it, as no driver runs.
#include "app/misbehave.h"

#include <string.h>

#include "app/encodings.h"
#include "base/log.h"
#include "base/panic.h"

// INDIRECT_DESC (VIRTIO 1.4, 6) and STATS_VQ (5.5.3) by number.
#define INDIRECT_DESC (UINT64_C(1) << 28)
#define STATS_VQ (UINT64_C(1) << 1)

// Encodes, then decodes the bytes: the `stats` line shows what a host reads,
// not what was measured.
static void compose(void *ctx, struct balloon_buffer *buffer)
{
    const struct cmdline *cmdline = ctx;

    behaviour_form_of(cmdline->behave)(buffer, cmdline->behave_number);
    balloon_stats_decode(buffer->bytes, buffer->length, &buffer->stats);
}

// The queue accepts no empty buffer, so a valid one is added; empty_the_buffer
// clears its length in the ring.
static void compose_nothing(void *ctx, struct balloon_buffer *buffer)
{
    (void)ctx;
    buffer->length = balloon_stats_encode(&buffer->stats, buffer->bytes);
    buffer->stats = (struct balloon_stats){0};
}

// 2.7.5, 2.8.13: in both formats a descriptor has 16 bytes, begins with le64
// addr, le32 len, and the descriptors are first in the ring's memory.
static void empty_the_buffer(void *ctx, struct dma_block ring, paddr buffer)
{
    unsigned char *descriptor = ring.cpu;
    uint64_t addr = 0;

    (void)ctx;
    for (size_t left = ring.bytes / 16; left > 0; left--) {
        memcpy(&addr, descriptor, sizeof addr);
        if (addr == buffer.value) {
            memset(descriptor + 8, 0, 4);
            return;
        }
        descriptor += 16;
    }
    panic("behave: the buffer is not in the ring");
}

static bool gives_none(void *ctx, uint64_t seq, uint16_t held)
{
    (void)ctx;
    (void)seq;
    (void)held;
    return false;
}

static bool gives_first_only(void *ctx, uint64_t seq, uint16_t held)
{
    (void)ctx;
    return held == 0 && seq == 1;
}

static bool gives_until(void *ctx, uint64_t seq, uint16_t held)
{
    const struct cmdline *cmdline = ctx;

    return held == 0 && seq <= cmdline->behave_number;
}

// A sample with an even number follows one with an odd number, unrequested.
// The device then returns one of the two buffers. That is no request; an
// answer to it would repeat without end.
static bool gives_two(void *ctx, uint64_t seq, uint16_t held)
{
    (void)ctx;
    return held == 0 || (held == 1 && seq % 2 == 0);
}

static bool is_the_sample(void *ctx, uint64_t seq)
{
    const struct cmdline *cmdline = ctx;

    return seq == cmdline->behave_number;
}

static const struct balloon_policy policies[BEHAVE_KINDS] = {
    [BEHAVE_NO_PRIME] = {.gives = gives_none},
    [BEHAVE_PRIME_SHORT] = {.compose = compose},
    [BEHAVE_UNKNOWN_TAGS] = {.compose = compose},
    [BEHAVE_ZERO_LENGTH] = {.compose = compose_nothing,
                            .before_publish = empty_the_buffer,
                            .gives = gives_first_only,
                            .never_recovers = true},
    [BEHAVE_ENTRY16] = {.compose = compose},
    [BEHAVE_DUPLICATE] = {.compose = compose},
    [BEHAVE_REVERSED] = {.compose = compose},
    [BEHAVE_SPLIT] = {.compose = compose},
    [BEHAVE_INDIRECT] = {.compose = compose, .features_also = INDIRECT_DESC},
    [BEHAVE_SUBSET] = {.compose = compose},
    [BEHAVE_SKIP_ONE] = {.compose = compose},
    [BEHAVE_SKIP_ALL] = {.compose = compose},
    [BEHAVE_ALTERNATE] = {.compose = compose},
    [BEHAVE_FALLING] = {.compose = compose},
    [BEHAVE_PATTERN] = {.compose = compose},
    [BEHAVE_LATE] = {.compose = compose},
    [BEHAVE_SILENT] = {.gives = gives_until},
    [BEHAVE_TWO_BUFFERS] = {.gives = gives_two, .waits_until_taken = true},
    [BEHAVE_BAD_ACTUAL] = {.actual = UINT32_MAX},
    [BEHAVE_NO_KICK] = {.never_notifies = true},
    [BEHAVE_NO_STATS_VQ] = {.features_declined = STATS_VQ},
    [BEHAVE_RESET_HOLDING] = {.starts_over = is_the_sample,
                              .waits_until_taken = true},
    [BEHAVE_PANIC] = {.compose = compose},
};

const struct balloon_policy *behaviour_policy(enum behave_kind kind)
{
    return &policies[kind];
}

void behaviour_announce(const struct cmdline *cmdline)
{
    const char *word = behave_word(cmdline->behave);

    if (behave_has_number(cmdline->behave)) {
        log_line("balloon behave=%s:%llu", word,
                 (unsigned long long)cmdline->behave_number);
    } else if (cmdline->behave != BEHAVE_BY_THE_BOOK) {
        log_line("balloon behave=%s", word);
    }
}
