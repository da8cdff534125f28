# SPDX-License-Identifier: MIT
"""The power button (`system_powerdown`, as `virsh shutdown` and `qm shutdown`
call it): the guest stops its device and ends, with its verdict through the
exit device, or by ACPI's soft off if there is none.
"""
import pytest

from harness import tracelog
from harness.balloon import assert_works
from harness.firmware import microvm
from test_hotplug import NATIVE, plug, ports, unplug
from test_uefi import APPLICATION, FIRMWARE

BUTTON = 17
PCI = "virtio-balloon-pci,id=balloon0"
UEFI = {"kernel": APPLICATION, "extra": ("-bios", FIRMWARE), "seconds": 120}
MACHINES = {
    "microvm": {},
    "microvm-modern": {"modern": True},
    "microvm-one-ioapic": {"machine": "microvm,ioapic2=off"},
    "microvm-qboot": {"machine": "microvm,x-option-roms=off",
                      "extra": microvm("qboot")},
    "q35": {"machine": "q35", "balloon": PCI},
    "pc": {"machine": "pc", "balloon": PCI},
    "q35-no-smm": {"machine": "q35,smm=off", "balloon": PCI},
    "q35-slots-by-ports": {"machine": "q35", "balloon": PCI,
                           "before": (*NATIVE, *ports("pcie-root-port"))},
    "q35-uefi": {"machine": "q35", "balloon": PCI, **UEFI},
    "pc-uefi": {"machine": "pc", "balloon": PCI, **UEFI},
}
ORDERLY = ["power button", "balloon stopped seq=1 memory=back"]


@pytest.fixture(params=MACHINES)
def ready(request, boot):
    """ready(...): that machine, when it handles its button."""
    def start(**options):
        machine = boot(**MACHINES[request.param], **options)
        machine.sample(1)
        machine.line("power ready button=")
        machine.until_halted()
        return machine
    return start


def press(machine):
    machine.send("system_powerdown")


def shutdowns(machine):
    return [event["data"] for event in machine.qmp.events
            if event["event"] == "SHUTDOWN"]


def end_of(machine, count):
    """The last complete lines."""
    return machine.lines()[0][-count:]


def test_the_button_ends_the_guest_with_its_verdict(ready):
    machine = ready()
    press(machine)
    assert machine.wait() == BUTTON
    assert end_of(machine, 2) == ORDERLY
    assert machine.stderr() == ""


def test_without_an_exit_device_the_machine_is_switched_off(ready):
    machine = ready(exit_device=False)
    press(machine)
    assert machine.wait() == 0
    assert shutdowns(machine) == [{"guest": True, "reason": "guest-shutdown"}]
    assert end_of(machine, 3) == [*ORDERLY, "power off by=acpi"]
    assert machine.stderr() == ""


@pytest.mark.parametrize("machine", ["microvm", "q35"])
def test_a_qemu_that_stays_finds_the_guest_at_rest(boot, machine):
    machine = boot(exit_device=False, **MACHINES[machine])
    machine.execute("set-action", shutdown="pause")
    machine.line("power ready")
    press(machine)
    machine.until(lambda: shutdowns(machine), "the guest's shutdown")
    assert machine.execute("query-status")["status"] == "shutdown"
    machine.drain()
    assert end_of(machine, 1) == ["power off by=acpi"]


@pytest.mark.parametrize("kind", ["microvm-modern", "q35", "pc"])
def test_the_device_is_reset_and_its_pages_are_the_guests(
        boot, workdir, kind):
    log = workdir / "trace"
    machine = boot(**MACHINES[kind], append="touch=0",
                   before=tracelog.arguments(log, "virtio_set_status"))
    machine.line("power ready")
    machine.execute("balloon", value=64 << 20)
    machine.line("balloon reached actual=16384")
    press(machine)
    assert machine.wait() == BUTTON
    assert end_of(machine, 2) == ORDERLY
    events = map(tracelog.event_of, log.read_text().splitlines())
    assert tracelog.statuses(filter(None, events))[-2:] == [15, 0]


@pytest.mark.parametrize("machine", ["microvm", "q35"])
def test_a_guest_without_a_driver_hears_the_button_too(boot, machine):
    machine = boot(append="behave=no-driver", **MACHINES[machine])
    machine.line("power ready")
    press(machine)
    assert machine.wait() == BUTTON
    assert end_of(machine, 1) == ["power button"]


def test_so_does_one_whose_balloon_is_away(boot):
    machine = boot(machine="q35", before=ports("pcie-root-port"),
                   balloon=f"{PCI},bus=rp0")
    machine.line("power ready")
    unplug(machine)
    machine.line("balloon unplugged seq=1")
    press(machine)
    assert machine.wait() == BUTTON
    assert end_of(machine, 1) == ["power button"]


def test_slots_and_button_share_their_interrupt(boot):
    machine = boot(machine="q35", before=ports("pcie-root-port"),
                   balloon=f"{PCI},bus=rp0")
    machine.line("power ready")
    unplug(machine)
    plug(machine, {"driver": "virtio-balloon-pci"})
    machine.sample(2)
    press(machine)
    assert machine.wait() == BUTTON
    assert end_of(machine, 2) == [
        "power button", "balloon stopped seq=2 memory=back"]


# microvm's event device keeps a press; a PC drops one without a listener.
@pytest.mark.parametrize("kind,kept", [
    ("microvm", True), ("q35", False), ("pc", False)])
def test_a_press_before_the_guest_runs(boot, kind, kept):
    machine = boot(before=("-S",), **MACHINES[kind])
    machine.execute("system_powerdown")
    machine.until(lambda: any(event["event"] == "POWERDOWN"
                              for event in machine.qmp.events), "the press")
    machine.send("cont")
    if not kept:
        assert_works(machine)
        machine.execute("cont")
        press(machine)
    assert machine.wait() == BUTTON


# Without ACPI there is no button, as in old PCs.
@pytest.mark.parametrize("machine,balloon", [
    ("microvm,acpi=off", "virtio-balloon-device,id=balloon0"),
    ("pc,acpi=off", PCI)])
def test_without_acpi_nothing_happens(boot, machine, balloon):
    machine = boot(machine=machine, balloon=balloon, exit_device=False)
    machine.sample(1)
    machine.execute("system_powerdown")
    assert_works(machine)
    assert not [line for line in machine.lines()[0] if "power" in line]


# The guest has halted with interrupts off.
def test_a_guest_that_has_ended_hears_no_button(boot):
    machine = boot(append="samples=1", exit_device=False)
    machine.sample(1)
    machine.until_halted()
    machine.execute("system_powerdown")
    machine.until_halted()
    assert machine.execute("query-status")["status"] == "running"
    assert end_of(machine, 1) == ["sent seq=1"]
    assert shutdowns(machine) == []
