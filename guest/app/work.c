// SPDX-License-Identifier: MIT
// The steps of orders, and the orders that concern no memory. An order that
// touches pages is a loop over its touches, cut into steps.
#include "app/work.h"

#include "app/work_internal.h"
#include "base/exit.h"
#include "base/log.h"
#include "disks.h"

#include <string.h>

#define PACE_FIRST 32u

static const struct order *cmdline_orders;
static uint32_t cmdline_left;
static char line[128];
static const char *rest = line; // the words that are not taken yet
static uint64_t pace = PACE_FIRST;
static bool under_way;
static bool stopping;
static struct work work = {.task = 1};
static const struct work_env *env;

// --- Orders that concern no memory -------------------------------------------

static void work_pace(struct work *order)
{
    pace = order->order.number;
    log_line("order pace touches=%llu", work_long(pace));
}

void work_start_disks(void)
{
    env->start_disks();
}

static void work_disks(struct work *order)
{
    const uint64_t before = disks_frames();

    (void)order;
    work_start_disks();
    log_line("order disks count=%u frames=%llu", disks_count(),
             work_long(disks_frames() - before));
}

static void work_count(struct work *order)
{
    (void)order;
    env->log_statistics();
}

static void work_help(struct work *order)
{
    (void)order;
    log_line("order help words=\"%s\"", order_usage());
}

static void work_end(struct work *order)
{
    (void)order;
    log_line("order end");
    machine_exit(VERDICT_DONE);
}

// --- All orders --------------------------------------------------------------

// Either of both.
static const struct {
    void (*at_once)(struct work *order);
    const struct work_kind *in_steps;
} kinds[ORDER_KINDS] = {
    [ORDER_ALLOC] = {.at_once = work_alloc},
    [ORDER_FILL] = {.in_steps = &work_fill},
    [ORDER_VERIFY] = {.in_steps = &work_verify},
    [ORDER_FREE] = {.at_once = work_free},
    [ORDER_TASK] = {.at_once = work_task},
    [ORDER_MAP] = {.at_once = work_map},
    [ORDER_UNMAP] = {.at_once = work_unmap},
    [ORDER_WRITE] = {.in_steps = &work_write},
    [ORDER_READ] = {.in_steps = &work_read},
    [ORDER_WALK] = {.in_steps = &work_walk},
    [ORDER_LOAD] = {.in_steps = &work_load},
    [ORDER_DROP] = {.at_once = work_drop},
    [ORDER_HUGE] = {.in_steps = &work_huge},
    [ORDER_PACE] = {.at_once = work_pace},
    [ORDER_DISKS] = {.at_once = work_disks},
    [ORDER_SWAPON] = {.at_once = work_swapon},
    [ORDER_SWAPOFF] = {.at_once = work_swapoff},
    [ORDER_COUNT] = {.at_once = work_count},
    [ORDER_FRAMES] = {.at_once = work_frames},
    [ORDER_HELP] = {.at_once = work_help},
    [ORDER_END] = {.at_once = work_end},
};

void work_answer_ended(const struct work *ended, const char *why)
{
    const char *name = order_name(ended->order.kind);

    if (ended->space == NULL || ended->space == vm_file()) {
        log_line("order %s pages=%llu done=%llu %s", name,
                 work_long(ended->total), work_long(ended->done), why);
    } else {
        log_line("order %s task=%u pages=%llu done=%llu %s", name, ended->task,
                 work_long(ended->total), work_long(ended->done), why);
    }
}

void work_answer_failed(const struct work *failed, struct vm_ending ending)
{
    const char *name = order_name(failed->order.kind);
    const char *why = ending.why == VM_LOST ? "page lost" : "no memory";

    if (failed->space == vm_file()) {
        log_line("error what=\"order %s: %s\" page=%llu done=%llu", name, why,
                 work_long(ending.page), work_long(failed->done));
    } else {
        log_line("error what=\"order %s: %s\" task=%u page=%llu done=%llu",
                 name, why, failed->task, work_long(ending.page),
                 work_long(failed->done));
    }
}

// --- Steps -------------------------------------------------------------------

void work_start(const struct work_env *new_env, const struct order *orders,
                uint32_t count)
{
    cmdline_orders = orders;
    cmdline_left = count;
    env = new_env;
}

void work_take_line(const char *text)
{
    strncpy(line, text, sizeof line - 1);
    rest = line;
}

static void drop_line(void)
{
    cmdline_left = 0;
    line[0] = '\0';
    rest = line;
}

// Takes the next order. False: there is none.
static bool take_order(struct order *order)
{
    if (cmdline_left > 0) {
        *order = *cmdline_orders++;
        cmdline_left--;
        return true;
    }
    const struct slice word = slice_word(&rest);
    const char *what;

    if (word.length == 0) {
        return false;
    }
    if (order_parse(word, order, &what) != OK) {
        char shown[64];

        slice_copy(word, shown, sizeof shown);
        log_line("error what=\"order: %s\" word=\"%s\" words=\"%s\"", what,
                 shown, order_usage());
        drop_line();
        return false;
    }
    return true;
}

bool work_is_due(void)
{
    return under_way || cmdline_left > 0 || *rest != '\0';
}

bool work_is_under_way(uint64_t *number, uint64_t *done)
{
    *number = work.number;
    *done = work.done;
    return under_way;
}

void work_stop(void)
{
    stopping = under_way;
    drop_line();
}

// The order is answered in this step, if it has no touches.
static void begin(const struct order *order)
{
    work = (struct work){
        .order = *order,
        .number = work.number + 1,
        .task = work.task,
    };
    if (kinds[order->kind].at_once != NULL) {
        kinds[order->kind].at_once(&work);
    } else {
        under_way = kinds[order->kind].in_steps->begin(&work);
    }
}

// Whether the order ends in this step before it touches anything.
static bool end_early(void)
{
    const struct vm_ending ending =
        work.space != NULL ? vm_take_ending(work.space) : (struct vm_ending){0};

    if (ending.why == VM_KILLED) {
        work_answer_ended(&work, "killed=oom");
    } else if (ending.why != VM_GOES_ON) {
        work_answer_failed(&work, ending);
    } else if (stopping) {
        work_answer_ended(&work, "stopped=escape");
    } else {
        return false;
    }
    stopping = false;
    return true;
}

static void touch_some(void)
{
    const struct work_kind *kind = kinds[work.order.kind].in_steps;
    const uint64_t most = work.order.kind == ORDER_HUGE ? 1 : pace;

    for (uint64_t i = 0; i < most && work.done < work.total; i++) {
        if (!kind->touch(&work)) {
            under_way = false;
            return;
        }
        work.done++;
        if (vm_is_ending()) {
            return;
        }
    }
    if (work.done == work.total) {
        under_way = false;
        kind->answer(&work);
    }
}

void work_step(void)
{
    struct order order;

    if (!under_way && take_order(&order)) {
        begin(&order);
    }
    if (under_way && end_early()) {
        under_way = false;
    }
    if (under_way) {
        touch_some();
    }
}
