# SPDX-License-Identifier: MIT
"""Between two polls the guest takes no interrupt and executes no instruction,
and a poll costs few: proved by counting both, under -icount.

With sleep=off an idle machine's clock jumps to the next event, so a poll
interval of a day passes at once, unless a timer ticks: QEMU's PIT at 18 Hz,
even with its interrupt masked, would take minutes for it.
"""
import os

import pytest

from harness import disks, exectrace

POLLS = 4
# Instructions from the device's interrupt to the notification, the printed
# line of all sixteen statistics included; and with a page fault that zeroes and
# maps a page first.
BUDGET = 4000
BUDGET_TOUCH = 5500
HALT = "0xf4"
PAGE_FAULT = 14
STATSQ = 2
DAY = 86400


PCI_BALLOON = "virtio-balloon-pci,id=balloon0"
MACHINES = {
    "legacy": {},
    "modern": {"modern": True},
    "pc": {"machine": "pc", "balloon": PCI_BALLOON},
    "q35": {"machine": "q35", "balloon": PCI_BALLOON},
}


@pytest.fixture(params=MACHINES)
def counted(boot, workdir, request):
    """counted(touch): polls_of a guest that touches so many pages a poll."""
    log = workdir / "log"

    def run(touch):
        machine = boot(**MACHINES[request.param], eventfd=False,
                       append=f"touch={touch}",
                       extra=exectrace.words_from_idle(log))
        machine.sample(1)
        return polls_of(machine, log)
    return run


def polls_of(machine, log):
    """The events of POLLS polls of an idle guest, and the opcode of the last
    instruction of each."""
    last = len(machine.samples()) + POLLS
    logged = log.stat().st_size

    def poll():
        machine.poll_every(DAY)
        machine.sample(last)
        machine.poll_every(0)
    exectrace.idle_to_idle(machine, poll)
    rounds = exectrace.rounds(log.read_text()[logged:])[:POLLS]
    return rounds, {code_at(machine, one[-1][1]) for one in rounds}


def code_at(machine, address):
    return machine.human(f"x /1xb {address:#x}").split()[-1]


def assert_idle_between(rounds, last_codes):
    assert len(rounds) == POLLS
    assert last_codes == {HALT}
    for one in rounds:
        halts = exectrace.numbers(one, "rip").count(one[-1][1])
        assert (one[-1][0], halts) == ("rip", 1)


@pytest.mark.parametrize("touch", [0, 1])
def test_nothing_happens_between_two_polls(counted, touch):
    assert_idle_between(*counted(touch))


@pytest.mark.parametrize("touch", [0, 1])
def test_a_poll_takes_one_interrupt_one_kick_and_the_asked_for_faults(
        counted, touch):
    rounds, _ = counted(touch)
    vectors = set()
    for one in rounds:
        taken = exectrace.numbers(one, "interrupt")
        assert len(taken) == 1
        assert exectrace.numbers(one, "kick") == [STATSQ]
        assert exectrace.numbers(one, "trap") == [PAGE_FAULT] * touch
        vectors.update(taken)
    assert len(vectors) == 1


def instructions(rounds):
    return [exectrace.count(exectrace.until_kick(one), "rip")
            for one in rounds]


def test_every_poll_without_work_costs_the_same(counted):
    counts = instructions(counted(0)[0])
    assert len(set(counts)) == 1
    assert counts[0] <= BUDGET


# The first touched page needs three zeroed page tables; the search for the
# lowest free frame takes a few instructions more at each 64th.
FIRST_TOUCH_MAX = 5000
SEARCH_MAX = 64


def test_every_poll_with_one_fault_costs_nearly_the_same(counted):
    first, *later = instructions(counted(1)[0])
    assert max(later) - min(later) <= SEARCH_MAX
    assert min(later) < first <= min(later) + FIRST_TOUCH_MAX
    assert max(later) <= BUDGET_TOUCH


# --- With pages on a disk -----------------------------------------------------

SLOTS = 4096
WRITTEN = 5000  # pages, more than 16 MiB hold


@pytest.fixture(params=MACHINES)
def swapping(boot, workdir, request):
    """An idle guest of which pages are swapped out, and its log."""
    log = workdir / "log"
    options = MACHINES[request.param]
    device = ("virtio-blk-pci" if "balloon" in options
              else "virtio-blk-device")
    disk = disks.swap(SLOTS)
    machine = boot(**options, eventfd=False, memory="16M",
                   append=f"touch=0 swapon map=32M write={WRITTEN}:1 count",
                   extra=(*exectrace.words_from_idle(log),
                          *disks.words("swap", disk, device)))
    machine.line("order count")  # the background of the last step is done
    yield machine, log
    os.close(disk)


# Room is below the mark `high` then, and most slots are free: reclaim could go
# on, and must not while nothing asks for a frame.
def test_nothing_happens_between_two_polls_with_pages_swapped_out(swapping):
    rounds, last_codes = polls_of(*swapping)
    assert_idle_between(rounds, last_codes)
    for one in rounds:
        assert exectrace.count(one, "interrupt") == 1
        assert exectrace.numbers(one, "kick") == [STATSQ]
        assert exectrace.count(one, "trap") == 0
    values = [sample.values for sample in swapping[0].samples()]
    assert values[-POLLS]["swap-out"] > 0
    assert values[-POLLS:] == [values[-1]] * POLLS
