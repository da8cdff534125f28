# SPDX-License-Identifier: MIT
"""The cost of the first sample: instructions, counted one by one, and returns
to QEMU under KVM. No line printed on the way is lost.
"""
import pytest

from harness import exectrace, firmware, tool

INSTRUCTIONS = 45000
EXITS = 200
DONE, NO_BALLOON, PANIC, TRAP = 3, 7, 13, 15


@pytest.mark.parametrize("memory", ["64M", "256M", "4G", "16G"])
def test_the_first_sample_takes_few_instructions(boot, workdir, memory):
    log = workdir / "log"
    machine = boot(memory=memory, append="samples=1", eventfd=False,
                   extra=exectrace.words_from_reset(log))
    exectrace.start(machine)
    assert machine.wait() == DONE
    way = exectrace.until_kick(exectrace.events(log.read_text()))
    cost = exectrace.count(way, "rip")
    assert 0 < cost <= INSTRUCTIONS


def test_the_first_sample_takes_few_exits_under_kvm(boot, aerostat, workdir):
    """The count includes the firmware's exits: qboot makes 77."""
    trial = aerostat("run", "--samples", "1", "--accel", "auto",
                     QEMU=firmware.QEMU)
    assert trial.wait() == tool.OK
    if "accel: kvm " not in trial.stderr():
        pytest.skip("not here: a boot with KVM")
    log = workdir / "log"
    machine = boot(accel="kvm", append="samples=1", eventfd=False,
                   extra=(*firmware.microvm("qboot"), "-D", log,
                          "-trace", "kvm_run_exit",
                          "-trace", "virtio_queue_notify"))
    assert machine.wait() == DONE
    way = exectrace.until_kick(exectrace.events(log.read_text()))
    cost = exectrace.count(way, "exit")
    assert 0 < cost <= EXITS


# --- Text that waits ---------------------------------------------------------

STARTED = ["mm ready", "irq ioapic", "irq ioapic", "virtio found"]
LIVE = ["virtio features", "balloon queues", "stats seq=1", "sent seq=1"]


def check_beginnings(machine, *beginnings):
    lines = machine.lines()[0]
    assert [line[:len(start)] for start, line in zip(beginnings, lines)] == [
        *beginnings]
    return lines[len(beginnings):]


def test_what_waits_comes_before_a_panics_own_words(boot):
    machine = boot(append="behave=panic:1")
    assert machine.wait() == PANIC
    check_beginnings(machine, *STARTED, "balloon behave=panic:1",
                     *LIVE[:2], "panic what=")


def test_what_waits_comes_before_a_traps_report(boot):
    machine = boot(append="fault=ud")
    assert machine.wait() == TRAP
    check_beginnings(machine, *STARTED, *LIVE, "", "trap vector=6")


def test_what_waits_comes_before_the_reason_to_give_up(boot):
    machine = boot(balloon="")
    assert machine.wait() == NO_BALLOON
    rest = check_beginnings(machine, *STARTED[:3])
    assert [line.split(" slots")[0] for line in rest if line] == [
        'error what="no balloon device"']


def test_what_waits_is_said_before_a_guest_without_a_driver_sleeps(boot):
    machine = boot(append="behave=no-driver")
    machine.line("balloon behave=no-driver")
    machine.until_halted()
    assert not check_beginnings(machine, *STARTED, "balloon behave=no-driver",
                                "power ready")


def test_more_than_can_wait_is_said_in_order(boot):
    """The guest finds 72 functions before the balloon, with a line for each."""
    bus = [word for slot in range(4, 13) for function in range(8)
           for word in ("-device", f"virtio-rng-pci,addr={slot:#x}."
                        f"{function},multifunction=on")]
    machine = boot(machine="q35", append="samples=1", before=bus,
                   balloon="virtio-balloon-pci,id=balloon0,addr=0x1e")
    assert machine.wait() == DONE
    lines = machine.lines()[0]
    found = [line.split()[2] for line in lines
             if line.startswith("pci function at=00:")]
    assert len(found) >= 73 and found == sorted(set(found))
    assert len(machine.console) > 4096
    assert lines[0].startswith("mm ready ")
    assert [line.split()[:2] for line in lines[-2:]] == [
        ["stats", "seq=1"], ["sent", "seq=1"]]
