# SPDX-License-Identifier: MIT
"""Unusable input ends the guest at once, with a message that names it and the
exit status that docs/guest.md documents; nothing hangs.

On the PCI machines; those without a balloon are in test_pci.py, microvm's in
test_endings.py and test_memory.py, UEFI's load options in test_uefi.py.
"""
import random

import pytest

from harness.balloon import assert_works

DONE, BAD_CMDLINE, NO_MEMORY, BAD_DEVICE = 3, 5, 9, 11
BALLOON = "virtio-balloon-pci,id=balloon0"
CMDLINE_MAX = 4096  # its NUL included


@pytest.fixture(params=["pc", "q35"])
def start(request, boot):
    """start(...): a machine of the type in turn, with a PCI balloon."""
    def start_one(**options):
        return boot(machine=request.param, balloon=BALLOON, **options)
    return start_one


def assert_ends(machine, status, what):
    assert machine.wait() == status
    assert f'error what="{what}' in machine.console.decode()


# --- The command line ---------------------------------------------------------

def test_a_command_line_that_just_fits_is_read_to_its_end(start):
    machine = start(append="samples=1".rjust(CMDLINE_MAX - 1))
    assert machine.wait() == DONE


@pytest.mark.parametrize("length", [CMDLINE_MAX, CMDLINE_MAX + 31])
def test_a_command_line_too_long_is_refused(start, length):
    assert_ends(start(append="samples=1".rjust(length)), BAD_CMDLINE,
                "command line too long")


# With SeaBIOS, QEMU's option ROM loads the kernel. It has 4 KiB for the line: a
# longer one overwrites the start info, and from about 20 KiB on the ROM itself.
@pytest.mark.parametrize("length", [CMDLINE_MAX + 32, 5000, 20000])
def test_a_command_line_that_spoils_the_start_info_is_refused(start, length):
    assert_ends(start(append="samples=1".rjust(length)), BAD_CMDLINE,
                "no start info: command line too long?")


def test_a_wrong_word_is_named(start):
    machine = start(append="samples=1 smaples=2")
    assert machine.wait() == BAD_CMDLINE
    assert 'word="smaples=2"' in machine.line('error what="command line: ')


# --- Memory -------------------------------------------------------------------

# Sizes between these and the need of firmware and guest together can't be
# tested: SeaBIOS works at the end of RAM, and overwrites the image there.
@pytest.mark.parametrize("memory", ["1028K", "1100K", "1200K"])
def test_too_little_memory_is_said(start, memory):
    assert_ends(start(memory=memory), NO_MEMORY,
                "too little memory for the image")


@pytest.mark.parametrize("memory", ["2M", "3M", "3584M", "5G"])
def test_works_with_memory_of(start, memory):
    assert_works(start(memory=memory))


# --- Processors ---------------------------------------------------------------

@pytest.mark.parametrize("model", ["qemu64", "max", "Nehalem"])
def test_works_on_a_cpu_of_model(start, model):
    assert_works(start(extra=("-cpu", model)))


@pytest.mark.parametrize("model", ["qemu32", "486"])
def test_a_cpu_without_64_bits_is_refused(start, model):
    assert_ends(start(extra=("-cpu", model)), BAD_DEVICE,
                "this CPU has no 64-bit mode")


def test_other_cpus_sleep_on(start):
    machine = start(extra=("-smp", "4"))
    assert_works(machine)
    for number in (1, 2, 3):
        registers = machine.execute("human-monitor-command", **{
            "command-line": "info registers", "cpu-index": number})
        assert "HLT=1" in registers, registers


# --- ACPI's tables ------------------------------------------------------------

@pytest.fixture
def table(workdir):
    """table("APIC", data): QEMU arguments that add such a table; QEMU makes
    its header and checksum."""
    def words(signature, data):
        (workdir / "table").write_bytes(data)
        return ("-acpitable", f"sig={signature},data={workdir / 'table'}")
    return words


GARBAGE = random.Random(5).randbytes(100)


@pytest.mark.parametrize("signature,name", [
    ("APIC", "MADT"), ("FACP", "FADT"), ("MCFG", "MCFG")])
@pytest.mark.parametrize("data", [b"\1", GARBAGE], ids=["short", "garbage"])
def test_a_table_without_sense_is_named(start, table, signature, name, data):
    assert_ends(start(extra=table(signature, data)), BAD_DEVICE, name)


# Entries of type 1 (I/O APIC): type, length, and a truncated body.
ENTRIES = {
    "of-no-length": b"\1\0",
    "longer-than-the-table": b"\1\xff\0\0",
    "shorter-than-its-kind": b"\1\4\0\0",
}


@pytest.mark.parametrize("entry", ENTRIES)
def test_a_table_with_a_bad_entry_is_named(start, table, entry):
    data = bytes(8) + ENTRIES[entry]  # local APIC address, flags
    assert_ends(start(extra=table("APIC", data)), BAD_DEVICE, "MADT")


def test_a_table_of_no_use_is_not_read(start, table):
    assert_works(start(extra=table("JUNK", GARBAGE)))
