// SPDX-License-Identifier: MIT
// The guest's misbehaviours on a fake device that follows the rules: what each
// sends, and when, and that the driver stays consistent. The tests assert the
// fake's recorded violations. VIRTIO 1.4, 5.5.6.3.
#include "app/misbehave.h"

#include "app/cmdline.h"
#include "fakes/balloon_rig.h"
#include "fakes/fake_memory.h"
#include "fakes/fake_report.h"
#include "unit/checks.h"

// A policy expects the command line as context; the environment's is the rig.
static struct cmdline cmdline;
static struct balloon_policy inner;

static bool sends(void *ctx, uint64_t seq, uint16_t held)
{
    (void)ctx;
    return inner.sends(&cmdline, seq, held);
}

static void compose(void *ctx, struct balloon_buffer *buffer)
{
    (void)ctx;
    inner.compose(&cmdline, buffer);
}

static void before_publish(void *ctx, struct dma_block ring, paddr buffer)
{
    (void)ctx;
    inner.before_publish(&cmdline, ring, buffer);
}

static bool starts_over(void *ctx, uint64_t seq)
{
    (void)ctx;
    return inner.starts_over(&cmdline, seq);
}

static struct rig *started(void **state, const char *misbehaviour)
{
    static struct balloon_policy policy;
    struct rig *rig = *state;

    cmdline = (struct cmdline){0};
    assert_int_equal(
        misbehave_parse((struct slice){misbehaviour, strlen(misbehaviour)},
                        &cmdline.misbehave),
        OK);
    inner = misbehave_policy(&cmdline.misbehave);
    policy = inner;
    policy.sends = policy.sends != NULL ? sends : NULL;
    policy.compose = policy.compose != NULL ? compose : NULL;
    policy.before_publish =
        policy.before_publish != NULL ? before_publish : NULL;
    policy.starts_over = policy.starts_over != NULL ? starts_over : NULL;
    rig->env.policy = &policy;
    assert_int_equal(rig_start(rig), OK);
    return rig;
}

// Exactly this violation was recorded.
static void expect_violation(const char *text)
{
    const char *seen = fake_violations();

    check_contains(seen, text);
    assert_string_equal(strchr(seen, '\n'), "\n");
    fake_report_clear();
}

static unsigned live(const struct rig *rig)
{
    return rig_access(rig, 'W', FAKE_STATUS,
                      fake_device_legacy(&rig->fake) ? 0x07 : 0x0f, 1);
}

static void an_empty_policy_is_the_book(void **state)
{
    static char plain[1 << 16];
    struct rig *rig = *state;
    const struct rig_form *form = rig->form;

    assert_int_equal(rig_start(rig), OK);
    assert_int_equal(rig_poll(rig), OK);
    strcpy(plain, fake_device_traffic(&rig->fake, 0));
    rig_destroy(rig);
    rig = rig_new(form);
    (void)started(state, "by-the-book");
    assert_int_equal(rig_poll(rig), OK);
    assert_string_equal(fake_device_traffic(&rig->fake, 0), plain);
    assert_true(rig_truthful(rig));
}

static void no_prime_gives_nothing_ever(void **state)
{
    struct rig *rig = started(state, "no-prime");

    expect_violation("DRIVER_OK without a statistics buffer");
    fake_device_target(&rig->fake, 7);
    assert_int_equal(rig_wake(rig), OK);
    assert_int_equal(rig->fake.samples, 0);
    assert_int_equal(rig->fake.queues[FAKE_STATSQ].kicks, 0);
    assert_int_equal(rig->before_calls + rig->after_calls, 0);
    assert_int_equal(fake_log_count("balloon target pages=7"), 1);
}

static void no_kick_leaves_the_buffer_in_the_ring(void **state)
{
    struct rig *rig = started(state, "no-kick");

    assert_int_equal(rig->fake.samples, 0);
    assert_int_equal(rig->fake.queues[FAKE_STATSQ].kicks, 0);
    assert_int_equal(rig->before_calls, 1);
    assert_int_equal(rig->after_calls, 1);
}

static void silent_answers_up_to_its_number(void **state)
{
    struct rig *rig = started(state, "silent:2");

    assert_int_equal(rig_poll(rig), OK);
    assert_int_equal(rig->fake.samples, 2);
    assert_int_equal(rig_poll(rig), OK);
    fake_device_target(&rig->fake, 7);
    assert_int_equal(rig_wake(rig), OK);
    assert_int_equal(rig->fake.samples, 2);
    assert_int_equal(rig->after_seq, 2);
    assert_int_equal(rig->fake.queues[FAKE_STATSQ].kicks, 2);
    assert_int_equal(rig->balloon.recoveries_total, 0);
}

static void expect_two_held(void)
{
    assert_string_equal(fake_violations(),
                        "env: before_send while the device holds the buffer\n"
                        "stats: more than one buffer\n");
    fake_report_clear();
}

// The device returns the older buffer when it takes the newer one; that return
// is not a request.
static void two_buffers_are_given_for_each_request(void **state)
{
    struct rig *rig = started(state, "two-buffers");

    expect_two_held();
    assert_int_equal(rig->fake.samples, 2);
    assert_true(rig_truthful(rig));
    assert_int_equal(rig_wake(rig), OK);
    assert_int_equal(rig->fake.samples, 2);
    assert_int_equal(rig_poll(rig), OK);
    expect_two_held();
    assert_int_equal(rig->fake.samples, 4);
    assert_int_equal(rig->after_seq, 4);
    assert_true(rig_truthful(rig));
    assert_int_equal(rig->fake.queues[FAKE_STATSQ].kicks, 4);
    assert_int_equal(fake_memory_live(), RIG_BLOCKS);
}

// A device that processes two kicks at once takes one buffer. A packed ring
// does not show this; the driver infers it from the missing used buffer.
static void two_buffers_are_kicked_until_both_are_taken(void **state)
{
    struct rig *rig = *state;

    rig->fake.deaf_kicks = 1;
    (void)started(state, "two-buffers");
    fake_report_clear(); // the violation of two buffers at once
    assert_int_equal(rig->fake.samples, 2);
    assert_int_equal(rig->fake.queues[FAKE_STATSQ].kicks, 3);
    assert_true(rig_truthful(rig));
}

static void zero_length_breaks_the_device_for_good(void **state)
{
    struct rig *rig = started(state, "zero-length");

    check_contains(fake_violations(), "ring: zero sized buffer");
    check_contains(fake_violations(), "stats: 0 bytes");
    fake_report_clear();
    assert_int_equal(rig->before_seq, 1);
    assert_int_equal(rig->announced.count, 0);
    assert_int_equal(rig_poll(rig), OK); // by a device that tolerates it
    assert_int_equal(rig->fake.samples, 1);
    fake_device_break(&rig->fake);
    fake_device_target(&rig->fake, 7);
    assert_int_equal(rig_wake(rig), OK);
    assert_int_equal(rig_wake(rig), OK);
    assert_int_equal(rig->fake.resets, 1);
    assert_int_equal(rig->after_seq, 1);
}

// The driver does not stop, so pages that become free are reported.
static void a_device_that_broke_for_good_is_not_kicked(void **state)
{
    struct rig *rig = *state;

    rig_offer_reports(rig);
    assert_true(rig_pages_use(rig, FAKE_PAGES));
    (void)started(state, "zero-length");
    fake_report_clear();
    fake_device_break(&rig->fake);
    assert_int_equal(rig_wake(rig), OK);
    assert_int_equal(rig->device.state, VIRTIO_NEEDS_RESET);
    rig_pages_unuse(rig, FAKE_PAGES);
    assert_int_equal(rig_wake(rig), OK);
    assert_int_equal(rig->pages.counts[RIG_REPORTING], FAKE_PAGES);
    assert_int_equal(rig->fake.queues[4].kicks, 0);
}

static void bad_actual_comes_once_the_device_is_live(void **state)
{
    struct rig *rig = started(state, "bad-actual");

    assert_int_equal(rig->fake.actual, UINT32_MAX);
    assert_int_equal(rig->fake.actual_writes, 2);
    assert_true(rig_access(rig, 'W', FAKE_ACTUAL, UINT32_MAX, 1) > live(rig));
    assert_int_equal(rig_poll(rig), OK);
    assert_true(rig_truthful(rig));
}

static void no_stats_vq_declines_the_feature(void **state)
{
    struct rig *rig = started(state, "no-stats-vq");

    assert_int_equal(rig->fake.accepted & 2, 0);
    assert_int_equal(rig->fake.offered & 2, 2);
    assert_false(rig->fake.queues[FAKE_STATSQ].ring.attached);
    assert_int_equal(rig->before_calls, 0);
    assert_true(fake_device_live(&rig->fake));
}

// The bytes of the held chain, joined, are the sample.
static void expect_same_bytes(const struct rig *rig)
{
    const struct fake_chain *chain = rig->fake.held;
    unsigned char bytes[64];
    uint32_t used = 0;
    struct balloon_stats found;

    for (unsigned i = 0; i < chain->count; i++) {
        for (uint32_t k = 0; k < chain->segments[i].bytes; k++) {
            bytes[used++] =
                (unsigned char)fake_peek(chain->segments[i].address + k, 1);
        }
    }
    assert_int_equal(used, 30);
    balloon_stats_decode(bytes, used, &found);
    assert_int_equal(found.count, 3);
    assert_memory_equal(&found, &rig->announced, sizeof found);
}

static void expect_pieces(struct rig *rig, bool through_table)
{
    for (unsigned poll = 0; poll < 5; poll++) {
        expect_violation("stats: 2 segments");
        assert_int_equal(rig->fake.held->count, 2);
        assert_int_equal(rig->fake.held->through_table, through_table);
        assert_int_equal(rig->fake.held->segments[0].bytes, 23);
        expect_same_bytes(rig);
        assert_int_equal(rig_poll(rig), OK);
    }
    fake_report_clear();
}

static void split_is_one_chain_cut_within_entries(void **state)
{
    struct rig *rig = started(state, "split");

    assert_int_equal(rig->fake.accepted & UINT32_C(1) << 28, 0);
    expect_pieces(rig, false);
}

static void indirect_is_the_same_in_a_table(void **state)
{
    struct rig *rig = started(state, "indirect");

    assert_true((rig->fake.accepted & UINT32_C(1) << 28) != 0);
    expect_pieces(rig, true);
}

static void expect_started_over(struct rig *rig, uint64_t seq)
{
    assert_int_equal(rig->fake.resets, 2);
    assert_int_equal(rig->after_seq, seq);
    assert_int_equal(fake_log_count("balloon recovery reason=asked"), 1);
    assert_int_equal(fake_memory_live(), RIG_BLOCKS);
    assert_int_equal(rig_poll(rig), OK);
    assert_int_equal(rig->after_seq, seq + 1);
    assert_int_equal(rig->fake.resets, 2);
    assert_true(rig_truthful(rig));
}

static void reset_holding_starts_over_once(void **state)
{
    struct rig *rig = started(state, "reset-holding:2");

    assert_int_equal(rig->fake.resets, 1);
    assert_int_equal(rig_poll(rig), OK);
    expect_started_over(rig, 3);
}

static void reset_holding_can_be_the_first_sample(void **state)
{
    expect_started_over(started(state, "reset-holding:1"), 2);
}

static void other_tags_than_before_are_no_mistake_then(void **state)
{
    struct rig *rig = started(state, "alternate");
    uint64_t value;

    for (unsigned seq = 1; seq <= 6; seq++) {
        assert_int_equal(rig->after_seq, seq);
        assert_true(rig_truthful(rig));
        assert_int_equal(rig_taken(rig, 4, &value), seq % 2 == 1);
        assert_int_equal(rig_poll(rig), OK);
    }
}

static void panic_comes_in_the_answer(void **state)
{
    struct rig *rig = started(state, "panic:3");

    assert_int_equal(rig_poll(rig), OK);
    assert_true(fake_device_poll(&rig->fake));
    expect_assert_failure((void)!rig_wake(rig));
    assert_int_equal(rig->before_seq, 2);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        RIG_TEST_ALL(an_empty_policy_is_the_book),
        RIG_TEST_ALL(no_prime_gives_nothing_ever),
        RIG_TEST_ALL(no_kick_leaves_the_buffer_in_the_ring),
        RIG_TEST_ALL(silent_answers_up_to_its_number),
        RIG_TEST_ALL(two_buffers_are_given_for_each_request),
        RIG_TEST_PACKED(two_buffers_are_kicked_until_both_are_taken),
        RIG_TEST_ALL(zero_length_breaks_the_device_for_good),
        RIG_TEST_MODERN(a_device_that_broke_for_good_is_not_kicked),
        RIG_TEST_ALL(bad_actual_comes_once_the_device_is_live),
        RIG_TEST_ALL(no_stats_vq_declines_the_feature),
        RIG_TEST_ALL(split_is_one_chain_cut_within_entries),
        RIG_TEST_ALL(indirect_is_the_same_in_a_table),
        RIG_TEST_ALL(reset_holding_starts_over_once),
        RIG_TEST_ALL(reset_holding_can_be_the_first_sample),
        RIG_TEST_ALL(other_tags_than_before_are_no_mistake_then),
        RIG_TEST_ALL(panic_comes_in_the_answer),
    };

    return cmocka_run_group_tests_name("app_misbehave", tests, NULL, NULL);
}
