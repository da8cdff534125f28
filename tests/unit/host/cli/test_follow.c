// SPDX-License-Identifier: MIT
// The model follows a console: answers, samples in the middle of an order, and
// the balloon. The lines are written here by hand, from docs/memory.md.
#include "cli/follow.h"

#include "unit/checks.h"

#define START                                                                  \
    "mm ready total=16777216 free=16777216\n"                                  \
    "stats seq=1 minor-faults=0\nsent seq=1\n"
// One run of 4096 frames, and the disks: 64 pages of a file.
#define FRAMES                                                                 \
    "order disks count=1 frames=2\n"                                           \
    "order frames first=512 count=4096\n"                                      \
    "order frames runs=1 free=4096\n"

static void lines(struct follow *follow, const char *text)
{
    while (*text) {
        const size_t length = strcspn(text, "\n");
        char line[512];

        assert_true(length < sizeof line);
        memcpy(line, text, length);
        line[length] = '\0';
        follow_line(follow, line);
        text += length + 1;
    }
}

static struct follow begin(void)
{
    struct follow follow = {.predicts = true};
    struct failure failure;

    follow.machine.model.file_disk = true;
    follow.machine.model.file_pages = 64;
    lines(&follow, START);
    follow_order(&follow, "disks");
    lines(&follow, "order disks count=1 frames=2\n");
    follow_order(&follow, "frames");
    lines(&follow, "order frames first=512 count=4096\n");
    assert_false(follow_answered(&follow));
    lines(&follow, "order frames runs=1 free=4096\n");
    assert_true(follow_answered(&follow));
    assert_true(follow_begin(&follow, &failure));
    return follow;
}

static uint64_t predicted(const struct follow *follow, unsigned number)
{
    assert_true(follow->newest.known);
    return follow->newest.numbers.value[number];
}

static void an_answer_as_predicted_is_not_wrong(void **state)
{
    struct follow follow = begin();

    (void)state;
    follow_order(&follow, "map=1M");
    assert_false(follow_answered(&follow));
    lines(&follow, "order map task=1 pages=256 tables=3\nstats seq=2\n");
    assert_true(follow_answered(&follow));
    assert_string_equal(buffer_string(&follow.wrong), "");
    assert_string_equal(buffer_string(&follow.done), "disks frames map=1M");
    assert_int_equal(predicted(&follow, MODEL_FREE_MEMORY), 4093 * 4096);
    follow_end(&follow);
}

static void another_answer_is_named_with_both(void **state)
{
    struct follow follow = begin();

    (void)state;
    follow_order(&follow, "map=1M");
    lines(&follow, "order map task=1 pages=256 tables=4\n");
    assert_string_equal(
        buffer_string(&follow.wrong),
        "map=1M: model says 'order map task=1 pages=256 tables=3', guest said "
        "'order map task=1 pages=256 tables=4'\n");
    follow_shown(&follow);
    assert_string_equal(buffer_string(&follow.wrong), "");
    assert_string_equal(buffer_string(&follow.done), "");
    follow_end(&follow);
}

static void of_several_lines_the_first_that_differs_is_named(void **state)
{
    struct follow follow = begin();

    (void)state;
    follow_order(&follow, "frames");
    lines(&follow, "order frames first=512 count=4096\n"
                   "order frames runs=1 free=4095\n");
    assert_string_equal(buffer_string(&follow.wrong),
                        "frames: model says 'order frames runs=1 free=4096', "
                        "guest said 'order frames runs=1 free=4095'\n");
    follow_end(&follow);
}

static void an_answer_to_another_order_is_passed_over(void **state)
{
    struct follow follow = begin();

    (void)state;
    follow_order(&follow, "map=1M");
    lines(&follow, "order alloc bytes=4096 held=4096\n");
    assert_false(follow_answered(&follow));
    lines(&follow, "error what=\"order alloc: no memory\" bytes=1 held=0\n");
    assert_false(follow_answered(&follow));
    lines(&follow, "order map task=1 pages=256 tables=3\n");
    assert_true(follow_answered(&follow));
    assert_string_equal(buffer_string(&follow.wrong), "");
    follow_end(&follow);
}

static void a_refusal_and_a_kill_are_marked(void **state)
{
    struct follow follow = begin();

    (void)state;
    follow_shown(&follow);
    follow_order(&follow, "unmap");
    lines(&follow, "error what=\"order unmap: not mapped\" task=1\n");
    follow_order(&follow, "map=64M");
    lines(&follow, "order map task=1 pages=16384 tables=34\n");
    follow_order(&follow, "write=16384");
    lines(&follow, "order write task=1 pages=16384 done=3999 killed=oom\n");
    assert_string_equal(buffer_string(&follow.wrong), "");
    assert_string_equal(buffer_string(&follow.done),
                        "unmap (refused) map=64M write=16384 (killed)");
    follow_end(&follow);
}

// The order is the guest's fourth: `disks` and `frames` came before the model.
static void a_sample_in_the_middle_is_predicted_to_the_touch(void **state)
{
    struct follow follow = begin();

    (void)state;
    follow_order(&follow, "map=1M");
    lines(&follow, "order map task=1 pages=256 tables=3\n");
    follow_order(&follow, "write=100");
    lines(&follow, "work seq=2 order=4 done=64\nstats seq=2\n");
    assert_int_equal(predicted(&follow, MODEL_MINOR_FAULTS), 64);
    assert_false(follow_answered(&follow));
    lines(&follow, "stats seq=3\n");
    assert_int_equal(predicted(&follow, MODEL_MINOR_FAULTS), 64);
    assert_string_equal(buffer_string(&follow.wrong), "");
    follow_end(&follow);
}

static void a_sample_before_the_order_has_begun_is_without_it(void **state)
{
    struct follow follow = begin();

    (void)state;
    follow_order(&follow, "map=1M");
    lines(&follow, "stats seq=2\n");
    assert_int_equal(predicted(&follow, MODEL_FREE_MEMORY), 4096 * 4096);
    follow_end(&follow);
}

static void a_middle_where_no_step_ends_is_named(void **state)
{
    static const char *const works[] = {"work seq=2 order=4 done=63\n",
                                        "work seq=2 order=5 done=64\n"};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct follow follow = begin();

        follow_order(&follow, "map=1M");
        lines(&follow, "order map task=1 pages=256 tables=3\n");
        follow_order(&follow, "write=100");
        lines(&follow, works[i]);
        check_contains(buffer_string(&follow.wrong),
                       "write=100: model says 'no step that ends there', "
                       "guest said 'work order=");
        follow_end(&follow);
    }
}

static void the_balloon_is_predicted_once_it_is_there(void **state)
{
    struct follow follow = begin();

    (void)state;
    assert_true(follow_size(&follow, "size=8M", 2048));
    lines(&follow, "stats seq=2\n");
    assert_false(follow.newest.known);
    lines(&follow, "balloon reached actual=2048\nstats seq=3\n");
    assert_true(follow_answered(&follow));
    assert_int_equal(predicted(&follow, MODEL_TOTAL_MEMORY), 2048 * 4096);
    assert_int_equal(follow.newest.ballooned, 2048);
    assert_string_equal(buffer_string(&follow.wrong), "");
    assert_false(follow_size(&follow, "size=8M", 2048));
    assert_true(follow_answered(&follow));
    follow_end(&follow);
}

static void a_balloon_that_ends_elsewhere_is_named(void **state)
{
    struct follow follow = begin();

    (void)state;
    assert_true(follow_size(&follow, "size=8M", 2048));
    lines(&follow, "balloon floor actual=2000 target=2048\n");
    assert_string_equal(buffer_string(&follow.wrong),
                        "size=8M: model says 'balloon actual=2048', guest said "
                        "'balloon floor actual=2000 target=2048'\n");
    follow_end(&follow);
}

// 100 pages are no whole block, so which frames are free is not known.
static void huge_pages_beside_a_part_of_one_end_the_prediction(void **state)
{
    struct follow follow = begin();

    (void)state;
    assert_true(follow_size(&follow, "size=16376K", 100));
    lines(&follow, "balloon reached actual=100\nstats seq=2\n");
    assert_int_equal(predicted(&follow, MODEL_TOTAL_MEMORY), 3996 * 4096);
    follow_order(&follow, "frames");
    lines(&follow, "order frames first=1 count=3996\n"
                   "order frames runs=1 free=3996\nstats seq=3\n");
    assert_true(follow.newest.known);
    follow_order(&follow, "huge=1");
    lines(&follow, "order huge pool=77 alloc=77 fail=7\nstats seq=4\n");
    assert_true(follow_answered(&follow));
    assert_false(follow.newest.known);
    assert_string_equal(buffer_string(&follow.wrong), "");
    follow_end(&follow);
}

// A guest that lies in sample 1 must not teach the model its lie.
static void faults_in_sample_1_are_not_believed(void **state)
{
    struct follow follow = {.predicts = true};
    struct failure failure;

    (void)state;
    lines(&follow, "mm ready total=16777216 free=16777216\n"
                   "stats seq=1 minor-faults=77\n" FRAMES);
    assert_true(follow_begin(&follow, &failure));
    lines(&follow, "stats seq=2 minor-faults=77\n");
    assert_int_equal(predicted(&follow, MODEL_MINOR_FAULTS), 0);
    follow_end(&follow);
}

static void
without_a_model_words_are_answered_and_nothing_is_known(void **state)
{
    struct follow follow = {0};
    struct failure failure;

    (void)state;
    assert_true(follow_begin(&follow, &failure));
    follow_order(&follow, "drop");
    lines(&follow, "order drop pages=77\nstats seq=2\n");
    assert_true(follow_answered(&follow));
    assert_false(follow.newest.known);
    assert_string_equal(buffer_string(&follow.wrong), "");
    follow_end(&follow);
}

static void a_console_without_frames_cannot_be_followed(void **state)
{
    struct follow follow = {.predicts = true};
    struct failure failure;

    (void)state;
    lines(&follow, START);
    assert_false(follow_begin(&follow, &failure));
    assert_int_equal(failure.code, CODE_USAGE);
    check_contains(failure.text, "order frames");
    follow_end(&follow);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_as_predicted_is_not_wrong),
        cmocka_unit_test(another_answer_is_named_with_both),
        cmocka_unit_test(of_several_lines_the_first_that_differs_is_named),
        cmocka_unit_test(an_answer_to_another_order_is_passed_over),
        cmocka_unit_test(a_refusal_and_a_kill_are_marked),
        cmocka_unit_test(a_sample_in_the_middle_is_predicted_to_the_touch),
        cmocka_unit_test(a_sample_before_the_order_has_begun_is_without_it),
        cmocka_unit_test(a_middle_where_no_step_ends_is_named),
        cmocka_unit_test(the_balloon_is_predicted_once_it_is_there),
        cmocka_unit_test(a_balloon_that_ends_elsewhere_is_named),
        cmocka_unit_test(huge_pages_beside_a_part_of_one_end_the_prediction),
        cmocka_unit_test(faults_in_sample_1_are_not_believed),
        cmocka_unit_test(
            without_a_model_words_are_answered_and_nothing_is_known),
        cmocka_unit_test(a_console_without_frames_cannot_be_followed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
