# SPDX-License-Identifier: MIT
"""The host's side: QEMU's resident memory moves by what the balloon moved.

The kernel walks the page tables of one mapping for smaps, so the figures are
exact (Linux, Documentation/filesystems/proc.rst). Memory was touched before.
"""
import pathlib
import re

import pytest

import balloon
from balloon import MIB, PAGE, PER_MIB, RAM

TOUCHED = 118 * MIB  # nearly all that a guest of 128 MiB can hold
# The rest is at the top, and goes first: whole blocks of 2 MiB, and for what is
# less than one the part of one that firmware has left there.
UNTOUCHED = 20 * PER_MIB + 511
BACKENDS = {
    "memfd": "memory-backend-memfd,id=ram0,size=128M",  # pages of 4 KiB
    "ram": "memory-backend-ram,id=ram0,size=128M",      # of 2 MiB, if it may
    "hugetlb":
        "memory-backend-memfd,id=ram0,size=128M,hugetlb=on,hugetlbsize=2M",
}
HEADER = re.compile(r"[0-9a-f]+-[0-9a-f]+ .*")
HUGE = pathlib.Path("/sys/kernel/mm/transparent_hugepage/enabled")
POOL = pathlib.Path("/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages")


def guests_memory(machine):
    """{name: bytes} of smaps, for the one mapping that is as large as RAM."""
    found, entry = [], {}
    smaps = pathlib.Path(f"/proc/{machine.process.pid}/smaps").read_text()
    for line in smaps.splitlines():
        if HEADER.fullmatch(line):
            entry = {}
            found.append(entry)
        elif line.endswith(" kB"):
            name, value, _ = line.split()
            entry[name.rstrip(":")] = int(value) << 10
    [ram] = [entry for entry in found if entry.get("Size") == RAM]
    return ram


def resident(machine):
    return guests_memory(machine)["Rss"]


def until_resident(machine, most):
    """Nothing tells when a report was taken in."""
    def found():
        machine.execute("query-status")
        return resident(machine) <= most
    machine.until_found(found, f"no more than {most} bytes resident")


@pytest.fixture
def touched(boot):
    """touched(transport, backend): a machine whose free memory was used."""
    def start(transport, backend, more=""):
        options = balloon.options(transport, more, append="touch=0",
                                  before=("-object", BACKENDS[backend]))
        kind = options.pop("machine", "microvm")
        machine = boot(typed=True, machine=f"{kind},memory-backend=ram0",
                       **options)
        machine.sample(1)
        # All requests that fit were used once: they are of the guest's memory.
        balloon.settle(machine, 100 * PER_MIB)
        balloon.settle(machine, 0)
        use_all(machine)
        return machine
    return start


def use_all(machine):
    line = machine.order(f"alloc={TOUCHED}")
    assert line.startswith("order alloc bytes="), line
    machine.order("fill=1")
    balloon.verify(machine, TOUCHED // PAGE)
    machine.order("free")


@pytest.mark.parametrize("transport", balloon.TRANSPORTS)
def test_what_is_given_leaves_qemu_to_the_page(touched, transport):
    """Down by exactly what went, wherever it went; up when it is used."""
    machine = touched(transport, "memfd")
    assert resident(machine) >= TOUCHED
    balloon.settle(machine, UNTOUCHED)
    before = resident(machine)
    for pages in (1, 1000, 30 * PER_MIB, 60 * PER_MIB):
        balloon.settle(machine, UNTOUCHED + pages)
        assert resident(machine) == before - pages * PAGE
    balloon.settle(machine, UNTOUCHED)
    assert resident(machine) == before - 60 * MIB  # nobody has used them yet
    balloon.settle(machine, 0)
    use_all(machine)
    assert resident(machine) >= TOUCHED


def test_large_pages_are_given_whole(touched):
    if not HUGE.exists() or "[never]" in HUGE.read_text():
        pytest.skip(f"not here: no large pages by {HUGE}")
    machine = touched("pci", "ram")
    balloon.settle(machine, UNTOUCHED)
    before = guests_memory(machine)
    if before["AnonHugePages"] < 80 * MIB:
        pytest.skip("not here: the host gave large pages only for "
                    f"{before['AnonHugePages']} bytes")
    balloon.settle(machine, UNTOUCHED + 60 * PER_MIB)
    after = guests_memory(machine)
    assert before["Rss"] - after["Rss"] == 60 * MIB
    # Whole ones went: none was broken for its parts, but for one at each end.
    assert (60 * MIB <= before["AnonHugePages"] - after["AnonHugePages"] <=
            64 * MIB)


def test_hugetlb_pages_are_given_whole(touched):
    if not POOL.exists() or int(POOL.read_text()) < 64:
        pytest.skip(f"not here: fewer than 64 in {POOL}")
    machine = touched("pci", "hugetlb")
    balloon.settle(machine, UNTOUCHED)
    before = guests_memory(machine)
    balloon.settle(machine, UNTOUCHED + 60 * PER_MIB)
    after = guests_memory(machine)
    assert (sum(after[name] for name in ("Shared_Hugetlb", "Private_Hugetlb"))
            == sum(before[name] for name in ("Shared_Hugetlb",
                                             "Private_Hugetlb")) - 60 * MIB)


@pytest.mark.parametrize("transport", balloon.TRANSPORTS)
def test_what_is_reported_leaves_qemu(boot, transport):
    """Free pages go without a balloon, and come when they are used."""
    options = balloon.options(
        transport, ",free-page-reporting=on", append="touch=0",
        before=("-object", BACKENDS["memfd"]))
    kind = options.pop("machine", "microvm")
    machine = boot(typed=True, machine=f"{kind},memory-backend=ram0",
                   **options)
    machine.sample(1)
    for _ in range(3):
        machine.order(f"alloc={100 * MIB}")
        machine.order("fill=1")
        balloon.verify(machine, 100 * PER_MIB)
        assert resident(machine) >= 100 * MIB
        machine.order("free")
        until_resident(machine, 6 * MIB)
    balloon.settle(machine, 50 * PER_MIB)
    assert resident(machine) <= 6 * MIB
