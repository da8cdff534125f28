# SPDX-License-Identifier: MIT
"""The values of the statistics, computed again from the options given.

Models of the guest's documented accounting (guest/mm/mm.h, mm/vm_area.h,
app/workload.h), written here in Python; pages are 4 KiB everywhere.
"""
import re

import pytest

from harness import balloon, firmware

PAGE = 4096
MIB = 1 << 20
GIB = 1 << 30
TABLE_ENTRIES = 512
FRESH_TABLES = 3      # page tables for the workload's very first page
WORKLOAD_PAGES = 64   # mapped at most: at the limit, all are freed first
KEPT_FREE = 64        # pages that no allocation gets
MANAGED_FROM = MIB
KEPT_BY_FIRMWARE = {"qboot": 0, "seabios": PAGE}  # ACPI's tables
LOW_RAM_MAX = 3 * GIB  # microvm: RAM above this lies from 4 GiB on
IMAGE = re.compile(r"mm ready .*\bimage=(\d+)")


def mapped_after(touched):
    """Pages of the workload in use after `touched` touches."""
    return (touched - 1) % WORKLOAD_PAGES + 1 if touched else 0


def three_samples(machine):
    for seq in (1, 2):
        machine.sample(seq)
        machine.poll_now()
    machine.sample(3)
    machine.execute("stop")
    return [sample.values for sample in machine.samples()]


@pytest.mark.parametrize("touch", [0, 1, 7, 63, 64, 65, 100, 1000])
def test_each_touched_page_is_one_fault_and_one_page_less(boot, touch):
    first, *later = three_samples(boot(append=f"touch={touch}"))
    for number, values in enumerate(later, 1):
        touched = number * touch
        used = mapped_after(touched) + (FRESH_TABLES if touched else 0)
        assert values["minor-faults"] == first["minor-faults"] + touched
        assert values["free-memory"] == first["free-memory"] - used * PAGE


def test_faults_start_at_none(boot, modern):
    first, _, _ = three_samples(boot(modern=modern))
    assert first["minor-faults"] == 0


# What moves only by a disk, a task or pressure.
QUIET = ("swap-in", "swap-out", "major-faults", "disk-caches", "htlb-pgalloc",
         "htlb-pgfail", "oom-kills", "alloc-stalls", "async-scans",
         "direct-scans", "async-reclaims", "direct-reclaims")


def test_without_disk_task_or_pressure_twelve_stay_zero(boot, modern):
    for values in three_samples(boot(modern=modern, append="touch=100")):
        assert {key: values[key] for key in QUIET} == dict.fromkeys(QUIET, 0)


@pytest.mark.parametrize("words,keys", [
    ("stats=minor-faults", ["minor-faults"]),
    ("stats=direct-reclaims,swap-in", ["swap-in", "direct-reclaims"]),
    ("stats=seed", ["swap-in", "swap-out", "major-faults", "minor-faults",
                    "free-memory", "total-memory"]),
])
def test_a_list_leaves_the_values_of_its_statistics_alone(boot, words, keys):
    every = three_samples(boot(append="touch=7"))
    some = three_samples(boot(append=f"touch=7 {words}"))
    assert [list(values) for values in some] == [keys] * 3
    assert some == [{key: values[key] for key in keys} for values in every]


def tables_for(pages):
    """Page tables for that many pages of an area that nothing else is in."""
    return sum(-(-pages // TABLE_ENTRIES ** level) for level in (1, 2, 3))


def available_of(free):
    """Available memory, for a workload that has never held any: the most pages
    that fit with their page tables into the free memory that is not kept."""
    room = max(free // PAGE - KEPT_FREE, 0)
    pages = room
    while pages + tables_for(pages) > room:
        pages -= 1
    return pages * PAGE


def test_available_is_what_fits_with_its_tables(boot, modern):
    for values in three_samples(boot(modern=modern, append="touch=9")):
        assert values["available-memory"] == available_of(
            values["free-memory"])


def newest_available(machine):
    return machine.next_sample().values["available-memory"]


def grants(machine, size):
    """Whether an allocation of that many bytes succeeds."""
    return machine.order(f"alloc={size}").startswith("order alloc ")


# Before the question: the workload's orders, and the balloon's pages.
SITUATIONS = {
    "fresh": ((), 0),
    "holds": (("alloc=3M",), 0),
    "holds-written": (("alloc=3M", "fill=1"), 0),
    "held-once": (("alloc=7M", "fill=1", "free"), 0),
    "inflated": (("alloc=1M",), 1000),
}


@pytest.mark.parametrize("situation", SITUATIONS)
@pytest.mark.parametrize("mib", [16, 17, 256, 5120])
def test_available_is_granted_and_not_a_page_more(boot, mib, situation):
    """Also once memory was allocated, written, freed, and ballooned."""
    orders, pages = SITUATIONS[situation]
    machine = boot(typed=True, memory=f"{mib}M", append="touch=0")
    machine.sample(1)
    for order in orders:
        assert machine.order(order).startswith("order "), order
    if pages:
        balloon.settle(machine, pages, mib * MIB)
    available = newest_available(machine)
    assert not grants(machine, available + 1)
    assert newest_available(machine) == available
    assert grants(machine, available)
    assert newest_available(machine) == 0
    assert not grants(machine, 1)
    machine.order("free")
    assert newest_available(machine) >= available


def test_available_counts_no_page_of_the_balloon(boot):
    """With DEFLATE_ON_OOM the balloon gives pages beyond what is available,
    and none before."""
    machine = boot(typed=True, **balloon.options(
        "mmio", ",deflate-on-oom=on", append="touch=0"))
    machine.sample(1)
    balloon.settle(machine, 10000)
    available = newest_available(machine)
    assert grants(machine, available)
    assert b"balloon relief" not in machine.console
    assert grants(machine, PAGE)
    machine.line("balloon relief ")


def test_available_counts_pages_that_are_reported(boot):
    machine = boot(typed=True, **balloon.options(
        "mmio", ",free-page-reporting=on", append="touch=0"))
    machine.sample(1)
    machine.until_halted()
    available = newest_available(machine)
    assert not grants(machine, available + 1)
    assert grants(machine, available)


def ram_end(ram):
    """The first address above all RAM."""
    return ram if ram <= LOW_RAM_MAX else 4 * GIB + ram - LOW_RAM_MAX


def frame_sets(end):
    """Bytes of the frame allocator's tables: four sets (free, in the
    balloon, hinted, reported) with one bit a frame, under three levels of
    nodes, each node for 64 entries of the level below."""
    frames = end // PAGE
    bits = -(-frames // 512) * 64
    nodes = sum((frames >> shift) + 1 for shift in (15, 21, 27))
    return -(-4 * (bits + 24 * nodes) // PAGE) * PAGE


@pytest.mark.parametrize("mib", [4, 5, 64, 256, 3072, 3073, 5120])
@pytest.mark.parametrize("bios", firmware.MICROVM)
def test_total_is_ram_less_image_and_frame_sets(boot, bios, mib):
    machine = boot(memory=f"{mib}M", append="samples=1",
                   extra=firmware.microvm(bios))
    assert machine.wait() == 3
    image = int(IMAGE.search("\n".join(machine.lines()[0]))[1])
    values = machine.samples()[0].values
    assert values["total-memory"] == (mib * MIB - MANAGED_FROM - image
                                      - frame_sets(ram_end(mib * MIB))
                                      - KEPT_BY_FIRMWARE[bios])
    assert 0 < values["available-memory"] < values["free-memory"]
    assert values["free-memory"] < values["total-memory"]


def test_total_never_changes(boot, modern):
    totals = {values["total-memory"] for values in
              three_samples(boot(modern=modern, append="touch=200"))}
    assert len(totals) == 1
