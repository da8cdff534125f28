// SPDX-License-Identifier: MIT
// A driver at work, for the suites about its recovery and its stop.
#ifndef UNIT_BALLOON_RUNNING_H
#define UNIT_BALLOON_RUNNING_H

#include "fakes/balloon_rig.h"
#include "fakes/fake_memory.h"
#include "unit/checks.h"

// Started, one poll answered: samples 1 and 2 were sent.
static inline struct rig *running(void **state)
{
    struct rig *rig = *state;

    assert_int_equal(rig_start(rig), OK);
    assert_int_equal(rig_poll(rig), OK);
    assert_int_equal(rig->before_seq, 2);
    assert_int_equal(fake_memory_live(), RIG_BLOCKS);
    return rig;
}

#endif
