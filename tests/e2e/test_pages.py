# SPDX-License-Identifier: MIT
"""Pages are inflated and deflated, and no byte of a page in use is lost.

A workload holds a pattern while the balloon follows random targets.
VIRTIO 1.4, 5.5.6 (device operation), 5.5.6.1 (DEFLATE_ON_OOM).
"""
import random

import pytest

from harness import balloon
from harness.balloon import MIB, PAGE, PER_MIB, RAM
from harness.truth import differences

STEPS = 2000
WORKLOAD = 40 * MIB


@pytest.fixture(params=balloon.TRANSPORTS)
def transport(request):
    return request.param


def assert_equal(machine):
    """Polls, and asserts that QEMU's values equal the guest's; gives them."""
    machine.next_sample()
    sample, stats = machine.stopped_sample()
    machine.execute("cont")
    assert differences(sample, stats["stats"]) == {}
    return sample.values


def test_no_byte_is_lost_whatever_the_target(boot, transport):
    """Random targets, most of them changed before they are reached, while the
    pattern is verified and statistics are compared."""
    chance = random.Random(transport)
    machine = boot(typed=True, **balloon.options(
        transport, append=f"touch=0 alloc={WORKLOAD} fill=4711"))
    machine.line("order fill ")
    for step in range(STEPS):
        target = chance.choice((1, PER_MIB, 60 * PER_MIB, 128 * PER_MIB))
        balloon.ask(machine, chance.randrange(target + 1))
        if step % 50 == 0:
            balloon.verify(machine, WORKLOAD // PAGE)
        if step % 200 == 0:
            assert_equal(machine)
    balloon.settle(machine, 60 * PER_MIB)
    balloon.verify(machine, WORKLOAD // PAGE)
    balloon.settle(machine, 1)
    balloon.settle(machine, 0)
    balloon.verify(machine, WORKLOAD // PAGE)
    assert "recovery" not in machine.console.decode()


def test_the_workload_changes_while_pages_travel(boot, transport):
    """The workload allocates deflated pages, writes and frees them again."""
    chance = random.Random(transport)
    machine = boot(typed=True, **balloon.options(transport, append="touch=0"))
    machine.sample(1)
    for seed in range(1, 25):
        balloon.ask(machine, chance.randrange(64 * PER_MIB))
        held = chance.randrange(1, 40) * MIB
        assert machine.order(f"alloc={held}").startswith("order alloc ")
        machine.order(f"fill={seed}")
        balloon.ask(machine, chance.randrange(64 * PER_MIB))
        balloon.verify(machine, held // PAGE)
        balloon.ask(machine, chance.randrange(64 * PER_MIB))
        machine.order("free")
    balloon.settle(machine, 100 * PER_MIB)
    assert_equal(machine)


def test_a_thousand_targets_at_once_end_at_the_last(boot, transport):
    machine = boot(typed=True, **balloon.options(
        transport, append=f"touch=0 alloc={WORKLOAD} fill=1"))
    machine.line("order fill ")
    chance = random.Random(transport)
    for _ in range(1000):  # all are sent before any reply is awaited
        machine.send("balloon",
                     value=RAM - chance.randrange(60 * PER_MIB) * PAGE)
    balloon.settle(machine, 12345)
    balloon.verify(machine, WORKLOAD // PAGE)
    assert_equal(machine)


def test_an_unreachable_target_ends_at_the_floor(boot, transport):
    """A target of one byte: the guest inflates as far as it can, reports that
    once, halts, and answers polls; then it deflates everything."""
    machine = boot(typed=True, **balloon.options(
        transport, append=f"touch=0 alloc={WORKLOAD} fill=1"))
    machine.line("order fill ")
    machine.execute("balloon", value=1)
    machine.line("balloon floor ")
    machine.until_halted()
    for _ in range(3):
        assert_equal(machine)
    size = balloon.in_balloon(machine)
    assert balloon.said(machine) == ("floor", size)
    assert machine.console.count(b"balloon floor ") == 1
    assert size > 80 * PER_MIB
    balloon.verify(machine, WORKLOAD // PAGE)
    machine.execute("balloon", value=2 * RAM)  # QEMU caps it at RAM
    machine.line("balloon reached actual=0")
    assert balloon.in_balloon(machine) == 0


@pytest.mark.parametrize("oom", ("on", "off"))
def test_statistics_move_with_the_balloon(boot, transport, oom):
    """The balloon's pages are missing in total-memory, unless DEFLATE_ON_OOM
    is accepted, and always missing in free-memory."""
    machine = boot(typed=True, **balloon.options(
        transport, f",deflate-on-oom={oom}", append="touch=0"))
    machine.sample(1)
    before = assert_equal(machine)
    for pages in (PER_MIB, 100 * PER_MIB, 1, 64 * PER_MIB, 0):
        balloon.settle(machine, pages)
        now = assert_equal(machine)
        lost = 0 if oom == "on" else pages * PAGE
        assert now["total-memory"] == before["total-memory"] - lost
        assert now["free-memory"] == before["free-memory"] - pages * PAGE
        # Page tables that are not needed any more: one for each 512 pages.
        tables = (pages * PAGE + now["available-memory"] -
                  before["available-memory"]) // PAGE
        assert pages // 513 <= tables <= pages // 512 + 1


def test_in_need_pages_come_back(boot, transport):
    """DEFLATE_ON_OOM: the guest deflates exactly the pages that an allocation
    lacks, and does not inflate them again until another target."""
    machine = boot(typed=True, **balloon.options(
        transport, ",deflate-on-oom=on", append="touch=0"))
    machine.sample(1)
    balloon.settle(machine, 100 * PER_MIB)
    free = assert_equal(machine)["free-memory"]
    wanted = 50 * MIB
    assert wanted > free
    assert machine.order(f"alloc={wanted}").startswith("order alloc bytes=")
    relief = machine.line("balloon relief ")
    size = balloon.in_balloon(machine)
    assert relief.endswith(f" actual={size}")
    assert 100 * PER_MIB - size == int(relief.split("pages=")[1].split()[0])
    assert wanted - free <= (100 * PER_MIB - size) * PAGE <= wanted
    machine.order("fill=3")
    assert_equal(machine)
    assert balloon.in_balloon(machine) == size
    balloon.verify(machine, wanted // PAGE)
    machine.order("free")
    balloon.settle(machine, 100 * PER_MIB + 1)


def test_without_the_feature_need_is_refused(boot, transport):
    machine = boot(typed=True, **balloon.options(transport, append="touch=0"))
    machine.sample(1)
    balloon.settle(machine, 100 * PER_MIB)
    line = machine.order(f"alloc={50 * MIB}")
    assert line.startswith('error what="order alloc: no memory" bytes=')
    assert balloon.in_balloon(machine) == 100 * PER_MIB
    assert_equal(machine)
    balloon.settle(machine, 0)
    assert machine.order(f"alloc={50 * MIB}").startswith("order alloc bytes=")


def test_what_was_promised_can_be_touched_whatever_the_balloon_took(boot):
    """Includes page tables: these are more than the guest's whole reserve."""
    held = 300 * MIB
    machine = boot(typed=True, memory="512M",
                   append=f"touch=0 alloc={held}")
    machine.line("order alloc ")
    machine.execute("balloon", value=1)
    machine.line("balloon floor ")
    machine.order("fill=8")
    balloon.verify(machine, held // PAGE)


def test_lines_typed_at_once_are_all_taken(boot):
    """The others wait in the port while the guest handles the first one."""
    machine = boot(typed=True, append="touch=0")
    machine.sample(1)
    machine.type("free\r" * 20 + "verify")
    machine.line("order free ", 20)
    machine.line("order verify ")


NONSENSE = ("alloc", "alloc=", "alloc=1Q", "alloc=99999999999999999999",
            "frobnicate", "verify=1", "=", "x" * 60)


def test_nonsense_on_com1_is_named_and_harms_nothing(boot):
    machine = boot(typed=True, append="touch=0 alloc=4M fill=9")
    machine.line("order fill ")
    for count, word in enumerate(NONSENSE, 1):
        machine.type(word)
        machine.line('error what="order: ', count)
    machine.type("y" * 5000)
    assert "error=range" in machine.line('error what="order: a line')
    machine.type("\x01\x02\x7f\x03")
    machine.line('error what="order: a line', 2)
    balloon.settle(machine, 10 * PER_MIB)
    balloon.verify(machine, 4 * PER_MIB)
    assert_equal(machine)
