// SPDX-License-Identifier: MIT
// The driver's callbacks, implemented by mm, the workload and statistics.c.
#include "app/reporter.h"

#include "app/fault.h"
#include "app/misbehave.h"
#include "app/statistics.h"
#include "app/workload.h"
#include "base/exit.h"
#include "mm/mm.h"

// About a tenth of a second, since the host must wake another thread first.
#define HINT_LOOKS 4000000u

static bool first_sample = true;
static struct balloon_policy policy;

static enum error alloc(void *ctx, size_t bytes, struct dma_block *block)
{
    (void)ctx;
    return mm_alloc_dma(bytes, block);
}

static void release(void *ctx, struct dma_block block)
{
    (void)ctx;
    mm_free_dma(block);
}

// The first sample shows the guest after its start, before the workload
// touches a page.
static void collect(void *ctx, struct balloon_stats *stats)
{
    const struct cmdline *cmdline = ctx;

    if (!first_sample) {
        workload_touch(cmdline->touch);
    }
    first_sample = false;
    truth_collect(stats);
}

static void before_send(void *ctx, uint64_t seq,
                        const struct balloon_stats *stats)
{
    const struct cmdline *cmdline = ctx;

    if (seq <= cmdline->lines) {
        truth_before_send(seq, stats);
    }
}

static void after_send(void *ctx, uint64_t seq)
{
    const struct cmdline *cmdline = ctx;

    if (seq <= cmdline->lines) {
        truth_after_send(seq);
    }
    if (seq == 1) {
        fault_on_purpose(cmdline->fault);
    }
    if (seq == cmdline->samples) {
        machine_exit(VERDICT_DONE);
    }
}

struct balloon_env reporter_env(const struct cmdline *cmdline)
{
    policy = misbehave_policy(&cmdline->misbehave);
    return (struct balloon_env){
        .ctx = (void *)cmdline,
        .alloc = alloc,
        .free = release,
        .collect = collect,
        .before_send = before_send,
        .after_send = after_send,
        .patience = HINT_LOOKS,
        .poison = cmdline->has_poison ? &cmdline->poison : NULL,
        .policy = &policy,
    };
}
