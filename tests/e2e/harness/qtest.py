# SPDX-License-Identifier: MIT
"""Writes the machine's memory: breaks a device, or forges its answers.

Uses QEMU's qtest protocol beside a running guest (QEMU's docs/devel/qtest),
with the machine stopped. Ring layout: VIRTIO 1.4, 2.7.
"""
import socket
import struct

from harness.machine import BALLOON

SLOT = 0xfeb02e00  # microvm's last slot; -device fills the last one first
QUEUE_NOTIFY = SLOT + 0x50
SLOT_PIN = 23  # input of the second I/O APIC
CONFIG_ACTUAL = SLOT + 0x104
STATSQ = 2


def arguments(workdir):
    return ("-qtest", f"unix:{workdir}/qtest,server=on,wait=off",
            "-qtest-log", "none")


class Qtest:
    """One connection; each call returns when QEMU has done it."""

    def __init__(self, workdir):
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(30)
        self._socket.connect(f"{workdir}/qtest")
        self._replies = self._socket.makefile("r")

    def close(self):
        self._replies.close()
        self._socket.close()

    def report(self):
        return "see the machine"

    def _say(self, line):
        self._socket.sendall(line.encode() + b"\n")
        reply = self._replies.readline()
        assert reply == "OK\n", f"{line}: {reply}"

    def write16(self, address, value):
        self._say(f"writew {address:#x} {value & 0xffff:#x}")

    def write32(self, address, value):
        self._say(f"writel {address:#x} {value:#x}")

    def pulse(self, path, pin):
        """Raises and lowers an interrupt input of the device at the path."""
        for level in (1, 0):
            self._say(f"set_irq_in {path} unnamed-gpio-in {pin} {level}")

    def write_bytes(self, address, data):
        for at in range(0, len(data), 4):
            self.write32(address + at, *struct.unpack_from("<I", data, at))


def second_ioapic(machine):
    place = "/machine/unattached"
    for child in machine.execute("qom-list", path=place):
        if child["type"] == "child<ioapic>":
            return f"{place}/{child['name']}"
    raise AssertionError("no second I/O APIC")


class Statsq:
    """The statistics queue in the machine's memory, and ways to forge it."""

    def __init__(self, machine, hands):
        self._machine = machine
        self._hands = hands
        found = machine.execute("x-query-virtio-queue-status", path=BALLOON,
                                queue=STATSQ)
        self._size = found["vring-num"]
        self._descriptors = found["vring-desc"]
        self._available = found["vring-avail"]
        self._used = found["vring-used"]
        self._next_available = found["last-avail-idx"]
        self._next_used = found["used-idx"]

    def offer(self, descriptor):
        """Makes a descriptor available in place of the driver."""
        at = self._next_available % self._size
        self._hands.write16(self._available + 4 + 2 * at, descriptor)
        self._hands.write16(self._available + 2, self._next_available + 1)

    def offer_empty_buffer(self):
        number = self._size - 1
        entry = struct.pack("<QIHH", 0x200000, 0, 0, 0)
        self._hands.write_bytes(self._descriptors + 16 * number, entry)
        self.offer(number)

    def offer_no_descriptor(self):
        self.offer(self._size)

    def forge_used(self, number, length=0, count=1):
        """Adds used entries that the device never wrote."""
        for index in range(self._next_used, self._next_used + count):
            entry = struct.pack("<II", number, length)
            self._hands.write_bytes(
                self._used + 4 + 8 * (index % self._size), entry)
        self._hands.write16(self._used + 2, self._next_used + count)

    def kick(self):
        """Notifies the queue; gives what QEMU prints, since a message on
        stderr marks a device as broken. (x-query-virtio-status would crash
        11.1 then.)"""
        before = len(self._machine.stderr())
        self._hands.write32(QUEUE_NOTIFY, STATSQ)
        return self._machine.stderr()[before:]
