# SPDX-License-Identifier: MIT
"""The matrix: its completeness, and its cells on the QEMU in use.

`make matrix` runs all cells on all QEMUs; here are those that boot by PVH, and
a few that boot by UEFI, since firmware takes seconds in each of these.
"""
import dataclasses
import re
import shutil

import pytest

from harness import cell, expected, firmware, matrix

VERSION = "{}.{}".format(*firmware.version_of(firmware.QEMU))
FEW_BY_UEFI = ("q35/uefi/pci-transitional/split", "pc/esp/pci-legacy/split",
               "q35-port/uefi/pci/packed")
HERE = [one for one in matrix.cells() if one.qemu == VERSION
        and (one.boot == "pvh" or one.name() in FEW_BY_UEFI)]
SAMPLES = 2  # the initial one, and one that is polled at once


# --- The table ----------------------------------------------------------------

def test_each_combination_runs_or_has_a_reason_not_to():
    table = set(matrix.cells())
    wrong = [one for one in matrix.product()
             if (one in table) == bool(matrix.why_not(one))]
    assert wrong == []


def test_each_row_and_each_reason_is_of_use():
    for row in matrix.RUN:
        rest = [other for other in matrix.RUN if other is not row]
        assert set(matrix.cells()) - set(matrix.cells(rest)), row
    used = {matrix.why_not(one) for one in matrix.product()}
    assert {reason for reason, _ in matrix.REASONS} == used - {None}


@pytest.mark.parametrize("axis", matrix.AXES)
def test_each_value_of_an_axis_runs_somewhere(axis):
    assert {getattr(one, axis) for one in matrix.cells()} == set(
        matrix.AXES[axis])


def test_each_machine_runs_with_each_transport_it_can_have():
    """Also with both rings, on each QEMU; the impossible ones are listed."""
    kept_out = [one for one in matrix.product(boot=("pvh",), switch=("none",))
                if (matrix.why_not(one) or "").startswith("left out")]
    assert kept_out == []


def test_the_expected_features_are_those_that_qemu_documents():
    words = {(one.transport, expected.word_of(expected.offered_bits(one)))
             for one in matrix.cells()
             if one.switch == "none" and one.ring == "split"}
    assert words == {
        ("mmio-legacy", 0x39000012), ("pci-legacy", 0x79000012),
        ("mmio", 0x10130000012), ("pci", 0x10130000012),
        ("pci-transitional", 0x10130000012)}


# --- Its cells ----------------------------------------------------------------

def test_this_qemu_has_a_column():
    if not HERE:
        pytest.skip(f"not here: QEMU {VERSION} is none of the matrix's: "
                    + ", ".join(matrix.QEMUS))


@pytest.mark.parametrize("one", HERE, ids=matrix.Cell.name)
def test_cell(one, workdir):
    if reason := cell.lacking(one):
        pytest.skip(reason)
    found = cell.run(one, shutil.which(firmware.QEMU), workdir, SAMPLES)
    assert found.problems() == [], found.report()


# --- The checks ---------------------------------------------------------------

# Defects to put into a good run, by the complaint that must follow: a field, a
# pattern in it, and its replacement.
ACCESS = (r"(memory_region_ops_write cpu 0 mr \S+ addr 0x\w+{} value ){} size"
          " ({}) name '(virtio-pci-{}-virtio-balloon)'\n")
SPOILT = {
    "status written": ("log", ACCESS.format("014", "0xb", 1, "common"), ""),
    "status as the device took it": (
        "log", r"virtio_set_status vdev (\S+) val 11\n", ""),
    "no such registers": (
        "log", ACCESS.format("014", "0x1", 1, "common"),
        r"\g<0>\g<1>0x1 size 4 name '\3'\n"),
    "no such registers, or not so wide": (
        "log", ACCESS.format("014", "0x1", 1, "common"),
        r"\g<0>memory_region_ops_write cpu 0 mr 0x1 addr 0xfebf8050"
        r" value 0x1 size 4 name '\3'\n"),
    "accepted": ("log", ACCESS.format("00c", "0x20000002", 4, "common"),
                 r"\g<1>0x20000003 size 4 name '\3'\n"),
    "offered": ("log", r"value 0x30000012 size 4", "value 0x30000013 size 4"),
    "actual written": ("log", ACCESS.format("004", "0x0", 4, "device"),
                       r"\g<1>0x1 size 4 name '\3'\n"),
    "actual written outside": (
        "log", r"\Z", "memory_region_ops_write cpu 0 mr 0x1 addr 0xfebfa004"
        " value 0x0 size 4 name 'virtio-pci-device-virtio-balloon'\n"),
    "queues made": ("log", ACCESS.format("01c", "0x1", 2, "common"), ""),
    "queue_enable": ("log", ACCESS.format("01c", "0x1", 2, "common"),
                     r"\g<1>0x2 size 2 name '\3'\n"),
    "the statistics queue went": (
        "log", r"virtio_notify vdev .*\n", r"\g<0>\g<0>"),
    "buffers taken": ("log", r"virtqueue_pop vq .*\n", ""),
    "other queues kicked": (
        "log", r"(virtio_queue_notify vdev \S+ n) 2 (.*\n)",
        r"\g<0>\1 3 \2"),
    "QEMU logged": ("log", r"\Z", "qemu: guest did something\n"),
    "QEMU said on stderr": ("qemu_stderr", r"\Z", "warning: something\n"),
    "features: ": ("stderr", "offered=0x101", "offered=0x103"),
    "the transport is": ("stderr", "features transport=pci ",
                         "features transport=mmio "),
    "not the balloon's place": ("stderr", r" pci=00:", " pci=01:"),
    "virtio found": ("stderr", r"guest: virtio found id=5 ",
                     "guest: virtio found id=4 "),
    "sample 1": ("stderr", r"(guest: stats seq=1 .*minor-faults=)0", r"\g<1>1"),
    "1 samples": ("stdout", r".*\n", ""),
}


@pytest.fixture(scope="module")
def good(base):
    """The evidence of a good run, for the tests to put defects into."""
    one = next(one for one in HERE if one.machine == "q35"
               and one.transport == "pci")
    folder = base / "good"
    folder.mkdir()
    found = cell.run(one, shutil.which(firmware.QEMU), folder, SAMPLES)
    shutil.rmtree(folder)
    assert found.problems() == [], found.report()
    return found


@pytest.mark.parametrize("problem", SPOILT)
def test_a_run_with_this_fault_is_found_out(good, problem):
    field, pattern, instead = SPOILT[problem]
    text, count = re.subn(pattern, instead, getattr(good, field), count=1)
    assert count == 1
    problems = dataclasses.replace(good, **{field: text}).problems()
    assert any(found.startswith(problem) for found in problems), problems


def test_a_tool_that_ends_otherwise_is_found_out(good):
    assert dataclasses.replace(good, status=7).problems()
    assert dataclasses.replace(good, left={1: "qemu"}).problems()


def test_a_wrong_interrupt_is_found_out(good):
    read = ("memory_region_ops_read cpu 0 mr 0x1 addr 0xfebf9000 value 0x1"
            " size 1 name 'virtio-pci-isr-virtio-balloon'\n")
    with_isr = dataclasses.replace(good, log=good.log + read)
    without = dataclasses.replace(good, log=re.sub(
        r".*virtio-pci-isr-virtio-balloon'\n", "", good.log))
    no_table = dataclasses.replace(good, log=re.sub(
        r".*'msix-table'\n", "", good.log))
    if expected.messages(good.cell):
        assert "ISR read, though messages come" in with_isr.problems()
        assert "message 0 goes elsewhere" in no_table.problems()
    else:
        assert with_isr.problems() == []
        assert any(problem.startswith("ISR read 0 times")
                   for problem in without.problems())
