// SPDX-License-Identifier: MIT
// What the two disks of a run conflict with, and their rows.
#include "cli/run_disks.h"

#include <unistd.h>

#include "unit/checks.h"

enum {
    WORDS = 4
};

static const char *conflict_of(const char *machine, const char *const *words,
                               size_t count)
{
    return run_disks_conflict(&(struct machine_options){
        .machine = machine, .extra = words, .extra_count = count});
}

static void known_machines_without_words_have_no_conflict(void **state)
{
    static const char *const machines[] = {NULL,
                                           "microvm,acpi=off",
                                           "pc",
                                           "q35,sata=off",
                                           "pc-i440fx-2.5",
                                           "type=pc-q35-10.0,sata=off",
                                           "pc-i440fx-2.12"};

    for (size_t i = 0; i < sizeof machines / sizeof *machines; i++) {
        assert_null(conflict_of(machines[i], NULL, 0));
    }
}

static void other_and_old_machines_are_a_conflict(void **state)
{
    static const char *const machines[] = {"isapc",
                                           "pcx",
                                           "type=isapc",
                                           "pc-i440fx-2.4",
                                           "pc-q35-2.4,sata=off",
                                           "type=pc-i440fx-1.7"};

    for (size_t i = 0; i < sizeof machines / sizeof *machines; i++) {
        const char *why = conflict_of(machines[i], NULL, 0);
        if (!why) {
            fail_msg("%s", machines[i]);
        }
        check_contains(why, "2.5 or later");
    }
}

static void words_that_bring_a_disk_or_a_state_are_a_conflict(void **state)
{
    static const char *const words[] = {"-drive", "--blockdev", "-hda", "-hdd",
                                        "-incoming"};
    static const char *const before[] = {"-name", "x", NULL};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        const char *const line[] = {before[0], before[1], words[i]};
        const char *why = conflict_of(NULL, line, 3);
        assert_non_null(why);
        check_contains(why, words[i] + (words[i][1] == '-'));
    }
}

static void only_record_and_replay_make_icount_a_conflict(void **state)
{
    static const char *const plain[] = {"-icount", "shift=0", "-d", "rr="};
    static const char *const record[] = {"-icount", "shift=0,rr=record"};

    assert_null(conflict_of(NULL, plain, WORDS));
    assert_null(conflict_of(NULL, plain, 1));
    assert_non_null(conflict_of(NULL, record, 2));
}

static void other_words_are_no_conflict(void **state)
{
    static const char *const words[] = {"-device", "virtio-rng-device",
                                        "-drives", "drive"};

    assert_null(conflict_of("q35", words, WORDS));
}

static void the_first_disk_is_swap_and_the_second_is_read_only(void **state)
{
    struct run_disks disks = RUN_DISKS_NONE;
    struct machine_options options = {.qemu = "q"};
    struct failure failure;

    assert_true(run_disks_make(&disks, &options, &failure));
    assert_int_equal(options.disk_count, 2);
    assert_string_equal(options.disks[0].name, "swap");
    assert_false(options.disks[0].read_only);
    assert_int_equal(lseek(options.disks[0].fd, 0, SEEK_END), 32 << 20);
    assert_string_equal(options.disks[1].name, "file");
    assert_true(options.disks[1].read_only);
    assert_int_equal(lseek(options.disks[1].fd, 0, SEEK_END), 8 << 20);
    run_disks_free(&disks);
    assert_int_equal(disks.swap_fd, -1);
    run_disks_free(&disks);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_machines_without_words_have_no_conflict),
        cmocka_unit_test(other_and_old_machines_are_a_conflict),
        cmocka_unit_test(words_that_bring_a_disk_or_a_state_are_a_conflict),
        cmocka_unit_test(only_record_and_replay_make_icount_a_conflict),
        cmocka_unit_test(other_words_are_no_conflict),
        cmocka_unit_test(the_first_disk_is_swap_and_the_second_is_read_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
