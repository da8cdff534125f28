// SPDX-License-Identifier: MIT
// The driver's callbacks, implemented by mm, vm and the workload. VIRTIO 1.4,
// 5.5.6.4 "Memory Statistics Tags".
#include "app/statistics.h"

#include "app/fault.h"
#include "app/misbehave.h"
#include "app/work.h"
#include "app/workload.h"
#include "base/exit.h"
#include "base/log.h"
#include "mm/mm.h"
#include "vm/counters.h"
#include "vm/vm.h"

// About a tenth of a second, since the host must wake another thread first.
#define HINT_POLLS_MAX 4000000u

static bool first_sample = true;
static struct balloon_policy policy;

static const struct log_key seq_key = LOG_KEY("seq");

// Bytes for what is counted in pages.
static uint64_t bytes(uint64_t pages)
{
    return pages * PAGE_SIZE;
}

// 5.5.6.3.1 wants the same tags in every buffer, so all that are wanted are
// sent from the first sample on: a zero is a count of events that have not
// happened.
static void measure(uint32_t wanted, struct balloon_stats *stats)
{
    const struct vm_counters *vm = &vm_counters;
    struct mm_counters mm;

    mm_count(&mm);
    const uint64_t values[VIRTIO_BALLOON_S_NR] = {
        [VIRTIO_BALLOON_S_SWAP_IN] = bytes(vm->swap_in),
        [VIRTIO_BALLOON_S_SWAP_OUT] = bytes(vm->swap_out),
        [VIRTIO_BALLOON_S_MAJFLT] = vm->major_faults,
        [VIRTIO_BALLOON_S_MINFLT] = mm.minor_faults + vm->minor_faults,
        [VIRTIO_BALLOON_S_MEMFREE] = mm.free,
        [VIRTIO_BALLOON_S_MEMTOT] = mm.total,
        [VIRTIO_BALLOON_S_AVAIL] = vm_available(),
        [VIRTIO_BALLOON_S_CACHES] = bytes(vm_caches()),
        [VIRTIO_BALLOON_S_HTLB_PGALLOC] = vm->htlb_pgalloc,
        [VIRTIO_BALLOON_S_HTLB_PGFAIL] = vm->htlb_pgfail,
        [VIRTIO_BALLOON_S_OOM_KILL] = vm->oom_kills,
        [VIRTIO_BALLOON_S_ALLOC_STALL] = vm->alloc_stalls,
        [VIRTIO_BALLOON_S_ASYNC_SCAN] = bytes(vm->async_scans),
        [VIRTIO_BALLOON_S_DIRECT_SCAN] = bytes(vm->direct_scans),
        [VIRTIO_BALLOON_S_ASYNC_RECLAIM] = bytes(vm->async_reclaims),
        [VIRTIO_BALLOON_S_DIRECT_RECLAIM] = bytes(vm->direct_reclaims),
    };

    for (unsigned tag = 0; tag < VIRTIO_BALLOON_S_NR; tag++) {
        if (wanted & 1u << tag) {
            balloon_stats_add(stats, (enum balloon_tag)tag, values[tag]);
        }
    }
}

// The first sample shows the guest after its start, before the workload
// touches a page.
static void sample_collect(void *ctx, struct balloon_stats *stats)
{
    const struct cmdline *cmdline = ctx;

    if (!first_sample) {
        workload_touch(cmdline->touch);
    }
    first_sample = false;
    measure(cmdline->stats, stats);
}

static void log_values(struct log_text *line, const struct balloon_stats *stats)
{
    for (unsigned i = 0; i < stats->count; i++) {
        const struct balloon_stat *stat = &stats->entries[i];

        log_decimal(line, balloon_stat_key(stat->tag), stat->value);
    }
    log_end(line);
}

static void log_stats(uint64_t seq, const struct balloon_stats *stats)
{
    struct log_text line;

    log_begin(&line, "stats");
    log_decimal(&line, &seq_key, seq);
    log_values(&line, stats);
}

// A sample in the middle of an order: how far the order is.
static void log_work(uint64_t seq)
{
    uint64_t order;
    uint64_t done;

    if (work_is_under_way(&order, &done)) {
        log_line("work seq=%llu order=%llu done=%llu", (unsigned long long)seq,
                 (unsigned long long)order, (unsigned long long)done);
    }
}

void statistics_log(void)
{
    struct balloon_stats stats = {0};
    struct log_text line;

    measure(BALLOON_STATS_ALL, &stats);
    log_begin(&line, "order count");
    log_values(&line, &stats);
}

static void log_sent(uint64_t seq)
{
    struct log_text line;

    log_begin(&line, "sent");
    log_decimal(&line, &seq_key, seq);
    log_end(&line);
}

// The line is written, or held by base/print.h, before the device can see the
// sample.
static void sample_before_send(void *ctx, uint64_t seq,
                               const struct balloon_stats *stats)
{
    const struct cmdline *cmdline = ctx;

    if (seq <= cmdline->lines) {
        log_work(seq);
        log_stats(seq, stats);
    }
}

static void sample_after_send(void *ctx, uint64_t seq)
{
    const struct cmdline *cmdline = ctx;

    if (seq <= cmdline->lines) {
        log_sent(seq);
    }
    if (seq == 1) {
        fault_inject(cmdline->fault);
    }
    if (seq == cmdline->samples) {
        machine_exit(VERDICT_DONE);
    }
}

struct balloon_env statistics_env(const struct cmdline *cmdline)
{
    policy = misbehave_policy(&cmdline->misbehave);
    return (struct balloon_env){
        .ctx = (void *)cmdline,
        .collect = sample_collect,
        .before_send = sample_before_send,
        .after_send = sample_after_send,
        .hint_polls_max = HINT_POLLS_MAX,
        .poison = cmdline->has_poison ? &cmdline->poison : NULL,
        .policy = &policy,
    };
}
