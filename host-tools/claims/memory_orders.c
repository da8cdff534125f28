// SPDX-License-Identifier: MIT
// Orders and samples, each told to the guest and to its model.
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "claims/memory.h"
#include "fixture/order.h"

enum {
    INTERVAL = 1000000, // seconds: one request alone
    ORDERS_A_COUNT = 32,
    POLLS_MOST = 2, // while one order runs
};

// --- Comparing ---------------------------------------------------------------

bool memory_differs(struct memory *memory, const char *format, ...)
{
    va_list values;

    if (memory->difference.length == 0) {
        va_start(values, format);
        buffer_format_list(&memory->difference, format, values);
        va_end(values);
    }
    return false;
}

struct model_numbers memory_numbers(const struct memory *memory)
{
    struct model_numbers numbers;

    model_numbers(memory->model, &numbers);
    return numbers;
}

bool memory_expect_moved(struct memory *memory,
                         const struct model_numbers *before,
                         const int64_t moved[MODEL_NUMBERS])
{
    const struct model_numbers now = memory_numbers(memory);

    for (unsigned i = 0; i < MODEL_NUMBERS; i++) {
        const int64_t got = (int64_t)(now.value[i] - before->value[i]);

        if (got != moved[i]) {
            return fixture_fail(fixture_of(memory->vm),
                                "%s: expected it to change by %" PRId64
                                ", got %" PRId64,
                                model_key(i), moved[i], got);
        }
    }
    return true;
}

static bool compare_answer(struct memory *memory, const char *word,
                           const char *expected, const char *got)
{
    const size_t length = strcspn(expected, "\n");

    return (strncmp(expected, got, length) == 0 && got[length] == '\0') ||
           memory_differs(memory, "the order '%s':\n  model: %.*s\n  guest: %s",
                          word, (int)length, expected, got);
}

// A line for each statistic that differs.
static bool compare_line(struct memory *memory, const char *when,
                         const struct truth *line)
{
    const struct model_numbers numbers = memory_numbers(memory);
    struct buffer text = {0};

    memory->different = 0;
    for (unsigned i = 0; i < MODEL_NUMBERS; i++) {
        const struct truth_entry *entry = truth_find(line, model_key(i));

        if (!entry) {
            buffer_format(&text, "\n  %s: the guest has none", model_key(i));
            memory->different |= 1u << i;
        } else if (entry->value != numbers.value[i]) {
            buffer_format(&text, "\n  %s: model %" PRIu64 ", guest %" PRIu64,
                          model_key(i), numbers.value[i], entry->value);
            memory->different |= 1u << i;
        }
    }
    if (memory->different) {
        memory_differs(memory, "%s:%s", when, buffer_string(&text));
    }
    buffer_free(&text);
    return memory->different == 0;
}

// --- Samples -----------------------------------------------------------------

// A driver that began again, as for an unplugged disk, has sent one unasked.
static bool request_sample(struct memory *memory)
{
    const uint64_t sent = fixture_sent_seq(memory->vm);

    memory->seq = sent > memory->seq ? sent : memory->seq;
    return fixture_set_interval(memory->vm, 0) &&
           fixture_set_interval(memory->vm, INTERVAL) &&
           fixture_await_sample(memory->vm, ++memory->seq);
}

// The guest's line is the model's, and QEMU has what the line has.
static bool compare_sample(struct memory *memory, const char *after)
{
    char when[80];

    text_format(when, sizeof when, "sample %" PRIu64 ", %s", memory->seq,
                after);
    return fixture_expect_sample_equal(memory->vm) &&
           compare_line(memory, when, fixture_truth(memory->vm));
}

bool memory_poll(struct memory *memory)
{
    return request_sample(memory) && compare_sample(memory, "between orders");
}

// --- Free frames -------------------------------------------------------------

static bool same_runs(const struct memory *memory,
                      const struct frame_runs *frames)
{
    struct model_run *runs = memory_get((frames->count + 1) * sizeof *runs);
    bool same =
        model_free_runs(memory->model, runs, frames->count) == frames->count;

    for (size_t i = 0; same && i < frames->count; i++) {
        same = runs[i].first == frames->runs[i].first &&
               runs[i].count == frames->runs[i].count;
    }
    free(runs);
    return same;
}

static void add_runs(struct buffer *text, const struct frame_runs *frames)
{
    for (size_t i = 0; i < frames->count && i < 12; i++) {
        buffer_format(text, " %" PRIu64 "+%" PRIu64, frames->runs[i].first,
                      frames->runs[i].count);
    }
}

static bool frames_differ(struct memory *memory,
                          const struct frame_runs *frames)
{
    struct model_run runs[12];
    const size_t count = model_free_runs(memory->model, runs, 12);
    struct buffer text = {0};

    buffer_text(&text, "free frames:\n  model:");
    for (size_t i = 0; i < count && i < 12; i++) {
        buffer_format(&text, " %" PRIu64 "+%" PRIu64, runs[i].first,
                      runs[i].count);
    }
    buffer_text(&text, "\n  guest:");
    add_runs(&text, frames);
    memory_differs(memory, "%s", buffer_string(&text));
    buffer_free(&text);
    return false;
}

bool memory_compare_frames(struct memory *memory)
{
    struct frame_runs frames;
    struct buffer answer = {0};

    bool ok = model_order(memory->model, "frames", &answer) &&
              fixture_frames(memory->vm, &frames);
    buffer_free(&answer);
    if (!ok) {
        return false;
    }
    buffer_text(&memory->history, " frames");
    ok = memory->wish.lends_frames || !model_frames_known(memory->model) ||
         same_runs(memory, &frames) || frames_differ(memory, &frames);
    free(frames.runs);
    return ok;
}

static bool is_in(const struct model_run *runs, size_t count, uint64_t frame)
{
    bool in = false;

    for (size_t i = 0; !in && i < count; i++) {
        in = frame >= runs[i].first && frame - runs[i].first < runs[i].count;
    }
    return in;
}

// Gives the model those of the guest's free frames that it lacks.
static uint64_t give_missing(struct memory *memory,
                             const struct frame_runs *frames)
{
    const size_t count = model_free_runs(memory->model, NULL, 0);
    struct model_run *runs = memory_get((count + 1) * sizeof *runs);
    uint64_t gained = 0;

    (void)model_free_runs(memory->model, runs, count);
    for (size_t i = 0; i < frames->count; i++) {
        for (uint64_t j = 0; j < frames->runs[i].count; j++) {
            const uint64_t frame = frames->runs[i].first + j;

            if (!is_in(runs, count, frame)) {
                model_give(memory->model, (struct model_run){frame, 1});
                gained++;
            }
        }
    }
    free(runs);
    return gained;
}

bool memory_take_gained(struct memory *memory, uint64_t *gained)
{
    struct frame_runs now;
    struct buffer unused = {0};
    bool ok = model_order(memory->model, "frames", &unused);

    buffer_free(&unused);
    if (!ok || !fixture_frames(memory->vm, &now)) {
        return false;
    }
    *gained = give_missing(memory, &now);
    free(now.runs);
    return true;
}

// --- Orders ------------------------------------------------------------------

// The model has not gone on yet.
static bool send_order(struct memory *memory, const char *word,
                       const char *behind)
{
    char line[MEMORY_WORDS];

    buffer_format(&memory->history, " %s", word);
    text_format(line, sizeof line, "%s%s\n", word, behind);
    return (model_begin(memory->model, word) ||
            fixture_fail(fixture_of(memory->vm), "'%s' is no order", word)) &&
           fixture_send(memory->vm, line);
}

static bool await_answer(struct memory *memory, const char *word,
                         const struct buffer *expected)
{
    struct answer answer;

    return fixture_await_answer(memory->vm, word, &answer) &&
           compare_answer(memory, word, buffer_string(expected), answer.line);
}

// Awaits the answer of `count`, which was sent already.
static bool compare_count(struct memory *memory, const char *word)
{
    struct buffer unused = {0};
    struct answer answer;
    struct truth line;
    char reason[TRUTH_REASON];
    char text[ANSWER_LINE + 16];
    char when[80];

    buffer_text(&memory->history, " count");
    bool ok = model_order(memory->model, "count", &unused);
    buffer_free(&unused);
    if (!ok || !fixture_await_answer(memory->vm, "count", &answer)) {
        return false;
    }
    // The words of a sample, with another beginning.
    text_format(text, sizeof text, "stats seq=1%s",
                answer.line + strlen("order count"));
    text_format(when, sizeof when, "behind '%s'", word);
    return (truth_parse(text, &line, reason) == TRUTH_STATS ||
            fixture_fail(fixture_of(memory->vm), "%s: %s", answer.line,
                         reason)) &&
           compare_line(memory, when, &line);
}

static bool do_order(struct memory *memory, const char *word, bool counts)
{
    struct buffer expected = {0};

    if (!send_order(memory, word, counts ? " count" : "")) {
        return false;
    }
    model_finish(memory->model, &expected);
    bool ok = await_answer(memory, word, &expected) &&
              (!counts || compare_count(memory, word));
    buffer_free(&expected);
    return ok;
}

bool memory_send(struct memory *memory, const char *word)
{
    return send_order(memory, word, " count");
}

bool memory_finish(struct memory *memory, const char *word)
{
    struct buffer expected = {0};

    model_finish(memory->model, &expected);
    bool ok =
        await_answer(memory, word, &expected) && compare_count(memory, word);
    buffer_free(&expected);
    return ok;
}

// --- Orders with samples inside ----------------------------------------------

// Takes the model to the moment of the newest sample; *answered: that is behind
// the order's answer.
static bool go_to_sample(struct memory *memory, struct buffer *answer,
                         bool *answered, unsigned *inside)
{
    const struct truth_work *work = fixture_work(memory->vm);
    const uint64_t order = memory->orders + model_order_number(memory->model);

    *answered = !work && !fixture_sample_came_first(memory->vm);
    if (*answered) {
        model_finish(memory->model, answer);
    }
    if (!work) {
        return true;
    }
    ++*inside;
    return (work->order == order &&
            model_until(memory->model, work->done, answer)) ||
           memory_differs(memory,
                          "sample %" PRIu64 ": no step of order %" PRIu64
                          " ends with %" PRIu64 " touches of order %" PRIu64,
                          memory->seq, order, work->done, work->order);
}

static bool compare_inside(struct memory *memory, const char *word)
{
    char after[64];

    text_format(after, sizeof after, "'%s', done=%" PRIu64, word,
                model_order_done(memory->model));
    return compare_sample(memory, after);
}

bool memory_do_polled(struct memory *memory, const char *word, unsigned *inside)
{
    struct buffer expected = {0};
    unsigned own = 0;
    bool answered = false;
    bool ok = send_order(memory, word, "");

    for (int i = 0; ok && !answered && i < POLLS_MOST; i++) {
        ok = request_sample(memory) &&
             go_to_sample(memory, &expected, &answered,
                          inside ? inside : &own) &&
             compare_inside(memory, word);
    }
    model_finish(memory->model, &expected);
    ok = ok && await_answer(memory, word, &expected);
    buffer_free(&expected);
    return ok;
}

// --- Words -------------------------------------------------------------------

static bool do_pages(struct memory *memory, const char *order, uint64_t pages)
{
    char word[SCRIPT_WORD];

    text_format(word, sizeof word, "%s=%" PRIu64 "K", order, 4 * pages);
    return do_order(memory, word, false);
}

bool memory_make_room(struct memory *memory, uint64_t frames)
{
    enum {
        TABLES = 16 // more than held memory needs
    };
    const int64_t wanted = (int64_t)frames;
    const int64_t more = model_room(memory->model) - wanted;

    if (more > TABLES &&
        !do_pages(memory, "alloc", (uint64_t)(more - TABLES))) {
        return false;
    }
    if (model_room(memory->model) > wanted &&
        !do_pages(memory, "alloc",
                  (uint64_t)(model_room(memory->model) - wanted))) {
        return false;
    }
    // The last pages needed a table.
    return model_room(memory->model) >= wanted ||
           do_pages(memory, "free",
                    (uint64_t)(wanted - model_room(memory->model)));
}

static uint64_t number_in(const char *word)
{
    uint64_t number = 0;
    const char *value = strchr(word, '=');

    return value && text_to_uint64(value + 1, &number) == NUMBER_OK ? number
                                                                    : 0;
}

static bool begins(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

// The line of `count` costs more than most orders.
static bool counts_behind(const struct memory *memory, bool last)
{
    return last && (!memory->counts_rarely ||
                    model_order_number(memory->model) % ORDERS_A_COUNT == 0);
}

static bool do_word(struct memory *memory, char *word, bool last)
{
    const size_t length = strlen(word);

    if (strcmp(word, "poll") == 0) {
        return memory_poll(memory);
    }
    if (strcmp(word, "frames") == 0) {
        return memory_compare_frames(memory);
    }
    if (begins(word, "room=")) {
        return memory_make_room(memory, number_in(word));
    }
    if (begins(word, "balloon=")) {
        return memory_balloon(memory, number_in(word));
    }
    if (begins(word, "huge=") && !model_frames_known(memory->model)) {
        return true; // its result is not claimed
    }
    if (word[length - 1] == '!') {
        word[length - 1] = '\0';
        return memory_do_polled(memory, word, NULL);
    }
    return do_order(memory, word, counts_behind(memory, last));
}

bool memory_do(struct memory *memory, const char *words)
{
    char *copy = memory_text(words);
    char *rest = copy;
    char *word;
    bool ok = true;

    while (ok && (word = strsep(&rest, " "))) {
        ok = !*word || do_word(memory, word, !rest || !*rest);
    }
    free(copy);
    return ok;
}

// --- The end -----------------------------------------------------------------

bool memory_end(struct memory *memory, bool ok)
{
    ok = ok && memory_poll(memory) && memory_compare_frames(memory);
    if (memory->difference.length > 0) {
        ok = fixture_fail(fixture_of(memory->vm), "%s",
                          buffer_string(&memory->difference));
    }
    memory_forget(memory);
    buffer_free(&memory->difference);
    memory->difference = (struct buffer){0};
    return ok;
}
