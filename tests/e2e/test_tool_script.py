# SPDX-License-Identifier: MIT
"""The script of `aerostat run`: every statistic moves, as the model says.

On the QEMU of the other tests, and on those that are built beside the guest.
"""
import json
import re
import signal

import pytest

from harness import firmware, tool, truth
from harness.firmware import QEMU
from harness.machine import BUILD
from harness.truth import MEASURED

QEMUS = [QEMU, *sorted(BUILD.glob("qemu-*/qemu-system-x86_64"))]
FORMS = [
    ["--transport", "mmio"],
    ["--transport", "mmio", "--ring", "packed"],
    ["--machine", "q35"],
    ["--machine", "q35", "--transport", "pci", "--ring", "packed"],
    ["--machine", "pc", "--transport", "pci-legacy"],
]

BYTES = {key for key in MEASURED if not key.endswith("faults") and
         key not in ("htlb-pgalloc", "htlb-pgfail", "oom-kills",
                     "alloc-stalls")}


def samples(run):
    return [line for line in map(json.loads, run.stdout.splitlines())
            if line["type"] == "sample"]


def assert_every_one_moves_as_predicted(found, keys):
    """From JSON. Three samples; more if the host is slow."""
    first, *others = found
    assert len(others) >= 2
    assert (first["predicted"], first["orders"]) == (None, [])
    for sample in others:
        predicted = sample["predicted"]
        assert list(predicted) == list(MEASURED)
        assert sample["guest"]["stats"] == predicted
        assert sample["stats"] == {key: predicted[key] for key in keys}
        assert sample["mispredicted"] == sample["wrong_answers"] == []
        assert sample["verdict"] == "equal"
    values = [sample["guest"]["stats"] for sample in found]
    still = [key for key in MEASURED if len({v[key] for v in values}) == 1]
    assert still == []


@pytest.mark.parametrize("qemu", QEMUS, ids=lambda path: str(path)[-40:])
def test_every_statistic_moves_and_is_equal_three_ways(aerostat, qemu):
    run = aerostat("run", "--json", "--qemu", qemu)
    assert run.wait() == tool.OK
    keys = truth.keys_for(firmware.version_of(qemu))
    assert len(keys) in (10, 16)
    assert_every_one_moves_as_predicted(samples(run), keys)


@pytest.mark.parametrize("form", FORMS, ids=" ".join)
def test_every_form_does_the_script(aerostat, keys, form):
    run = aerostat("run", "--json", *form)
    assert run.wait() == tool.OK
    assert_every_one_moves_as_predicted(samples(run), keys)


@pytest.mark.parametrize("memory", ["40M", "1G"])
def test_other_sizes_of_ram_do_the_script(aerostat, keys, memory):
    run = aerostat("run", "--json", "--memory", memory)
    assert run.wait() == tool.OK
    assert_every_one_moves_as_predicted(samples(run), keys)


def test_uefi_does_the_script(aerostat, keys):
    run = aerostat("run", "--json", "--machine", "q35", "--boot", "uefi")
    assert run.wait() == tool.OK
    assert_every_one_moves_as_predicted(samples(run), keys)


def test_the_table_has_the_three_values_in_80_columns(aerostat):
    run = aerostat("run")
    assert run.wait() == tool.OK
    assert run.stdout.count("verdict: equal, as predicted\n") >= 2
    assert "model says    guest sent  QEMU reports  since sample 1" in run.stdout
    assert max(map(len, run.stdout.splitlines())) <= 80
    assert "touch=0" in run.stderr()


# The balloon gives its pages back to the task, so that no task is killed.
def test_deflate_on_oom_is_predicted_too(aerostat):
    run = aerostat("run", "--json", "--device",
                   "virtio-balloon-device,deflate-on-oom=on")
    assert run.wait() == tool.OK
    for sample in samples(run)[1:]:
        assert sample["predicted"] == sample["guest"]["stats"]
        assert sample["predicted"]["oom-kills"] == 0
        assert (sample["predicted"]["total-memory"] ==
                samples(run)[0]["guest"]["stats"]["total-memory"])


# --- Lies --------------------------------------------------------------------

LIES = {  # the keys that are wrong in the last sample
    "major-twice": ["minor-faults"],
    "pages": ["swap-in", "swap-out"],
    "falling": list(MEASURED),
    "stale:3": [key for key in MEASURED if key not in
                ("total-memory", "htlb-pgalloc", "htlb-pgfail", "oom-kills")],
}


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_is_found_and_named(aerostat, lie):
    run = aerostat("run", "--json", "--append", f"behave={lie}")
    assert run.wait() == tool.DIFFERENT
    last = samples(run)[-1]
    assert last["verdict"] == "different"
    assert last["mispredicted"] == LIES[lie]
    assert last["differences"] == []


def test_a_lie_is_marked_in_the_table(aerostat):
    run = aerostat("run", "--append", "behave=major-twice")
    assert run.wait() == tool.DIFFERENT
    marked = [line for line in run.stdout.splitlines() if line[:1] == "!"]
    assert {line.split()[1] for line in marked} == {"minor-faults"}
    assert "verdict: DIFFERENT: minor-faults: model says " in run.stdout


# --- Scripts of the user's ---------------------------------------------------

@pytest.fixture
def script(workdir):
    """script(text): the path of a file with it."""
    path = workdir / "tool-script"

    def write(text):
        path.write_text(text)
        return path
    return write


def test_a_script_is_done_part_by_part(aerostat, script):
    run = aerostat("run", "--json", "--samples", "4", "--script", script(
        "map=1M # the task's\nwrite=8\n\nread=8 read=9\n\n# still\nunmap\n"))
    assert run.wait() == tool.OK
    assert [sample["orders"] for sample in samples(run)] == [
        [], ["disks", "frames", "map=1M", "write=8"],
        ["read=8", "read=9", "(refused)"], ["unmap"]]
    faults = [sample["predicted"]["minor-faults"]
              for sample in samples(run)[1:]]
    assert faults == [8, 8, 8]


# --samples 3 would end before sample 4 if it counted those in the middle.
def test_a_sample_in_the_middle_is_equal_and_names_the_order(aerostat, script):
    run = aerostat("run", "--json", "--samples", "3", "--script", script(
        "drop\n\n" + "map=200M write=50000 unmap " * 100))
    run.until('"type":"sample"', 5)
    run.signal(signal.SIGTERM)
    assert run.wait() == tool.TERMINATED
    middle = samples(run)[2:]
    faults = [sample["predicted"]["minor-faults"] for sample in middle]
    assert faults == sorted(set(faults))
    for sample in middle:
        assert sample["predicted"] == sample["guest"]["stats"]
        assert sample["verdict"] == "equal"
    assert "write=50000" in {
        sample["order_in_progress"] for sample in middle}


def test_fewer_samples_than_parts_are_said(aerostat):
    run = aerostat("run", "--samples", "2")
    assert run.wait() == tool.OK
    assert "note: the script has more parts than --samples 2" in run.stderr()


def test_a_script_may_come_from_stdin(aerostat):
    run = aerostat("run", "--script", "-", inside=(
        "sh", "-c", 'echo "map=1M wriet=8" | "$@"', "sh"))
    assert run.wait() == tool.USAGE
    assert "line 1 of the script: 'wriet=8' is no order" in run.stderr()


@pytest.mark.parametrize("text,message", [
    ("map=1M\n\nwrite=8 wriet=8\n",
     "line 3 of the script: 'wriet=8' is no order"),
    ("map=1M\npace=0", "line 2 of the script: 'pace=0' is no order"),
])
def test_a_wrong_script_starts_nothing(aerostat, script, text, message):
    run = aerostat("run", "--script", script(text))
    assert run.wait() == tool.USAGE
    assert message in run.stderr()
    assert "-kernel" not in run.stderr()


@pytest.mark.parametrize("words,message", [
    (["--plain"], "--plain"),
    (["--samples", "1"], "--samples 1"),
    (["--", "-drive", "if=none,id=d,file.driver=null-co"],
     "--script needs the tool's disks, and QEMU's arguments have -drive"),
], ids=lambda value: value[0] if isinstance(value, list) else "")
def test_a_script_that_could_have_no_effect_is_refused(aerostat, script,
                                                       words, message):
    run = aerostat("run", "--script", script("drop"), *words)
    assert run.wait() == tool.USAGE
    assert message in run.stderr()


def test_a_script_that_is_not_there_is_named(aerostat):
    run = aerostat("run", "--script", "/nonexistent/script")
    assert run.wait() == tool.HOST
    assert "cannot open /nonexistent/script" in run.stderr()


# --- Without a prediction ----------------------------------------------------

@pytest.mark.parametrize("append,why", [
    ("touch=3", "the guest has touch=3, and the model needs touch=0"),
    ("alloc=1M", "the guest has an order on its command line: alloc=1M"),
])
def test_what_cannot_be_predicted_is_said_and_compared(aerostat, append, why):
    run = aerostat("run", "--append", append)
    assert run.wait() == tool.OK
    assert f"note: no prediction: {why}\n" in run.stderr()
    assert "model says" not in run.stdout
    assert "QEMU reports  exactly" in run.stdout


def test_huge_pages_beside_a_part_of_one_are_not_predicted(aerostat):
    run = aerostat("run", "--json", "--memory", "255M")
    assert run.wait() == tool.OK
    assert "note: no prediction: the balloon has parts of huge" in run.stderr()
    assert {str(sample["predicted"]) for sample in samples(run)} == {"None"}


def test_a_plain_run_has_the_table_of_two_sides(aerostat, keys):
    run = aerostat("run", "--plain", "--samples", "2")
    assert run.wait() == tool.OK
    lines = [re.sub(r"\d+(\.\d+ [MK]iB)?", "N", line)
             for line in run.stdout.splitlines()]
    words = [line.split() for line in lines]
    table = [["statistic", "QEMU", "reports", "exactly", "guest", "sent"],
             *([key, "N", "B", "N", "bytes", "N"] if key in BYTES else
               [key, "N", "N", "N"] for key in keys),
             *([key, "no", "such", "key", "N"]
               for key in MEASURED if key not in keys),
             ["verdict:", "equal"]]
    for row in table:
        if row[0] in ("free-memory", "total-memory", "available-memory"):
            row.remove("B")
    assert lines[0] == "sample N (guest's seq N), not polled"
    assert words[2:2 + len(table)] == table
    assert lines[2 + len(table)] == "sample N (guest's seq N), polled every N s"
    assert words[4 + len(table):-1] == table
    assert lines[-1] == "N samples, all equal"


def test_a_plain_run_has_neither_script_nor_prediction(aerostat):
    run = aerostat("run", "--plain", "--json")
    assert run.wait() == tool.OK
    for sample in samples(run):
        assert "predicted" not in sample and "orders" not in sample
    assert "-append" not in run.stderr()
