// SPDX-License-Identifier: MIT
// Orders and answers of a check, with an impostor that answers as written here.
#include "fixture/order.h"

#include "fixture/internal.h"
#include "unit/host/impostor.h"

// Answers each command of the monitor, and each order by the lines below. COM1
// has its input from fdset 2.
static const char answers[] =
    "for word; do case $word in fd=*,set=2) in=${word#fd=}; "
    "in=${in%,set=2};; esac; done\n"
    "put() { printf '%s\\n' \"$@\" >&$com1; }\n"
    "while read -r order <&$in; do case $order in\n"
    "count) put 'order count swap-in=4096 oom-kills=1';;\n"
    "frames) put 'order frames first=5 count=3' 'order frames first=9 count=1' "
    "\"order frames runs=2 free=${free:-4}\"; free=5;;\n"
    "'pace=3 frames') put 'order pace touches=3' 'order frames first=1 count=1'"
    " 'order frames runs=1 free=1';;\n"
    "sample) put 'virtio features transport=mmio offered=0x0,0x0 "
    "accepted=0x0,0x1' 'work seq=1 order=2 done=7' 'stats seq=1 oom-kills=1' "
    "'sent seq=1' 'order sample';;\n"
    "end) put \"order end lines=$lines\";;\n"
    "*) lines=$((lines + 1));;\n"
    "esac; done &\n"
    "while hear; do say \"{\\\"return\\\": {}, \\\"id\\\": $id}\"; "
    "case $line in *quit*) exit;; esac; done\n";

// --- Cases ------------------------------------------------------------------

static struct fixture_outcome outcome_of(bool (*check)(struct fixture *))
{
    const struct claim claim = {.id = "unit.order", .check = check};
    const struct fixture_case job = {
        .claim = &claim,
        .form = &fixture_forms[FORM_MMIO],
        .qemu = path_of("answers", ""),
        .guest = "guest",
        .version = "",
        .folder = folder,
        .timeout = PLENTY,
    };
    struct fixture_outcome outcome;

    write_script("answers", greets, answers);
    fixture_run(&job, &outcome);
    check_no_children();
    return outcome;
}

static void check_holds(bool (*check)(struct fixture *))
{
    const struct fixture_outcome outcome = outcome_of(check);

    if (outcome.code != CODE_OK || outcome.finding != FINDING_HOLDS) {
        fail_msg("%s", outcome.text);
    }
}

static void check_broken(bool (*check)(struct fixture *), const char *text)
{
    const struct fixture_outcome outcome = outcome_of(check);

    assert_int_equal(outcome.finding, FINDING_BROKEN);
    check_contains(outcome.text, text);
}

static struct fixture_vm *boot(struct fixture *fixture)
{
    return fixture_boot(fixture, &(struct fixture_machine){.orders = true});
}

// --- Claims -----------------------------------------------------------------

static bool counts(struct fixture *fixture)
{
    struct truth counters;
    struct fixture_vm *vm = boot(fixture);

    return vm && fixture_count(vm, &counters) &&
           fixture_expect_u64(fixture, "keys", 2, counters.count) &&
           fixture_expect_u64(fixture, "swap-in", 4096,
                              truth_find(&counters, "swap-in")->value) &&
           fixture_expect_u64(fixture, "oom-kills", 1,
                              truth_find(&counters, "oom-kills")->value);
}

static void the_counters_have_the_keys_of_a_sample(void **state)
{
    check_holds(counts);
}

static bool has_runs(struct fixture *fixture)
{
    struct frame_runs frames;
    struct fixture_vm *vm = boot(fixture);
    bool ok = vm && fixture_frames(vm, &frames) &&
              fixture_expect_u64(fixture, "runs", 2, frames.count) &&
              fixture_expect_u64(fixture, "first", 9, frames.runs[1].first) &&
              fixture_expect_u64(fixture, "count", 3, frames.runs[0].count) &&
              fixture_expect_u64(fixture, "free", 4, frames.free);

    if (vm) {
        free(frames.runs);
    }
    return ok;
}

// The second answer says one frame more than its runs have.
static bool has_wrong_runs(struct fixture *fixture)
{
    struct frame_runs frames = {.runs = NULL};
    struct fixture_vm *vm = boot(fixture);
    bool ok = vm && fixture_frames(vm, &frames);

    free(frames.runs);
    frames.runs = NULL;
    ok = ok && fixture_frames(vm, &frames);
    free(frames.runs);
    return ok;
}

static void runs_of_free_frames_add_up(void **state)
{
    check_holds(has_runs);
    check_broken(has_wrong_runs, "free frames: expected 5, got 4");
}

static bool skips_runs(struct fixture *fixture)
{
    struct answer answer;
    uint64_t runs = 0;
    struct fixture_vm *vm = boot(fixture);

    return vm && fixture_order(vm, "pace=3 frames", &answer) &&
           fixture_answer_number(vm, &answer, "runs", &runs) &&
           fixture_expect_u64(fixture, "runs", 1, runs);
}

static void an_answer_of_several_lines_is_one_answer(void **state)
{
    check_holds(skips_runs);
}

static bool works(struct fixture *fixture)
{
    struct fixture_vm *vm = boot(fixture);

    return vm &&
           fixture_expect_u64(fixture, "works", 0, fixture_work(vm) != NULL) &&
           fixture_order(vm, "sample", NULL) && fixture_await_sample(vm, 1) &&
           fixture_expect_u64(fixture, "works", 1, fixture_work(vm) != NULL) &&
           fixture_expect_u64(fixture, "order", 2, fixture_work(vm)->order) &&
           fixture_expect_u64(fixture, "done", 7, fixture_work(vm)->done);
}

static void a_sample_in_an_order_says_how_far_it_is(void **state)
{
    check_holds(works);
}

// More than a pipe holds.
static bool sends_many(struct fixture *fixture)
{
    struct answer answer;
    struct buffer text = {0};
    uint64_t lines = 0;
    struct fixture_vm *vm = boot(fixture);

    for (int i = 0; i < 2000; i++) {
        buffer_format(&text, "%0100d\n", i);
    }
    bool ok = vm && fixture_send(vm, buffer_string(&text)) &&
              fixture_order(vm, "end", &answer) &&
              fixture_answer_number(vm, &answer, "lines", &lines) &&
              fixture_expect_u64(fixture, "lines", 2000, lines);
    buffer_free(&text);
    return ok;
}

static void orders_wait_for_room(void **state)
{
    check_holds(sends_many);
}

static bool sends_too_long(struct fixture *fixture)
{
    char order[140];
    struct fixture_vm *vm = boot(fixture);

    snprintf(order, sizeof order, "%0128d", 7);
    return vm && fixture_order(vm, order, NULL);
}

static bool lacks_a_number(struct fixture *fixture)
{
    struct answer answer;
    uint64_t number = 0;
    struct fixture_vm *vm = boot(fixture);

    return vm && fixture_order(vm, "count", &answer) &&
           fixture_answer_number(vm, &answer, "pages", &number);
}

static void mistakes_are_named(void **state)
{
    check_broken(sends_too_long, "the check's orders are too long: 000");
    check_broken(lacks_a_number,
                 "expected a number of 'pages', got: order count swap-in=");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_counters_have_the_keys_of_a_sample),
        cmocka_unit_test(runs_of_free_frames_add_up),
        cmocka_unit_test(an_answer_of_several_lines_is_one_answer),
        cmocka_unit_test(a_sample_in_an_order_says_how_far_it_is),
        cmocka_unit_test(orders_wait_for_room),
        cmocka_unit_test(mistakes_are_named),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
