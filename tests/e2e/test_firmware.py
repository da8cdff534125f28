# SPDX-License-Identifier: MIT
"""Unusual firmware with `aerostat run`: halves of an image, Secure Boot,
firmware that can't start the guest, qboot on PCI machines.

The images are those of Debian's package ovmf.
"""
import pathlib

import pytest

from harness import tool
from harness.balloon import PCI
from harness.machine import BUILD, GUEST

BAD_DEVICE = 11
OVMF = pathlib.Path("/usr/share/OVMF")
WHOLE = "/usr/share/ovmf/OVMF.fd"
APPLICATION = BUILD / "aerostat.efi"
SEABIOS = "/usr/share/seabios/bios-256k.bin"


@pytest.fixture
def run(aerostat):
    """run("uefi", firmware, ...): one sample on q35 with that firmware."""
    def start(boot, firmware, *more):
        return aerostat("run", "--machine", "q35", "--boot", boot, "--samples",
                        "1", "--firmware", firmware, *more)
    return start


# --- Halves -------------------------------------------------------------------

# The 2 MiB image, the 4 MiB one, and one with SMM, which shares its store's
# name with another image.
@pytest.mark.parametrize("boot,code,store", [
    ("uefi", "OVMF_CODE.fd", "OVMF_VARS.fd"),
    ("uefi", "OVMF_CODE_4M.fd", "OVMF_VARS_4M.fd"),
    ("esp", "OVMF_CODE_4M.secboot.fd", "OVMF_VARS_4M.fd"),
])
def test_half_an_image_is_given_its_other_half(run, boot, code, store):
    before = (OVMF / store).read_bytes()
    halves = run(boot, OVMF / code)
    assert halves.wait() == tool.OK, halves.report()
    assert "verdict: equal" in halves.stdout
    assert f"readonly=on,file={OVMF / code}" in halves.stderr()
    assert f"snapshot=on,file={OVMF / store}" in halves.stderr()
    assert (OVMF / store).read_bytes() == before


def test_half_an_image_lives_without_the_other(run, workdir):
    code = workdir / "OVMF_CODE.fd"
    code.write_bytes((OVMF / "OVMF_CODE_4M.fd").read_bytes())
    half = run("uefi", code)
    assert half.wait() == tool.OK, half.report()


# --- What can't be ------------------------------------------------------------

@pytest.mark.parametrize("boot", ["uefi", "esp"])
def test_secure_boot_is_said_to_refuse_the_guest(run, boot):
    refused = run(boot, OVMF / "OVMF_CODE_4M.ms.fd")
    assert refused.wait() == tool.TIMEOUT, refused.report()
    assert ("the firmware found nothing that it may start: Secure Boot is on, "
            "and the guest is not signed") in refused.stderr()
    assert "BdsDxe: No bootable option" in refused.stderr()


def test_a_guest_that_uefi_does_not_know_ends_at_its_shell(run, workdir):
    damaged = workdir / "damaged.efi"
    damaged.write_bytes(b"MZ" + bytes(1 << 16))
    unknown = run("uefi", WHOLE, "--guest", damaged)
    assert unknown.wait() == tool.TIMEOUT, unknown.report()
    assert ("the firmware found nothing to start but its shell"
            in unknown.stderr())


@pytest.mark.parametrize("boot,firmware,why", [
    ("pvh", WHOLE, "is UEFI firmware, which starts no PVH kernel: use --boot "
     "uefi"),
    ("pvh", OVMF / "OVMF_CODE_4M.fd", "use --boot uefi"),
    ("uefi", SEABIOS, "--boot uefi needs UEFI firmware"),
    ("esp", SEABIOS, "--boot esp needs UEFI firmware"),
    ("uefi", OVMF / "OVMF_VARS_4M.fd", "is a variable store"),
])
def test_firmware_of_the_wrong_kind_starts_no_qemu(run, boot, firmware, why):
    wrong = run(boot, firmware)
    assert wrong.wait() == tool.USAGE
    assert f"{firmware} is" in wrong.stderr() and why in wrong.stderr()
    assert "accel:" not in wrong.stderr()


@pytest.mark.parametrize("boot,guest,why", [
    ("pvh", APPLICATION, "is a UEFI application: use --boot uefi"),
    ("uefi", GUEST, "is no UEFI application"),
])
def test_a_guest_of_the_wrong_kind_starts_no_qemu(aerostat, boot, guest, why):
    wrong = aerostat("run", "--machine", "q35", "--boot", boot,
                     "--guest", guest)
    assert wrong.wait() == tool.USAGE
    assert f"{guest} {why}" in wrong.stderr()
    assert "accel:" not in wrong.stderr()


@pytest.mark.parametrize("kind", ["pc", "q35"])
def test_qboot_leaves_a_pci_balloon_without_addresses(boot, kind):
    machine = boot(machine=kind, balloon=PCI, extra=("-bios", "qboot.rom"))
    assert machine.wait() == BAD_DEVICE
    machine.line("error what=\"PCI function can't be used\"")
    assert "unusable=bar_unprogrammed" in machine.console.decode()
