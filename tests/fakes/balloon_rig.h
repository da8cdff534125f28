// SPDX-License-Identifier: MIT
// The balloon driver on a fake device, with an environment that records what
// it is asked: what the balloon tests are written on. One rig at a time.
#ifndef FAKES_BALLOON_RIG_H
#define FAKES_BALLOON_RIG_H

#include "drivers/balloon.h"
#include "fakes/fake_device.h"

// Blocks of memory that a running driver holds: of each queue the ring and the
// private books, and the statistics buffer.
#define RIG_BLOCKS 7u

struct rig {
    struct fake_device fake;
    struct virtio_device device;
    struct balloon balloon;
    struct balloon_env env;

    uint64_t free_memory; // what collect reports; grows with each call
    unsigned collected;

    uint64_t before_seq; // of the newest before_send
    unsigned before_calls;
    unsigned before_accesses; // register accesses made until then
    unsigned before_samples;  // samples that the device had taken until then
    uint32_t before_status;
    struct balloon_stats told;

    uint64_t after_seq;
    unsigned after_calls;
    unsigned after_accesses;
    unsigned after_kicks; // of the statistics queue until then
};

// A fresh rig on a well-behaved fake of that version; nothing started.
struct rig *rig_new(uint32_t version);
void rig_destroy(struct rig *rig);

// Probes and starts the driver.
enum error rig_start(struct rig *rig);
// Delivers the interrupt if the line is up, then lets the driver serve.
enum error rig_wake(struct rig *rig);
// One poll of the device, answered by the driver.
enum error rig_poll(struct rig *rig);

// The number of the nth (from 1) access like this, UINT_MAX if there is none.
unsigned rig_access(const struct rig *rig, char direction, uint32_t offset,
                    uint32_t value, unsigned nth);

// Whether the device took exactly what before_send was told.
bool rig_truthful(const struct rig *rig);

// The value of a statistic in the newest sample that the device took.
bool rig_taken(const struct rig *rig, uint16_t tag, uint64_t *value);

// For cmocka: setup with the version as initial state, and a teardown that
// fails a test whose fake noted a violation.
int rig_setup(void **state);
int rig_teardown(void **state);

extern uint32_t rig_legacy; // initial states
extern uint32_t rig_modern;

// A test that runs on one version of the transport.
#define RIG_TEST(function, version)                                            \
    {                                                                          \
        .name = #function " (" #version ")", .test_func = (function),          \
        .setup_func = rig_setup, .teardown_func = rig_teardown,                \
        .initial_state = &rig_##version,                                       \
    }
// The same on both.
#define RIG_TEST_BOTH(function)                                                \
    RIG_TEST(function, legacy), RIG_TEST(function, modern)

#endif
