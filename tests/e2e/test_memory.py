# SPDX-License-Identifier: MIT
"""From tiny to many GiB of RAM: the guest works, or gives the reason and ends.

RAM that the guest doesn't touch costs the host nothing.
"""
import pytest

from harness import firmware
from test_uefi import APPLICATION, FIRMWARE
from harness.truth import differences

NO_MEMORY = 9
MIB = 1 << 20
PCI = "virtio-balloon-pci,id=balloon0"
BASE = "256M"
ROOM = ("-m", f"{BASE},slots=2,maxmem=4G")
BACKEND = ("-object", "memory-backend-ram,id=mem0,size=1G")
MACHINES = {  # machines with memory slots
    "q35": {"machine": "q35", "balloon": PCI},
    "pc": {"machine": "pc", "balloon": PCI},
    "uefi": {"machine": "q35", "balloon": PCI, "kernel": APPLICATION,
             "extra": ("-bios", FIRMWARE), "seconds": 120},
}


@pytest.mark.parametrize("memory", [
    "2M", "4M", "5M", "64M", "3G", "5G", "20G"])
def test_reports_with(boot, modern, memory):
    machine = boot(modern=modern, memory=memory)
    for seq in (1, 2):
        machine.sample(seq)
        machine.poll_now()
    machine.sample(3)
    sample, stats = machine.stopped_sample()
    assert differences(sample, stats["stats"]) == {}
    assert sample.seq == 3
    assert machine.stderr() == ""


def test_small_memory_is_worked_with_for_long(boot, modern):
    machine = boot(modern=modern, memory="4M", append="touch=100")
    for seq in range(1, 50):
        machine.sample(seq)
        machine.poll_now()
    machine.sample(50)
    assert "error" not in machine.console.decode()


# The image starts at 1 MiB: with that or less RAM no guest runs, and QEMU gives
# no error. Sizes above that are refused by the guest, with a message. SeaBIOS
# can't be used: it works at the end of RAM, and overwrites the image there.
@pytest.mark.parametrize("memory", ["1100K", "1200K", "1300K"])
def test_too_little_memory_is_said_and_ends(boot, modern, memory):
    machine = boot(modern=modern, memory=memory,
                   extra=firmware.microvm("qboot"))
    assert machine.wait() == NO_MEMORY
    assert 'error what="too little memory' in machine.console.decode()


# --- Memory beside the RAM that the machine begins with -----------------------

def total_of(boot, kind, before=()):
    """Boots; gives total-memory of the first sample, and the machine."""
    machine = boot(**MACHINES[kind], before=(*ROOM, *before), memory=BASE)
    machine.sample(1)
    return machine.samples()[0].values["total-memory"], machine


def plugged_of(machine):
    return machine.execute("query-memory-size-summary")["plugged-memory"]


# A DIMM's address is in AML only, so the guest can't use it; QEMU counts it
# though, and a target relative to that sum takes from the guest's other RAM.
@pytest.mark.parametrize("kind", MACHINES)
def test_a_dimm_is_not_used_and_counts_for_the_target(boot, kind):
    without, machine = total_of(boot, kind)
    assert plugged_of(machine) == 0
    total, machine = total_of(boot, kind, (
        *BACKEND, "-device", "pc-dimm,memdev=mem0"))
    assert total == without < 256 * MIB
    assert plugged_of(machine) == 1024 * MIB
    assert machine.execute("query-balloon")["actual"] == 1280 * MIB
    machine.execute("balloon", value=(1280 - 64) * MIB)
    machine.line(f"balloon reached actual={64 * MIB // 4096}")
    machine.poll_now()
    machine.sample(2)
    assert (machine.samples()[1].values["total-memory"] ==
            without - 64 * MIB)


def test_a_dimm_that_is_plugged_later_changes_nothing(boot):
    without, machine = total_of(boot, "q35", BACKEND)
    machine.execute("device_add", driver="pc-dimm", id="d0", memdev="mem0")
    machine.poll_now()
    machine.sample(2)
    assert machine.samples()[1].values["total-memory"] == without
    assert plugged_of(machine) == 1024 * MIB
    machine.until_halted()


def test_memory_that_needs_a_driver_is_not_used(boot):
    without, _ = total_of(boot, "q35")
    total, machine = total_of(boot, "q35", (
        *BACKEND, "-device", "virtio-mem-pci,memdev=mem0,requested-size=512M"))
    assert total == without
    assert machine.execute("query-balloon")["actual"] == 256 * MIB


# An NVDIMM's ACPI table takes RAM, so the total is not the same.
def test_an_nvdimm_is_storage_and_not_memory(boot):
    machine = boot(machine="q35,nvdimm=on", balloon=PCI, memory=BASE,
                   before=(*ROOM, *BACKEND, "-device", "nvdimm,memdev=mem0"))
    machine.sample(1)
    total = machine.samples()[0].values["total-memory"]
    assert 255 * MIB - MIB < total < 256 * MIB
    assert machine.execute("query-balloon")["actual"] == 256 * MIB


def test_memory_of_all_numa_nodes_is_used(boot):
    without, _ = total_of(boot, "q35")
    machine = boot(machine="q35", balloon=PCI, memory=BASE, before=(
        "-object", "memory-backend-ram,id=mem0,size=192M",
        "-object", "memory-backend-ram,id=mem1,size=64M",
        "-numa", "node,memdev=mem0", "-numa", "node,memdev=mem1"))
    machine.sample(1)
    assert machine.samples()[0].values["total-memory"] == without
