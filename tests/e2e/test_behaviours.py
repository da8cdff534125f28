# SPDX-License-Identifier: MIT
"""The guest's behaviours against QEMU: its lines stay true in all of them.

`aerostat verify` checks the host's view of each behaviour; these tests check
the lines that docs/guest.md documents for it. VIRTIO 1.4, 5.5.6.3.
"""
import pytest

from harness.truth import differences

BAD_CMDLINE = 5
PANIC = 13

# For each behaviour the newest sample after the start and after two polls.
EQUAL = {
    "by-the-book": (1, 3), "prime-short": (1, 3), "unknown-tags": (1, 3),
    "entry16": (1, 3), "duplicate": (1, 3), "reversed": (1, 3),
    "split": (1, 3), "indirect": (1, 3), "subset": (1, 3),
    "skip-one:2": (1, 3), "skip-one:3": (1, 3), "skip-all:2": (1, 3),
    "skip-all:3": (1, 3), "alternate": (1, 3), "falling": (1, 3),
    "pattern:0": (1, 3), "pattern:18446744073709551614": (1, 3),
    "late:2": (1, 3), "two-buffers": (2, 6), "bad-actual": (1, 3),
    "reset-holding:1": (2, 4), "reset-holding:2": (1, 4),
    "major-twice": (1, 3), "pages": (1, 3), "stale:2": (1, 3),
    "recount:2": (1, 3),
}
MUTE = ("no-prime", "no-stats-vq", "no-driver")


def assert_equal(machine):
    sample, stats = machine.stopped_sample()
    machine.execute("cont")
    assert differences(sample, stats["stats"]) == {}
    assert stats["last-update"] > 0


@pytest.mark.parametrize("kind", EQUAL)
def test_the_line_says_what_a_reader_finds(boot, modern, kind):
    first, last = EQUAL[kind]
    machine = boot(modern=modern, append=f"behave={kind}")
    machine.sample(first)
    assert_equal(machine)
    while machine.samples()[-1].seq < last:
        newest = machine.samples()[-1].seq
        machine.until_halted()
        machine.poll_now()
        machine.sample(newest + 1)
        machine.until_halted()
        machine.drain()
        assert_equal(machine)
    assert machine.samples()[-1].seq == last
    if kind != "by-the-book":
        machine.line(f"balloon behave={kind}")


def three_samples(machine):
    """The guest's lines of three samples, each equal to QEMU's values."""
    machine.sample(1)
    assert_equal(machine)
    for seq in (2, 3):
        machine.until_halted()
        machine.poll_now()
        machine.sample(seq)
        assert_equal(machine)
    return [sample.values for sample in machine.samples()]


# With touch=1 the counter minor-faults is 0, 1, 2, and no other moves.
@pytest.mark.parametrize("kind,faults", [
    ("stale:2", [0, 0, 2]), ("stale:3", [0, 1, 1]), ("stale:1", [0, 1, 2]),
    ("recount:2", [0, 0, 1]), ("recount:3", [0, 1, 0]),
    ("major-twice", [0, 1, 2]), ("pages", [0, 1, 2]),
])
def test_a_counter_lies_as_documented(boot, kind, faults):
    first, second, third = three_samples(boot(append=f"behave={kind}"))
    assert [values["minor-faults"]
            for values in (first, second, third)] == faults
    # A stale sample is stale as a whole; gauges are not counted again.
    assert (second["free-memory"] == first["free-memory"]) == (kind
                                                               == "stale:2")
    assert (third["free-memory"] == second["free-memory"]) == (kind
                                                               == "stale:3")


@pytest.mark.parametrize("words,what,word", [
    ("stats=", "empty list", "stats="),
    ("stats=seed,oom-kill", "no such statistic", "oom-kill"),
    ("behave=subset stats=free-memory",
     "this behave= needs free-memory and one more statistic", "subset"),
])
def test_a_list_that_can_not_be_is_refused(boot, words, what, word):
    machine = boot(append=words)
    assert machine.wait() == BAD_CMDLINE
    machine.line(f'error what="command line: {what}" word="{word}"')


@pytest.mark.parametrize("kind", MUTE)
def test_a_mute_guest_never_sends(boot, modern, kind):
    machine = boot(modern=modern, append=f"behave={kind}")
    machine.line(f"balloon behave={kind}")
    for _ in range(2):
        machine.until_halted()
        machine.poll_now()
    machine.until_halted()
    machine.drain()
    assert machine.samples() == []
    assert machine.guest_stats()["last-update"] == 0


def test_a_guest_that_does_not_kick_is_not_heard(boot, modern):
    """With eventfds QEMU 10.0 and later would notify in its place."""
    machine = boot(modern=modern, append="behave=no-kick", eventfd=False)
    machine.line("balloon behave=no-kick")
    machine.sample(1)
    for _ in range(2):
        machine.until_halted()
        machine.poll_now()
    machine.until_halted()
    machine.drain()
    assert [sample.seq for sample in machine.samples()] == [1]
    stats = machine.guest_stats()
    assert stats["last-update"] == 0
    assert set(stats["stats"].values()) == {2**64 - 1}


def test_a_silent_guest_sends_no_more(boot, modern):
    machine = boot(modern=modern, append="behave=silent:2")
    machine.sample(1)
    machine.poll_now()
    machine.sample(2)
    for _ in range(2):
        machine.until_halted()
        machine.poll_now()
    machine.until_halted()
    machine.drain()
    assert machine.samples()[-1].seq == 2
    assert_equal(machine)


def test_a_zero_length_buffer_breaks_the_device_alone(boot, modern):
    machine = boot(modern=modern, append="behave=zero-length")
    machine.sample(1)
    machine.until_halted()
    # With an eventfd, this reply may precede QEMU's handling of the kick.
    assert machine.guest_stats()["last-update"] == 0
    assert "zero sized buffers are not allowed" in machine.stderr()
    assert not [line for line in machine.lines()[0] if "recovery" in line]


@pytest.mark.parametrize("number", (1, 2))
def test_a_panic_comes_instead_of_its_sample(boot, modern, number):
    machine = boot(modern=modern, append=f"behave=panic:{number}")
    if number == 2:
        machine.sample(1)
        machine.poll_now()
    assert machine.wait() == PANIC
    machine.line("panic what=")
    assert len(machine.samples()) == number - 1
