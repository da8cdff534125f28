// SPDX-License-Identifier: MIT
// The runner: results of checks that pass, fail, crash or hang, and the folders
// that they leave.
// Limits: checks of the test's own, which start no QEMU.
#include "runner/runner.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buffer.h"
#include "fixture/fixture.h"
#include "unit/checks.h"

// --- Checks -----------------------------------------------------------------

static bool holds(struct fixture *fixture)
{
    (void)fixture;
    fclose(fopen("left.txt", "w")); // relative to the case's folder
    return true;
}

static bool has_a_caveat(struct fixture *fixture)
{
    return fixture_conclude(fixture, FINDING_CAVEAT, "but for %d\x01\nthings",
                            2);
}

static bool fails(struct fixture *fixture)
{
    return fixture_expect_u64(fixture, "the number", 1, UINT64_MAX);
}

static bool fails_and_finds(struct fixture *fixture)
{
    (void)fixture_fail(fixture, "first");
    (void)fixture_fail(fixture, "second");
    return fixture_conclude(fixture, FINDING_CAVEAT, "third");
}

static bool lacks_room(struct fixture *fixture)
{
    return fixture_fail(fixture, "job: %s", strerror(ENOSPC));
}

static bool crashes(struct fixture *fixture)
{
    (void)fixture;
    signal(SIGABRT, SIG_DFL);
    abort();
}

static bool leaves(struct fixture *fixture)
{
    (void)fixture;
    _exit(5);
}

static bool waits(struct fixture *fixture)
{
    return fixture_sleep(fixture, 60000);
}

static bool hangs(struct fixture *fixture)
{
    (void)fixture;
    while (pause() <
           0) { // SIGTERM does not end it: the fixture's loop catches it
    }
    return true;
}

static bool interrupts_the_runner(struct fixture *fixture)
{
    kill(getppid(), SIGINT);
    return fixture_sleep(fixture, 60000);
}

static const struct claim canary = {.id = "canary", .check = holds};

// --- The rig ----------------------------------------------------------------

enum {
    CASES = 9
};

static char folder[64];
static struct subject subjects[CASES];
static struct column columns[2];
static struct result results[CASES * 2];
static struct runner_case cases[CASES];
static struct verification verification;
static struct runner runner;
static struct failure failure;
static unsigned progress;

static void count_progress(void *context)
{
    ++*(unsigned *)context;
}

static int set_up(void **state)
{
    snprintf(folder, sizeof folder, "/tmp/test_runner-XXXXXX");
    assert_non_null(mkdtemp(folder));
    verification = (struct verification){
        .subjects = subjects,
        .columns = columns,
        .column_count = 1,
        .results = results,
    };
    columns[0] = columns[1] = (struct column){.qemu = "/nonexistent"};
    memset(results, 0, sizeof results);
    progress = 0;
    runner = (struct runner){
        .loop = loop_create(&failure),
        .jobs = 2,
        .timeout = 30000,
        .grace = 30000,
        .guest = "/nonexistent",
        .folder = folder,
        .cases = cases,
        .verification = &verification,
        .progress = count_progress,
        .context = &progress,
    };
    cases[0] = (struct runner_case){&canary, &fixture_forms[FORM_MMIO_LEGACY]};
    subjects[0].name = "canary";
    verification.subject_count = 1;
    return 0;
}

static int tear_down(void **state)
{
    for (size_t i = 0; i < CASES * 2; i++) {
        free(results[i].text);
        free(results[i].folder);
    }
    loop_destroy(runner.loop);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); // no child is left
    return 0;
}

static void add(const char *name, const struct claim *claim)
{
    subjects[verification.subject_count].name = name;
    cases[verification.subject_count++] =
        (struct runner_case){claim, &fixture_forms[FORM_MMIO]};
}

static int entries(const char *path)
{
    DIR *dir = opendir(path);
    int count = 0;

    if (!dir) {
        return -1;
    }
    while (readdir(dir)) {
        count++;
    }
    closedir(dir);
    return count - 2; // "." and ".."
}

static void remove_folder(void)
{
    char line[96];

    snprintf(line, sizeof line, "rm -r %s", folder);
    assert_int_equal(system(line), 0);
}

// --- Tests ------------------------------------------------------------------

static void a_case_that_goes_well_leaves_nothing(void **state)
{
    static const struct claim good = {.id = "a.good", .check = holds};

    add("a.good/mmio", &good);
    add("a.good/pci", &good);
    assert_true(runner_run(&runner, &failure));
    for (int i = 0; i < 3; i++) {
        assert_int_equal(results[i].status, STATUS_PASSED);
        assert_true(results[i].done);
        assert_null(results[i].folder);
        assert_true(results[i].nanoseconds > 0);
    }
    assert_int_equal(progress, 3);
    assert_int_equal(rmdir(folder), 0); // it is empty
}

static void folders_of_good_cases_are_kept_where_that_is_asked(void **state)
{
    static const struct claim good = {.id = "a.good", .check = holds};
    char path[128];

    runner.keep = true;
    verification.column_count = 2;
    add("a.good/mmio", &good);
    assert_true(runner_run(&runner, &failure));
    snprintf(path, sizeof path, "%s/2/a.good/mmio", folder);
    assert_string_equal(results[3].folder, path);
    assert_int_equal(entries(path), 1);
    remove_folder();
}

static void what_a_check_says_comes_through_the_pipe(void **state)
{
    static const struct claim caveat = {
        .id = "a.b", .check = has_a_caveat, .expected = FINDING_CAVEAT};
    static const struct claim wrong = {.id = "a.c", .check = fails};
    static const struct claim both = {.id = "a.d", .check = fails_and_finds};

    add("a.b", &caveat);
    add("a.c", &wrong);
    add("a.d", &both);
    assert_true(runner_run(&runner, &failure));
    assert_int_equal(results[1].status, STATUS_PASSED);
    assert_int_equal(results[1].finding, FINDING_CAVEAT);
    assert_string_equal(results[1].text, "but for 2\\x01\nthings");
    // Without a version nothing is expected of this QEMU, so it is news.
    assert_int_equal(results[2].status, STATUS_NEWS);
    assert_int_equal(results[2].finding, FINDING_BROKEN);
    assert_string_equal(results[2].text,
                        "the number: expected 1, got 18446744073709551615");
    assert_int_equal(results[3].finding, FINDING_BROKEN);
    assert_string_equal(results[3].text, "first");
    remove_folder();
}

static void what_a_host_lacks_is_no_verdict(void **state)
{
    static const struct claim lack = {.id = "a.lack", .check = lacks_room};

    add("a.lack", &lack);
    assert_true(runner_run(&runner, &failure));
    assert_int_equal(results[1].status, STATUS_ERROR);
    assert_int_equal(results[1].code, CODE_HOST);
    assert_string_equal(results[1].text,
                        "the host failed: No space left on device\n"
                        "job: No space left on device");
    remove_folder();
}

static void a_crash_takes_its_own_case_alone(void **state)
{
    static const struct claim crash = {.id = "a.crash", .check = crashes};
    static const struct claim leave = {.id = "a.leave", .check = leaves};
    static const struct claim good = {.id = "a.good", .check = holds};

    add("a.crash", &crash);
    add("a.leave", &leave);
    add("a.good", &good);
    assert_true(runner_run(&runner, &failure));
    assert_int_equal(results[1].status, STATUS_ERROR);
    check_contains(results[1].text, "the check crashed: signal 6");
    assert_int_equal(results[2].status, STATUS_ERROR);
    check_contains(results[2].text, "status 5");
    assert_int_equal(results[3].status, STATUS_PASSED);
    remove_folder();
}

static void a_wait_ends_with_the_deadline_of_the_case(void **state)
{
    static const struct claim wait = {.id = "a.wait", .check = waits};

    runner.timeout = 1000;
    add("a.wait", &wait);
    assert_true(runner_run(&runner, &failure));
    assert_int_equal(results[1].finding, FINDING_BROKEN);
    assert_int_equal(results[1].code, CODE_TIMEOUT);
    check_contains(results[1].text, "timeout: waited for");
    remove_folder();
}

static void a_check_that_hangs_is_killed(void **state)
{
    static const struct claim hang = {.id = "a.hang", .check = hangs};

    runner.timeout = 1000;
    runner.grace = 0;
    add("a.hang", &hang);
    assert_true(runner_run(&runner, &failure));
    assert_int_equal(results[1].status, STATUS_ERROR);
    assert_int_equal(results[1].code, CODE_TIMEOUT);
    check_contains(results[1].text, "the check hangs");
    remove_folder();
}

static void without_a_canary_no_case_is_run(void **state)
{
    static const struct claim dead = {.id = "canary", .check = fails};
    static const struct claim good = {.id = "a.good", .check = holds};

    cases[0].claim = &dead;
    add("a.good", &good);
    assert_true(runner_run(&runner, &failure));
    assert_int_equal(results[0].status, STATUS_FAILED);
    assert_int_equal(results[1].status, STATUS_SKIPPED);
    assert_false(results[1].done);
    check_contains(results[1].text, "canary");
    remove_folder();
}

static void a_folder_that_cannot_be_made_is_the_hosts_fault(void **state)
{
    assert_int_equal(rmdir(folder), 0);
    assert_true(runner_run(&runner, &failure));
    assert_int_equal(results[0].status, STATUS_ERROR);
    assert_int_equal(results[0].code, CODE_HOST);
    check_contains(results[0].text, "No such file or directory");
}

static void ctrl_c_ends_all_and_keeps_what_there_is(void **state)
{
    static const struct claim good = {.id = "a.good", .check = holds};
    static const struct claim stop = {.id = "a.stop",
                                      .check = interrupts_the_runner};
    static const struct claim wait = {.id = "a.wait", .check = waits};

    runner.jobs = 2;
    add("a.good", &good);
    add("a.wait", &wait);
    add("a.stop", &stop);
    add("a.later", &good);
    assert_false(runner_run(&runner, &failure));
    assert_int_equal(failure.code, CODE_INTERRUPTED);
    assert_true(verification.interrupted);
    assert_int_equal(results[0].status, STATUS_PASSED);
    assert_int_equal(results[1].status, STATUS_PASSED);
    for (int i = 2; i < 5; i++) {
        assert_int_equal(results[i].status, STATUS_SKIPPED);
        assert_false(results[i].done);
        assert_non_null(results[i].text);
    }
    assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_case_that_goes_well_leaves_nothing),
        TEST(folders_of_good_cases_are_kept_where_that_is_asked),
        TEST(what_a_check_says_comes_through_the_pipe),
        TEST(what_a_host_lacks_is_no_verdict),
        TEST(a_crash_takes_its_own_case_alone),
        TEST(a_wait_ends_with_the_deadline_of_the_case),
        TEST(a_check_that_hangs_is_killed),
        TEST(without_a_canary_no_case_is_run),
        TEST(a_folder_that_cannot_be_made_is_the_hosts_fault),
        TEST(ctrl_c_ends_all_and_keeps_what_there_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
