# SPDX-License-Identifier: MIT
"""A balloon that moves: transports, sizes, and what guest and QEMU say of it.

VIRTIO 1.4, 5.5.6 (device operation); sizes are in pages of 4 KiB.
"""
import re

from truth import differences

PAGE = 4096
MIB = 1 << 20
PER_MIB = MIB // PAGE
RAM = 128 * MIB  # of a machine that asks for nothing else
PCI = "virtio-balloon-pci,id=balloon0"
MMIO = "virtio-balloon-device,id=balloon0"

TRANSPORTS = {
    "mmio-legacy": {"balloon": MMIO},
    "mmio": {"modern": True, "balloon": MMIO},
    "mmio-packed": {"modern": True, "balloon": MMIO + ",packed=on"},
    "pci": {"machine": "q35", "balloon":
            PCI + ",disable-legacy=on,disable-modern=off"},
    "pci-packed": {"machine": "q35", "balloon":
                   PCI + ",disable-legacy=on,disable-modern=off,packed=on"},
    "pci-transitional": {"machine": "pc", "balloon":
                         PCI + ",disable-legacy=off,disable-modern=off"},
    "pci-legacy": {"machine": "pc", "balloon":
                   PCI + ",disable-legacy=off,disable-modern=on"},
}

SIZE = re.compile(r"balloon (reached|floor|relief) .*?actual=(\d+)")
VERIFIED = re.compile(r"order verify seed=\d+ pages=(\d+) wrong=(\d+) .*")


def options(transport, more="", **others):
    """machine.Options' words; `more` are properties of the balloon."""
    found = dict(TRANSPORTS[transport], **others)
    found["balloon"] += more
    return found


def ask(machine, pages, ram=RAM):
    """Sets the target, so many pages in the balloon, and waits for nothing."""
    machine.execute("balloon", value=ram - pages * PAGE)


def said(machine):
    """The newest line about the balloon's size: (word, pages) or None."""
    for line in reversed(machine.lines()[0]):
        if match := SIZE.fullmatch(line) or SIZE.match(line):
            return match[1], int(match[2])
        if line.startswith("balloon target "):
            return None
    return None


def in_balloon(machine, ram=RAM):
    """As QEMU has it, in pages."""
    return (ram - machine.execute("query-balloon")["actual"]) // PAGE


def settle(machine, pages, ram=RAM):
    """Asks for a size, waits until the guest says it has it, and holds QEMU
    to it."""
    ask(machine, pages, ram)
    machine.until(lambda: said(machine) == ("reached", pages),
                  f"a balloon of {pages} pages")
    assert in_balloon(machine, ram) == pages


def verify(machine, pages):
    """All that the workload holds is as it was written."""
    line = machine.order("verify")
    match = VERIFIED.fullmatch(line)
    assert match and (int(match[1]), int(match[2])) == (pages, 0), line


def assert_works(machine):
    """A first sample and a polled one, so its interrupt arrives too."""
    machine.sample(1)
    machine.poll_now()
    machine.sample(2)
    sample, stats = machine.stopped_sample()
    assert differences(sample, stats["stats"]) == {}
    assert sample.seq == 2
    assert machine.stderr() == ""
