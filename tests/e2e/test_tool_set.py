# SPDX-License-Identifier: MIT
"""`aerostat set` on a QEMU that the tests run: every possible outcome.

The tests' own client asks QEMU for the guest's size.
"""
import json
import os
import pty
import select
import signal
import socket
import subprocess

import pytest

from harness import balloon, linux, tool
from harness.firmware import QEMU, version_of
from harness.machine import SECONDS

MIB = 1 << 20
RAM = 128 * MIB
VERSION = version_of(QEMU)
# Seconds of --timeout where it must expire; the set-up must fit in.
GIVE_UP = "5"
IDLE = {"append": "behave=no-driver"}  # a guest that never moves
FULL = {"append": "alloc=100M fill=1"}  # one with little spare memory
DEVICES = {
    "mmio-legacy": {},
    "mmio": {"modern": True},
    "pci": {"machine": "q35", "balloon": "virtio-balloon-pci,id=balloon0"},
    "pci-legacy": {"machine": "pc", "balloon":
                   "virtio-balloon-pci,id=balloon0,disable-modern=on"},
}


def size(machine):
    return machine.execute("query-balloon")["actual"]


def available(machine):
    """Available memory in QEMU's newest statistics."""
    return machine.guest_stats()["stats"]["stat-available-memory"]


def was_asked(machine):
    """The lines in which the guest saw a target other than its RAM."""
    return [line for line in machine.lines()[0]
            if line.startswith("balloon target") and "pages=0" not in line]


def last(run):
    """The last JSON object that the tool wrote."""
    return json.loads(run.stdout.splitlines()[-1])


# --- Reached -----------------------------------------------------------------

@pytest.mark.parametrize("device", DEVICES)
def test_sizes_are_reached(aerostat, attach, device):
    machine, path = attach(**DEVICES[device])
    machine.sample(1)
    for word, reached in [("64M", 64), ("+16M", 80), ("-48M", 32),
                          ("75%", 96), ("100%", 128), ("134217728", 128)]:
        run = aerostat("set", path, word)
        assert run.wait() == tool.OK
        assert size(machine) == reached * MIB
        assert run.stdout.startswith(
            f"reached {reached}.0 MiB ({reached * MIB} bytes) after ")


def test_a_target_is_whole_pages(aerostat, attach):
    machine, path = attach()
    machine.sample(1)
    run = aerostat("set", path, str(64 * MIB + 1))
    assert run.wait() == tool.OK
    assert size(machine) == 64 * MIB + 4096
    assert f"{64 * MIB + 4096} bytes" in run.stderr()


def test_above_the_ram_is_the_ram_and_is_said(aerostat, attach):
    machine, path = attach()
    machine.sample(1)
    assert aerostat("set", path, "64M").wait() == tool.OK
    for word in ("129M", "+1T", "9223372036854775807"):
        run = aerostat("set", "--json", path, word)
        assert run.wait() == tool.OK
        assert size(machine) == RAM
        assert last(run)["clamped"] is True
        assert f"{RAM} bytes" in run.stderr()


def test_json_has_every_number(aerostat, attach):
    machine, path = attach()
    machine.sample(1)
    run = aerostat("set", "--json", path, "-64M")
    assert run.wait() == tool.OK
    values = machine.samples()[0].values
    outcome = last(run)
    for name in ("elapsed_ms", "unchanged_ms", "stats_age_seconds"):
        assert outcome.pop(name) >= 0
    assert outcome == {
        "type": "set", "outcome": "reached", "before": RAM, "ram": RAM,
        "value": 64 * MIB, "target": 64 * MIB, "actual": 64 * MIB,
        "clamped": False, "guest_uses":
        values["total-memory"] - values["available-memory"],
        "available": values["available-memory"], "reason": None}


@pytest.mark.parametrize("word,number", [
    ("96m", 96 * MIB), ("96MiB", 96 * MIB), ("0.0625G", 64 * MIB),
    ("98304K", 96 * MIB), ("100663296", 96 * MIB), ("1.0M", MIB),
    ("-0.5m", RAM - MIB // 2), ("4096B", 4096)])
def test_sizes_are_read_as_people_write_them(aerostat, attach, word, number):
    machine, path = attach(kernel=None, extra=("-S",))
    run = aerostat("set", "--force", "--no-wait", "--json", path, word)
    assert run.wait() == tool.OK
    assert last(run)["value"] == number
    assert "powers of 1000" not in run.stderr()


def test_a_power_of_1000_is_said(aerostat, attach):
    machine, path = attach()
    machine.sample(1)
    run = aerostat("set", "--json", path, "100MB")
    assert run.wait() == tool.OK
    assert last(run)["value"] == 100000000
    assert "powers of 1000, so that is 100000000 bytes" in run.stderr()
    assert size(machine) == -(-100000000 // 4096) * 4096


def test_a_target_that_is_there_already_is_reached(aerostat, attach):
    machine, path = attach(append="lines=1")
    machine.sample(1)
    for _ in range(2):
        run = aerostat("set", "--json", path, "64M")
        assert run.wait() == tool.OK
        assert last(run)["outcome"] == "reached"
    assert last(run)["before"] == 64 * MIB


def test_no_wait_asks_and_leaves(aerostat, attach):
    machine, path = attach(extra=("-S",))
    run = aerostat("set", "--no-wait", "--json", path, "64M")
    assert run.wait() == tool.OK
    assert last(run)["outcome"] == "asked"
    assert size(machine) == RAM
    machine.execute("cont")
    machine.line("balloon reached actual=16384")
    assert size(machine) == 64 * MIB


def test_the_wait_is_for_a_guest_that_comes_late(aerostat, attach):
    machine, path = attach(extra=("-S",))
    run = aerostat("set", "--force", "--json", path, "64M")
    machine.until_found(lambda: is_connected(machine), "the tool")
    machine.execute("cont")
    assert run.wait() == tool.OK
    assert last(run)["outcome"] == "reached"


def is_connected(machine):
    """The second monitor has a client."""
    return not any("disconnected" in entry["filename"]
                   for entry in machine.execute("query-chardev"))


# --- No guest that can follow ------------------------------------------------

def prelaunch(attach, device):
    return attach(extra=("-S",), **DEVICES[device])


def paused(attach, device):
    machine, path = attach(**DEVICES[device])
    machine.sample(1)
    machine.execute("stop")
    return machine, path


def misbehaving(behaviour, line):
    def start(attach, device):
        machine, path = attach(append=f"behave={behaviour}", **DEVICES[device])
        machine.line(line)
        machine.until_halted()
        return machine, path
    return start


STATES = {
    "prelaunch": (prelaunch, "not-running", "is not running (prelaunch)"),
    "paused": (paused, "not-running", "is not running (paused)"),
    "no-driver": (misbehaving("no-driver", "balloon behave="), "no-driver",
                  "no driver uses the device (device status 0x00)"),
    "broken": (misbehaving("zero-length", "virtio features"), "device-broken",
               "is broken"),
}


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("state", STATES)
def test_a_machine_that_cannot_follow_is_asked_nothing(aerostat, attach, state,
                                                       device):
    start, reason, words = STATES[state]
    machine, path = start(attach, device)
    before = len(machine.qmp.events)
    run = aerostat("set", "--json", path, "64M")
    assert run.wait() == tool.TIMEOUT
    outcome = last(run)
    assert (outcome["outcome"], outcome["reason"]) == ("cannot-follow", reason)
    assert outcome["elapsed_ms"] == 0
    assert words in run.stderr() and "--no-wait" in run.stderr()
    if reason == "not-running":
        machine.execute("cont")
        machine.sample(1)
        machine.poll_now()
        machine.sample(2)
    assert not was_asked(machine)
    assert size(machine) == RAM
    assert not [event for event in machine.qmp.events[before:]
                if event["event"] == "BALLOON_CHANGE"]


def test_a_target_that_was_left_can_be_taken_back(aerostat, attach):
    """Also on a stopped machine: its size equals that target."""
    machine, path = attach(extra=("-S",))
    assert aerostat("set", "--no-wait", path, "64M").wait() == tool.OK
    assert aerostat("set", path, "100%").wait() == tool.OK
    machine.execute("cont")
    machine.sample(1)
    assert not was_asked(machine)


# --- Stalled -----------------------------------------------------------------

def test_a_guest_that_does_not_move_stalls(aerostat, attach):
    machine, path = attach(**IDLE)
    machine.line("balloon behave=")
    run = aerostat("set", "--force", "--timeout", GIVE_UP, path, "64M")
    assert run.wait() == tool.TIMEOUT
    assert run.stdout.startswith(f"stalled at 128.0 MiB ({RAM} bytes) for ")
    assert "target 64.0 MiB" in run.stdout
    assert "no driver uses the device" in run.stderr()
    assert f"cancel it by 'aerostat set {path} 100%'" in run.stderr()
    assert size(machine) == RAM


def test_a_machine_that_stands_still_is_told(aerostat, attach):
    machine, path = attach()
    machine.sample(1)
    machine.execute("stop")
    run = aerostat("set", "--force", "--timeout", GIVE_UP, "--json", path,
                   "64M")
    assert run.wait() == tool.TIMEOUT
    assert last(run)["outcome"] == "stalled"
    assert last(run)["reason"] == "not-running"
    assert "is not running (paused)" in run.stderr()
    machine.execute("cont")  # QEMU has kept the target
    machine.line("balloon reached actual=16384")


def test_a_guest_that_has_no_more_is_told_with_numbers(aerostat, attach):
    machine, path = attach(**FULL)
    machine.line("order fill")
    run = waiting(aerostat, path, "--timeout", GIVE_UP)
    machine.line("balloon floor actual=")
    machine.poll_now()
    machine.sample(2)
    assert run.wait() == tool.TIMEOUT
    outcome = last(run)
    assert (outcome["outcome"], outcome["reason"]) == ("stalled",
                                                       "beyond-available")
    assert outcome["available"] == available(machine)
    assert outcome["available"] < outcome["actual"] - 64 * MIB
    assert "available by its statistics of" in run.stderr()
    assert "more are requested" in run.stderr()
    assert f"'aerostat set {path} 100%'" in run.stderr()


def test_another_clients_target_is_told(aerostat, attach):
    machine, path = attach(**FULL)
    machine.line("order fill")
    run = waiting(aerostat, path, "--timeout", GIVE_UP)
    until_asked(machine)
    machine.execute("balloon", value=120 * MIB)
    assert run.wait() == tool.TIMEOUT
    assert last(run)["reason"] == "other-target"
    assert "another client has asked for 120.0 MiB" in run.stderr()


def test_one_byte_ends_at_the_guests_floor(aerostat, attach):
    machine, path = attach()
    machine.sample(1)
    assert aerostat("set", "--force", "--no-wait", path, "1B").wait() == tool.OK
    machine.line("balloon floor actual=")
    run = aerostat("set", "--force", "--timeout", GIVE_UP, "--json", path,
                   "1B")
    assert run.wait() == tool.TIMEOUT
    outcome = last(run)
    assert outcome["outcome"] == "stalled"
    assert outcome["target"] == 4096
    assert outcome["actual"] == size(machine) < 4 * MIB
    assert aerostat("set", path, "100%").wait() == tool.OK
    machine.line("balloon reached actual=0")


def test_plain_lines_where_there_is_no_terminal(aerostat, attach):
    machine, path = attach()
    machine.sample(1)
    run = aerostat("set", "--force", "--timeout", GIVE_UP, path, "1B")
    assert run.wait() == tool.TIMEOUT
    assert "\r" not in run.stderr() and "\x1b" not in run.stderr()
    assert "128.0 MiB -> 4.0 KiB: " in run.stderr()


def terminal():
    try:
        return pty.openpty()
    except OSError as error:
        pytest.skip(f"not here: {error}")


def test_one_line_written_again_on_a_terminal(attach, workdir):
    _, path = attach(**IDLE)
    ours, theirs = terminal()
    process = subprocess.Popen(
        [tool.PROGRAM, "set", "--force", "--timeout", GIVE_UP, path, "64M"],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=theirs)
    os.close(theirs)
    said = b""
    try:
        while select.select([ours], [], [], SECONDS)[0]:
            said += os.read(ours, 4096)
    except OSError:  # the other end is closed
        pass
    assert process.wait(SECONDS) == tool.TIMEOUT
    os.close(ours)
    assert b"\r\x1b[K128.0 MiB -> 64.0 MiB: 128.0 MiB, 0 %" in said
    before, after = said.split(b"aerostat: timeout", 1)
    assert before.endswith(b"\r\x1b[K")  # the progress line is erased
    assert before.count(b"\n") == 1  # of a note, above that line


# --- Refused -----------------------------------------------------------------

def test_more_than_the_guest_has_available_is_refused(aerostat, attach):
    machine, path = attach(append="alloc=40M fill=1")
    machine.line("order fill")
    machine.poll_now()
    machine.sample(2)
    run = aerostat("set", "--json", path, "32M")
    assert run.wait() == tool.REFUSED
    outcome = last(run)
    values = machine.samples()[1].values
    assert outcome["outcome"] == "refused"
    assert outcome["reason"] == "beyond-available"
    assert outcome["available"] == values["available-memory"] < 96 * MIB
    assert outcome["guest_uses"] == (values["total-memory"]
                                     - values["available-memory"]) > 40 * MIB
    for words in ("takes 96.0 MiB", "available", "s ago", "--force"):
        assert words in run.stderr()
    assert size(machine) == RAM
    # A target within the spare memory is accepted, and so is a higher one.
    assert aerostat("set", path, "64M").wait() == tool.OK
    forced = aerostat("set", "--force", "--timeout", GIVE_UP, path, "32M")
    assert forced.wait() == tool.TIMEOUT
    machine.line("balloon floor actual=")
    assert 40 * MIB < size(machine) < 64 * MIB
    assert aerostat("set", path, "+1M").wait() in (tool.OK, tool.TIMEOUT)


@pytest.mark.parametrize("device", DEVICES)
def test_what_is_taken_counts_to_the_page(aerostat, attach, device):
    """Pages taken decide, not the target: total-memory is below RAM, by the
    guest's image."""
    machine, path = attach(append="alloc=40M fill=1", **DEVICES[device])
    machine.line("order fill")
    machine.poll_now()
    machine.sample(2)
    least = RAM - available(machine)
    run = aerostat("set", "--no-wait", path, f"{least - 4096}")
    assert run.wait() == tool.REFUSED
    assert aerostat("set", "--no-wait", path, f"{least}").wait() == tool.OK


def test_ram_that_the_guest_does_not_use_is_not_its_to_give(aerostat, attach):
    """A target includes a DIMM, of which the guest has no page."""
    machine, path = attach(
        machine="q35", balloon=balloon.PCI,
        before=("-m", "128M,slots=1,maxmem=1G",
                "-object", "memory-backend-ram,id=m,size=512M",
                "-device", "pc-dimm,memdev=m"))
    machine.sample(1)
    run = aerostat("set", "--json", path, "75%")
    assert run.wait() == tool.REFUSED
    outcome = last(run)
    assert outcome["target"] == 480 * MIB > outcome["guest_uses"]
    assert outcome["available"] < 128 * MIB
    assert not was_asked(machine)


def test_linux_is_not_squeezed_dry(aerostat, attach):
    machine, path = attach(**linux.options())
    linux.until_ready(machine)
    machine.poll_every(1)
    machine.until_found(lambda: available(machine) < 1 << 62, "statistics")
    run = aerostat("set", "--json", path, "32M")
    assert run.wait() == tool.REFUSED
    outcome = last(run)
    assert outcome["reason"] == "beyond-available"
    # The target alone would pass: it is more than the guest uses.
    assert outcome["guest_uses"] < 32 * MIB < 224 * MIB
    assert outcome["available"] < 224 * MIB
    run = aerostat("set", "--json", path, "200M")
    assert run.wait() == tool.OK
    # The newest sample may be of 256 MiB still: the tool awaits the next one.
    run = aerostat("set", "--json", path, "56M")
    assert run.wait() == tool.REFUSED
    assert last(run)["available"] < 144 * MIB
    run = aerostat("set", "--json", path,
                   f"{200 * MIB - last(run)['available'] + 16 * MIB}B")
    assert run.wait() == tool.OK
    assert "Out of puff" not in machine.console.decode(errors="replace")


def test_a_polled_guest_is_judged_by_a_sample_of_its_size(aerostat, attach):
    """The newest sample was taken at another size of the balloon."""
    machine, path = attach(append="alloc=40M fill=1")
    machine.line("order fill")
    machine.poll_every(1)
    machine.sample(2)
    assert aerostat("set", path, "48M").wait() == tool.OK
    machine.until_found(lambda: available(machine) < 8 * MIB, "a new sample")
    assert aerostat("set", path, "100M").wait() == tool.OK
    assert aerostat("set", path, "60M").wait() == tool.OK
    assert size(machine) == 60 * MIB


def test_a_guest_that_is_not_polled_is_pointed_at_polling(aerostat, attach):
    machine, path = attach(append="alloc=40M fill=1")
    machine.line("order fill")
    assert aerostat("set", path, "64M").wait() == tool.OK
    machine.poll_now()
    machine.sample(2)
    machine.poll_every(0)
    assert aerostat("set", path, "100%").wait() == tool.OK
    # Its sample shows about 22 MiB available; 86 MiB are available now.
    machine.until_found(lambda: age(aerostat, path) > 10, "an old sample")
    run = aerostat("set", "--json", path, "80M")
    assert run.wait() == tool.REFUSED
    assert last(run)["stats_age_seconds"] > 10
    assert f"'aerostat poll {path} 1'" in run.stderr()


def age(aerostat, path):
    run = aerostat("stats", "--json", path)
    assert run.wait() == tool.OK
    return json.loads(run.stdout)["age_seconds"]


def test_what_deflate_on_oom_may_return_counts_as_spare(aerostat, attach):
    """With it, the guest's total-memory includes the balloon's pages."""
    machine, path = attach(
        balloon="virtio-balloon-device,id=balloon0,deflate-on-oom=on")
    machine.sample(1)
    assert aerostat("set", path, "32M").wait() == tool.OK
    machine.poll_now()
    machine.sample(2)
    assert aerostat("set", path, "24M").wait() == tool.OK
    assert size(machine) == 24 * MIB


SILENT = {"no-stats-vq": "stats-not-negotiated", "no-prime":
          "stats-never-offered", "prime-short": "stats-empty"}


@pytest.mark.parametrize("behaviour", SILENT)
def test_a_guest_that_says_nothing_keeps_a_quarter(aerostat, attach, behaviour):
    machine, path = attach(append=f"behave={behaviour}")
    machine.line("virtio features")
    machine.until_halted()
    run = aerostat("set", path, "32M")
    assert run.wait() == tool.OK
    assert "available memory is not known" in run.stderr()
    run = aerostat("set", "--json", path, f"{32 * MIB - 4096}")
    assert run.wait() == tool.REFUSED
    assert last(run)["reason"] == SILENT[behaviour]
    assert "less than a quarter of the RAM" in run.stderr()
    assert size(machine) == 32 * MIB
    assert aerostat("set", "--force", path, "8M").wait() == tool.OK
    assert size(machine) == 8 * MIB


def test_an_old_sample_does_not_permit_less_than_a_quarter(aerostat, attach):
    machine, path = attach()
    machine.sample(1)
    machine.until_found(lambda: age(aerostat, path) > 10, "an old sample")
    run = aerostat("set", "--json", path, "24M")
    assert run.wait() == tool.REFUSED
    assert last(run)["reason"] == "stale"
    assert f"'aerostat poll {path} 1'" in run.stderr()
    run = aerostat("set", path, "32M")
    assert run.wait() == tool.OK
    assert "statistics are of" in run.stderr()


@pytest.mark.parametrize("word", ["0", "-128M", "-1G", "5Q", "", "1.5", "512",
                                  "1048575", "+64", "-64"])
def test_what_is_no_size_changes_nothing(aerostat, attach, word):
    machine, path = attach()
    machine.sample(1)
    run = aerostat("set", path, word)
    assert run.wait() == tool.USAGE
    assert run.stdout == ""
    assert not was_asked(machine)


def test_a_bare_number_is_refused_with_its_three_readings(aerostat, attach):
    _, path = attach()
    run = aerostat("set", path, "512")
    assert run.wait() == tool.USAGE
    for words in ("512M for MiB", "512K for KiB", "512B for bytes"):
        assert words in run.stderr()


# --- Other ends --------------------------------------------------------------

def waiting(aerostat, path, *options):
    """The tool, waiting for a target that this guest cannot reach."""
    return aerostat("set", "--json", "--force", *options, path, "64M")


def until_asked(machine):
    """Waits until the guest sees the target, though it may never reach it."""
    machine.line("balloon target pages=16384")


def test_ctrl_c_ends_the_wait_and_keeps_the_target(aerostat, attach):
    machine, path = attach(append="alloc=100M fill=1")
    machine.line("order fill")
    run = waiting(aerostat, path)
    until_asked(machine)
    run.signal(signal.SIGINT)
    assert run.wait() == tool.INTERRUPTED
    assert last(run)["outcome"] == "interrupted"
    # QEMU keeps the target, even if its reply came after the signal.
    assert "the target" in run.stderr()


def test_a_qemu_killed_in_the_middle_is_told(aerostat, attach):
    machine, path = attach(append="alloc=100M fill=1")
    machine.line("order fill")
    run = waiting(aerostat, path)
    until_asked(machine)
    machine.process.send_signal(signal.SIGKILL)
    assert run.wait() == tool.QEMU_DIED
    assert last(run)["outcome"] == "qemu-died"


def test_a_qemu_that_quits_is_told(aerostat, attach):
    machine, path = attach(append="alloc=100M fill=1")
    machine.line("order fill")
    run = waiting(aerostat, path)
    until_asked(machine)
    assert machine.quit() == 0
    assert run.wait() == tool.QEMU_DIED


def test_another_client_that_changes_all_the_time(aerostat, attach):
    """A thousand targets of another client, and then the tool's once more."""
    machine, path = attach()
    machine.sample(1)
    run = aerostat("set", "--json", "--timeout", "30", path, "96M")
    for number in range(1000):
        machine.execute("balloon", value=(32 + number % 64) * MIB)
    machine.execute("balloon", value=96 * MIB)
    assert run.wait() == tool.OK
    assert last(run)["outcome"] == "reached"
    machine.until_found(lambda: size(machine) == 96 * MIB,
                        "the last target")


def test_no_device_has_its_own_code(aerostat, attach):
    _, path = attach(kernel=None, balloon="", extra=("-S",))
    assert aerostat("set", path, "64M").wait() == tool.NO_BALLOON


def test_a_busy_monitor_is_told(aerostat, attach):
    _, path = attach(kernel=None, extra=("-S",))
    with socket.socket(socket.AF_UNIX) as other:
        other.connect(str(path))
        other.recv(1)  # the greeting: this client has the monitor
        run = aerostat("set", "--timeout", "1", path, "64M")
        assert run.wait() == tool.BUSY


# --- stats -------------------------------------------------------------------

def resident(pid):
    with open(f"/proc/{pid}/smaps_rollup") as rollup:
        return next(int(line.split()[1]) * 1024 for line in rollup
                    if line.startswith("Rss:"))


@pytest.mark.parametrize("device", DEVICES)
def test_stats_shows_size_and_memory(aerostat, attach, device):
    machine, path = attach(**DEVICES[device])
    machine.sample(1)
    assert aerostat("set", path, "64M").wait() == tool.OK
    machine.execute("stop")
    before = resident(machine.process.pid)
    run = aerostat("stats", "--json", path)
    assert run.wait() == tool.OK
    after = resident(machine.process.pid)
    found = json.loads(run.stdout)
    assert (found["actual"], found["ram"]) == (64 * MIB, RAM)
    assert found["process"] == machine.process.pid
    # A thread of QEMU releases QEMU's own memory late.
    assert (min(before, after) - 8 * MIB < found["resident"]
            < max(before, after) + 8 * MIB)
    text = aerostat("stats", path)
    assert text.wait() == tool.OK
    for words in (f"{64 * MIB} bytes", f"{RAM} bytes",
                  f"(process {machine.process.pid})"):
        assert words in text.stdout


# MSI-X, if the guest enables it, moves a legacy device's registers.
MOVES = {"pci-legacy"} if VERSION >= (10, 0) else set()


@pytest.mark.parametrize("transport", balloon.TRANSPORTS)
def test_stats_tells_the_target(aerostat, attach, transport):
    machine, path = attach(**balloon.options(transport))
    machine.sample(1)
    machine.execute("stop")
    for size in (48 * MIB, 47 * MIB + 4096, RAM):
        machine.execute("balloon", value=size)
        run = aerostat("stats", "--json", path)
        assert run.wait() == tool.OK
        known = transport not in MOVES
        assert json.loads(run.stdout)["target"] == (size if known else None)
        text = aerostat("stats", path)
        assert text.wait() == tool.OK
        line = next(line.split() for line in text.stdout.splitlines()
                    if line.startswith("  target "))
        assert line[3:] == [str(size), "bytes"] if known else "MSI-X" in line


def test_stats_tells_the_target_behind_a_root_port(aerostat, attach):
    machine, path = attach(**balloon.options(
        "pci", ",bus=rp0",
        before=("-device", "pcie-root-port,id=rp0,slot=1")))
    machine.sample(1)
    machine.execute("balloon", value=96 * MIB)
    run = aerostat("stats", "--json", path)
    assert run.wait() == tool.OK
    assert json.loads(run.stdout)["target"] == 96 * MIB


def test_stats_of_a_socket_that_is_not_qemus_own(aerostat, boot, workdir):
    """QEMU connects to the test, which passes its bytes on: the tool's peer is
    the test."""
    path = workdir / "monitor"
    with socket.socket(socket.AF_UNIX) as ours:
        ours.bind(str(path))
        ours.listen(1)
        ours.settimeout(SECONDS)
        machine = boot(extra=("-chardev", f"socket,id=m,path={path}",
                              "-mon", "chardev=m,mode=control"))
        peer, _ = ours.accept()
        machine.sample(1)
        found = through(aerostat, workdir, peer)
    assert found["resident"] is None and found["process"] is None
    assert found["actual"] == RAM


def through(aerostat, workdir, peer):
    """stats --json through a proxy in the test."""
    door = workdir / "proxy"
    with peer, socket.socket(socket.AF_UNIX) as server:
        server.bind(str(door))
        server.listen(1)
        server.settimeout(SECONDS)
        run = aerostat("stats", "--json", door)
        client, _ = server.accept()
        with client:
            ends = {peer: client, client: peer}
            while True:
                ready = select.select(list(ends), [], [], SECONDS)[0]
                assert ready, "neither side says anything"
                for end in ready:
                    data = end.recv(65536)
                    if not data:
                        assert run.wait() == tool.OK
                        return json.loads(run.stdout)
                    ends[end].sendall(data)
