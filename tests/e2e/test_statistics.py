# SPDX-License-Identifier: MIT
"""The main job on real QEMU: QEMU reports exactly the guest's values.

VIRTIO 1.4, 5.5.6.3 (statistics) and 3.1.1 (order of the start).
"""
import pytest

from harness import tracelog
from harness.truth import ABSENT, MEASURED, differences

STATSQ = 2


def assert_equal(machine):
    sample, stats = machine.stopped_sample()
    assert differences(sample, stats["stats"]) == {}
    return sample, stats


def test_first_sample_arrives_without_polling(boot, modern):
    machine = boot(modern=modern)
    machine.sample(1)
    interval = machine.execute("qom-get", path="/machine/peripheral/balloon0",
                               property="guest-stats-polling-interval")
    sample, stats = assert_equal(machine)
    assert interval == 0
    assert sample.seq == 1
    assert stats["last-update"] > 0


def test_polled_samples_are_equal_and_newer_each(boot, modern):
    machine = boot(modern=modern)
    machine.sample(1)
    machine.poll_every(1)
    machine.sample(2)
    first, before = assert_equal(machine)
    machine.execute("cont")
    machine.sample(first.seq + 1)  # more may have passed on a slow host
    second, after = assert_equal(machine)
    assert 2 <= first.seq < second.seq
    assert 0 < before["last-update"] < after["last-update"]


def test_all_sixteen_are_sent_in_the_order_of_their_tags(boot, modern, keys):
    """And QEMU has a value for every key that its version knows."""
    machine = boot(modern=modern)
    machine.sample(1)
    sample, stats = assert_equal(machine)
    assert tuple(sample.values) == MEASURED
    assert set(stats["stats"]) == {"stat-" + key for key in keys}
    assert ABSENT not in stats["stats"].values()


def test_qemu_has_nothing_to_say_against_the_driver(boot, workdir, modern):
    log = workdir / "errors"
    machine = boot(modern=modern, extra=("-d", "guest_errors", "-D", log))
    for seq in (1, 2, 3):
        machine.sample(seq)
        machine.poll_now()
    machine.sample(4)
    assert machine.quit() == 0
    assert log.read_text() == ""
    assert machine.stderr() == ""


def test_a_late_reader_of_the_console_loses_nothing(boot, modern):
    machine = boot(modern=modern)
    machine.sample(1)
    with machine.unread() as waiting:
        def full():
            machine.poll_now()
            return waiting() == machine.UNREAD
        machine.until_found(full, "a pipe that takes no more")
    sample, stats = machine.stopped_sample()
    assert differences(sample, stats["stats"]) == {}
    seqs = [sample.seq for sample in machine.samples()]
    assert seqs == [*range(1, len(seqs) + 1)]
    assert len(machine.console) > machine.UNREAD


def test_samples_that_nobody_hears_of_are_sent_all_the_same(boot, modern):
    machine = boot(modern=modern, append="touch=1 lines=1 samples=3")
    machine.sample(1)
    first = machine.samples()[0].values["minor-faults"]
    machine.poll_now()
    machine.until_found(lambda: machine.guest_stats()["stats"]
                        ["stat-minor-faults"] == first + 1, "the second sample")
    assert machine.poll_to_the_end() == 3
    said = [line.split()[:2] for line in machine.lines()[0]
            if line.startswith(("stats ", "sent "))]
    assert said == [["stats", "seq=1"], ["sent", "seq=1"]]


@pytest.fixture
def traced(boot, workdir, modern):
    """The device's events of a start and three polls."""
    log = workdir / "trace"
    machine = boot(modern=modern, eventfd=False,
                   extra=tracelog.arguments(log))
    for seq in (1, 2, 3):
        machine.sample(seq)
        machine.poll_now()
    machine.sample(4)
    machine.quit()
    return tracelog.read(log)


def test_start_keeps_the_order_of_the_status_bits(traced, modern):
    expected = [0, 1, 3, 11, 15] if modern else [0, 1, 3, 7]
    assert tracelog.written(traced, tracelog.STATUS_REGISTER) == expected
    assert tracelog.statuses(traced) == expected


def test_accepted_features_are_the_documented_ones(traced, modern):
    # STATS_VQ, EVENT_IDX; legacy: also ANY_LAYOUT; modern: also VERSION_1.
    assert tracelog.accepted_features(traced) == (
        {0: 0x20000002, 1: 0x1} if modern else {0: 0x28000002})


def test_each_sample_takes_one_kick_and_none_comes_early(traced, modern):
    live = traced.index(("status", 15 if modern else 7))
    kicks = [at for at, event in enumerate(traced) if event[0] == "notify"]
    assert min(kicks) > live
    assert [traced[at] for at in kicks] == [("notify", STATSQ)] * 4


def test_each_sample_is_said_before_its_kick_and_sent_after(boot, workdir,
                                                            modern):
    """Except for the lines up to sample 1: these follow its notification."""
    log = workdir / "trace"
    machine = boot(modern=modern, append="samples=3", eventfd=False,
                   extra=tracelog.arguments(log, "serial_write",
                                            "virtio_queue_notify"))
    machine.sample(1)
    machine.poll_now()
    machine.sample(2)
    machine.poll_to_the_end()
    first, *others = tracelog.console_before_each_kick(tracelog.read(log))
    assert len(others) == 2
    assert "\n" not in first
    for seq, text in enumerate(others, 2):
        newest = text.splitlines()[-1]
        assert newest.startswith(f"stats seq={seq} ")
        assert text.endswith("\n")
    starts = [line.split()[:2] for line in machine.lines()[0]]
    assert starts.index(["stats", "seq=1"]) < starts.index(["sent", "seq=1"])
