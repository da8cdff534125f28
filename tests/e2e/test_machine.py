# SPDX-License-Identifier: MIT
"""Variations of the machine: firmware without ACPI, one I/O APIC, other slots,
other devices beside the balloon, no balloon.

The slots of QEMU's microvm: 24 with ACPI and the second I/O APIC, otherwise 8.
"""
import pytest

from harness import firmware
from harness.balloon import assert_works

NO_BALLOON = 7
BAD_DEVICE = 11
BALLOON = "virtio-balloon-device,id=balloon0"


@pytest.mark.parametrize("machine_options", [
    "acpi=off", "ioapic2=off", "acpi=off,ioapic2=off",
    "auto-kernel-cmdline=off", "auto-kernel-cmdline=off,acpi=off", "pit=off",
    "pic=off", "rtc=on", "isa-serial=on"])
def test_works_on_microvm_with(boot, modern, machine_options):
    assert_works(boot(machine="microvm," + machine_options, modern=modern))


@pytest.mark.parametrize("machine_options", [
    "x-option-roms=off", "x-option-roms=off,acpi=off"])
def test_works_without_option_roms(boot, modern, machine_options):
    """With qboot: SeaBIOS can load a kernel only through an option ROM."""
    assert_works(boot(machine="microvm," + machine_options, modern=modern,
                      extra=firmware.microvm("qboot")))


SLOTS = ([("microvm", slot) for slot in (0, 1, 7, 8, 22, 23)]
         + [("microvm,acpi=off", slot) for slot in (0, 3, 7)]
         + [("microvm,ioapic2=off", slot) for slot in (0, 4, 7)])


@pytest.mark.parametrize("machine,slot", SLOTS)
def test_finds_the_balloon_in_slot(boot, modern, machine, slot):
    balloon = f"{BALLOON},bus=virtio-mmio-bus.{slot}"
    assert_works(boot(machine=machine, modern=modern, balloon=balloon))


def test_finds_the_balloon_in_slot_0_beside_one_in_slot_2(boot, modern):
    # QEMU's I/O APICs map pin 0 to pin 2, which slot 2 uses already.
    assert_works(boot(
        modern=modern, balloon=f"{BALLOON},bus=virtio-mmio-bus.0",
        extra=("-device", "virtio-serial-device,bus=virtio-mmio-bus.2")))


OTHERS = ("-object", "rng-random,id=rng0,filename=/dev/urandom",
          "-device", "virtio-rng-device,rng=rng0",
          "-device", "virtio-serial-device",
          "-drive", "if=none,id=disk0,driver=null-co,size=1M",
          "-device", "virtio-blk-device,drive=disk0")


@pytest.mark.parametrize("where", ["before", "extra"])
@pytest.mark.parametrize("machine", ["microvm", "microvm,acpi=off"])
def test_works_beside_other_devices(boot, modern, machine, where):
    assert_works(boot(machine=machine, modern=modern, **{where: OTHERS}))


@pytest.mark.parametrize("machine", [
    "microvm", "microvm,acpi=off", "microvm,ioapic2=off"])
@pytest.mark.parametrize("others", [(), OTHERS], ids=["none", "others"])
def test_ends_with_a_verdict_without_a_balloon(boot, modern, machine, others):
    machine = boot(machine=machine, modern=modern, balloon="", extra=others)
    assert machine.wait() == NO_BALLOON
    machine.line('error what="no balloon device"')


def test_a_slot_where_memory_is_known_to_be_is_refused(boot, modern):
    machine = boot(modern=modern,
                   append="virtio_mmio.device=512@0x400000:5")
    assert machine.wait() == BAD_DEVICE
    machine.line('error what="slot can\'t be mapped" error=invalid')


# Tables from the command line come after QEMU's own ones.
@pytest.mark.parametrize("more", [0, 100])
def test_works_with_more_tables_than_are_read(boot, workdir, more):
    table = workdir / "table"
    table.write_bytes(bytes(8))
    machine = boot(machine="q35", balloon="virtio-balloon-pci,id=balloon0",
                   extra=("-acpitable", f"sig=ODD0,data={table}") * more)
    assert_works(machine)
    said = [line for line in machine.lines()[0]
            if line.startswith("acpi tables=")]
    assert [line.split()[-1] for line in said] == ["read=64"] * bool(more)


# A page table entry for such an address would set reserved bits, and trap.
@pytest.mark.parametrize("bits", [36, 40])
def test_a_slot_beyond_the_cpus_addresses_is_refused(boot, modern, bits):
    machine = boot(modern=modern, before=("-cpu", f"qemu64,phys-bits={bits}"),
                   append=f"virtio_mmio.device=512@{1 << bits:#x}:5")
    assert machine.wait() == BAD_DEVICE
    machine.line('error what="slot can\'t be mapped" error=range')


@pytest.mark.parametrize("properties", [
    "event_idx=off", "indirect_desc=off", "event_idx=off,indirect_desc=off",
    "page-poison=off", "deflate-on-oom=on", "free-page-reporting=on",
    "any_layout=off"])
def test_works_with_a_balloon_that_has(boot, modern, properties):
    assert_works(boot(modern=modern, balloon=f"{BALLOON},{properties}"))


@pytest.mark.parametrize("properties", [
    "iommu_platform=on", "packed=on", "packed=on,iommu_platform=on"])
def test_works_with_a_modern_balloon_that_has(boot, properties):
    assert_works(boot(modern=True, balloon=f"{BALLOON},{properties}"))


def test_works_with_free_page_hints_offered(boot, modern):
    assert_works(boot(
        modern=modern, before=("-object", "iothread,id=thread0"),
        balloon=f"{BALLOON},free-page-hint=on,iothread=thread0"))
