// SPDX-License-Identifier: MIT
// Report files: complete or absent, without leftovers beside them.
#include "report/file.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit/checks.h"

static char folder[] = "/tmp/test_report_file-XXXXXX";
static struct failure failure;

static const char *path_of(const char *name)
{
    static char path[128];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static int entries(void)
{
    DIR *dir = opendir(folder);
    int count = 0;

    while (readdir(dir)) {
        count++;
    }
    closedir(dir);
    return count - 2; // "." and ".."
}

static void check_holds(const char *name, const char *expected)
{
    char text[64] = "";
    FILE *file = fopen(path_of(name), "r");

    assert_non_null(file);
    (void)!fgets(text, sizeof text, file);
    fclose(file);
    assert_string_equal(text, expected);
}

static void put(const char *name, const char *text)
{
    FILE *file = fopen(path_of(name), "w");

    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static int set_up(void **state)
{
    strcpy(folder + strlen(folder) - 6, "XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static int tear_down(void **state)
{
    static const char *const names[] = {"a", "link", "target"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        unlink(path_of(names[i]));
    }
    return rmdir(folder); // fails if the folder is not empty
}

static void a_file_is_there_only_when_it_is_whole(void **state)
{
    struct report_file file;
    struct stat status;

    assert_true(report_file_open(&file, path_of("a"), &failure));
    assert_int_equal(entries(), 0);
    assert_true(report_file_write(&file, "whole", 5, &failure));
    check_holds("a", "whole");
    assert_int_equal(entries(), 1);
    assert_int_equal(stat(path_of("a"), &status), 0);
    mode_t mask = umask(0);
    umask(mask);
    assert_int_equal(status.st_mode & 0777, 0666 & ~mask);
}

static void a_dropped_file_leaves_the_old_one(void **state)
{
    struct report_file file;

    put("a", "old");
    assert_true(report_file_open(&file, path_of("a"), &failure));
    report_file_drop(&file);
    report_file_drop(&file);
    check_holds("a", "old");
    assert_int_equal(entries(), 1);
}

static void check_refused(const char *name, const char *reason)
{
    struct report_file file;
    struct stat before;
    struct stat after;

    assert_int_equal(lstat(path_of(name), &before), 0);
    assert_false(report_file_open(&file, path_of(name), &failure));
    assert_int_equal(failure.code, CODE_HOST);
    check_contains(failure.text, reason);
    assert_int_equal(lstat(path_of(name), &after), 0);
    assert_int_equal(before.st_ino, after.st_ino);
}

static void a_link_is_not_followed(void **state)
{
    char target[128];

    put("target", "old");
    snprintf(target, sizeof target, "%s", path_of("target"));
    assert_int_equal(symlink(target, path_of("link")), 0);
    check_refused("link", "it is a symbolic link, which is not followed");
    check_holds("target", "old");
    unlink(target); // a link to nowhere or to a device is refused as well
    check_refused("link", "symbolic link");
    unlink(path_of("link"));
    assert_int_equal(symlink("/dev/null", path_of("link")), 0);
    check_refused("link", "symbolic link");
}

static void a_pipe_is_not_waited_for(void **state)
{
    assert_int_equal(mkfifo(path_of("a"), 0600), 0);
    check_refused("a", "it is neither a regular file nor a character device");
}

// A link that was created while the cases ran.
static void what_the_name_has_become_is_replaced_and_not_followed(void **state)
{
    struct report_file file;
    char target[128];

    put("target", "old");
    snprintf(target, sizeof target, "%s", path_of("target"));
    assert_true(report_file_open(&file, path_of("a"), &failure));
    assert_int_equal(symlink(target, path_of("a")), 0);
    assert_true(report_file_write(&file, "new", 3, &failure));
    check_holds("a", "new");
    check_holds("target", "old");
}

static void what_cannot_be_written_is_found_out_at_once(void **state)
{
    static const char *const paths[] = {"/nonexistent/a", "/tmp", ""};
    struct report_file file;

    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        assert_false(report_file_open(&file, paths[i], &failure));
        assert_int_equal(failure.code, CODE_HOST);
        check_contains(failure.text, "cannot write ");
        report_file_drop(&file);
    }
}

static void a_device_is_written_to_and_not_replaced(void **state)
{
    struct report_file file;
    struct stat status;

    assert_true(report_file_open(&file, "/dev/null", &failure));
    assert_true(report_file_write(&file, "x", 1, &failure));
    assert_int_equal(stat("/dev/null", &status), 0);
    assert_true(S_ISCHR(status.st_mode));
    assert_true(report_file_open(&file, "/dev/full", &failure));
    assert_false(report_file_write(&file, "x", 1, &failure));
    check_contains(failure.text, "No space left");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_file_is_there_only_when_it_is_whole,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_dropped_file_leaves_the_old_one,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_link_is_not_followed, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_pipe_is_not_waited_for, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(
            what_the_name_has_become_is_replaced_and_not_followed, set_up,
            tear_down),
        cmocka_unit_test(what_cannot_be_written_is_found_out_at_once),
        cmocka_unit_test(a_device_is_written_to_and_not_replaced),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
