// SPDX-License-Identifier: MIT
// The hand of any ring: it goes on behind the page that it looked at, and
// around. docs/memory.md, "Reclaim".
#include "unit/checks.h"
#include "vm/clock.h"

#define PLACES 10u

struct places {
    bool in_memory[PLACES];
    bool leaves; // a page that is looked at leaves the ring
    unsigned looks;
    uint64_t seen[4 * PLACES];
};

static bool find(void *ctx, uint64_t from, uint64_t *place)
{
    const struct places *places = ctx;

    for (*place = from; *place < PLACES; ++*place) {
        if (places->in_memory[*place]) {
            return true;
        }
    }
    return false;
}

static void look(void *ctx, uint64_t place)
{
    struct places *places = ctx;

    places->seen[places->looks++] = place;
    places->in_memory[place] = !places->leaves;
}

static void expect_looks(struct vm_clock *clock, struct places *places,
                         const uint64_t *expected, unsigned count)
{
    const struct vm_ring ring = {places, find, look};

    places->looks = 0;
    for (unsigned i = 0; i < count; i++) {
        assert_true(vm_clock_look(clock, &ring));
        assert_int_equal(places->seen[i], expected[i]);
    }
    assert_int_equal(places->looks, count);
}

static void the_hand_goes_around(void **state)
{
    struct places places = {.in_memory = {[2] = true, [5] = true, [9] = true}};
    struct vm_clock clock = {0};

    expect_looks(&clock, &places, (const uint64_t[]){2, 5, 9, 2, 5}, 5);
    assert_int_equal(clock.hand, 6);
}

static void the_hand_begins_where_it_stood(void **state)
{
    struct places places = {.in_memory = {[2] = true, [5] = true, [9] = true}};
    struct vm_clock clock = {.hand = 5};

    expect_looks(&clock, &places, (const uint64_t[]){5, 9, 2}, 3);
}

static void a_page_behind_the_hand_waits_for_the_next_turn(void **state)
{
    struct places places = {.in_memory = {[4] = true, [6] = true}};
    struct vm_clock clock = {0};

    expect_looks(&clock, &places, (const uint64_t[]){4}, 1);
    places.in_memory[3] = true;
    places.in_memory[5] = true;
    expect_looks(&clock, &places, (const uint64_t[]){5, 6, 3, 4}, 4);
}

static void a_ring_that_is_empty_ends_the_looks(void **state)
{
    struct places places = {.in_memory = {[1] = true, [7] = true},
                            .leaves = true};
    const struct vm_ring ring = {&places, find, look};
    struct vm_clock clock = {.hand = 3};

    expect_looks(&clock, &places, (const uint64_t[]){7, 1}, 2);
    assert_false(vm_clock_look(&clock, &ring));
    assert_int_equal(clock.hand, 2); // nothing but a look moves it
    assert_int_equal(places.looks, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_hand_goes_around),
        cmocka_unit_test(the_hand_begins_where_it_stood),
        cmocka_unit_test(a_page_behind_the_hand_waits_for_the_next_turn),
        cmocka_unit_test(a_ring_that_is_empty_ends_the_looks),
    };

    return cmocka_run_group_tests_name("vm: the hand", tests, NULL, NULL);
}
