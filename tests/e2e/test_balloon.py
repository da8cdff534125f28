# SPDX-License-Identifier: MIT
"""Targets, resets, and a device that breaks or lies: statistics go on.

A device is broken by wrong rings put under QEMU's real one while the machine
is stopped. VIRTIO 1.4, 2.1.2 (NEEDS_RESET), 5.5.6 (balloon operation).
"""
import pytest

from harness import qtest
from harness.qtest import Statsq
from harness.truth import differences

MIB = 1 << 20
RAM = 128 * MIB
BAD_DEVICE = 11
RECOVERIES_MAX = 8


def assert_equal_at(machine, seq):
    machine.sample(seq)
    sample, stats = machine.stopped_sample()
    machine.execute("cont")
    assert sample.seq == seq
    assert differences(sample, stats["stats"]) == {}


def assert_polled(machine, seq):
    """Polls once, and asserts that QEMU's values equal the guest's."""
    machine.poll_now()
    assert_equal_at(machine, seq)


def targets(machine):
    return [line for line in machine.lines()[0]
            if line.startswith("balloon target ")]


def actual(machine):
    return machine.execute("query-balloon")["actual"]


# --- Targets and resets ------------------------------------------------------

def test_a_target_is_followed_once_and_statistics_go_on(boot, modern):
    machine = boot(modern=modern)
    machine.sample(1)
    machine.execute("balloon", value=64 * MIB)
    machine.line("balloon target pages=16384")
    machine.execute("balloon", value=64 * MIB)
    assert_polled(machine, 2)
    assert_polled(machine, 3)
    assert len(targets(machine)) == 1
    machine.line("balloon reached actual=16384")
    assert actual(machine) == 64 * MIB


def test_each_new_target_is_said(boot, modern):
    machine = boot(modern=modern)
    machine.sample(1)
    for pages, value in ((256, RAM - MIB), (512, RAM - 2 * MIB), (0, RAM)):
        machine.execute("balloon", value=value)
        machine.line(f"balloon target pages={pages}")
    assert len(targets(machine)) == 3
    assert_polled(machine, 2)


def test_a_target_from_before_the_start_is_seen(boot, modern):
    machine = boot(modern=modern, extra=("-S",))
    machine.execute("balloon", value=64 * MIB)
    machine.execute("cont")
    machine.line("balloon target pages=16384")
    assert_equal_at(machine, 1)


@pytest.fixture
def broken_into(boot, workdir, watched):
    """broken_into(...): a machine that has sent its first sample, and write
    access to its memory."""
    def start(**options):
        machine = boot(extra=qtest.arguments(workdir), **options)
        machine.sample(1)
        hands = qtest.Qtest(workdir)
        watched.append(hands)
        return machine, hands
    return start


def test_a_reset_machine_starts_anew_and_is_polled_on(broken_into, modern):
    machine, hands = broken_into(modern=modern, reboot=True)
    hands.write32(qtest.CONFIG_ACTUAL, 1000)  # left by an earlier guest
    assert actual(machine) == RAM - 1000 * 4096
    machine.poll_every(1)
    machine.sample(2)
    machine.stopped_sample()  # a reset in mid-line would glue lines
    machine.execute("system_reset")
    machine.until(lambda: [event for event in machine.qmp.events
                           if event["event"] == "RESET"], "RESET")
    machine.execute("cont")
    machine.line("sent seq=1", 2)
    machine.line("sent seq=2", 2)
    sample, stats = machine.stopped_sample()
    assert sample.seq >= 2  # QEMU's timer may have polled again
    assert differences(sample, stats["stats"]) == {}
    assert actual(machine) == RAM


def test_a_stopped_machine_answers_after_it_goes_on(boot, modern):
    machine = boot(modern=modern)
    machine.sample(1)
    machine.execute("stop")
    machine.poll_now()
    machine.execute("cont")
    assert_equal_at(machine, 2)


# --- A device that breaks ----------------------------------------------------

def break_device(machine, hands, how=Statsq.offer_no_descriptor):
    """Leaves the machine stopped, with its device marked as broken."""
    machine.execute("stop")
    queue = Statsq(machine, hands)
    how(queue)
    assert queue.kick() != "", "QEMU found nothing wrong"
    return queue


@pytest.mark.parametrize("how", [
    Statsq.offer_empty_buffer, Statsq.offer_no_descriptor])
def test_a_modern_device_that_needs_a_reset_gets_it(broken_into, how):
    machine, hands = broken_into(modern=True)
    break_device(machine, hands, how)
    machine.execute("cont")
    machine.line("balloon recovery reason=needs_reset in_a_row=1")
    assert_equal_at(machine, 2)
    assert_polled(machine, 3)


def new_target(machine, hands, pages):
    """Sets a target and raises the interrupt, as if on a shared line: for a
    broken device QEMU 7.2 sets InterruptStatus but raises no interrupt. The
    machine is stopped for the pulse, which is then one interrupt, not many."""
    machine.execute("stop")
    machine.execute("balloon", value=RAM - 4096 * pages)
    hands.pulse(qtest.second_ioapic(machine), qtest.SLOT_PIN)
    machine.execute("cont")
    machine.line(f"balloon target pages={pages}")


def test_a_legacy_device_that_went_silent_is_reset(broken_into):
    """A broken legacy device shows nothing. So the guest is made to send a
    sample, which is never used, and two more wake-ups reveal that."""
    machine, hands = broken_into()
    assert_polled(machine, 2)
    break_device(machine, hands).forge_used(0)
    new_target(machine, hands, pages=1)
    machine.sample(3)
    new_target(machine, hands, pages=2)
    new_target(machine, hands, pages=3)
    machine.line("balloon recovery reason=silent in_a_row=1")
    assert_equal_at(machine, 4)
    assert_polled(machine, 5)


def test_recovery_without_success_is_given_up(broken_into):
    machine, hands = broken_into(modern=True)
    for count in range(1, RECOVERIES_MAX + 1):
        break_device(machine, hands)
        machine.execute("cont")
        machine.line(f"balloon recovery reason=needs_reset in_a_row={count}")
        machine.sample(count + 1)
    break_device(machine, hands)
    machine.send("cont")
    assert machine.wait() == BAD_DEVICE
    machine.line("error what=balloon_recovery")


def test_an_answered_poll_makes_recovery_patient_again(broken_into):
    machine, hands = broken_into(modern=True)
    for count in range(RECOVERIES_MAX + 2):
        break_device(machine, hands)
        machine.execute("cont")
        machine.line("balloon recovery reason=needs_reset in_a_row=1",
                     count + 1)
        machine.sample(2 * count + 2)
        assert_polled(machine, 2 * count + 3)


# --- A device that lies ------------------------------------------------------

LIES = {
    "id-out-of-range": {"number": 77},
    "id-not-outstanding": {"number": 5},
    "index-jump": {"number": 0, "count": 4},
    "same-buffer-twice": {"number": 0, "count": 2},
}


@pytest.mark.parametrize("lie", LIES)
def test_a_forged_used_ring_is_noticed_and_reset(broken_into, modern, lie):
    machine, hands = broken_into(modern=modern)
    machine.execute("stop")
    Statsq(machine, hands).forge_used(**LIES[lie])
    machine.execute("balloon", value=RAM - MIB)  # causes an interrupt
    machine.execute("cont")
    machine.line("balloon recovery reason=")
    assert_equal_at(machine, 2)
    assert_polled(machine, 3)
