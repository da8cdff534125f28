// SPDX-License-Identifier: MIT
// Helpers shared by the suites about the balloon's pages.
#ifndef UNIT_BALLOON_PAGES_TEST_H
#define UNIT_BALLOON_PAGES_TEST_H

#include "fakes/balloon_rig.h"
#include "fakes/fake_report.h"
#include "unit/checks.h"

static inline struct rig *pages_started(void **state)
{
    struct rig *rig = *state;

    assert_int_equal(rig_start(rig), OK);
    return rig;
}

// Sets the device's target and delivers all interrupts that follow.
static inline void pages_target(struct rig *rig, uint32_t target)
{
    fake_device_target(&rig->fake, target);
    rig_settle(rig);
}

// The device's state, `actual` and the guest's state agree.
static inline void pages_expect(struct rig *rig, uint32_t size)
{
    rig_pages_check(rig);
    assert_int_equal(rig->fake.pages.ballooned, size);
    assert_int_equal(rig->fake.actual, size);
    assert_int_equal(rig->pages.counts[RIG_BALLOONED], size);
    assert_int_equal(rig->pages.counts[RIG_INFLATING], 0);
    assert_int_equal(rig->pages.counts[RIG_DEFLATING], 0);
}

// The device dies in a way that the driver can notice.
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

// xorshift; the seed is the test's own.
static inline uint32_t pages_random(uint32_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed;
}

#endif
