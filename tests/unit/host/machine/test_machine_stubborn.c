// SPDX-License-Identifier: MIT
// QEMUs that do not exit: the escalation up to SIGKILL. Each of them waits for
// one of its steps, so they have a separate program.
#include "machine/machine.h"

#include "unit/host/impostor.h"

static void what_ignores_sigterm_is_killed_with_its_children(void **state)
{
    struct trial *trial;

    write_script("deaf", greets,
                 "trap '' TERM INT HUP\n"
                 "( echo $BASHPID >$0.child; echo ready >&$com1; "
                 "exec sleep 1000 ) &\n"
                 "while :; do wait; sleep 1000; done\n");
    trial = start(path_of("deaf", ""), PLENTY);
    if (!trial->machine) {
        fail_msg("%s", trial->failure.text);
    }
    assert_true(machine_await(trial->machine, console_spoke, trial,
                              deadline_in_ms(PLENTY), "the child",
                              &trial->failure));
    end(trial);
    check_gone("deaf", ".pid");
    check_gone("deaf", ".child");
}

static void what_closes_its_monitor_and_lives_on_is_ended(void **state)
{
    struct trial *trial;

    write_script("shuts", greets, "eval \"exec $qmp>&-\"; exec sleep 1000\n");
    trial = start(path_of("shuts", ""), PLENTY);
    if (!trial->machine) {
        fail_msg("%s", trial->failure.text);
    }
    assert_false(session_execute(machine_session(trial->machine), "stop", NULL,
                                 deadline_in_ms(PLENTY), NULL,
                                 &trial->failure));
    assert_false(machine_explain(trial->machine, &trial->failure));
    assert_int_equal(trial->failure.code, CODE_QEMU_DIED);
    check_contains(trial->failure.text, "has not ended");
    end(trial);
    check_gone("shuts", ".pid");
}

static void a_stopped_process_is_killed_too(void **state)
{
    struct trial *trial;

    write_script("stopped", "", "kill -STOP $$\n");
    trial = start(path_of("stopped", ""), 500);
    check_failed(trial, CODE_TIMEOUT, "greeting");
    end(trial);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_ignores_sigterm_is_killed_with_its_children),
        cmocka_unit_test(what_closes_its_monitor_and_lives_on_is_ended),
        cmocka_unit_test(a_stopped_process_is_killed_too),
    };

    return cmocka_run_group_tests_name("host_machine_stubborn", tests,
                                       make_folder, remove_folder);
}
