// SPDX-License-Identifier: MIT
// The driver's environment, done by mm/balloon.h; both number pages alike.
// VIRTIO 1.4, 5.5.6.
#include "app/lender.h"

#include "mm/balloon.h"
#include "mm/mm.h"

static struct balloon *the_balloon;

static struct balloon_run run_of(struct page_run run)
{
    return (struct balloon_run){.pfn = run.first, .pages = run.count};
}

static struct page_run frames_of(struct balloon_run run)
{
    return (struct page_run){run.pfn, run.pages};
}

static bool relieve(uint64_t pages)
{
    return pages <= UINT32_MAX && balloon_relieve(the_balloon, (uint32_t)pages);
}

static void rules(void *ctx, const struct balloon_rules *agreed)
{
    (void)ctx;
    mm_deflate_on_oom(agreed->may_take_back);
}

static void demand(void *ctx, uint32_t pages)
{
    (void)ctx;
    mm_inflate_demand(pages);
}

static bool lend(void *ctx, uint32_t most, struct balloon_run *run)
{
    struct page_run frames;

    (void)ctx;
    if (!mm_inflate_pick(most, &frames)) {
        return false;
    }
    *run = run_of(frames);
    return true;
}

static void lent(void *ctx, struct balloon_run run)
{
    (void)ctx;
    mm_inflate_done(frames_of(run));
}

static bool recall(void *ctx, uint32_t most, struct balloon_run *run)
{
    struct page_run frames;

    (void)ctx;
    if (!mm_deflate_pick(most, &frames)) {
        return false;
    }
    *run = run_of(frames);
    return true;
}

static void taken_back(void *ctx, struct balloon_run run)
{
    (void)ctx;
    mm_deflate_done(frames_of(run));
}

static bool report(void *ctx, struct balloon_run *run)
{
    struct page_run frames;

    (void)ctx;
    if (!mm_report_pick(&frames)) {
        return false;
    }
    *run = run_of(frames);
    return true;
}

static void reported(void *ctx, struct balloon_run run, bool told)
{
    (void)ctx;
    mm_report_done(frames_of(run), told);
}

static bool hint(void *ctx, struct balloon_run *run)
{
    struct page_run frames;

    (void)ctx;
    if (!mm_hint_pick(&frames)) {
        return false;
    }
    *run = run_of(frames);
    return true;
}

static void hinted(void *ctx, struct balloon_run run)
{
    (void)ctx;
    mm_hint_done(frames_of(run));
}

static void unhint(void *ctx, struct balloon_run run)
{
    (void)ctx;
    mm_hint_cancel(frames_of(run));
}

static uint32_t hints_release(void *ctx)
{
    (void)ctx;
    return (uint32_t)mm_hint_release_all();
}

static void fill(void *ctx, struct balloon_run run, uint32_t value)
{
    (void)ctx;
    mm_fill(frames_of(run), value);
}

void lender_env(struct balloon *balloon, struct balloon_env *env)
{
    the_balloon = balloon;
    env->rules = rules;
    env->demand = demand;
    env->lend = lend;
    env->lent = lent;
    env->recall = recall;
    env->taken_back = taken_back;
    env->report = report;
    env->reported = reported;
    env->hint = hint;
    env->hinted = hinted;
    env->unhint = unhint;
    env->hints_release = hints_release;
    env->fill = fill;
    mm_relieve_by(relieve);
}
