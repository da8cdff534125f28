// SPDX-License-Identifier: MIT
// What the suites about the balloon's pages have in common. cmocka's headers
// come first.
#ifndef UNIT_PAGES_TEST_H
#define UNIT_PAGES_TEST_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "fakes/balloon_rig.h"
#include "fakes/fake_report.h"

static inline struct rig *pages_started(void **state)
{
    struct rig *rig = *state;

    assert_int_equal(rig_start(rig), OK);
    return rig;
}

// The device's wish, and all that follows from it by interrupts alone.
static inline void pages_target(struct rig *rig, uint32_t target)
{
    fake_device_target(&rig->fake, target);
    rig_settle(rig);
}

// All three say the same: the device's books, `actual`, the guest's books.
static inline void pages_expect(struct rig *rig, uint32_t size)
{
    rig_pages_check(rig);
    assert_int_equal(rig->fake.pages.in, size);
    assert_int_equal(rig->fake.actual, size);
    assert_int_equal(rig->pages.counts[RIG_LENT], size);
    assert_int_equal(rig->pages.counts[RIG_LENDING], 0);
    assert_int_equal(rig->pages.counts[RIG_RECALLED], 0);
}

// The device's death, in a way that the driver can notice.
static inline void pages_break(struct rig *rig)
{
    if (fake_device_legacy(&rig->fake)) {
        rig->fake.dead = true;
        (void)fake_ring_lie(&rig->fake.queues[FAKE_STATSQ].ring, 9999, 0);
        fake_device_raise(&rig->fake, 1);
    } else {
        fake_device_break(&rig->fake);
    }
}

// xorshift; a test's own seed.
static inline uint32_t pages_random(uint32_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed;
}

#endif
