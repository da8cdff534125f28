// SPDX-License-Identifier: MIT
// The event queue: events taken by name, and the remaining ones.
// Limits: only the queue; test_session.c covers how events arrive.
#include "qmp/events.h"
#include "unit/checks.h"

static void add(struct events *events, const char *name, int number)
{
    struct json_object *event = json_object_new_object();

    json_object_object_add(event, "event", json_object_new_string(name));
    json_object_object_add(event, "number", json_object_new_int(number));
    events_add(events, event, 100);
}

// The number of an event, which is freed; -1 for none.
static int number_of(struct json_object *event)
{
    struct json_object *number = NULL;
    int value = -1;

    if (json_object_object_get_ex(event, "number", &number)) {
        value = json_object_get_int(number);
    }
    json_object_put(event);
    return value;
}

static void
the_oldest_of_a_name_is_taken_and_the_rest_stay_in_order(void **state)
{
    static const char *const names[] = {"RESUME", "STOP", "RESET", "STOP"};

    // From every place in the ring, so that the gap wraps around its end.
    for (unsigned first = 0; first < EVENTS_LIMIT; first++) {
        struct events events = {.first = first};

        for (int i = 0; i < 4; i++) {
            add(&events, names[i], i);
        }
        assert_int_equal(number_of(events_take_named(&events, "STOP")), 1);
        assert_int_equal(events.count, 3);
        assert_int_equal(number_of(events_take_named(&events, "STOP")), 3);
        assert_null(events_take_named(&events, "STOP"));
        assert_int_equal(number_of(events_take(&events)), 0);
        assert_int_equal(number_of(events_take(&events)), 2);
        assert_null(events_take(&events));
    }
}

static void a_name_that_is_not_there_takes_nothing(void **state)
{
    struct events events = {0};

    assert_null(events_take_named(&events, "STOP"));
    add(&events, "STOPPED", 1);
    assert_null(events_take_named(&events, "STOP"));
    assert_int_equal(events.count, 1);
    events_clear(&events);
}

static void a_full_queue_gives_its_last_event_by_name(void **state)
{
    struct events events = {.first = EVENTS_LIMIT - 1};

    for (int i = 0; i < EVENTS_LIMIT - 1; i++) {
        add(&events, "RESET", i);
    }
    add(&events, "STOP", EVENTS_LIMIT);
    assert_int_equal(number_of(events_take_named(&events, "STOP")),
                     EVENTS_LIMIT);
    assert_int_equal(number_of(events_take_named(&events, "RESET")), 0);
    assert_int_equal(events.count, EVENTS_LIMIT - 2);
    events_clear(&events);
}

static void the_oldest_make_room_for_one_that_costs_much(void **state)
{
    struct events events = {0};
    struct json_object *big = json_object_new_object();

    for (int i = 0; i < 10; i++) {
        add(&events, "STOP", i);
    }
    assert_int_equal(events.cost, 1000);
    events_add(&events, big, EVENTS_MEMORY - 250);
    assert_int_equal(events.count, 3);
    assert_int_equal(events.dropped, 8);
    assert_int_equal(events.cost, EVENTS_MEMORY - 50);
    assert_int_equal(number_of(events_take_named(&events, "STOP")), 8);
    assert_int_equal(events.cost, EVENTS_MEMORY - 150);
    assert_int_equal(number_of(events_take(&events)), 9);
    events_add(&events, json_object_new_object(), EVENTS_MEMORY + 1);
    assert_int_equal(events.count, 1); // a single event is kept at any size
    add(&events, "RESET", 11);
    assert_int_equal(events.count, 1);
    assert_int_equal(events.dropped, 10);
    assert_int_equal(number_of(events_take(&events)), 11);
    assert_int_equal(events.cost, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            the_oldest_of_a_name_is_taken_and_the_rest_stay_in_order),
        cmocka_unit_test(a_name_that_is_not_there_takes_nothing),
        cmocka_unit_test(a_full_queue_gives_its_last_event_by_name),
        cmocka_unit_test(the_oldest_make_room_for_one_that_costs_much),
    };

    return cmocka_run_group_tests_name("host_events", tests, NULL, NULL);
}
