# SPDX-License-Identifier: MIT
"""Events in a machine's life with the balloon half full, requests in flight.

Afterwards the state is the documented one, `actual` equals the guest's size,
and no byte of the workload differs. VIRTIO 1.4, 5.5.6; QEMU,
docs/devel/migration.
"""
import random

import pytest

from harness import balloon
from harness.balloon import MIB, PAGE, PER_MIB
from harness.moves import (FAST, SLOW, add_disk, arrive, await_status,
                           limit_bandwidth, start_to_migrate)
from harness.truth import differences

pytestmark = pytest.mark.migrates

WORKLOAD = 40 * MIB
PAGES = WORKLOAD // PAGE
HALF = 30 * PER_MIB
ORDERS = f"touch=0 alloc={WORKLOAD} fill=31337"


@pytest.fixture(params=balloon.TRANSPORTS)
def transport(request):
    return request.param


@pytest.fixture
def half_full(boot, transport):
    """half_full("more words", more="properties"): a machine with a workload,
    and half of the remaining memory in the balloon."""
    def start(*words, more="", append=ORDERS, **others):
        machine = boot(typed=True, **balloon.options(
            transport, more, append=append, extra=words, **others))
        machine.line("order fill ")
        balloon.settle(machine, HALF)
        return machine
    return start


def assert_sound(machine, seq=None):
    """Asserts that the balloon inflates and deflates, that the workload is
    intact, and that the statistics are equal."""
    for pages in (50 * PER_MIB, 7, HALF):
        balloon.settle(machine, pages)
        balloon.verify(machine, PAGES)
    before = max((sample.seq for sample in machine.samples()), default=0)
    machine.poll_now()
    machine.sample((seq or before) + 1)
    sample, stats = machine.stopped_sample()
    machine.execute("cont")
    assert differences(sample, stats["stats"]) == {}


def test_a_system_reset_begins_with_an_empty_balloon(half_full):
    machine = half_full(reboot=True)
    balloon.ask(machine, 60 * PER_MIB)
    machine.execute("system_reset")
    # The first line after the reset may follow half a line from before it,
    # when the target may have been reached already.
    machine.line("order fill ", 2)
    machine.until_found(lambda: balloon.in_balloon(machine) == 60 * PER_MIB,
                        "the old target")
    machine.until(lambda: balloon.said(machine) ==
                  ("reached", 60 * PER_MIB), "the word of it")
    balloon.verify(machine, PAGES)
    balloon.settle(machine, 0)


def test_a_stopped_machine_goes_on_where_it_was(half_full, transport):
    machine = half_full()
    chance = random.Random(transport)
    for _ in range(20):
        balloon.ask(machine, chance.randrange(60 * PER_MIB))
        machine.execute("stop")
        size = balloon.in_balloon(machine)
        balloon.ask(machine, chance.randrange(60 * PER_MIB))
        assert balloon.in_balloon(machine) == size
        machine.execute("cont")
    assert_sound(machine)


def test_a_snapshot_has_its_balloon_with_it(half_full, workdir):
    machine = half_full()
    add_disk(machine, workdir / "state.qcow2")
    balloon.ask(machine, 55 * PER_MIB)
    assert machine.human("savevm half") == ""
    balloon.settle(machine, 3 * PER_MIB)
    balloon.verify(machine, PAGES)
    machine.order("free")
    balloon.settle(machine, 90 * PER_MIB)
    assert machine.human("loadvm half") == ""
    machine.execute("cont")
    balloon.verify(machine, PAGES)
    # If the snapshot was made at its target, the guest prints nothing now.
    machine.until_found(lambda: balloon.in_balloon(machine) == 55 * PER_MIB,
                        "the snapshot's target")
    for pages in (7, HALF):
        balloon.settle(machine, pages)
        balloon.verify(machine, PAGES)


MODES = {
    "plain": ("", ()),
    "reporting": (",free-page-reporting=on", ()),
    "hinting": (",free-page-hint=on,iothread=hints",
                ("-object", "iothread,id=hints")),
}


@pytest.mark.parametrize("mode", MODES)
def test_a_migration_takes_the_balloon_along(boot, workdir, transport, mode):
    more, words = MODES[mode]
    options = balloon.options(transport, more, append=ORDERS, before=words,
                              extra=())
    source = boot(typed=True, **options)
    source.line("order fill ")
    balloon.settle(source, HALF)
    limit_bandwidth(source, SLOW)
    target = start_to_migrate(boot, workdir, source, options)
    if mode == "hinting":
        source.line("balloon hint id=0x")
    balloon.ask(source, 50 * PER_MIB)  # in flight during the migration
    arrive(source, target)
    source.quit()
    balloon.verify(target, PAGES)
    balloon.ask(target, 51 * PER_MIB)
    target.until(lambda: balloon.said(target) == ("reached", 51 * PER_MIB),
                 "the target after the migration")
    assert balloon.in_balloon(target) == 51 * PER_MIB
    for pages in (5, 60 * PER_MIB, 0):
        balloon.settle(target, pages)
        balloon.verify(target, PAGES)
    held = 80 * MIB - WORKLOAD  # hinted pages keep what is written now
    target.order(f"alloc={held}")
    target.order("fill=99")
    balloon.verify(target, (WORKLOAD + held) // PAGE)
    assert "recovery" not in target.console.decode()


def test_a_machine_that_stopped_among_its_hints_has_all_of_them_back(
        boot, workdir, transport):
    more, words = MODES["hinting"]
    options = balloon.options(transport, more, append=ORDERS, before=words,
                              extra=(), memory="1G")
    source = boot(typed=True, **options)
    source.line("order fill ")
    limit_bandwidth(source, SLOW)
    target = start_to_migrate(boot, workdir, source, options)
    source.line("balloon hint id=0x")
    source.execute("stop")
    limit_bandwidth(source, FAST)
    await_status(source, "query-migrate", "completed")
    await_status(target, "query-status", "paused")
    source.quit()
    target.execute("cont")
    balloon.settle(target, (1024 - 45) * PER_MIB, 1 << 30)
    balloon.verify(target, PAGES)


def test_a_reset_of_the_device_keeps_the_balloon(boot, transport):
    machine = boot(typed=True, **balloon.options(
        transport, append=ORDERS + " behave=reset-holding:2"))
    machine.line("order fill ")
    balloon.settle(machine, HALF)
    balloon.ask(machine, 60 * PER_MIB)
    machine.poll_now()
    machine.line("balloon recovery reason=asked ")
    machine.until(lambda: balloon.said(machine) ==
                  ("reached", 60 * PER_MIB), "the target")
    assert_sound(machine)


@pytest.mark.parametrize("transport", ["pci", "pci-packed"], indirect=True)
def test_an_unplugged_balloon_has_given_all_back(half_full):
    machine = half_full(
        more=",bus=rp0", before=("-device", "pcie-root-port,id=rp0,slot=1"))
    balloon.ask(machine, 60 * PER_MIB)
    machine.execute("device_del", id="balloon0")
    machine.line("balloon unplugged ")
    machine.until(lambda: [event for event in machine.qmp.events
                           if event["event"] == "DEVICE_DELETED"], "its end")
    balloon.verify(machine, PAGES)
    held = 115 * MIB - WORKLOAD
    assert machine.order(f"alloc={held}").startswith("order alloc bytes=")
    machine.order("fill=5")
    machine.order(f"free={held}")
    seq = len(machine.samples()) + 1
    machine.execute("device_add", driver="virtio-balloon-pci", id="balloon0",
                    bus="rp0")
    machine.sample(seq)
    assert balloon.in_balloon(machine) == 0
    machine.order("fill=6")
    assert_sound(machine)


def test_a_killed_qemu_leaves_nothing_behind(half_full, boot, transport):
    machine = half_full()
    balloon.ask(machine, 60 * PER_MIB)
    machine.process.kill()
    machine.wait()
    again = boot(typed=True, **balloon.options(transport, append=ORDERS))
    again.line("order fill ")
    assert balloon.in_balloon(again) == 0
    assert_sound(again)
