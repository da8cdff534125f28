# SPDX-License-Identifier: MIT
"""The UEFI entry on real firmware (Debian's OVMF), and on firmware at fault.

tests/efi/launcher.c adds the faults that OVMF itself does not have. UEFI 2.10,
7.2.3 (memory map), 7.4.6 (ExitBootServices).
"""
import os
import re
import subprocess

import pytest

from harness import host
from harness.machine import BUILD, ROOT
from harness.truth import differences

FIRMWARE = "/usr/share/ovmf/OVMF.fd"
APPLICATION = BUILD / "aerostat.efi"
IMAGE = BUILD / "aerostat.img"
LAUNCHER = BUILD / "tests/efi/launcher.efi"
DONE, BAD_CMDLINE, NO_MEMORY, BAD_DEVICE = 3, 5, 9, 11
MACHINES = ("q35", "pc")
LINKED = 0xffffffff80100000  # the image's first byte (linker/guest.ld)
MIB, GIB = 1 << 20, 1 << 30


@pytest.fixture
def uefi(boot):
    """uefi(append=..., ...): a machine with OVMF and a PCI balloon."""
    def start(**differences):
        words = {"machine": "q35", "kernel": APPLICATION, "seconds": 120,
                 "balloon": "virtio-balloon-pci,id=balloon0"} | differences
        extra = ("-bios", FIRMWARE, *words.pop("extra", ()))
        return boot(extra=extra, **words)
    return start


@pytest.fixture
def launched(uefi):
    """launched("fault", "options"): started by the launcher."""
    def start(fault, options=""):
        return uefi(kernel=LAUNCHER, machine="pc",
                    append=f"{fault} -- {options}")
    return start


def first_line(machine):
    """The kernel's first line, which names the entry."""
    return machine.line("mm ready ")


def assert_equal(machine):
    sample, stats = machine.stopped_sample()
    assert differences(sample, stats["stats"]) == {}
    return sample


@pytest.mark.parametrize("kind", MACHINES)
def test_the_application_as_kernel_takes_its_command_line(uefi, kind):
    machine = uefi(machine=kind, append="samples=2")
    assert " entry=uefi " in first_line(machine)
    machine.sample(1)
    assert machine.poll_to_the_end() == DONE
    assert [sample.seq for sample in machine.samples()] == [1, 2]
    assert machine.stderr() == ""


@pytest.mark.parametrize("kind", MACHINES)
def test_the_disk_image_boots_without_a_command_line(uefi, kind):
    machine = uefi(machine=kind, kernel=None, extra=(
        "-drive", f"format=raw,file={IMAGE},snapshot=on"))
    assert " entry=uefi " in first_line(machine)
    machine.sample(1)
    machine.poll_every(1)
    machine.sample(2)
    assert assert_equal(machine).seq >= 2
    assert machine.stderr() == ""


@pytest.mark.skipif(not host.can_leave_unreserved(),
                    reason="not here: memory without a reservation")
def test_memory_beyond_what_bits_above_the_image_can_show_is_managed(uefi):
    """OVMF leaves 7 MiB free at 1 MiB; bits for 220 GiB of frames fit."""
    machine = uefi(machine="q35,memory-backend=ram", append="samples=1", extra=(
        "-object", "memory-backend-ram,id=ram,reserve=off,size=300G",
        "-m", "300G"))
    assert machine.wait() == DONE
    total = machine.samples()[0].values["total-memory"]
    assert 299.9 * GIB < total < 300 * GIB


def test_the_firmware_s_acpi_tables_are_the_ones_read(uefi, workdir):
    table = workdir / "madt"
    table.write_bytes(bytes(4))  # too short to name the local APIC
    machine = uefi(machine="pc", extra=(
        "-acpitable", f"sig=APIC,data={table}"))
    assert machine.wait() == BAD_DEVICE
    machine.line('error what="MADT"')


@pytest.mark.parametrize("append,what", [
    ("grüße=1", "load options are not ASCII"),
    ("x" * 4096, "command line too long"),
])
def test_load_options_that_are_no_command_line_are_named(uefi, append, what):
    machine = uefi(machine="pc", append=append)
    assert machine.wait() == BAD_CMDLINE
    machine.line(f'error what="{what}"')


@pytest.mark.parametrize("fault,options,status,what", [
    ("half", "samples=1", BAD_CMDLINE, "load options are not UCS-2"),
    ("take-all", "samples=1", NO_MEMORY, "no room for the image below 1 GiB"),
    ("overlap", "samples=1", NO_MEMORY, "memory ranges overlap"),
    ("refuse=9", "samples=1", BAD_DEVICE, "ExitBootServices failed"),
])
def test_a_firmware_at_fault_is_named_and_ends(launched, fault, options,
                                               status, what):
    machine = launched(fault, options)
    assert machine.wait() == status
    machine.line(f'error what="{what}"')
    assert machine.samples() == []


def test_where_its_place_is_taken_the_image_runs_above_it(launched):
    machine = launched("take-place refuse=2 no-nul", "touch=3")
    machine.sample(1)
    place = machine.human(f"gva2gpa {LINKED:#x}")
    machine.poll_every(1)
    machine.sample(2)
    assert_equal(machine)
    assert place.split() == ["gpa:", f"{3 * MIB:#x}"]


def test_the_name_that_a_shell_puts_first_is_no_word(launched):
    assert launched("shell", "aerostat samples=1").wait() == DONE


def make_image(path, zone):
    subprocess.run([ROOT / "scripts/make-esp", APPLICATION, path],
                   env=os.environ | {"TZ": zone}, check=True)
    return path.read_bytes()


def test_the_disk_image_is_the_same_bytes_each_time(workdir):
    path = workdir / "esp.img"
    first = make_image(path, "Asia/Tokyo")
    assert make_image(path, "America/Lima") == first
    # Both may be made in the same second, so no current time may be in it.
    listing = subprocess.run(["mdir", "-/", "-i", f"{path}@@1M", "::"],
                             capture_output=True, text=True, check=True)
    assert set(re.findall(r"\d{4}-\d\d-\d\d", listing.stdout)) == {
        "1980-01-01"}


def test_an_error_without_an_exit_device_goes_back_to_the_firmware(uefi):
    machine = uefi(kernel=LAUNCHER, machine="pc", exit_device=False,
                   append="take-all -- samples=1")
    machine.line('error what="no room for the image below 1 GiB"')
    machine.line("BdsDxe: ")  # the firmware looks for another application
