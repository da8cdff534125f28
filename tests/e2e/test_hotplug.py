# SPDX-License-Identifier: MIT
"""The balloon unplugged and plugged while the guest runs, on real q35.

The device is behind a root port, as management layers configure it. QEMU
requests removal through ACPI (its docs/specs/acpi_pci_hotplug.rst) or, with
that switched off, by the port (PCI Express Base 4.0, 6.7). VIRTIO 1.4, 3.3.
"""
import re

import pytest

from harness import tracelog
from harness.firmware import QEMU, version_of
from harness.truth import differences, samples, sent

PORT = "pcie-root-port"  # with messages
PORT_WITH_PIN = "ioh3420"
NATIVE = ("-global", "ICH9-LPC.acpi-pci-hotplug-with-bridge-support=off")
BALLOON = {"driver": "virtio-balloon-pci"}
PLUGGED = {
    "pci": BALLOON,
    "pci-transitional": {"driver": "virtio-balloon-pci-transitional"},
    "packed": BALLOON | {"packed": True},
}
if version_of(QEMU) >= (10, 0):  # earlier ones never have messages
    PLUGGED["no-messages"] = BALLOON | {"vectors": 0}
ROUNDS = 10
EJECT = "acpi_pci_eject_slot"  # an event of QEMU's trace
NOTHING_TICKS = "warning: icount sleep disabled and no active timers"


def ports(kind):
    return tuple(word for number in range(2) for word in (
        "-device", f"{kind},id=rp{number},slot={number},chassis={number + 1}"))


@pytest.fixture(params=("acpi", "pcie"))
def native(request):
    """Both kinds of hot-plug request, one after the other."""
    return request.param == "pcie"


@pytest.fixture
def run(boot, native):
    """run("-word", ...): a q35 with two root ports, a balloon behind the
    first one, and sample 1 sent."""
    def start(*words, balloon="virtio-balloon-pci", port=PORT):
        machine = boot(machine="q35", append="touch=0",
                       before=ports(port) + (NATIVE if native else ()),
                       balloon=f"{balloon},id=balloon0,bus=rp0", extra=words)
        if "-S" not in words:
            machine.sample(1)
        return machine
    return start


@pytest.fixture
def start(run, workdir):
    """Like run(); at the end, QEMU must have logged nothing."""
    log = workdir / "errors"
    started = []

    def start_one(*words, **more):
        started.append(run("-d", "guest_errors", "-D", log, *words, **more))
        return started[-1]
    yield start_one
    assert [machine.stderr() for machine in started] == [""]
    assert log.read_text() == ""


# Hot-plug by ACPI alone: PCI bridges have no attention button.
BRIDGES = {
    "q35": ports(PORT) + ("-device", "pcie-pci-bridge,id=br0,bus=rp1"),
    "pc": ("-device", "pci-bridge,id=br0,chassis_nr=3"),
}


def deleted(machine, name):
    return [event for event in machine.qmp.events
            if event["event"] == "DEVICE_DELETED"
            and event["data"].get("device") == name]


def unplug(machine, name="balloon0", execute=None):
    """Requests the removal, and waits until the guest has released the device
    and QEMU has removed it."""
    before = len(deleted(machine, name))
    (execute or machine.execute)("device_del", id=name)
    machine.until(lambda: deleted(machine, name)[before:],
                  f"DEVICE_DELETED of {name}")


def unplug_balloon(machine, count=1):
    unplug(machine)
    return machine.line("balloon unplugged ", count)


def plug(machine, properties, name="balloon0", bus="rp0"):
    machine.execute("device_add", id=name, bus=bus, **properties)


def assert_equal(machine):
    sample, stats = machine.stopped_sample()
    machine.execute("cont")
    assert differences(sample, stats["stats"]) == {}
    return sample


def assert_polls(machine, seq):
    """Asserts that `seq` is the newest sample, and that polls bring more."""
    machine.sample(seq)
    assert assert_equal(machine).seq == seq
    for later in (seq + 1, seq + 2):
        machine.poll_now()
        machine.sample(later)
        assert assert_equal(machine).seq == later


def assert_numbers_in_order(machine, last):
    lines = machine.lines()[0]
    assert [sample.seq for sample in samples(lines)] == [*range(1, last + 1)]
    assert sent(lines) == [*range(1, last + 1)]


def test_an_unplugged_balloon_is_let_go_and_deleted(start):
    machine = start()
    assert unplug_balloon(machine) == "balloon unplugged seq=1 memory=back"
    machine.until_halted()
    assert machine.quit() == 0


@pytest.mark.parametrize("native", ["acpi"], indirect=True)
def test_the_device_is_reset_before_it_is_ejected(run, workdir):
    log = workdir / "trace"
    machine = run(*tracelog.arguments(log, "virtio_set_status", EJECT))
    unplug_balloon(machine)
    machine.quit()
    before, eject, _ = log.read_text().partition(EJECT)
    assert eject
    events = map(tracelog.event_of, before.splitlines())
    assert tracelog.statuses(filter(None, events))[-2:] == [15, 0]


@pytest.mark.parametrize("interface", PLUGGED)
def test_a_plugged_balloon_goes_on_with_the_numbers(start, interface):
    machine = start()
    unplug_balloon(machine)
    plug(machine, PLUGGED[interface])
    machine.line("balloon plugged seq=1")
    assert_polls(machine, 2)
    assert_numbers_in_order(machine, 4)


@pytest.mark.parametrize("first", [
    "virtio-balloon-pci-transitional", "virtio-balloon-pci,packed=on",
    "virtio-balloon-pci,disable-modern=on,disable-legacy=off"])
def test_whatever_was_there_before_makes_no_difference(start, first):
    machine = start(balloon=first)
    unplug_balloon(machine)
    plug(machine, BALLOON)
    assert_polls(machine, 2)


def test_a_poll_on_its_way_is_answered_or_goes_with_the_device(start):
    machine = start()
    machine.poll_every(0, machine.send)
    machine.poll_every(1000, machine.send)
    unplug(machine, execute=machine.send)
    line = machine.line("balloon unplugged ")
    seq = int(re.search(r" seq=(\d+) ", line)[1])
    assert seq in (1, 2)
    plug(machine, BALLOON)
    assert_polls(machine, seq + 1)
    assert_numbers_in_order(machine, seq + 3)


def test_without_a_balloon_the_guest_sleeps(run, workdir):
    log = workdir / "log"
    machine = run("-icount", "shift=0,sleep=off", "-D", log)
    unplug_balloon(machine)
    machine.until_halted()
    # Every pending timer fires at once: sleep=off lets the clock jump.
    machine.human("log exec,nochain,int")
    for _ in range(100):
        machine.execute("query-status")
    machine.human("log none")
    assert log.read_text() == ""
    assert machine.stderr().rstrip().endswith(NOTHING_TICKS)
    plug(machine, BALLOON)
    machine.sample(2)


def test_another_device_that_goes_leaves_the_balloon_answering(start, native):
    machine = start("-device", "virtio-rng-pci,id=rng0,bus=rp1")
    unplug(machine, "rng0")
    if native:
        assert_polls(machine, 1)
        return
    # Both are device 0 of their buses; without AML, ACPI tells them apart no
    # further, so the balloon is stopped too.
    machine.line("balloon stays seq=1 memory=back")
    assert_polls(machine, 2)
    assert_numbers_in_order(machine, 4)


def test_another_device_that_comes_is_none_of_the_balloons_business(start):
    machine = start()
    plug(machine, {"driver": "virtio-rng-pci"}, "rng0", "rp1")
    machine.poll_now()
    assert_polls(machine, 2)
    unplug_balloon(machine)
    plug(machine, BALLOON)
    assert_polls(machine, 5)
    unplug(machine, "rng0")


def test_a_balloon_may_come_to_another_port(start):
    machine = start()
    for count, bus in enumerate(("rp1", "rp0", "rp1"), 1):
        unplug_balloon(machine, count)
        plug(machine, BALLOON, bus=bus)
        assert_polls(machine, 3 * count - 1)


def test_a_balloon_without_room_is_left_alone(start):
    machine = start()
    unplug_balloon(machine)
    # This device has only I/O ports; no port range is behind the root port.
    plug(machine, BALLOON | {"disable-modern": True, "disable-legacy": "off"})
    machine.line("error what=\"PCI function can't be used\"")
    unplug(machine)
    plug(machine, BALLOON)
    assert_polls(machine, 2)


def test_ten_rounds_leave_free_memory_as_it_was(start):
    machine = start()
    for count in range(1, ROUNDS + 1):
        unplug_balloon(machine, count)
        plug(machine, BALLOON)
        machine.sample(count + 1)
    assert_polls(machine, ROUNDS + 1)
    # Sample 1 precedes the mapping of the ports' registers, which takes a page
    # table.
    free = {sample.values["free-memory"] for sample in machine.samples()[1:]}
    assert len(free) == 1


def test_a_wish_from_before_the_guest_is_granted_once_it_listens(start):
    machine = start("-S")
    machine.execute("device_del", id="balloon0")
    machine.execute("cont")
    machine.line("balloon unplugged seq=1 ")
    machine.until(lambda: deleted(machine, "balloon0"), "DEVICE_DELETED")
    plug(machine, BALLOON)
    assert_polls(machine, 2)


@pytest.mark.parametrize("kind", BRIDGES)
def test_a_balloon_behind_a_pci_bridge_comes_and_goes(boot, kind):
    machine = boot(machine=kind, before=BRIDGES[kind],
                   balloon="virtio-balloon-pci,id=balloon0,bus=br0")
    machine.sample(1)
    for count in (1, 2):
        unplug_balloon(machine, count)
        plug(machine, BALLOON, bus="br0")
        assert_polls(machine, 3 * count - 1)


@pytest.mark.parametrize("native", ["pcie"], indirect=True)
def test_a_port_may_ask_by_its_pin(start):
    machine = start(port=PORT_WITH_PIN)
    for count in (1, 2):
        unplug_balloon(machine, count)
        plug(machine, BALLOON)
        assert_polls(machine, 3 * count - 1)
