// SPDX-License-Identifier: MIT
// The tool's command line as typed by the user: help, suggestions, exit codes.
// Limits: only what needs no QEMU; each run is a child process.
#include "cli/command.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/conflicts.h"
#include "unit/checks.h"

enum {
    WORDS = OPTIONS_OPERANDS + 4
};

static char out[32768]; // output of the last run, by stream
static char err[32768];

static void read_back(int fd, char *text, size_t size)
{
    ssize_t length = pread(fd, text, size - 1, 0);

    text[length < 0 ? 0 : length] = '\0';
    close(fd);
}

// Runs the tool with its stdout in a file; returns the exit code.
static int run_to(int out_fd, const char *const *words)
{
    int err_fd = memfd_create("err", MFD_CLOEXEC);
    char *argv[WORDS + 2] = {"aerostat"};
    int argc = 1;
    int status = 0;

    for (; words[argc - 1]; argc++) {
        argv[argc] = (char *)words[argc - 1];
    }
    pid_t child = fork();
    if (child == 0) {
        dup2(out_fd, STDOUT_FILENO);
        dup2(err_fd, STDERR_FILENO);
        _exit(cli_run(argc, argv));
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    read_back(err_fd, err, sizeof err);
    if (!WIFEXITED(status)) {
        fail_msg("%s killed it: %s", strsignal(WTERMSIG(status)), err);
    }
    return WEXITSTATUS(status);
}

static int run(const char *const *words)
{
    int fd = memfd_create("out", MFD_CLOEXEC);
    int code;

    fflush(stdout); // flushed, or the child would print it again
    code = run_to(fd, words);
    read_back(fd, out, sizeof out);
    return code;
}

#define RUN(...) run((const char *const[]){__VA_ARGS__, NULL})

static void check_usage(int code, const char *reason)
{
    if (code != CODE_USAGE) {
        fail_msg("exit code %d: %s", code, err);
    }
    check_contains(err, reason);
    assert_string_equal(out, "");
}

// --- Help -------------------------------------------------------------------

static void every_command_stands_in_the_help(void **state)
{
    size_t count;
    const struct command *const *table = command_table(&count);

    assert_int_equal(RUN("help"), CODE_OK);
    for (size_t i = 0; i < count; i++) {
        check_contains(out, table[i]->name);
        check_contains(out, table[i]->summary);
        assert_ptr_equal(command_find(table[i]->name), table[i]);
    }
    check_contains(out, "exit-codes");
    assert_null(command_find("stat"));
    assert_null(command_find(""));
}

static void every_command_explains_itself_with_its_options(void **state)
{
    size_t count;
    const struct command *const *table = command_table(&count);

    for (size_t i = 0; i < count; i++) {
        assert_int_equal(RUN("help", table[i]->name), CODE_OK);
        for (const struct option *o = table[i]->options; o->name; o++) {
            char option[64];

            snprintf(option, sizeof option, "--%s", o->name);
            check_contains(out, option);
            check_contains(out, o->help);
        }
        check_contains(out, "Usage: aerostat ");
        // Examples first.
        assert_true(strstr(out, "Examples") < strstr(out, "Usage"));
        check_contains(out, table[i]->examples[0]);
        // TIME is explained exactly where an option takes one.
        assert_int_equal(strstr(out, " TIME ") != NULL,
                         strstr(out, "TIME is seconds") != NULL);
    }
}

static void every_way_to_ask_for_help_gives_the_same(void **state)
{
    static const char *const names[] = {"run", "stats",   "poll", "events",
                                        "set", "predict", "help"};
    static char first[sizeof out];

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        assert_int_equal(RUN("help", names[i]), CODE_OK);
        memcpy(first, out, sizeof out);
        if (strcmp(names[i], "help") != 0) {
            assert_int_equal(RUN(names[i], "--help"), CODE_OK);
            assert_string_equal(out, first);
            assert_int_equal(RUN(names[i], "-h"), CODE_OK);
            assert_string_equal(out, first);
        }
        assert_string_equal(err, "");
    }
    assert_int_equal(RUN("help"), CODE_OK);
    memcpy(first, out, sizeof out);
    assert_int_equal(RUN("--help"), CODE_OK);
    assert_string_equal(out, first);
    assert_int_equal(RUN("-h"), CODE_OK);
    assert_string_equal(out, first);
}

static void every_example_begins_with_a_command_that_there_is(void **state)
{
    size_t count;
    const struct command *const *table = command_table(&count);

    for (size_t i = 0; i < count; i++) {
        assert_non_null(table[i]->examples[0]);
        for (const char *const *e = table[i]->examples; *e; e++) {
            char begin[64];

            snprintf(begin, sizeof begin, "aerostat %s", table[i]->name);
            assert_memory_equal(*e, begin, strlen(begin));
        }
    }
}

static void the_version_is_one_line(void **state)
{
    assert_int_equal(RUN("--version"), CODE_OK);
    assert_string_equal(out, "aerostat " AEROSTAT_VERSION "\n");
    assert_int_equal(RUN("-V"), CODE_OK);
    assert_string_equal(out, "aerostat " AEROSTAT_VERSION "\n");
    check_usage(RUN("-V", "run"), "nothing may follow -V");
    check_usage(RUN("--versoin"), "did you mean '--version'?");
}

// Every line fits into a terminal of 80 columns.
static void every_line_of_help_fits_80_columns(void **state)
{
    size_t count;
    const struct command *const *table = command_table(&count);

    for (size_t i = 0; i < count + 2; i++) {
        const char *topic = i < count ? table[i]->name : "exit-codes";
        assert_int_equal(i > count ? RUN("help") : RUN("help", topic), CODE_OK);
        for (char *line = strtok(out, "\n"); line; line = strtok(NULL, "\n")) {
            if (strlen(line) > 80) {
                fail_msg("%zu columns: %s", strlen(line), line);
            }
        }
    }
}

// --- Exit codes -------------------------------------------------------------

static void the_exit_codes_are_the_agreed_ones(void **state)
{
    static const struct {
        int code;
        const char *name;
    } agreed[] = {
        {0, "ok"},
        {1, "different"},
        {2, "usage"},
        {3, "cannot-connect"},
        {4, "monitor-busy"},
        {5, "no-balloon"},
        {6, "no-statistics"},
        {7, "timeout"},
        {8, "qemu-died"},
        {9, "protocol"},
        {10, "host"},
        {11, "refused"},
        {129, "hung-up"},
        {130, "interrupted"},
        {131, "quit"},
        {143, "terminated"},
    };
    size_t count;
    const struct exit_code_entry *table = exit_code_table(&count);

    assert_int_equal(count, sizeof agreed / sizeof agreed[0]);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(table[i].code, agreed[i].code);
        assert_string_equal(table[i].name, agreed[i].name);
        assert_string_equal(exit_code_name(table[i].code), agreed[i].name);
    }
    assert_string_equal(exit_code_name((enum exit_code)99), "unknown");
}

static void the_help_prints_every_exit_code(void **state)
{
    size_t count;
    const struct exit_code_entry *table = exit_code_table(&count);

    assert_int_equal(RUN("help", "exit_codes"), CODE_OK);
    assert_int_equal(RUN("help", "exit-codes"), CODE_OK);
    for (size_t i = 0; i < count; i++) {
        char number[16];
        char meaning[40];

        snprintf(number, sizeof number, " %d ", (int)table[i].code);
        check_contains(out, number);
        // The rest may be on the next line.
        snprintf(meaning, sizeof meaning, "%s", table[i].meaning);
        check_contains(out, meaning);
    }
}

// --- Mistakes ---------------------------------------------------------------

static void no_command_is_a_usage_error(void **state)
{
    const char *const none[] = {NULL};

    check_usage(run(none), "help");
}

static void an_unknown_command_gets_a_suggestion(void **state)
{
    check_usage(RUN("stat"), "did you mean 'stats'?");
    check_usage(RUN("rnu"), "did you mean 'run'?");
    check_usage(RUN("help", "pol"), "did you mean 'poll'?");
    check_usage(RUN("help", "exit-cods"), "did you mean 'exit-codes'?");
    check_usage(RUN("help", "run", "poll"), "help takes one COMMAND");
    check_usage(RUN("help", "--", "poll"), "help takes one COMMAND");
    check_usage(RUN("inflate"), "unknown command 'inflate'");
    assert_null(strstr(err, "did you mean"));
    check_usage(RUN("\x1b[2J"), "\\x1b[2J");
    check_usage(RUN(""), "unknown command ''");
}

static void an_unknown_option_gets_a_suggestion(void **state)
{
    check_usage(RUN("run", "--sample", "3"), "did you mean --samples?");
    check_usage(RUN("run", "--sampels=3"), "did you mean --samples?");
    check_usage(RUN("stats", "--jsn", "x"), "did you mean --json?");
    check_usage(RUN("stats", "-json", "x"), "did you mean --json?");
    check_usage(RUN("poll", "--xyzzy", "x", "1"), "unknown option '--xyzzy'");
    assert_null(strstr(err, "did you mean"));
    check_usage(RUN("run", "--\x1b"), "\\x1b");
}

static void numbers_outside_their_range_name_it(void **state)
{
    check_usage(RUN("run", "--samples", "x"), "--samples");
    check_usage(RUN("run", "--samples", "-1"), "--samples");
    check_usage(RUN("run", "--samples=18446744073709551616"), "--samples");
    check_usage(RUN("run", "--samples="), "--samples");
    check_usage(RUN("run", "--interval", "0"), "--interval");
    check_usage(RUN("run", "--interval", "4294967296"), "4294967295");
    check_usage(RUN("stats", "--timeout", "0", "x"), "--timeout");
    check_usage(RUN("set", "--timeout", "0", "x", "1G"), "--timeout");
    check_usage(RUN("set", "--timeout", "0.5ms", "x", "1G"), "--timeout");
    check_usage(RUN("set", "--timeout", "0.0001", "x", "1G"), "'0.0001'");
    check_usage(RUN("verify", "--timeout", "4294967296"), "4294967295 s");
    check_usage(RUN("run", "--timeout", "1d"), "no unit");
    check_usage(RUN("run", "--memory", "5Q"), "--memory");
    check_usage(RUN("run", "--memory", "5Q,slots=2"), "no unit");
    check_usage(RUN("events", "--count", "0", "x"), "--count");
    check_usage(RUN("events", "--timeout", "-1", "x"), "--timeout");
}

static void doors_that_are_none_are_told(void **state)
{
    check_usage(RUN("run", "--transport", "1"),
                "--transport must be mmio-legacy, mmio, pci, pci-transitional "
                "or pci-legacy, not '1'");
    check_usage(RUN("run", "--ring=\x1b"),
                "--ring must be split or packed, not '\\x1b'");
    check_usage(RUN("run", "--boot", "bios"),
                "--boot must be pvh, uefi or esp, not 'bios'");
    check_usage(RUN("run", "--machine", "q35", "--transport", "mmio"),
                "microvm alone has");
    check_usage(RUN("run", "--ring", "packed"), "mmio-legacy has no packed");
    check_usage(RUN("run", "--boot", "uefi"), "no UEFI firmware for microvm");
    check_usage(RUN("run", "--machine", "pc", "--boot", "esp", "--append=x"),
                "--append");
    check_usage(RUN("run", "--machine", "q35", "--boot", "esp"), "make esp");
}

static void words_too_many_and_too_few_are_told(void **state)
{
    check_usage(RUN("run", "word"), "operands");
    check_usage(RUN("stats"), "SOCKET");
    check_usage(RUN("stats", "a", "b"), "SOCKET");
    check_usage(RUN("stats", "a", "--", "b"), "SOCKET");
    check_usage(RUN("set", "a"), "SIZE");
    check_usage(RUN("set", "a", "1G", "2G"), "SIZE");
    check_usage(RUN("events"), "SOCKET");
    check_usage(RUN("events", "a", "b"), "SOCKET");
    check_usage(RUN("poll", "a"), "TIME");
    check_usage(RUN("poll", "a", "1", "2"), "TIME");
    check_usage(RUN("run", "--samples"), "--samples");
    check_usage(RUN("run", "--samples", "1", "--samples", "2"), "twice");
    check_usage(RUN("run", "--json=1"), "--json");
    const char *words[OPTIONS_OPERANDS + 3] = {"stats"};
    for (int i = 1; i <= OPTIONS_OPERANDS + 1; i++) {
        words[i] = "word";
    }
    check_usage(run(words), "too many");
}

// "--samples", as the table wants it given, in one word.
static void option_word(const struct conflict *row, bool beside, char *word,
                        size_t size)
{
    const struct option *option = command_find(row->command)->options;
    const char *name = beside ? row->beside : row->option;
    const char *value = beside ? row->given : row->value;

    while (strcmp(option->name, name) != 0) {
        option++;
    }
    assert_true(option->value || !value);
    snprintf(word, size, "--%s%s%s", name, option->value ? "=" : "",
             value           ? value
             : option->value ? "1"
                             : "");
}

static void an_option_without_effect_is_refused(void **state)
{
    size_t count;
    const struct conflict *table = conflicts_table(&count);

    for (size_t i = 0; i < count; i++) {
        char idle[64];
        char other[64];
        char message[128];

        option_word(&table[i], false, idle, sizeof idle);
        option_word(&table[i], true, other, sizeof other);
        snprintf(message, sizeof message, "--%s%s%s has no effect beside --%s",
                 table[i].option, table[i].value ? " " : "",
                 table[i].value ? table[i].value : "", table[i].beside);
        check_usage(RUN(table[i].command, idle, other), message);
        check_usage(RUN(table[i].command, other, idle), message);
        // Help takes precedence nevertheless.
        assert_int_equal(RUN(table[i].command, idle, other, "-h"), CODE_OK);
    }
    assert_true(count >= 17);
    // With other values both options have an effect.
    assert_int_equal(RUN("run", "--samples=2", "--interval=2", "--qemu=/none"),
                     CODE_HOST);
    assert_int_equal(
        RUN("run", "--transport=mmio", "--device=none", "--qemu=/none"),
        CODE_HOST);
}

static void verify_refuses_what_it_cannot_mean(void **state)
{
    check_usage(RUN("verify", "polling.enabel"), "did you mean");
    check_usage(RUN("verify", "--shard", "0/2"), "--shard");
    check_usage(RUN("verify", "--shard", "2"), "--shard");
    check_usage(RUN("verify", "--shard", "3/2"), "--shard");
    check_usage(RUN("verify", "--seeds", "5"), "--seeds");
    check_usage(RUN("verify", "--seeds", "2-1"), "--seeds");
    check_usage(RUN("verify", "--seeds", "1-10001"), "--seeds");
    check_usage(RUN("verify", "--jobs", "0"), "--jobs");
    check_usage(RUN("verify", "--filter", "nothing-has-this"), "no case");
    check_usage(RUN("verify", "--form", "legacy"), "no form 'legacy'");
    check_usage(RUN("verify", "--accel", "xen"), "--accel must be");
    check_usage(RUN("verify", "--", "-m", "1G"), "--");
    check_usage(RUN("verify", "--tap", "--tap"), "twice");
    // --qemu may be repeated: the second program is not found.
    assert_int_equal(RUN("verify", "--qemu", "/bin/true", "--qemu", "/none"),
                     CODE_HOST);
    check_contains(err, "/none");
}

static void verify_lists_its_cases(void **state)
{
    assert_int_equal(RUN("verify", "--list", "polling.enable"), CODE_OK);
    check_contains(out, "polling.enable/mmio-legacy");
    check_contains(out, "polling.enable/pci-transitional-packed");
    assert_null(strstr(out, "absent."));
}

static void an_interval_is_seconds_or_off_before_anybody_connects(void **state)
{
    static const char *const wrong[] = {
        "-1",    "4294967296", "x",   "",   "1.5",
        "500ms", "1S",         "OFF", "+1", "18446744073709551616"};

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        check_usage(RUN("poll", "/nonexistent/qmp", wrong[i]), "4294967295");
    }
    assert_int_equal(RUN("poll", "/nonexistent/qmp", "4294967295"),
                     CODE_CANNOT_CONNECT);
    static const char *const right[] = {"off", "0", "2s", "2000ms", "0.5m"};
    for (size_t i = 0; i < sizeof right / sizeof right[0]; i++) {
        assert_int_equal(RUN("poll", "/nonexistent/qmp", right[i]),
                         CODE_CANNOT_CONNECT);
    }
}

static void a_size_is_looked_at_before_anybody_connects(void **state)
{
    static const char *const wrong[] = {"",  "M",  "-",  "1.5",  "5Q",
                                        "0", "+0", "-0", "\x1b", "512"};

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        if (wrong[i][0] == '-' && wrong[i][1] == '\0') {
            check_usage(RUN("set", "/nonexistent/qmp", wrong[i]), "'-'");
        } else {
            check_usage(RUN("set", "/nonexistent/qmp", wrong[i]), "the size '");
        }
    }
    // Not options, although they begin like options.
    assert_int_equal(RUN("set", "/nonexistent/qmp", "-64M"),
                     CODE_CANNOT_CONNECT);
    assert_int_equal(RUN("set", "/nonexistent/qmp", "+64M"),
                     CODE_CANNOT_CONNECT);
}

static void nobody_there_is_cannot_connect(void **state)
{
    assert_int_equal(RUN("stats", "/nonexistent/qmp"), CODE_CANNOT_CONNECT);
    check_contains(err, "/nonexistent/qmp");
    assert_int_equal(RUN("stats", "/dev/null"), CODE_CANNOT_CONNECT);
    assert_int_equal(RUN("stats", "127.0.0.1:1"), CODE_CANNOT_CONNECT);
    assert_int_equal(RUN("stats", "127.0.0.1:99999"), CODE_USAGE);
    assert_int_equal(RUN("stats", ""), CODE_USAGE);
}

static void what_the_host_lacks_is_named(void **state)
{
    assert_int_equal(RUN("run", "--qemu", "/nonexistent/qemu"), CODE_HOST);
    check_contains(err, "/nonexistent/qemu");
    assert_int_equal(
        RUN("run", "--qemu", "/bin/true", "--guest", "/nonexistent/guest"),
        CODE_HOST);
    check_contains(err, "/nonexistent/guest");
}

static void a_folder_stands_for_the_qemu_in_it(void **state)
{
    char folder[] = "/tmp/test_cli-XXXXXX";
    char program[64];

    assert_non_null(mkdtemp(folder));
    snprintf(program, sizeof program, "%s/qemu-system-x86_64", folder);
    assert_int_equal(RUN("run", "--qemu", folder), CODE_HOST);
    check_contains(err, "/qemu-system-x86_64: No such file");
    assert_int_equal(symlink("/bin/ls", program), 0);
    assert_int_equal(RUN("run", "--qemu", folder, "--guest", "/dev/null"),
                     CODE_QEMU_DIED);
    check_contains(err, "invalid option");
    unlink(program);
    assert_int_equal(mkdir(program, 0700), 0);
    assert_int_equal(RUN("verify", "--qemu", folder), CODE_HOST);
    check_contains(err, "/qemu-system-x86_64: not a program");
    rmdir(program);
    rmdir(folder);
}

static void a_full_disk_is_noticed(void **state)
{
    static const char *const words[] = {"help", NULL};
    int full = open("/dev/full", O_WRONLY | O_CLOEXEC);

    assert_true(full >= 0);
    assert_int_equal(run_to(full, words), CODE_HOST);
    check_contains(err, "stdout");
    close(full);
}

static void a_qemu_that_is_none_is_a_death_with_its_last_words(void **state)
{
    // ls does not have -M: it complains on stderr and exits with 2.
    assert_int_equal(RUN("run", "--qemu", "/bin/ls", "--guest", "/dev/null"),
                     CODE_QEMU_DIED);
    check_contains(err, "status 2");
    check_contains(err, "invalid option");
    assert_string_equal(out, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_command_stands_in_the_help),
        cmocka_unit_test(every_command_explains_itself_with_its_options),
        cmocka_unit_test(every_way_to_ask_for_help_gives_the_same),
        cmocka_unit_test(every_example_begins_with_a_command_that_there_is),
        cmocka_unit_test(the_version_is_one_line),
        cmocka_unit_test(the_exit_codes_are_the_agreed_ones),
        cmocka_unit_test(the_help_prints_every_exit_code),
        cmocka_unit_test(no_command_is_a_usage_error),
        cmocka_unit_test(an_unknown_command_gets_a_suggestion),
        cmocka_unit_test(an_unknown_option_gets_a_suggestion),
        cmocka_unit_test(numbers_outside_their_range_name_it),
        cmocka_unit_test(doors_that_are_none_are_told),
        cmocka_unit_test(words_too_many_and_too_few_are_told),
        cmocka_unit_test(every_line_of_help_fits_80_columns),
        cmocka_unit_test(an_option_without_effect_is_refused),
        cmocka_unit_test(verify_refuses_what_it_cannot_mean),
        cmocka_unit_test(verify_lists_its_cases),
        cmocka_unit_test(an_interval_is_seconds_or_off_before_anybody_connects),
        cmocka_unit_test(a_size_is_looked_at_before_anybody_connects),
        cmocka_unit_test(nobody_there_is_cannot_connect),
        cmocka_unit_test(what_the_host_lacks_is_named),
        cmocka_unit_test(a_folder_stands_for_the_qemu_in_it),
        cmocka_unit_test(a_full_disk_is_noticed),
        cmocka_unit_test(a_qemu_that_is_none_is_a_death_with_its_last_words),
    };

    return cmocka_run_group_tests_name("host_cli", tests, NULL, NULL);
}
