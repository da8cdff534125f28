// SPDX-License-Identifier: MIT
// The model beside the guest, line by line.
#include "cli/follow.h"

#include <string.h>

#include "balloon/answer.h"
#include "balloon/truth.h"
#include "base/text.h"

static void note_word(struct follow *follow, const char *how)
{
    buffer_format(&follow->done, "%s%s%s", follow->done.length ? " " : "",
                  follow->word, how);
}

static void end_word(struct follow *follow, const char *how)
{
    note_word(follow, how);
    follow->word = NULL;
    follow->is_size = false;
    follow->begun = false;
    buffer_free(&follow->said);
    buffer_free(&follow->expected);
}

static void begin_word(struct follow *follow, const char *word)
{
    follow->word = word;
    follow->begun = false;
}

void follow_order(struct follow *follow, const char *word)
{
    begin_word(follow, word);
}

bool follow_size(struct follow *follow, const char *word, uint64_t pages)
{
    begin_word(follow, word);
    if (pages == follow->target) {
        end_word(follow, "");
        return false;
    }
    follow->target = pages;
    follow->is_size = true;
    return true;
}

// --- The answers ---

// Of an answer of several lines, the first that differs counts.
static void add_wrong(struct follow *follow, const char *predicted,
                      const char *answered)
{
    size_t model = strcspn(predicted, "\n");
    size_t guest = strcspn(answered, "\n");

    while (model == guest && predicted[model] && answered[guest] &&
           strncmp(predicted, answered, model) == 0) {
        predicted += model + 1;
        answered += guest + 1;
        model = strcspn(predicted, "\n");
        guest = strcspn(answered, "\n");
    }
    buffer_format(&follow->wrong, "%s: model says '%.*s', guest said '%.*s'\n",
                  follow->word, (int)model, predicted, (int)guest, answered);
}

static bool is_word(const struct follow *follow, const char *begin)
{
    return strncmp(follow->word, begin, strlen(begin)) == 0;
}

// The order has begun in the guest: in the model, too.
static void begin_in_model(struct follow *follow)
{
    if (!follow->begun) {
        follow->begun = true;
        follow->lost = follow->lost || (is_word(follow, "huge=") &&
                                        !model_frames_known(follow->model));
        (void)!model_begin(follow->model, follow->word);
    }
}

static void compare_answers(struct follow *follow)
{
    const char *said = buffer_string(&follow->said);

    begin_in_model(follow);
    if (model_order_is_open(follow->model)) {
        model_finish(follow->model, &follow->expected);
    }
    if (follow->lost ||
        (is_word(follow, "frames") && !model_frames_known(follow->model))) {
        return;
    }
    if (strcmp(said, buffer_string(&follow->expected)) != 0) {
        add_wrong(follow, buffer_string(&follow->expected), said);
    }
}

// Orders of the guest's command line are answered too, after sample 1. A word
// that the guest cannot read has an answer without a name.
static bool is_of(const struct answer *answer, const char *word)
{
    const size_t length = strcspn(word, "=");

    return !*answer->order || (strlen(answer->order) == length &&
                               strncmp(answer->order, word, length) == 0);
}

// A line of `frames` that another one follows.
static bool is_part(const struct answer *answer)
{
    uint64_t first;

    return strcmp(answer->order, "frames") == 0 &&
           answer_number(answer, "first", &first);
}

static void take_answer(struct follow *follow, const struct answer *answer)
{
    buffer_format(&follow->said, "%s\n", answer->line);
    if (is_part(answer)) {
        return;
    }
    if (follow->model) {
        compare_answers(follow);
    } else {
        follow->orders_before++;
    }
    end_word(follow, answer->refused                            ? " (refused)"
                     : answer_says(answer, "killed", "oom")     ? " (killed)"
                     : answer_says(answer, "stopped", "escape") ? " (stopped)"
                                                                : "");
}

// --- The balloon ---

// "balloon reached actual=N", "balloon floor actual=N target=M".
static bool is_balloon_line(const char *line, uint64_t *actual)
{
    static const char *const begins[] = {"balloon reached actual=",
                                         "balloon floor actual="};

    for (size_t i = 0; i < sizeof begins / sizeof *begins; i++) {
        const size_t length = strlen(begins[i]);

        if (strncmp(line, begins[i], length) == 0) {
            return text_leading_uint64(line + length, actual) == NUMBER_OK;
        }
    }
    return false;
}

static void take_size(struct follow *follow, const char *line, uint64_t actual)
{
    if (follow->model && !follow->lost) {
        const uint64_t reached = model_balloon(follow->model, follow->target);

        if (reached != actual) {
            char predicted[64];

            text_format(predicted, sizeof predicted, "balloon actual=%llu",
                        (unsigned long long)reached);
            add_wrong(follow, predicted, line);
        }
    }
    follow->ballooned = actual;
    end_word(follow, "");
}

// --- The samples ---

// The model goes on to where the guest is in its order.
static void go_on(struct follow *follow, const struct truth_work *work)
{
    char text[64];

    begin_in_model(follow);
    if (follow->lost) {
        return;
    }
    if (model_order_number(follow->model) + follow->orders_before ==
            work->order &&
        model_order_is_open(follow->model) &&
        model_until(follow->model, work->done, &follow->expected)) {
        return;
    }
    text_format(text, sizeof text, "work order=%llu done=%llu",
                (unsigned long long)work->order,
                (unsigned long long)work->done);
    add_wrong(follow, "no step that ends there", text);
}

static void take_sample(struct follow *follow, const struct truth *truth)
{
    struct followed *newest = &follow->newest;

    *newest = (struct followed){
        .seq = truth->seq,
        .in_middle = follow->in_part,
        .ballooned = follow->ballooned,
        .known = follow->model && !follow->is_size && !follow->lost,
    };
    if (newest->known) {
        newest->ballooned = model_ballooned(follow->model);
        model_numbers(follow->model, &newest->numbers);
    }
}

void follow_line(struct follow *follow, const char *line)
{
    char reason[TRUTH_REASON];
    struct answer answer;
    struct truth truth;
    uint64_t actual;
    const enum truth_kind kind = truth_parse(line, &truth, reason);

    if (follow->predicts && !follow->model) {
        buffer_format(&follow->console, "%s\n", line);
    }
    if (kind == TRUTH_STATS) {
        take_sample(follow, &truth);
    } else if (kind == TRUTH_WORK && follow->model && follow->word &&
               !follow->is_size) {
        go_on(follow, &truth.work);
    } else if (follow->is_size && is_balloon_line(line, &actual)) {
        take_size(follow, line, actual);
    } else if (follow->word && !follow->is_size &&
               answer_parse(line, &answer) && is_of(&answer, follow->word)) {
        take_answer(follow, &answer);
    }
}

bool follow_begin(struct follow *follow, struct failure *failure)
{
    if (!follow->predicts) {
        return true;
    }
    if (!predict_machine_of_console(buffer_string(&follow->console),
                                    &follow->machine, failure)) {
        return false;
    }
    // What sample 1 says of faults is to be judged, not believed.
    follow->machine.model.minor_faults = 0;
    follow->model = model_new(&follow->machine.model);
    buffer_free(&follow->console);
    return true;
}

bool follow_answered(const struct follow *follow)
{
    return !follow->word;
}

void follow_shown(struct follow *follow)
{
    buffer_free(&follow->done);
    buffer_free(&follow->wrong);
}

void follow_end(struct follow *follow)
{
    if (follow->model) {
        model_end(follow->model);
    }
    predict_machine_free(&follow->machine);
    buffer_free(&follow->console);
    buffer_free(&follow->said);
    buffer_free(&follow->expected);
    follow_shown(follow);
    *follow = (struct follow){0};
}
