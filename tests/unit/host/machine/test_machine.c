// SPDX-License-Identifier: MIT
// Programs that are started as QEMU and are not QEMU: each kind has its own
// failure, and afterwards no process runs and no file is open.
#include "machine/machine.h"

#include "unit/host/impostor.h"

static bool never(void *context)
{
    (void)context;
    return false;
}

// --- Claims -----------------------------------------------------------------

static void a_missing_program_is_the_hosts_lack(void **state)
{
    struct trial *trial = start("/nonexistent/qemu", PLENTY);

    check_failed(trial, CODE_HOST, "No such file");
    check_contains(trial->failure.text, "/nonexistent/qemu");
    end(trial);
}

static void what_may_not_be_executed_is_the_hosts_lack(void **state)
{
    struct trial *trial;

    write_script("plain", "", "");
    assert_int_equal(chmod(path_of("plain", ""), 0644), 0);
    trial = start(path_of("plain", ""), PLENTY);
    check_failed(trial, CODE_HOST, "Permission denied");
    end(trial);
    trial = start(folder, PLENTY);
    check_failed(trial, CODE_HOST, "Permission denied");
    end(trial);
}

static void what_is_no_program_is_the_hosts_lack(void **state)
{
    FILE *file = fopen(path_of("noise", ""), "we");
    struct trial *trial;

    fputs("\x7f\x45no program at all", file);
    fclose(file);
    chmod(path_of("noise", ""), 0755);
    trial = start(path_of("noise", ""), PLENTY);
    check_failed(trial, CODE_HOST, "format error");
    end(trial);
}

static void last_words_and_status_of_the_dead_are_told(void **state)
{
    struct trial *trial;

    write_script("dies", "", "printf 'sor\\033ry\\nno KVM' >&2; exit 3\n");
    trial = start(path_of("dies", ""), PLENTY);
    check_failed(trial, CODE_QEMU_DIED, "status 3");
    assert_string_equal(trial->last_output.text, "no KVM");
    assert_null(strchr(trial->failure.text, '\x1b'));
    end(trial);
    check_gone("dies", ".pid");
}

// The second half is written after the tool has seen the end of standard
// output: in the same round of its loop it has answered the greeting.
static void the_end_of_one_output_cuts_no_line_of_the_other(void **state)
{
    char text[1024];
    struct trial *trial;

    snprintf(text, sizeof text, "%s%s", greets,
             "echo ' and the second' >&2; exit 3\n");
    write_script("halves", "printf 'one half' >&2; exec >&-\n", text);
    trial = start(path_of("halves", ""), PLENTY);
    if (!trial->machine) {
        fail_msg("%s", trial->failure.text);
    }
    assert_false(machine_await(trial->machine, never, NULL,
                               deadline_in_ms(PLENTY), "the moon",
                               &trial->failure));
    assert_string_equal(trial->last_output.text, "one half and the second");
    end(trial);
}

static void the_guests_last_lines_are_told(void **state)
{
    struct trial *trial;

    write_script("traps", "",
                 "printf 'trap vector=6\\r\\n  at 0x1 main+1\\r\\n' >&$com1\n"
                 "exit 15\n");
    trial = start(path_of("traps", ""), PLENTY);
    check_failed(trial, CODE_QEMU_DIED, "unexpected trap");
    check_contains(trial->failure.text, "trap vector=6\n");
    check_contains(trial->failure.text, "at 0x1 main+1");
    end(trial);
}

static void death_by_a_signal_names_it(void **state)
{
    struct trial *trial;

    write_script("suicide", "", "kill -SEGV $$\n");
    trial = start(path_of("suicide", ""), PLENTY);
    check_failed(trial, CODE_QEMU_DIED, "signal 11");
    end(trial);
}

static void check_started_without_sandbox(const char *words)
{
    char text[1024];
    struct trial *trial;

    snprintf(text, sizeof text,
             "case $* in *-sandbox*) echo '%s' >&2; exit 1;; esac\n%s", words,
             greets);
    write_script("older", text, "");
    trial = start(path_of("older", ""), PLENTY);
    if (!trial->machine) {
        fail_msg("%s", trial->failure.text);
    }
    assert_string_equal(trial->no_sandbox, words);
    assert_null(strstr(trial->command, "-sandbox"));
    end(trial);
}

static void a_qemu_without_a_sandbox_is_started_without(void **state)
{
    check_started_without_sandbox(
        "q: -sandbox support is not enabled in this QEMU binary");
    check_started_without_sandbox(
        "q: failed to load seccomp syscall filter in kernel");
}

static void another_refusal_is_final(void **state)
{
    struct trial *trial;

    write_script("broken", "", "echo no KVM >&2; exit 1\n");
    trial = start(path_of("broken", ""), PLENTY);
    check_failed(trial, CODE_QEMU_DIED, "status 1");
    assert_string_equal(trial->no_sandbox, "");
    check_contains(trial->command, " -sandbox on,");
    assert_null(strstr(trial->failure.text, "seccomp"));
    end(trial);
}

static void what_the_sandbox_forbids_has_a_way_out(void **state)
{
    static const char way_out[] =
        "'run ... -- -sandbox off' starts QEMU without it";
    struct trial *trial;

    write_script("forks", "", "kill -SYS $$\n");
    trial = start(path_of("forks", ""), PLENTY);
    check_failed(trial, CODE_QEMU_DIED,
                 "signal 31 (Bad system call)\nseccomp: "
                 "QEMU's -sandbox forbids that; ");
    check_contains(trial->failure.text, way_out);
    end(trial);
    write_script("execs", "",
                 "echo 'no fork: Operation not permitted' >&2; exit 1\n");
    trial = start(path_of("execs", ""), PLENTY);
    check_failed(trial, CODE_QEMU_DIED,
                 "status 1\nseccomp: QEMU's -sandbox "
                 "may forbid that; ");
    check_contains(trial->failure.text, way_out);
    end(trial);
}

static void the_command_line_is_shown_before_it_runs(void **state)
{
    struct trial *trial = start("/nonexistent/my qemu", PLENTY);

    check_contains(trial->command, "'/nonexistent/my qemu' -M microvm ");
    end(trial);
}

static void a_qemu_that_greets_is_ready_and_quits_when_asked(void **state)
{
    struct trial *trial;

    write_script("good", greets,
                 "hear; case $line in *quit*) "
                 "say \"{\\\"return\\\": {}, \\\"id\\\": $id}\";; esac\n");
    trial = start(path_of("good", ""), PLENTY);
    if (!trial->machine) {
        fail_msg("%s", trial->failure.text);
    }
    assert_int_equal(session_state(machine_session(trial->machine)),
                     SESSION_READY);
    assert_int_equal(machine_exit_status(trial->machine), -1);
    end(trial);
    check_gone("good", ".pid");
}

static void death_in_mid_wait_names_what_was_awaited(void **state)
{
    struct trial *trial;

    write_script("leaves", greets,
                 "echo 'panic what=\"x\"' >&$com1; echo oops >&2; exit 13\n");
    trial = start(path_of("leaves", ""), PLENTY);
    if (!trial->machine) {
        fail_msg("%s", trial->failure.text);
    }
    assert_false(machine_await(trial->machine, never, NULL,
                               deadline_in_ms(PLENTY), "the moon",
                               &trial->failure));
    assert_int_equal(trial->failure.code, CODE_QEMU_DIED);
    check_contains(trial->failure.text, "the moon");
    check_contains(trial->failure.text, "(the guest's verdict: panic)");
    check_contains(trial->failure.text, "panic what=");
    assert_int_equal(machine_exit_status(trial->machine), 13);
    assert_string_equal(trial->last_output.text, "oops");
    end(trial);
}

static void what_was_awaited_may_be_the_last_words(void **state)
{
    struct trial *trial;

    write_script("says", greets, "printf 'sent seq=1\\n' >&$com1; exit 3\n");
    trial = start(path_of("says", ""), PLENTY);
    if (!trial->machine) {
        fail_msg("%s", trial->failure.text);
    }
    assert_true(machine_await(trial->machine, console_spoke, trial,
                              deadline_in_ms(PLENTY), "a line",
                              &trial->failure));
    assert_string_equal(trial->last_console.text, "sent seq=1");
    end(trial);
}

static void a_wait_has_an_end(void **state)
{
    struct trial *trial;

    write_script("idle", greets, "read -r line <&$qmp\n");
    trial = start(path_of("idle", ""), PLENTY);
    assert_non_null(trial->machine);
    assert_false(machine_await(trial->machine, never, NULL,
                               deadline_in_ms(LITTLE), "the moon",
                               &trial->failure));
    assert_int_equal(trial->failure.code, CODE_TIMEOUT);
    check_contains(trial->failure.text, "waited for the moon");
    end(trial);
}

static void children_of_the_dead_die_too(void **state)
{
    struct trial *trial;

    // A grandchild that has no parent to reap it, and has all files open.
    write_script(
        "forks", greets,
        "( ( trap '' TERM; echo $BASHPID >$0.child; eval \"exec $qmp>&-\"; "
        "echo forked >&$com1; sleep 1000 ) & )\n"
        "read -r line <&$qmp; exit 0\n");
    trial = start(path_of("forks", ""), PLENTY);
    if (!trial->machine) {
        fail_msg("%s", trial->failure.text);
    }
    assert_true(machine_await(trial->machine, console_spoke, trial,
                              deadline_in_ms(PLENTY), "the grandchild",
                              &trial->failure));
    end(trial);
    check_gone("forks", ".pid");
    check_gone("forks", ".child");
}

static void much_said_on_stderr_blocks_nobody(void **state)
{
    struct trial *trial;

    // More than a pipe holds, before the greeting.
    write_script("chatty",
                 "for ((i = 0; i < 3000; i++)); do "
                 "printf '%0100d\\n' $i >&2; done\n",
                 greets);
    trial = start(path_of("chatty", ""), PLENTY);
    if (!trial->machine) {
        fail_msg("%s", trial->failure.text);
    }
    end(trial);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_missing_program_is_the_hosts_lack),
        cmocka_unit_test(what_may_not_be_executed_is_the_hosts_lack),
        cmocka_unit_test(what_is_no_program_is_the_hosts_lack),
        cmocka_unit_test(last_words_and_status_of_the_dead_are_told),
        cmocka_unit_test(the_end_of_one_output_cuts_no_line_of_the_other),
        cmocka_unit_test(the_guests_last_lines_are_told),
        cmocka_unit_test(death_by_a_signal_names_it),
        cmocka_unit_test(a_qemu_without_a_sandbox_is_started_without),
        cmocka_unit_test(another_refusal_is_final),
        cmocka_unit_test(what_the_sandbox_forbids_has_a_way_out),
        cmocka_unit_test(the_command_line_is_shown_before_it_runs),
        cmocka_unit_test(a_qemu_that_greets_is_ready_and_quits_when_asked),
        cmocka_unit_test(death_in_mid_wait_names_what_was_awaited),
        cmocka_unit_test(what_was_awaited_may_be_the_last_words),
        cmocka_unit_test(a_wait_has_an_end),
        cmocka_unit_test(children_of_the_dead_die_too),
        cmocka_unit_test(much_said_on_stderr_blocks_nobody),
    };

    return cmocka_run_group_tests_name("host_machine", tests, make_folder,
                                       remove_folder);
}
