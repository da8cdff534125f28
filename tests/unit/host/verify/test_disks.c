// SPDX-License-Identifier: MIT
// Disks and orders of a check, with the real QEMU ($QEMU, or the one in PATH)
// and the guest that the build has made.
#include "fixture/disks.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file_content.h"
#include "base/text.h"
#include "fixture/internal.h"
#include "fixture/migrate.h"
#include "fixture/order.h"
#include "fixture/snapshot_disk.h"
#include "fixture/steps.h"
#include "machine/command.h"
#include "qmp/json.h"
#include "unit/checks.h"

enum {
    PLENTY = 120000 // milliseconds, for a case
};

static char folder[] = "/tmp/aerostat-unit-XXXXXX";
static char *qemu;
static char *guest;

// --- Cases ------------------------------------------------------------------

// Runs the check in a form; false: QEMU is missing.
static bool has_qemu(void)
{
    if (!qemu) {
        puts("# skip: no QEMU");
    }
    return qemu;
}

static struct fixture_outcome outcome_of(bool (*check)(struct fixture *),
                                         enum form_number form)
{
    const struct claim claim = {.id = "unit.disks", .check = check};
    const struct fixture_case job = {
        .claim = &claim,
        .form = &fixture_forms[form],
        .qemu = qemu,
        .guest = guest,
        .version = "",
        .folder = folder,
        .timeout = PLENTY,
    };
    struct fixture_outcome outcome;

    fixture_run(&job, &outcome);
    return outcome;
}

static void check_holds(bool (*check)(struct fixture *), enum form_number form)
{
    if (!has_qemu()) {
        skip();
    }
    const struct fixture_outcome outcome = outcome_of(check, form);

    if (outcome.code != CODE_OK || outcome.finding != FINDING_HOLDS) {
        fail_msg("%s: %s", fixture_forms[form].name, outcome.text);
    }
}

static void check_broken(bool (*check)(struct fixture *), const char *text)
{
    if (!has_qemu()) {
        skip();
    }
    const struct fixture_outcome outcome = outcome_of(check, FORM_MMIO);

    assert_int_equal(outcome.finding, FINDING_BROKEN);
    check_contains(outcome.text, text);
}

// --- Attaching --------------------------------------------------------------

static const struct fixture_disks both = {.swap_pages = 8192,
                                          .file_pages = 2048};

static struct fixture_vm *boot(struct fixture *fixture,
                               const struct fixture_disks *disks)
{
    struct fixture_vm *vm = fixture_boot(
        fixture, &(struct fixture_machine){
                     .disks = disks, .memory = "16M", .orders = true});

    return vm && fixture_await_sample(vm, 1) ? vm : NULL;
}

// Whether query-block's row is this disk.
static bool is_disk(struct fixture *fixture, struct json_object *row,
                    const char *name, bool read_only, uint64_t bytes)
{
    struct json_object *inserted = json_member(row, "inserted");
    struct json_object *image = json_member(inserted, "image");
    const char *node = json_member_string(inserted, "node-name");
    uint64_t size = 0;

    return (node && strcmp(node, name) == 0 &&
            json_object_get_boolean(json_member(inserted, "ro")) == read_only &&
            json_uint64(json_member(image, "virtual-size"), &size) ==
                JSON_INTEGER_OK &&
            size == bytes) ||
           fixture_fail(fixture, "query-block: expected %s, got %s", name,
                        json_object_to_json_string(row));
}

// query-block's order is that of the command line.
static bool expect_both(struct fixture_vm *vm)
{
    AUTO_JSON struct json_object *rows = NULL;

    return fixture_qmp(vm, "query-block", NULL, &rows) &&
           fixture_expect_u64(fixture_of(vm), "disks", 2,
                              json_object_array_length(rows)) &&
           is_disk(fixture_of(vm), json_object_array_get_idx(rows, 0),
                   "swap-disk", false, 32 << 20) &&
           is_disk(fixture_of(vm), json_object_array_get_idx(rows, 1),
                   "file-disk", true, 8 << 20);
}

static bool has_both_and_samples(struct fixture *fixture)
{
    struct fixture_vm *vm = boot(fixture, &both);

    return vm && expect_both(vm) && fixture_stop(vm) &&
           steps_next_sample(vm, 2) && fixture_expect_sample_equal(vm);
}

static void each_form_takes_both_disks(void **state)
{
    for (int form = 0; form < FORMS; form++) {
        check_holds(has_both_and_samples, (enum form_number)form);
    }
}

static bool has_no_disk(struct fixture *fixture)
{
    AUTO_JSON struct json_object *rows = NULL;
    struct fixture_vm *vm = boot(fixture, NULL);

    return vm && fixture_qmp(vm, "query-block", NULL, &rows) &&
           fixture_expect_u64(fixture, "disks", 0,
                              json_object_array_length(rows));
}

static void a_machine_has_no_disk_unless_it_is_asked_for(void **state)
{
    check_holds(has_no_disk, FORM_MMIO_LEGACY);
}

// --- Content ----------------------------------------------------------------

// QEMU itself writes page 3 of the swap disk, as a request of a driver would.
static bool write_page_3(struct fixture_vm *vm, unsigned char byte)
{
    char arguments[128];

    text_format(arguments, sizeof arguments,
                "{\"command-line\": \"qemu-io -d swap \\\"write -P %d 12288 "
                "4096\\\"\"}",
                byte);
    return fixture_qmp(vm, "human-monitor-command", arguments, NULL);
}

static bool expect_page_3(struct fixture *fixture, unsigned char byte)
{
    unsigned char page[DISK_PAGE];

    return fixture_read_swap(fixture, 3, page) &&
           fixture_expect_u64(fixture, "first byte", byte, page[0]) &&
           fixture_expect_u64(fixture, "last byte", byte, page[DISK_PAGE - 1]);
}

static bool keeps_and_restores(struct fixture *fixture)
{
    struct fixture_vm *vm = boot(fixture, &both);

    return vm && expect_page_3(fixture, 0) && fixture_stop(vm) &&
           fixture_keep_swap(fixture) && write_page_3(vm, 0x5a) &&
           expect_page_3(fixture, 0x5a) && fixture_restore_swap(fixture) &&
           expect_page_3(fixture, 0);
}

static void the_swap_disk_is_read_kept_and_restored(void **state)
{
    check_holds(keeps_and_restores, FORM_MMIO);
}

static const struct fixture_disks somebodys = {.swap_pages = 64,
                                               .unmarked = true};

static bool stays_unwritten(struct fixture *fixture)
{
    return boot(fixture, &somebodys) && fixture_expect_disk_unwritten(fixture);
}

static bool is_written(struct fixture *fixture)
{
    struct fixture_vm *vm = boot(fixture, &somebodys);

    return vm && write_page_3(vm, 0x5a) &&
           fixture_expect_disk_unwritten(fixture);
}

static void a_write_to_somebodys_disk_is_found(void **state)
{
    check_holds(stays_unwritten, FORM_MMIO);
    check_broken(is_written, "page 3 of a disk without a swap mark");
}

// Snapshots are in a disk of their own; QEMU has no snapshot of a raw one.
static bool goes_back(struct fixture *fixture)
{
    struct fixture_vm *vm = boot(fixture, &both);

    return vm && snapshot_disk_make(vm) && fixture_stop(vm) &&
           snapshot_disk_save(vm) && fixture_keep_swap(fixture) &&
           write_page_3(vm, 0x5a) && snapshot_disk_load(vm) &&
           fixture_restore_swap(fixture) && expect_page_3(fixture, 0) &&
           steps_next_sample(vm, 2) && fixture_expect_sample_equal(vm);
}

static void a_machine_with_disks_goes_back_to_a_snapshot(void **state)
{
    check_holds(goes_back, FORM_MMIO);
    check_holds(goes_back, FORM_PCI);
}

static bool migrates(struct fixture *fixture)
{
    static const char *const incoming[] = {"-incoming", "defer", NULL};
    struct fixture_vm *from = boot(fixture, &both);

    if (!from || !write_page_3(from, 0x5a) || !migrate_out(from)) {
        return false;
    }
    struct fixture_vm *to =
        fixture_boot(fixture, &(struct fixture_machine){.disks = &both,
                                                        .memory = "16M",
                                                        .orders = true,
                                                        .extra = incoming});
    return to && migrate_in(to) && fixture_cont(to) && expect_both(to) &&
           expect_page_3(fixture, 0x5a);
}

static void a_migrated_machine_has_the_same_disks(void **state)
{
    check_holds(migrates, FORM_MMIO);
}

// --- Errors -----------------------------------------------------------------

static bool fails_by_page(struct fixture *fixture)
{
    static const struct disk_error error = {.access = DISK_WRITE, .page = 3};
    const struct fixture_disks disks = {
        .swap_pages = 64, .swap_errors = &error, .swap_error_count = 1};
    struct fixture_vm *vm = boot(fixture, &disks);

    return vm && write_page_3(vm, 1) && expect_page_3(fixture, 0) &&
           write_page_3(vm, 2) && expect_page_3(fixture, 2);
}

static bool fails_by_request(struct fixture *fixture)
{
    static const struct disk_error error = {.access = DISK_WRITE, .request = 3};
    const struct fixture_disks disks = {
        .swap_pages = 64, .swap_errors = &error, .swap_error_count = 1};
    struct fixture_vm *vm = boot(fixture, &disks);

    return vm && write_page_3(vm, 1) && write_page_3(vm, 2) &&
           write_page_3(vm, 3) && expect_page_3(fixture, 2) &&
           write_page_3(vm, 4) && expect_page_3(fixture, 4);
}

static bool fails_always(struct fixture *fixture)
{
    static const struct disk_error errors[] = {
        {.access = DISK_WRITE, .page = 2},
        {.access = DISK_WRITE, .page = 3, .always = true}};
    const struct fixture_disks disks = {
        .swap_pages = 64, .swap_errors = errors, .swap_error_count = 2};
    struct fixture_vm *vm = boot(fixture, &disks);

    return vm && write_page_3(vm, 1) && write_page_3(vm, 2) &&
           write_page_3(vm, 3) && expect_page_3(fixture, 0);
}

static void an_error_meets_its_page_or_its_request(void **state)
{
    check_holds(fails_by_page, FORM_MMIO);
    check_holds(fails_by_request, FORM_MMIO);
    check_holds(fails_always, FORM_MMIO);
}

// --- Orders -----------------------------------------------------------------

static bool answers(struct fixture *fixture)
{
    struct answer answer;
    uint64_t pages = 0;
    struct fixture_vm *vm = boot(fixture, NULL);

    return vm && fixture_order(vm, "alloc=1M fill=7 verify", &answer) &&
           fixture_answer_number(vm, &answer, "pages", &pages) &&
           fixture_expect_u64(fixture, "pages", 256, pages) &&
           fixture_order(vm, "free", NULL) && fixture_stop(vm) &&
           steps_next_sample(vm, 2) && fixture_expect_sample_equal(vm) &&
           fixture_expect_u64(fixture, "works", 0, fixture_work(vm) != NULL);
}

static void orders_on_one_line_are_answered_in_turn(void **state)
{
    check_holds(answers, FORM_MMIO);
    check_holds(answers, FORM_PCI_TRANSITIONAL);
}

static bool is_refused(struct fixture *fixture)
{
    struct fixture_vm *vm = boot(fixture, NULL);

    return vm && fixture_order(vm, "alloc=1T", NULL);
}

static bool is_unknown(struct fixture *fixture)
{
    struct fixture_vm *vm = boot(fixture, NULL);

    return vm && fixture_order_refused(vm, "nonsense", "unknown word") &&
           fixture_order(vm, "nonsense", NULL);
}

static bool is_anothers(struct fixture *fixture)
{
    struct answer answer;
    struct fixture_vm *vm = boot(fixture, NULL);

    return vm && fixture_send(vm, "alloc=4K\n") &&
           fixture_await_answer(vm, "fill=1", &answer);
}

static bool never_answers(struct fixture *fixture)
{
    struct answer answer;
    struct fixture_vm *vm = boot(fixture, NULL);

    fixture->deadline = deadline_in_ms(10);
    return vm && fixture_send(vm, "alloc=4K") &&
           fixture_await_answer(vm, "alloc=4K", &answer);
}

static void what_is_not_the_awaited_answer_fails(void **state)
{
    check_broken(is_refused,
                 "the order 'alloc=1T': expected it done, got: error what=");
    check_broken(is_unknown,
                 "the order 'nonsense': expected it done, got: error what=");
    check_broken(is_anothers, "the answer to 'fill=1': expected its name, got: "
                              "order alloc bytes=4096");
    check_broken(never_answers, "waited for the guest's answer to 'alloc=4K'");
}

// --- The program ------------------------------------------------------------

// The guest is in the build's folder, above this program's.
static int find_files(void **state)
{
    struct failure failure;
    char *path_given = NULL;
    char path[4096] = "";
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    char *end = length > 0 ? strstr(path, "/tests/unit/") : NULL;

    if (!end || !mkdtemp(folder)) {
        return -1;
    }
    text_format(end, sizeof path - (size_t)(end - path), "/aerostat.elf");
    if (machine_find_qemu(NULL, &path_given, &failure)) {
        qemu = realpath(path_given, NULL); // a case works in its own folder
        free(path_given);
    }
    return machine_find_guest(path, BOOT_PVH, &guest, &failure) ? 0 : -1;
}

static int remove_files(void **state)
{
    char command[128];

    free(qemu);
    free(guest);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_form_takes_both_disks),
        cmocka_unit_test(a_machine_has_no_disk_unless_it_is_asked_for),
        cmocka_unit_test(the_swap_disk_is_read_kept_and_restored),
        cmocka_unit_test(a_write_to_somebodys_disk_is_found),
        cmocka_unit_test(a_machine_with_disks_goes_back_to_a_snapshot),
        cmocka_unit_test(a_migrated_machine_has_the_same_disks),
        cmocka_unit_test(an_error_meets_its_page_or_its_request),
        cmocka_unit_test(orders_on_one_line_are_answered_in_turn),
        cmocka_unit_test(what_is_not_the_awaited_answer_fails),
    };
    return cmocka_run_group_tests(tests, find_files, remove_files);
}
