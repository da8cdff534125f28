# SPDX-License-Identifier: MIT
"""`aerostat predict` as a user runs it: scripts, consoles, JSON, refusals; and
beside a guest that does the same orders.

Other expectations are computed here from docs/memory.md.
"""
import json
import re

import pytest

from harness import pattern, tool
from harness.disks import swap_mark

PAGE = 4096
SWAP_PAGES = 1024
FILE_PAGES = 512
MASK = 2**64 - 1
KEYS = ("swap-in swap-out major-faults minor-faults free-memory total-memory "
        "available-memory disk-caches htlb-pgalloc htlb-pgfail oom-kills "
        "alloc-stalls async-scans direct-scans async-reclaims "
        "direct-reclaims").split()

CONSOLE = """\
aerostat 0.2.0
mm ready entry=pvh total=8192000 free=8192000 image=282624
stats seq=1 minor-faults=0 free-memory=8192000 total-memory=8192000
order disks count=1 frames=20
stats seq=2 minor-faults=3 free-memory=8110080 total-memory=8192000
order frames first=500 count=7
order frames first=600 count=900
order frames runs=2 free=907
order write task=1 pages=1 done=1 sum=0
order frames first=1 count=1
order frames runs=1 free=1
"""


def file_word(page, index=0):
    return pattern.word(0, page, 1, index)


def total(words):
    return sum(words) & MASK


@pytest.fixture
def predict(aerostat, workdir):
    """predict(script, ...): (exit status, lines, stderr)."""
    def run(script, *words, **more):
        path = workdir / "script"
        path.write_text(script)
        started = aerostat("predict", *words, path, **more)
        status = started.wait()
        path.unlink()
        return status, started.stdout.splitlines(), started.stderr()
    return run


@pytest.fixture
def console(workdir):
    path = workdir / "console"
    path.write_text(CONSOLE)
    yield path
    path.unlink()


def counts(line):
    """{key: value} of a line of `order count`, with its keys in order."""
    assert line.startswith("order count ")
    pairs = [word.split("=") for word in line.split()[2:]]
    assert [key for key, _ in pairs] == KEYS
    return {key: int(value) for key, value in pairs}


def test_each_order_has_its_answer_and_the_sixteen(predict):
    status, lines, errors = predict(
        "# a task, and the file\n"
        "map=400K write=8@2:7\n"
        "\n"
        "  load=9 # two groups\n")
    assert (status, errors) == (tool.OK, "")
    answers, after = lines[::2], [counts(line) for line in lines[1::2]]
    assert answers == [
        "order map task=1 pages=100 tables=3",
        "order write task=1 pages=8 done=8 sum="
        f"{total(pattern.word(1, page, 7) for page in range(2, 10))}",
        f"order load pages=9 done=9 sum={total(map(file_word, range(9)))}"]
    frames = (256 - 2) * 256
    assert [count["free-memory"] // PAGE for count in after] == [
        frames - 3, frames - 11, frames - 11 - 3 - 16]
    assert [count["minor-faults"] for count in after] == [0, 8, 15]
    assert [count["major-faults"] for count in after] == [0, 0, 2]
    assert after[-1]["disk-caches"] == 16 * PAGE
    assert {count["total-memory"] for count in after} == {frames * PAGE}


def test_count_in_the_script_is_printed_once(predict):
    _, plain, _ = predict("map=4M write=9 frames")
    _, counted, _ = predict("map=4M count write=9 count\nframes\ncount\n")
    assert plain == counted
    assert sum(line.startswith("order count") for line in plain) == 3
    _, twice, _ = predict("count count")
    assert len(twice) == 2


def test_a_console_gives_frames_and_faults(predict, console):
    status, lines, _ = predict("disks map=4K write=2 write=1 frames",
                               "--console", console, "--swap", "0")
    assert status == tool.OK
    assert lines[0] == "order disks count=1 frames=0"
    assert counts(lines[1])["minor-faults"] == 3
    assert counts(lines[1])["free-memory"] == 907 * PAGE
    assert counts(lines[1])["total-memory"] == 8192000
    assert lines[4] == ('error what="order write: beyond the mapping" '
                        "task=1 pages=2 page=0 mapped=1")
    assert lines[8:11] == ["order frames first=504 count=3",
                           "order frames first=600 count=900",
                           "order frames runs=2 free=903"]


def test_the_newest_start_of_a_console_counts(predict, console):
    console.write_text(CONSOLE + CONSOLE.replace("first=500 count=7",
                                                 "first=510 count=2"))
    _, lines, _ = predict("frames", "--console", console)
    assert lines[:3] == ["order frames first=510 count=2",
                         "order frames first=600 count=900",
                         "order frames runs=2 free=902"]


@pytest.mark.parametrize("end, reason", [
    (0, "line 'mm ready'"),
    (CONSOLE.index("order disks"), "lines 'order frames'"),
    (CONSOLE.index("order frames runs="), "lines 'order frames'"),
])
def test_a_console_without_the_frames_is_refused(predict, console, end,
                                                 reason):
    console.write_text(CONSOLE[:end])
    status, lines, errors = predict("count", "--console", console)
    assert (status, lines) == (tool.USAGE, [])
    assert reason in errors and "disks frames" in errors


def test_json_has_answer_and_values_of_each_order(predict):
    status, lines, _ = predict("swapon frames", "--json", "--memory", "16M")
    assert status == tool.OK
    swapon, frames = map(json.loads, lines)
    assert list(swapon) == ["type", "order", "word", "answer", "stats"]
    assert swapon["type"] == "prediction"
    assert (swapon["order"], swapon["word"]) == (1, "swapon")
    assert swapon["answer"] == ["order swapon slots=8191 frames=1"]
    assert list(swapon["stats"]) == KEYS
    assert swapon["stats"]["free-memory"] == (14 * 256 - 1) * PAGE
    assert frames["answer"] == ["order frames first=513 count=3583",
                                "order frames runs=1 free=3583"]


def test_sizes_make_the_machine(predict):
    _, lines, _ = predict("swapon load=1 disks", "--swap", "1G", "--file",
                          "0", "--memory", "64M")
    assert lines[::2] == ["order swapon slots=262143 frames=8",
                          'error what="order load: no read-only disk"',
                          "order disks count=1 frames=0"]
    _, lines, _ = predict("swapon", "--swap", "4095")
    assert lines[0] == 'error what="order swapon: no writable disk"'


def test_a_large_file_needs_no_memory_for_pages_not_touched(predict):
    _, lines, _ = predict("load=8@1048568", "--file", "4G")
    words = total(map(file_word, range(1048568, 1048576)))
    assert lines[0] == f"order load pages=8 done=8 sum={words}"


def test_deflate_on_oom_is_no_matter_without_a_balloon(predict):
    script = "map=400M write=90000 count alloc=400M"
    assert predict(script, "--deflate-on-oom") == predict(script)


def test_a_script_comes_from_stdin(aerostat):
    run = aerostat("predict", "-",
                   inside=("sh", "-c", 'echo task=3 | "$@"', "sh"))
    assert run.wait() == tool.OK
    assert run.stdout.splitlines()[0] == "order task number=3"


@pytest.mark.parametrize("script, reason", [
    ("map=4M\n# x\n\n write=x count", "line 4 of the script: 'write=x' is no"),
    ("map=4M write=1 frobnicate", "line 1 of the script: 'frobnicate' is no"),
    ("help", "'help' is no order"),
    ("a\x1bb", r"'a\x1bb' is no order"),
])
def test_a_word_that_is_no_order_is_named_and_nothing_printed(
        predict, script, reason):
    status, lines, errors = predict(script)
    assert (status, lines) == (tool.USAGE, [])
    assert reason in errors


@pytest.mark.parametrize("words, reason", [
    (["--memory", "4M"], "--memory must be at least 8 MiB"),
    (["--memory", "x"], "--memory 'x' has no number"),
    (["--file", "17T"], "--file '17T' is more than 16 TiB"),
    (["--swap", "5Q"], "--swap '5Q'"),
    (["other"], "predict takes one SCRIPT"),
])
def test_a_command_line_without_sense_is_refused(predict, words, reason):
    status, lines, errors = predict("count", *words)
    assert (status, lines) == (tool.USAGE, [])
    assert reason in errors


def test_a_file_that_is_not_there_is_named(aerostat):
    run = aerostat("predict", "no/such\n")
    assert run.wait() == tool.HOST
    assert re.search(r"cannot open no/such\\x0a: No such file", run.stderr())


def test_an_empty_script_predicts_nothing(predict):
    assert predict("") == (tool.OK, [], "")
    assert predict("\n # only this") == (tool.OK, [], "")


def test_a_size_moves_the_balloon_from_all_ram(predict):
    status, lines, _ = predict("size=32M\n\nsize=64M", "--memory", "256M")
    assert status == tool.OK
    assert lines[0] == f"balloon reached actual={224 * 256}"
    assert lines[2] == f"balloon reached actual={192 * 256}"
    totals = [counts(line)["total-memory"] for line in (lines[1], lines[3])]
    assert totals == [30 << 20, 62 << 20]  # 2 MiB are not the guest's


def test_a_size_beyond_ram_leaves_the_balloon_empty(predict):
    assert predict("size=1G", "--memory", "256M")[1][0] == (
        "balloon reached actual=0")


def test_a_size_that_cannot_be_reached_has_a_floor(predict):
    status, lines, _ = predict("size=4K", "--memory", "16M")
    assert status == tool.OK
    # Inflation goes down to the mark low.
    frames = (16 - 2) * 256
    assert lines[0] == f"balloon floor actual={frames - 128}"


# --- Beside a guest ----------------------------------------------------------

# Major and minor faults, swap, file, huge pages, stalls and a kill.
WORK = """\
huge=1 huge=9 huge=0
load=400 swapon map=24M
write=2500:3 walk=600:4   # more than there is
task=2 map=8M write=900:1 read=100
frames swapoff
task=1 read=300 pace=200 write=400:9
alloc=1M fill=4 verify free drop read=1@2499
task=2 write=2048:7 swapoff unmap
task=1 unmap swapoff
frames
"""


@pytest.fixture
def swap_disk(workdir):
    """A disk with the mark of mkswap."""
    path = workdir / "swap"
    path.write_bytes(swap_mark(SWAP_PAGES) + bytes(PAGE * (SWAP_PAGES - 1)))
    yield path
    path.unlink()


@pytest.fixture
def file_disk(workdir):
    """A disk with the words that the model expects."""
    path = workdir / "file"
    words = (file_word(page, index)
             for page in range(FILE_PAGES) for index in range(pattern.WORDS))
    path.write_bytes(b"".join(word.to_bytes(8, "little") for word in words))
    yield path
    path.unlink()


def answers(lines):
    """The answers behind the first list of free frames."""
    found = [line for line in lines
             if line.startswith(("order ", 'error what="order '))]
    ends = [i for i, line in enumerate(found)
            if line.startswith("order frames runs=")]
    return found[ends[0] + 1:]


def test_a_guest_does_what_was_predicted(boot, predict, workdir, swap_disk,
                                         file_disk, modern):
    machine = boot(memory="16M", typed=True, append="touch=0", modern=modern,
                   extra=("-drive", f"if=none,id=s,format=raw,file={swap_disk}",
                          "-device", "virtio-blk-device,drive=s",
                          "-drive", "if=none,id=f,format=raw,readonly=on,"
                          f"file={file_disk}",
                          "-device", "virtio-blk-device,drive=f"))
    machine.sample(1)
    machine.order("disks")
    machine.order("frames")
    script = re.sub("#.*", "", WORK).split()
    for word in script:
        machine.order(word)
        machine.order("count")
    console = workdir / "console"
    console.write_text("\n".join(machine.lines()[0]))
    status, predicted, _ = predict(
        WORK, "--console", console, "--swap", PAGE * SWAP_PAGES,
        "--file", PAGE * FILE_PAGES)
    console.unlink()
    assert status == tool.OK
    assert answers(machine.lines()[0]) == predicted
    moved = counts(predicted[-1])
    assert [key for key in KEYS if not moved[key]] == ["disk-caches"]
