# SPDX-License-Identifier: MIT
"""What QEMU's own test of balloon statistics asserts, asserted of this guest.

QEMU's tests/functional/x86_64/test_virtio_balloon.py does it with a Linux
distribution, on q35 under KVM: each statistic is unset before the guest runs,
has a value once the driver runs, and is unset again after a reset; last-update
follows. Here without a disk and without a word on the command line.
"""
import math
import time

import pytest

from harness import firmware
from harness.machine import BALLOON
from harness.truth import ABSENT, differences

MACHINES = {
    "microvm": {"machine": "microvm"},
    "microvm-modern": {"machine": "microvm", "modern": True},
    "q35": {"machine": "q35", "balloon": "virtio-balloon,id=balloon0"},
}
INTERVAL = 100  # seconds: none of them passes here
RESET_CLEARS = firmware.version_of(firmware.QEMU) >= (10, 0)


@pytest.fixture(params=MACHINES)
def paused(boot, request):
    """A machine that has not run yet, and is polled."""
    machine = boot(**MACHINES[request.param], reboot=True, extra=("-S",))
    machine.poll_every(INTERVAL)
    return machine


def stats_of(machine, keys):
    """guest-stats, which must have exactly these keys."""
    found = machine.guest_stats()
    assert set(found["stats"]) == {"stat-" + key for key in keys}
    return found


def assert_unset(machine, keys):
    found = stats_of(machine, keys)
    assert found["last-update"] == 0
    for key, value in found["stats"].items():
        assert value == ABSENT, key


def assert_set(machine, keys, since):
    """Real values that are not older than that time."""
    found = stats_of(machine, keys)
    assert math.floor(since) <= found["last-update"] <= time.time()
    for key, value in found["stats"].items():
        assert value != ABSENT, key
    return found


def run(machine, boots):
    """Lets the machine run until the first sample of that boot is sent; gives
    the time before."""
    since = time.time()
    machine.execute("cont")
    machine.line("sent seq=1", count=boots)
    return since


def test_nothing_is_set_before_the_guest_runs(paused, keys):
    assert_unset(paused, keys)
    assert paused.execute("qom-get", path=BALLOON,
                          property="guest-stats-polling-interval") == INTERVAL


def test_every_key_has_a_value_once_the_driver_runs(paused, keys):
    since = run(paused, boots=1)
    found = assert_set(paused, keys, since)
    assert differences(paused.samples()[0], found["stats"]) == {}


def test_every_poll_sets_every_key_again(paused, keys):
    run(paused, boots=1)
    for seq in (2, 3):
        since = time.time()
        paused.poll_now()
        paused.sample(seq)
        assert_set(paused, keys, since)
        assert differences(*stopped(paused)) == {}
        paused.execute("cont")


def stopped(machine):
    sample, found = machine.stopped_sample()
    return sample, found["stats"]


def test_a_reset_begins_anew(paused, keys):
    """QEMU before 10.0 keeps the values until the new boot's first sample."""
    run(paused, boots=1)
    before = assert_set(paused, keys, since=0)
    paused.execute("stop")
    paused.execute("system_reset")
    if RESET_CLEARS:
        assert_unset(paused, keys)
    else:
        assert stats_of(paused, keys) == before
    since = run(paused, boots=2)
    assert_set(paused, keys, since)
