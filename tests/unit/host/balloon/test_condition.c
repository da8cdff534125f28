// SPDX-License-Identifier: MIT
// The condition id for each state of driver and statistics that QEMU shows. The
// queue indices are those of real QEMUs (7.2, 10.0, 11.1) with guests that
// misbehave.
#include "balloon/condition.h"

#include <string.h>

#include "unit/checks.h"

#define NOW UINT64_C(1000000)

// A correct state: the device has a buffer and requested one before.
static struct view view_of(uint8_t status, uint64_t popped, uint64_t used,
                           uint64_t inuse)
{
    return (struct view){.machine = "running",
                         .running = true,
                         .has_status = true,
                         .status = status,
                         .queues = {[VIEW_STATSQ] = {.known = true,
                                                     .set_up = status != 0,
                                                     .size = 8,
                                                     .popped = popped,
                                                     .used = used,
                                                     .inuse = inuse}}};
}

static struct sample sample_of(uint64_t last_update, bool present)
{
    return (struct sample){
        .last_update = last_update,
        .count = 2,
        .entries = {{"total-memory", present, 1}, {"swap-in", false, 0}}};
}

static void check_statistics(const struct view *view, uint64_t last_update,
                             bool present, uint32_t interval, const char *id)
{
    const struct sample sample = sample_of(last_update, present);

    assert_string_equal(
        condition_id(condition_of_statistics(view, &sample, interval, NOW)),
        id);
}

static void check_driver(const struct view *view, const char *id)
{
    assert_string_equal(condition_id(condition_of_driver(view)), id);
}

static void a_driver_by_the_book_is_ok(void **state)
{
    const struct view view = view_of(7, 6, 5, 1);

    check_driver(&view, "ok");
    check_statistics(&view, NOW, true, 1, "ok");
    check_statistics(&view, NOW - 8, true, 1, "ok");
    check_statistics(&view, NOW + 5, true, 1, "ok"); // another host's clock
    // State that cannot be seen is not counted as a fault.
    const struct view nothing = {.running = true};
    check_driver(&nothing, "ok");
    check_statistics(&nothing, NOW, true, 1, "ok");
}

static void a_machine_that_does_not_run_comes_first(void **state)
{
    struct view view = view_of(0x80, 1, 0, 0);
    char text[256];

    view.running = false;
    strcpy(view.machine, "io-error");
    check_driver(&view, "not-running");
    check_statistics(&view, 0, false, 0, "not-running");
    check_statistics(&view, NOW, true, 1, "not-running");
    condition_text(CONDITION_NOT_RUNNING, &view, text, sizeof text);
    assert_string_equal(text, "the machine is not running (io-error)");
}

static void the_device_status_tells_of_the_driver(void **state)
{
    struct view view = view_of(0, 0, 0, 0);
    char text[256];

    check_driver(&view, "no-driver");
    view = view_of(0x0b, 0, 0, 0); // stopped at FEATURES_OK
    check_driver(&view, "no-driver");
    condition_text(CONDITION_NO_DRIVER, &view, text, sizeof text);
    assert_string_equal(text, "no driver uses the device (device status 0x0b)");
    view = view_of(0x83, 0, 0, 0);
    check_driver(&view, "driver-failed");
    view = view_of(0x4f, 1, 0, 0);
    check_driver(&view, "device-broken");
    check_statistics(&view, NOW, true, 1, "device-broken");
}

// A legacy interface has no bit for a broken device: popped, neither held nor
// used.
static void a_lost_buffer_is_a_broken_device(void **state)
{
    struct view view = view_of(7, 1, 0, 0);

    check_driver(&view, "device-broken");
    view = view_of(7, 5, 0, 0);
    view.queues[0] = view.queues[VIEW_STATSQ];
    view.queues[VIEW_STATSQ] = (struct view_queue){0};
    check_driver(&view, "device-broken");
    // Wrapped indices, as in a packed ring.
    view = view_of(0xf, 0, 7, 1);
    check_driver(&view, "ok");
    view = view_of(7, 0, 65535, 1);
    check_driver(&view, "ok");
}

static void why_there_were_never_any_statistics(void **state)
{
    struct view view = view_of(7, 0, 0, 0);

    check_statistics(&view, 0, false, 0, "stats-never-offered");
    view.queues[VIEW_STATSQ].set_up = false;
    check_statistics(&view, 0, false, 1, "stats-not-negotiated");
}

static void a_guest_that_owes_an_answer_for_long_is_silent(void **state)
{
    const struct view view = view_of(7, 2, 2, 0);

    check_statistics(&view, NOW - 9, true, 1, "guest-silent");
    check_statistics(&view, NOW - 9, false, 1, "guest-silent");
    check_statistics(&view, NOW - 8, true, 1, "ok"); // may be in flight
    check_statistics(&view, NOW - 100, true, 1000, "ok");
    check_statistics(&view, NOW - 9, true, 0, "polling-off");
}

static void what_is_wrong_with_values_that_are_there(void **state)
{
    const struct view view = view_of(7, 2, 1, 1);

    check_statistics(&view, NOW, false, 1, "stats-empty");
    check_statistics(&view, NOW, false, 0, "stats-empty");
    check_statistics(&view, NOW, true, 0, "polling-off");
    check_statistics(&view, NOW + 6, true, 1, "clock-stepped");
    check_statistics(&view, UINT64_C(1) << 63, true, 1, "clock-stepped");
    check_statistics(&view, UINT64_MAX, true, UINT32_MAX, "clock-stepped");
    check_statistics(&view, NOW - 9, true, 1, "stale");
    check_statistics(&view, 1, true, UINT32_MAX, "ok");
}

static void every_id_is_a_word_of_its_own(void **state)
{
    const struct view view = {0};
    char text[256];

    for (int i = 0; i < CONDITION_COUNT; i++) {
        const char *id = condition_id((enum condition)i);

        assert_int_equal(strspn(id, "abcdefghijklmnopqrstuvwxyz-"), strlen(id));
        condition_text((enum condition)i, &view, text, sizeof text);
        assert_true(text[0] && text[strlen(text) - 1] != '.');
        for (int j = 0; j < i; j++) {
            assert_string_not_equal(id, condition_id((enum condition)j));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_driver_by_the_book_is_ok),
        cmocka_unit_test(a_machine_that_does_not_run_comes_first),
        cmocka_unit_test(the_device_status_tells_of_the_driver),
        cmocka_unit_test(a_lost_buffer_is_a_broken_device),
        cmocka_unit_test(why_there_were_never_any_statistics),
        cmocka_unit_test(a_guest_that_owes_an_answer_for_long_is_silent),
        cmocka_unit_test(what_is_wrong_with_values_that_are_there),
        cmocka_unit_test(every_id_is_a_word_of_its_own),
    };

    return cmocka_run_group_tests_name("host_condition", tests, NULL, NULL);
}
