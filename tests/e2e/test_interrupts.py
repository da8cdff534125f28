# SPDX-License-Identifier: MIT
"""Interrupts without a driver in the guest: a line that another device keeps
active, a message with an unused vector.

QEMU's `edu` device (its docs/specs/edu.rst) raises its pin on command; the
guest has switched that pin off, and qtest switches it on again.
"""
import pytest

from harness import qtest
from test_hotplug import assert_polls
from test_pci import balloon, devices, no_messages

ECAM = 0xb0000000  # q35's address, set by firmware
MESSAGES = 0xfee00000
COMMAND = 4
MEMORY = 2  # PCI command: memory decoding on, pin not disabled
EDU_RAISE = 0x60
EDU_LOWER = 0x64


@pytest.fixture
def hands(watched, workdir):
    """hands(): a connection to the qtest socket of the booted machine."""
    def connect():
        watched.append(qtest.Qtest(workdir))
        return watched[-1]
    return connect


@pytest.fixture
def storm(boot, workdir, hands):
    """A q35 whose balloon shares its line with an edu device; the address of
    that device's registers; the qtest connection to write them."""
    def start(**options):
        machine = boot(
            machine="q35", append="touch=0",
            balloon=balloon(addr=1, **no_messages()),
            before=devices("edu,addr=5"),
            extra=qtest.arguments(workdir), **options)
        machine.sample(1)
        machine.until_halted()
        edu = next(function for function in
                   machine.execute("query-pci")[0]["devices"]
                   if function["slot"] == 5)
        hand = hands()
        hand.write16(ECAM + (5 << 15) + COMMAND, MEMORY)
        return machine, edu["regions"][0]["address"], hand
    return start


def unclaimed(machine):
    return [line for line in machine.lines()[0]
            if line.startswith("irq unclaimed")]


def test_a_line_that_another_device_keeps_active_is_masked_and_said(storm):
    machine, edu, hand = storm()
    gsi = machine.line("virtio found id=5").split("gsi=")[1]
    hand.write32(edu + EDU_RAISE, 1)
    assert (machine.line("irq unclaimed") ==
            f"irq unclaimed gsi={gsi} count=1000 masked=yes look_ms=10")
    assert_polls(machine, 1)  # the balloon's interrupts still arrive
    hand.write32(edu + EDU_LOWER, 1)
    assert_polls(machine, 3)
    machine.until_halted()
    assert len(unclaimed(machine)) == 1


@pytest.mark.parametrize("vector", [0x30, 0x77, 0xfe])
def test_a_message_for_nobody_is_said_and_ends_nothing(
        boot, modern, workdir, hands, vector):
    machine = boot(modern=modern, append="touch=0",
                   extra=qtest.arguments(workdir))
    machine.sample(1)
    hand = hands()
    for _ in range(2):
        machine.until_halted()
        hand.write32(MESSAGES, vector)
    assert machine.line("irq stray") == f"irq stray vector={vector:#x}"
    assert_polls(machine, 1)
    assert sum(line.startswith("irq stray")
               for line in machine.lines()[0]) == 1
