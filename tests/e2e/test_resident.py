# SPDX-License-Identifier: MIT
"""The host's side: QEMU's resident memory changes by the balloon's pages.

For smaps the kernel walks the page tables of each mapping, so the figures are
exact (Linux, Documentation/filesystems/proc.rst). Memory was touched before.
"""
import json
import pathlib
import re

import pytest

from harness import balloon, tool
from harness.balloon import MIB, PAGE, PER_MIB, RAM

TOUCHED = 118 * MIB  # nearly all that a guest of 128 MiB can hold
# Untouched memory is at the top, and is inflated first: whole blocks of 2 MiB,
# and the part of one that firmware leaves free there.
UNTOUCHED = 20 * PER_MIB + 511
BACKENDS = {
    "memfd": "memory-backend-memfd,id=ram0,size=128M",  # pages of 4 KiB
    "ram": "memory-backend-ram,id=ram0,size=128M",      # 2 MiB if THP is on
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
    """Waits; by queries, as no event tells that a report was processed."""
    def found():
        machine.execute("query-status")
        return resident(machine) <= most
    machine.until_found(found, f"no more than {most} bytes resident")


@pytest.fixture
def touched(boot):
    """touched(transport, backend): a machine whose free memory was written."""
    def start(transport, backend, more=""):
        options = balloon.options(transport, more, append="touch=0",
                                  before=("-object", BACKENDS[backend]))
        kind = options.pop("machine", "microvm")
        machine = boot(typed=True, machine=f"{kind},memory-backend=ram0",
                       **options)
        machine.sample(1)
        # Uses all request buffers once, since they are guest memory too.
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
    """Resident memory falls by exactly the inflated pages, at any address, and
    rises when deflated pages are used."""
    machine = touched(transport, "memfd")
    assert resident(machine) >= TOUCHED
    balloon.settle(machine, UNTOUCHED)
    before = resident(machine)
    for pages in (1, 1000, 30 * PER_MIB, 60 * PER_MIB):
        balloon.settle(machine, UNTOUCHED + pages)
        assert resident(machine) == before - pages * PAGE
    balloon.settle(machine, UNTOUCHED)
    assert resident(machine) == before - 60 * MIB  # not touched yet
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
    # Whole large pages are freed; only one at each end may be split.
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
    """Free pages leave without inflation, and return when they are used."""
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


# --- What the tool says of it ------------------------------------------------

HALF = "size=64M,id="
ALL_BACKENDS = {
    "ram": ["memory-backend-ram,id=ram0,size=128M"],
    "ram-prealloc": ["memory-backend-ram,id=ram0,size=128M,prealloc=on"],
    "ram-shared": ["memory-backend-ram,id=ram0,size=128M,share=on"],
    "memfd": ["memory-backend-memfd,id=ram0,size=128M"],
    "memfd-private": ["memory-backend-memfd,id=ram0,size=128M,share=off"],
    "file-shared": ["memory-backend-file,id=ram0,size=128M,share=on,"
                    "mem-path=file"],
    "file-private": ["memory-backend-file,id=ram0,size=128M,share=off,"
                     "mem-path=file"],
    "shm": ["memory-backend-file,id=ram0,size=128M,share=on,"
            "mem-path=/dev/shm"],
    "hugetlb-shared": [BACKENDS["hugetlb"]],
    "hugetlb-private": [BACKENDS["hugetlb"] + ",share=off"],
    "numa": [f"memory-backend-ram,{HALF}ram0", f"memory-backend-memfd,{HALF}b"],
    "numa-hugetlb": [f"memory-backend-ram,{HALF}ram0",
                     f"memory-backend-memfd,{HALF}b,hugetlb=on,"
                     "hugetlbsize=2M"],
}


def backed_by(backends):
    """Arguments for machine.Options; files are in the test's own folder."""
    objects = [word for one in backends for word in ("-object", one)]
    if len(backends) == 1:
        return {"machine": "microvm,memory-backend=ram0", "before": objects}
    return {"machine": "q35", "balloon": balloon.PCI, "before": objects + [
        "-numa", "node,memdev=ram0", "-numa", "node,memdev=b"]}


def in_all(machine):
    """Resident memory of the QEMU process, summed over its mappings."""
    smaps = pathlib.Path(f"/proc/{machine.process.pid}/smaps").read_text()
    return sum(int(number) << 10 for number in re.findall(
        r"^(?:Rss|Shared_Hugetlb|Private_Hugetlb): +(\d+) kB$", smaps,
        re.MULTILINE))


def stats_resident(aerostat, machine, path):
    """The tool's figure; it must be between two figures of the test, with some
    slack, since a thread of QEMU releases its own memory late."""
    before = in_all(machine)
    run = aerostat("stats", "--json", path)
    assert run.wait() == tool.OK
    after = in_all(machine)
    found = json.loads(run.stdout)
    assert found["process"] == machine.process.pid
    assert (min(before, after) - 4 * MIB <= found["resident"]
            <= max(before, after) + 4 * MIB)
    return found["resident"]


@pytest.mark.parametrize("name", ALL_BACKENDS)
def test_stats_has_it_right_for_every_backend(aerostat, attach, name):
    if "hugetlb" in name and (not POOL.exists()
                              or int(POOL.read_text()) < 64):
        pytest.skip(f"not here: fewer than 64 in {POOL}")
    machine, path = attach(append="alloc=100M fill=1 free",
                           **backed_by(ALL_BACKENDS[name]))
    machine.line("order free")
    filled = stats_resident(aerostat, machine, path)
    assert filled > 100 * MIB
    sizes = {}
    for pages in (70, 90, 20, 0):
        balloon.settle(machine, pages * PER_MIB)
        sizes[pages] = stats_resident(aerostat, machine, path)
    # About 20 MiB were never used; without huge pages, deflated memory stays
    # absent too, since it is not used.
    assert filled - sizes[70] > 40 * MIB
    assert sizes[70] - sizes[90] > 15 * MIB
    assert sizes[0] - sizes[90] < 8 * MIB
