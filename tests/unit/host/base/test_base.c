// SPDX-License-Identifier: MIT
// The tool's base layer: buffers, failures, deadlines, the loop.
#include "base/loop.h"

#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buffer.h"
#include "unit/checks.h"

// --- Buffers and failures ---------------------------------------------------

static void a_buffer_grows_and_ends_in_a_nul(void **state)
{
    struct buffer buffer = {0};

    assert_string_equal(buffer_string(&buffer), "");
    buffer_drop(&buffer, 0);
    for (int i = 0; i < 1000; i++) {
        buffer_format(&buffer, "%d,", i % 10);
        assert_int_equal(buffer.data[buffer.length], '\0');
    }
    assert_int_equal(buffer.length, 2000);
    buffer_drop(&buffer, 1996);
    assert_string_equal(buffer_string(&buffer), "8,9,");
    buffer_add(&buffer, "\0x", 2);
    assert_int_equal(buffer.length, 6);
    buffer_drop(&buffer, 6);
    assert_string_equal(buffer_string(&buffer), "");
    buffer_free(&buffer);
    assert_null(buffer.data);
}

static void a_failure_too_long_is_cut_with_a_mark(void **state)
{
    static struct failure failure;
    char *text = malloc(2 * FAILURE_TEXT);

    memset(text, 'x', 2 * FAILURE_TEXT);
    text[FAILURE_TEXT - 1] = '\0';
    assert_false(failure_set(&failure, CODE_HOST, "%s", text));
    assert_string_equal(failure.text, text); // just fits
    for (int i = 0; i < 3; i++) {
        assert_false(failure_add(&failure, "%s", "y"));
        assert_int_equal(strlen(failure.text), FAILURE_TEXT - 1);
        assert_string_equal(failure.text + FAILURE_TEXT - 5, "x...");
    }
    free(text);
}

static void a_new_failure_forgets_the_old_one(void **state)
{
    static struct failure failure = {CODE_PROTOCOL, "Class", "old"};

    failure_set(&failure, CODE_TIMEOUT, "new %d", 1);
    failure_add(&failure, ", %s", "more");
    assert_int_equal(failure.code, CODE_TIMEOUT);
    assert_string_equal(failure.error_class, "");
    assert_string_equal(failure.text, "new 1, more");
}

// --- Deadlines --------------------------------------------------------------

static void huge_deadlines_are_never(void **state)
{
    static const uint64_t huge[] = {UINT64_MAX, UINT64_MAX / 1000,
                                    UINT64_MAX / 1000 + 1, INT64_MAX,
                                    INT64_MAX / 1000000};

    for (size_t i = 0; i < sizeof huge / sizeof huge[0]; i++) {
        assert_int_equal(deadline_in_ms(huge[i]).at, INT64_MAX);
        assert_int_equal(deadline_in_seconds(huge[i]).at, INT64_MAX);
    }
    assert_false(deadline_passed(deadline_never()));
    assert_int_equal(deadline_poll_ms(deadline_never()), -1);
}

static void a_wait_is_never_shorter_than_its_deadline(void **state)
{
    struct deadline soon = {.at = clock_now() + 1};

    assert_true(deadline_poll_ms(soon) <= 1);
    assert_int_equal(deadline_poll_ms((struct deadline){.at = 0}), 0);
    assert_true(deadline_passed((struct deadline){.at = 0}));
    assert_true(deadline_passed(deadline_in_ms(0)));
    assert_int_equal(deadline_poll_ms((struct deadline){.at = INT64_MAX - 1}),
                     INT_MAX);
    for (int i = 0; i < 100; i++) {
        struct deadline next = {.at = clock_now() + 10000000 + i * 7919};
        int64_t wait = deadline_poll_ms(next) * 1000000ll;

        // Time passes meanwhile, which can only shorten the rest.
        assert_true(wait >= next.at - clock_now());
    }
    struct deadline hour = deadline_in_seconds(3600);
    assert_true(deadline_poll_ms(hour) > 3000000);
    assert_true(deadline_poll_ms(hour) <= 3600000);
    assert_int_equal(deadline_sooner(hour, soon).at, soon.at);
    assert_int_equal(deadline_sooner(soon, hour).at, soon.at);
}

// --- The loop ---------------------------------------------------------------

static struct loop *new_loop(void)
{
    static struct loop *last;
    struct failure failure;

    loop_destroy(last);
    last = loop_create(&failure);
    assert_non_null(last);
    return last;
}

static void count_call(void *context, short revents)
{
    (void)revents;
    ++*(int *)context;
}

static void a_file_that_is_always_ready_keeps_no_deadline_away(void **state)
{
    struct loop *loop = new_loop();
    int ends[2];
    int calls = 0;
    enum loop_result result = LOOP_EVENT;

    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "x", 1), 1);
    loop_watch(loop, ends[0], POLLIN, count_call, &calls);
    struct deadline deadline = deadline_in_ms(20);
    while (result == LOOP_EVENT) {
        result = loop_step(loop, deadline);
    }
    assert_int_equal(result, LOOP_TIMEOUT);
    assert_true(calls > 1);
    // Handlers run even when the deadline has long passed.
    calls = 0;
    assert_int_equal(loop_step(loop, (struct deadline){.at = 0}), LOOP_TIMEOUT);
    assert_int_equal(calls, 1);
    loop_unwatch(loop, ends[0]);
    loop_unwatch(loop, ends[0]);
    loop_unwatch(loop, -1);
    close(ends[0]);
    close(ends[1]);
}

struct pair {
    struct loop *loop;
    int fds[2];
    int calls;
};

static void unwatch_both(void *context, short revents)
{
    struct pair *pair = context;

    (void)revents;
    pair->calls++;
    loop_unwatch(pair->loop, pair->fds[0]);
    loop_unwatch(pair->loop, pair->fds[1]);
}

static void a_handler_may_unwatch_the_next_file(void **state)
{
    struct pair pair = {.loop = new_loop()};
    int ends[2][2];

    for (int i = 0; i < 2; i++) {
        assert_int_equal(pipe(ends[i]), 0);
        assert_int_equal(write(ends[i][1], "x", 1), 1);
        pair.fds[i] = ends[i][0];
        loop_watch(pair.loop, ends[i][0], POLLIN, unwatch_both, &pair);
    }
    assert_int_equal(loop_step(pair.loop, deadline_in_ms(30000)), LOOP_EVENT);
    assert_int_equal(pair.calls, 1);
    for (int i = 0; i < 2; i++) {
        close(ends[i][0]);
        close(ends[i][1]);
    }
}

static void an_interrupt_is_reported_unless_it_is_held(void **state)
{
    struct loop *loop = new_loop();
    struct failure failure;

    assert_int_equal(loop_signal(loop), 0);
    raise(SIGTERM);
    raise(SIGINT);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(loop_step(loop, deadline_never()), LOOP_INTERRUPTED);
    }
    assert_int_equal(loop_signal(loop), SIGTERM); // the first one
    assert_false(loop_failure(loop, LOOP_INTERRUPTED, "x", &failure));
    assert_int_equal(failure.code, CODE_TERMINATED);
    assert_false(loop_hold_interrupts(loop, true));
    assert_int_equal(loop_step(loop, deadline_in_ms(0)), LOOP_TIMEOUT);
    assert_true(loop_hold_interrupts(loop, false));
    assert_int_equal(loop_step(loop, deadline_never()), LOOP_INTERRUPTED);
}

static void a_hangup_that_was_ignored_stays_so(void **state)
{
    signal(SIGHUP, SIG_IGN);
    struct loop *loop = new_loop();
    raise(SIGHUP);
    assert_int_equal(loop_signal(loop), 0);
    new_loop(); // replaces the earlier one
    raise(SIGHUP);
    signal(SIGHUP, SIG_DFL);
}

static void many_signals_fill_no_pipe(void **state)
{
    struct loop *loop = new_loop();

    for (int i = 0; i < 100000; i++) {
        raise(SIGCHLD);
    }
    assert_int_equal(loop_step(loop, deadline_in_ms(30000)), LOOP_EVENT);
    assert_int_equal(loop_step(loop, deadline_in_ms(1)), LOOP_TIMEOUT);
    loop_destroy(new_loop()); // the last of them
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_buffer_grows_and_ends_in_a_nul),
        cmocka_unit_test(a_failure_too_long_is_cut_with_a_mark),
        cmocka_unit_test(a_new_failure_forgets_the_old_one),
        cmocka_unit_test(huge_deadlines_are_never),
        cmocka_unit_test(a_wait_is_never_shorter_than_its_deadline),
        cmocka_unit_test(a_file_that_is_always_ready_keeps_no_deadline_away),
        cmocka_unit_test(a_handler_may_unwatch_the_next_file),
        cmocka_unit_test(an_interrupt_is_reported_unless_it_is_held),
        cmocka_unit_test(a_hangup_that_was_ignored_stays_so),
        cmocka_unit_test(many_signals_fill_no_pipe),
    };

    return cmocka_run_group_tests_name("host_base", tests, NULL, NULL);
}
