// SPDX-License-Identifier: MIT
// KVM is chosen for a reason, and given up for a reason that is reported.
// Limits: with programs instead of QEMU; the end-to-end tests boot for real.
#include "cli/accelerator.h"

#include <signal.h>

#include "unit/host/impostor.h"

static struct accelerator chosen;
static struct failure failure;

static bool choose(const struct accelerator_wish *wish, const char *program)
{
    const struct machine_options like = {.qemu = program, .guest = "/dev/null"};
    int files = open_files();

    failure = (struct failure){.code = CODE_OK};
    struct loop *loop = loop_create(&failure);
    assert_non_null(loop);
    bool ok = accelerator_choose(loop, wish, &like, &chosen, &failure);
    loop_destroy(loop);
    check_no_children();
    assert_int_equal(open_files(), files);
    return ok;
}

static void check_chosen(const struct accelerator_wish *wish,
                         const char *program, const char *name, const char *why)
{
    assert_true(choose(wish, program));
    assert_string_equal(chosen.name, name);
    check_contains(chosen.why, why);
    assert_null(strchr(chosen.why, '\n'));
}

static void what_was_asked_for_is_not_tried(void **state)
{
    check_chosen(&(struct accelerator_wish){0}, "/none", "tcg", "the default");
    check_chosen(&(struct accelerator_wish){.asked = "tcg"}, "/none", "tcg",
                 "asked for");
    check_chosen(&(struct accelerator_wish){.asked = "kvm"}, "/none", "kvm",
                 "asked for");
}

static void words_that_are_none_are_refused(void **state)
{
    static const char *const good[] = {
        NULL, "auto", "tcg", "kvm", "tcg,thread=single", "kvm,x=y"};
    static const char *const bad[] = {"", "hvf", "kvmx", "auto,x=y", "TCG"};

    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_true(accelerator_check(
            &(struct accelerator_wish){.asked = good[i]}, &failure));
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(accelerator_check(
            &(struct accelerator_wish){.asked = bad[i]}, &failure));
        assert_int_equal(failure.code, CODE_USAGE);
        check_contains(failure.text, bad[i]);
    }
}

static void a_device_that_cannot_be_opened_is_named(void **state)
{
    const struct accelerator_wish wish = {.asked = "auto",
                                          .device = "/nonexistent/kvm"};

    check_chosen(&wish, "/none", "tcg",
                 "/nonexistent/kvm: No such file or directory");
}

// Any device that can be opened.
static const struct accelerator_wish trial = {
    .asked = "auto", .device = "/dev/null", .seconds = 1};

static void a_qemu_that_dies_of_it_is_quoted(void **state)
{
    check_chosen(&trial, "/nonexistent/qemu", "tcg",
                 "a boot with kvm failed: cannot start /nonexistent/qemu");
    write_script("dies", greets, "echo 'no\033KVM' >&2; exit 3\n");
    check_chosen(&trial, path_of("dies", ""), "tcg",
                 "status 3 (the guest's verdict: done as asked); QEMU's last "
                 "words: no\\x1bKVM");
    check_gone("dies", ".pid");
}

static void a_long_story_is_cut(void **state)
{
    write_script("talks", greets,
                 "printf '%1000s\\n' x | tr ' ' y >&2; exit 1\n");
    check_chosen(&trial, path_of("talks", ""), "tcg", "QEMU's last words: yyy");
    assert_true(strlen(chosen.why) < ACCELERATOR_WHY);
}

static void a_boot_that_does_not_end_is_ended(void **state)
{
    write_script("waits", greets, "exec sleep 1000\n");
    check_chosen(&trial, path_of("waits", ""), "tcg",
                 "a boot with kvm did not end: timeout");
    check_gone("waits", ".pid");
}

static void an_interrupted_trial_is_no_choice(void **state)
{
    struct accelerator_wish wish = trial;

    wish.seconds = PLENTY / 1000;
    write_script("interrupts", "",
                 "read -r _ _ _ tool _ </proc/$PPID/stat\n"
                 "kill -INT $tool; exec sleep 1000\n");
    assert_false(choose(&wish, path_of("interrupts", "")));
    assert_int_equal(failure.code, CODE_INTERRUPTED);
    check_gone("interrupts", ".pid");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_asked_for_is_not_tried),
        cmocka_unit_test(words_that_are_none_are_refused),
        cmocka_unit_test(a_device_that_cannot_be_opened_is_named),
        cmocka_unit_test(a_qemu_that_dies_of_it_is_quoted),
        cmocka_unit_test(a_long_story_is_cut),
        cmocka_unit_test(a_boot_that_does_not_end_is_ended),
        cmocka_unit_test(an_interrupted_trial_is_no_choice),
    };

    return cmocka_run_group_tests_name("host_accelerator", tests, make_folder,
                                       remove_folder);
}
