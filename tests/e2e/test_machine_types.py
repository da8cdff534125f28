# SPDX-License-Identifier: MIT
"""Every machine type that the QEMU in use lists, with its expected result: a
type pinned years ago (libvirt, Proxmox, OpenStack do that) works, too.

Types before 4.0 take no PVH kernel; they enter by guest/boot/real_mode.S.
"""
import re
import subprocess

import pytest

from harness import tool
from harness.balloon import MMIO, PCI
from harness.firmware import QEMU
from test_bad_input import assert_ends
from harness.truth import differences

DONE, NO_BALLOON, BAD_CMDLINE, NO_MEMORY, BAD_DEVICE = 3, 7, 5, 9, 11
QEMU_REFUSES = 1
CMDLINE_MAX = 4096  # its NUL included
PC = re.compile(r"pc|q35|pc-(i440fx|q35)-(\d+)\.(\d+)(\.\d+)?")


def listed(kind):
    """Lines of -M help or -cpu help; all names, since -accel is not given."""
    text = subprocess.run([QEMU, kind, "help"], capture_output=True, text=True,
                          check=True, timeout=30).stdout
    return text.splitlines()[1:]


TYPES = sorted(line.split()[0] for line in listed("-M") if line.strip())
OLD = [name for name in TYPES
       if (match := PC.fullmatch(name)) and match[2] and int(match[2]) < 4]
# One old type of pc and one of q35; QEMU 11.1 has neither.
SOME = [name for name in OLD if name in ("pc-i440fx-2.4", "pc-q35-3.1")]

# Types with no bus for a balloon, or no entry for a kernel.
OTHERS = {
    "isapc": (BAD_DEVICE, "this CPU has no 64-bit mode"),  # its CPU is a 486
    "none": (QEMU_REFUSES, "-kernel parameter is not supported"),
    "nitro": (QEMU_REFUSES, ""),
    "x-remote": (QEMU_REFUSES, "No 'ISA' bus found"),
    "xenfv": (QEMU_REFUSES, ""),
    "xenfv-3.1": (QEMU_REFUSES, ""),
    "xenfv-4.2": (QEMU_REFUSES, ""),
    "xenpv": (QEMU_REFUSES, ""),
    "xenpvh": (QEMU_REFUSES, ""),
}


@pytest.mark.parametrize("name", TYPES)
def test_every_machine_type_works_or_says_why_not(boot, name):
    if name == "microvm" or PC.fullmatch(name):
        machine = boot(machine=name, append="samples=1",
                       balloon=MMIO if name == "microvm" else PCI)
        assert machine.wait() == DONE, machine.report()
        machine.line("sent seq=1")
        return
    status, what = OTHERS[name]
    machine = boot(machine=name, balloon="")
    assert machine.wait() == status, machine.report()
    assert what in machine.stderr() + machine.console.decode()


@pytest.mark.skipif(not OLD, reason="not here: this QEMU has no such type")
class TestBefore40:
    """The parts of a PVH loader's work that real_mode.S does."""

    @pytest.fixture(params=SOME)
    def old(self, request, boot):
        def start(**options):
            return boot(machine=request.param, balloon=PCI, **options)
        return start

    def test_polled_samples_are_equal(self, old):
        machine = old()
        machine.sample(1)
        machine.poll_now()
        machine.sample(2)
        sample, stats = machine.stopped_sample()
        assert differences(sample, stats["stats"]) == {}

    @pytest.mark.parametrize("memory", ["16M", "3584M", "5G"])
    def test_all_memory_is_found(self, old, memory):
        machine = old(memory=memory, append="samples=1")
        assert machine.wait() == DONE
        total = machine.samples()[0].values["total-memory"]
        size = int(memory[:-1]) << {"M": 20, "G": 30}[memory[-1]]
        assert size - (4 << 20) < total < size

    @pytest.mark.parametrize("memory", ["1028K", "1200K"])
    def test_too_little_memory_is_said(self, old, memory):
        assert_ends(old(memory=memory), NO_MEMORY,
                    "too little memory for the image")

    def test_a_command_line_that_just_fits_is_read_to_its_end(self, old):
        machine = old(append="samples=1".rjust(CMDLINE_MAX - 1))
        assert machine.wait() == DONE

    @pytest.mark.parametrize("length", [CMDLINE_MAX, 5 * CMDLINE_MAX])
    def test_a_command_line_too_long_is_refused(self, old, length):
        assert_ends(old(append="samples=1".rjust(length)), BAD_CMDLINE,
                    "command line too long")

    def test_a_reset_boots_again(self, old):
        machine = old(reboot=True)
        machine.sample(1)
        machine.execute("system_reset")
        machine.line("sent seq=1", 2)

    @pytest.mark.parametrize("name", SOME)
    def test_the_tool_compares_its_samples(self, aerostat, name):
        run = aerostat("run", "--machine", name, "--samples", "1")
        assert run.wait() == tool.OK, run.report()
        assert "verdict: equal" in run.stdout


def test_a_machine_without_pci_has_no_balloon(boot):
    machine = boot(machine="isapc", balloon="", extra=("-cpu", "qemu64"))
    assert_ends(machine, NO_BALLOON, "no balloon device")
