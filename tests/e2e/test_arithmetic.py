# SPDX-License-Identifier: MIT
"""The values of the statistics, computed again from the options given.

Models of the guest's documented accounting (guest/mm/mm.h, mm/vm_area.h,
app/workload.h), written here in Python; pages are 4 KiB everywhere.
"""
import re

import pytest

from harness import firmware

PAGE = 4096
MIB = 1 << 20
GIB = 1 << 30
TABLE_ENTRIES = 512
FRESH_TABLES = 3      # page tables for the workload's very first page
WORKLOAD_PAGES = 64   # mapped at most: at the limit, all are freed first
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


def available_of(free):
    """Available memory: each 512 pages may need one more page table."""
    pages = free // PAGE
    return (pages - -(-pages // TABLE_ENTRIES)) * PAGE


def test_available_is_free_less_the_tables_to_map_it(boot, modern):
    for values in three_samples(boot(modern=modern, append="touch=9")):
        assert values["available-memory"] == available_of(
            values["free-memory"])


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
