// SPDX-License-Identifier: MIT
// The guest's command line beside a script, and what cannot be predicted.
#include "cli/run_script.h"

#include "unit/checks.h"

static void expect_append(const char *append, const char *expected)
{
    struct buffer out = {0};

    run_script_append(append, &out);
    assert_string_equal(buffer_string(&out), expected);
    buffer_free(&out);
}

static void the_guest_gets_touch_0_unless_it_has_a_touch(void **state)
{
    (void)state;
    expect_append(NULL, "touch=0");
    expect_append("behave=pages", "touch=0 behave=pages");
    expect_append("stats=all  touch=3", "stats=all  touch=3");
}

static void lies_and_silence_are_predicted(void **state)
{
    (void)state;
    assert_null(run_script_unpredicted(NULL, NULL));
    assert_null(run_script_unpredicted(" behave=major-twice touch=0", NULL));
    assert_null(run_script_unpredicted(
        "stats=swap-in", "virtio-balloon-device,deflate-on-oom=on"));
}

static void touches_and_orders_at_the_start_are_named(void **state)
{
    (void)state;
    check_contains(run_script_unpredicted("stats=all touch=3", NULL),
                   "the guest has touch=3, and the model needs touch=0");
    check_contains(run_script_unpredicted("alloc=4M", NULL),
                   "an order on its command line: alloc=4M");
    check_contains(run_script_unpredicted(
                       NULL, "virtio-balloon-pci,free-page-reporting=on"),
                   "free-page-reporting");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_guest_gets_touch_0_unless_it_has_a_touch),
        cmocka_unit_test(lies_and_silence_are_predicted),
        cmocka_unit_test(touches_and_orders_at_the_start_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
