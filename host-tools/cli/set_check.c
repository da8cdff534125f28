// SPDX-License-Identifier: MIT
// The checks before `aerostat set` asks: can the guest follow, and does it have
// the memory that the target would take? VIRTIO 1.4, 5.5.6.
// Limits: trusts the guest's statistics; without fresh ones only the share of
// the RAM counts.
#include "cli/set_course.h"

#include <time.h>

#include "balloon/size_query.h"
#include "balloon/target.h"
#include "base/output.h"
#include "base/text.h"

enum {
    AWAITED_SECONDS = 10, // longest polling interval whose next sample is
                          // awaited
    LATE_MS = 2000,       // allowed delay of that sample
    LOOK_MS = 100,        // between two reads while it is awaited
    SHARE = 4             // a target of RAM / SHARE or more leaves enough
};

static const char anyway[] = "; --force sets the target nevertheless";

// The state of QEMU and guest, read before any decision.
struct knowledge {
    struct view view;
    struct sample sample;
    struct spare spare;
    uint32_t interval;
    bool on_oom;
    bool first;  // the sample is of the driver's start, with an empty balloon
    bool moving; // the guest still moves towards an earlier target
    int64_t age; // of the sample, in seconds
    bool fresh;
};

static void take_sample(struct set_course *course, struct knowledge *known)
{
    const bool has_age =
        sample_age(&known->sample, (uint64_t)time(NULL), &known->age);

    known->fresh = has_age && known->age <= SET_FRESH_SECONDS &&
                   known->age >= -SET_FRESH_SECONDS;
    known->spare =
        spare_of(&known->sample, course->actual, course->ram, known->on_oom);
    course->spare = known->spare;
    course->has_age = has_age;
    course->age = known->age;
}

static bool read_all(struct set_course *course, struct knowledge *known,
                     struct failure *failure)
{
    const struct balloon *balloon = &course->attachment->balloon;
    struct target target;
    bool packed;

    *known = (struct knowledge){0};
    if (!balloon_read(balloon, &known->sample, failure) ||
        !balloon_get_interval(balloon, &known->interval, failure) ||
        !balloon_offers(balloon, "deflate-on-oom", &known->on_oom, failure) ||
        !balloon_offers(balloon, "packed", &packed, failure)) {
        return false;
    }
    view_read(balloon, &known->view);
    target_read(balloon, &target);
    known->first = !packed && view_first(&known->view.queues[VIEW_STATSQ]);
    known->moving =
        target.known && target_size(&target, course->ram) != course->actual;
    take_sample(course, known);
    return true;
}

static bool cannot_follow(struct set_course *course, enum condition condition,
                          const struct view *view, struct failure *failure)
{
    char text[256];

    course->reason = condition_id(condition);
    condition_text(condition, view, text, sizeof text);
    return failure_set(failure, CODE_TIMEOUT,
                       "nothing was asked, since no guest can follow: %s; "
                       "--no-wait sets the target for a later guest, --force "
                       "also waits for it",
                       text);
}

// Begins the refusal: the size asked for, and the memory that it takes.
static bool refuse(struct set_course *course, const char *reason,
                   struct failure *failure)
{
    char target[SIZE_TEXT];
    char taken[SIZE_TEXT];

    course->reason = reason;
    size_text(target, sizeof target, (int64_t)course->target.size);
    text_size(taken, sizeof taken,
              course->before > (int64_t)course->target.size
                  ? (uint64_t)course->before - course->target.size
                  : 0);
    return failure_set(failure, CODE_REFUSED,
                       "refused: a size of %s takes %s from the guest", target,
                       taken);
}

static bool refuse_short(struct set_course *course,
                         const struct knowledge *known, struct failure *failure)
{
    char available[SIZE_TEXT];
    char returns[SIZE_TEXT];
    char age[SET_AGE_TEXT];

    text_size(available, sizeof available, known->spare.bytes);
    text_size(returns, sizeof returns, known->spare.returns);
    refuse(course, "beyond-available", failure);
    failure_add(failure, ", which has %s available by its statistics of %s",
                available, set_age(course, age));
    if (known->spare.returns) {
        failure_add(failure, ", and may get %s back by deflate-on-oom",
                    returns);
    }
    if (!known->fresh) {
        set_hint(course, failure, "newer ones are requested by", "poll", "1");
    }
    return failure_add(failure, "%s", anyway);
}

// `why` is a clause that ends with a word for the statistics.
static bool refuse_stale(struct set_course *course, const char *why,
                         struct failure *failure)
{
    char age[SET_AGE_TEXT];

    refuse(course, condition_id(CONDITION_STALE), failure);
    failure_add(failure, "%s of %s", why, set_age(course, age));
    set_hint(course, failure, "newer ones are requested by", "poll", "1");
    return failure_add(failure, "%s", anyway);
}

// Below this share only memory that is known to be spare may be taken.
static bool leaves_a_share(const struct set_course *course)
{
    return course->target.size >= course->ram / SHARE ||
           (int64_t)course->target.size >= course->before;
}

static bool refuse_unknown(struct set_course *course,
                           const struct knowledge *known,
                           struct failure *failure)
{
    const enum condition condition = condition_of_statistics(
        &known->view, &known->sample, known->interval, (uint64_t)time(NULL));
    char text[256];

    if (known->sample.last_update == 0 || condition == CONDITION_STATS_EMPTY) {
        condition_text(condition, &known->view, text, sizeof text);
        refuse(course, condition_id(condition), failure);
    } else {
        text_format(text, sizeof text,
                    "its statistics have no "
                    "available-memory");
        refuse(course, "stats-partial", failure);
    }
    return failure_add(failure,
                       " and leaves it less than a quarter of the RAM, and its "
                       "available memory is not known: %s%s",
                       text, anyway);
}

// Waits for a sample that is newer than all values read so far. If none comes,
// returns true and keeps the old sample.
static bool await_sample(struct set_course *course, struct knowledge *known,
                         bool *came, struct failure *failure)
{
    struct attachment *attachment = course->attachment;
    const uint64_t before = known->sample.last_update;
    const struct deadline deadline =
        deadline_in_ms((uint64_t)known->interval * MS_PER_S + LATE_MS);
    bool last;

    do {
        last = deadline_passed(deadline);
        attachment->balloon.deadline = deadline_in_ms(SET_ANSWER_MS);
        if (!balloon_read(&attachment->balloon, &known->sample, failure)) {
            return false;
        }
        *came = known->sample.last_update != before;
        if (*came || last) {
            break;
        }
        const enum loop_result result =
            loop_step(attachment->loop,
                      deadline_sooner(deadline, deadline_in_ms(LOOK_MS)));
        if (result == LOOP_INTERRUPTED) {
            return loop_failure(attachment->loop, result,
                                "the guest's next statistics", failure);
        }
    } while (true);
    attachment->balloon.deadline = deadline_in_ms(SET_ANSWER_MS);
    return balloon_actual(&attachment->balloon, &course->actual, failure);
}

// The sample may be of another size than the present one. If the guest is
// polled often, its next sample is awaited; otherwise a fresh sample is trusted
// if the guest is not moving. An older sample still gives a bound: its total is
// never above the size at its time.
static bool settle(struct set_course *course, struct knowledge *known,
                   struct spare_change *change, struct failure *failure)
{
    bool came = false;

    if (known->view.running && known->interval &&
        known->interval <= AWAITED_SECONDS) {
        if (!await_sample(course, known, &came, failure)) {
            return false;
        }
        take_sample(course, known);
        if (course->actual > change->actual) {
            change->actual = course->actual;
        }
    }
    if (!came && !known->on_oom && known->spare.total <= course->ram &&
        (int64_t)known->spare.total > change->actual) {
        change->actual = (int64_t)known->spare.total;
    }
    change->settled =
        change->settled || came || (known->fresh && !known->moving);
    return true;
}

static bool check_taken(struct set_course *course, struct knowledge *known,
                        struct failure *failure)
{
    struct spare_change change = {
        .actual = known->first ? (int64_t)course->ram : course->before,
        .target = course->target.size,
        .ram = course->ram,
        .settled = known->first,
    };
    enum spare_verdict verdict = spare_judge(&known->spare, &change);

    if (verdict == SPARE_UNSURE || verdict == SPARE_SHORT) {
        if (!settle(course, known, &change, failure)) {
            return false;
        }
        verdict = spare_judge(&known->spare, &change);
    }
    switch (verdict) {
    case SPARE_SHORT:
        return refuse_short(course, known, failure);
    case SPARE_UNSURE:
        return refuse_stale(course,
                            ", and may be more than it has: it may have had "
                            "another size for its statistics",
                            failure);
    case SPARE_UNKNOWN:
        return leaves_a_share(course) || refuse_unknown(course, known, failure);
    case SPARE_ENOUGH:
        break;
    }
    return known->fresh || leaves_a_share(course) ||
           refuse_stale(course,
                        ", and leaves it less than a quarter of the RAM, by "
                        "statistics",
                        failure);
}

bool set_check(struct set_course *course, bool wait, bool force,
               struct failure *failure)
{
    struct knowledge known;

    if (!read_all(course, &known, failure)) {
        return false;
    }
    const enum condition driver = condition_of_driver(&known.view);

    if (!force && wait && driver != CONDITION_OK &&
        course->before != (int64_t)course->target.size) {
        return cannot_follow(course, driver, &known.view, failure);
    }
    if (!force && course->before > (int64_t)course->target.size &&
        !check_taken(course, &known, failure)) {
        return false;
    }
    set_notes(course);
    return true;
}
