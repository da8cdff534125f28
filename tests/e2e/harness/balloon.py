# SPDX-License-Identifier: MIT
"""Balloon tests' helpers: transports, sizes, the guest's and QEMU's figures.

VIRTIO 1.4, 5.5.6 (device operation); sizes are in pages of 4 KiB.
"""
import re

from harness.truth import differences

PAGE = 4096
MIB = 1 << 20
PER_MIB = MIB // PAGE
RAM = 128 * MIB  # the default of these tests
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
    """Arguments for machine.Options; `more`: properties of the balloon."""
    found = dict(TRANSPORTS[transport], **others)
    found["balloon"] += more
    return found


def ask(machine, pages, ram=RAM):
    """Sets the target to `pages` pages in the balloon; does not wait."""
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
    """The balloon's size as QEMU reports it, in pages."""
    return (ram - machine.execute("query-balloon")["actual"]) // PAGE


def settle(machine, pages, ram=RAM):
    """Sets the target, waits until the guest reports that it is reached, and
    asserts that QEMU reports the same size."""
    ask(machine, pages, ram)
    machine.until(lambda: said(machine) == ("reached", pages),
                  f"a balloon of {pages} pages")
    assert in_balloon(machine, ram) == pages


def verify(machine, pages):
    """Asserts that the workload's pages hold what was written to them."""
    line = machine.order("verify")
    match = VERIFIED.fullmatch(line)
    assert match and (int(match[1]), int(match[2])) == (pages, 0), line


def assert_works(machine):
    """Checks a first sample and a polled one; the second needs the
    interrupt."""
    machine.sample(1)
    machine.poll_now()
    machine.sample(2)
    sample, stats = machine.stopped_sample()
    assert differences(sample, stats["stats"]) == {}
    assert sample.seq == 2
    assert machine.stderr() == ""
