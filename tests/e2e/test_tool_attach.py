# SPDX-License-Identifier: MIT
"""`aerostat stats` and `aerostat poll` on a QEMU that somebody else runs.

Every transport and address form; monitors that are busy, frozen or absent.
"""
import json
import os
import signal
import socket

import pytest

import tool
from truth import ABSENT, KEYS, MEASURED

INTERVAL = "guest-stats-polling-interval"
INTERVAL_MAX = 2**32 - 1
NO_GUEST = {"kernel": None, "extra": ("-S",)}

# What QEMU is, by what the tool calls it.
DEVICES = {
    "mmio": {"balloon": "virtio-balloon-device,id=balloon0"},
    "mmio-no-id": {"balloon": "virtio-balloon-device"},
    "pci": {"machine": "q35", "balloon": "virtio-balloon-pci,id=balloon0"},
    "pci-no-id": {"machine": "q35", "balloon": "virtio-balloon-pci"},
    "pci-transitional": {"machine": "pc",
                         "balloon": "virtio-balloon-pci-transitional"},
    "pci-modern": {"machine": "q35",
                   "balloon": "virtio-balloon-pci-non-transitional,id=b"},
}


def sampled(machine):
    """What the guest says, and what QEMU has; the machine goes on."""
    machine.sample(1)
    sample, stats = machine.stopped_sample()
    machine.execute("cont")
    return sample, stats


# --- stats -------------------------------------------------------------------

@pytest.mark.parametrize("form", ["{}", "unix:{}"])
def test_stats_prints_what_qemu_has(aerostat, attach, modern, form):
    machine, path = attach(modern=modern)
    sample, _ = sampled(machine)
    run = aerostat("stats", form.format(path))
    assert run.wait() == tool.OK
    for key in KEYS:
        line = next(line for line in run.stdout.splitlines()
                    if line.split()[:1] == [key])
        if key in MEASURED:
            assert f" {sample.values[key]} " in line + " "
        else:
            assert "absent" in line


@pytest.mark.parametrize("device", ["mmio", "mmio-no-id"])
def test_stats_as_json_is_exact(aerostat, attach, modern, device):
    machine, path = attach(modern=modern, **DEVICES[device])
    machine.sample(1)
    run = aerostat("stats", "--json", path)
    assert run.wait() == tool.OK
    found = json.loads(run.stdout)
    assert {key: found["stats"][key] for key in KEYS} == {
        key: machine.samples()[0].values.get(key) for key in KEYS}
    assert found["last_update"] > 0


def test_stats_changes_nothing(aerostat, attach):
    machine, path = attach()
    machine.sample(1)
    before = len(machine.qmp.events)
    assert aerostat("stats", path).wait() == tool.OK
    machine.execute("query-status")
    assert len(machine.qmp.events) == before  # neither STOP nor RESUME
    assert machine.execute("query-status")["status"] == "running"
    assert len(machine.samples()) == 1


def test_stats_over_tcp(aerostat, boot):
    machine = boot(extra=(
        "-chardev", "socket,id=tcp,host=127.0.0.1,port=0,server=on,wait=off",
        "-mon", "chardev=tcp,mode=control"))
    machine.sample(1)
    name = next(entry["filename"]
                for entry in machine.execute("query-chardev")
                if entry["label"] == "tcp")
    port = name.split(":")[3].split(",")[0]
    for form in (f"127.0.0.1:{port}", f"tcp:localhost:{port}"):
        run = aerostat("stats", "--json", form)
        assert run.wait() == tool.OK
        assert json.loads(run.stdout)["stats"]["minor-faults"] == 0


@pytest.mark.parametrize("device", DEVICES)
def test_a_device_that_no_guest_drives_has_no_statistics(aerostat, attach,
                                                         device):
    _, path = attach(**NO_GUEST, **DEVICES[device])
    run = aerostat("stats", path)
    assert run.wait() == tool.NO_STATISTICS
    assert "never" in run.stderr()
    assert run.stdout == ""


@pytest.mark.parametrize("words", [["stats"], ["poll", "off"]])
@pytest.mark.parametrize("machine_type", ["microvm", "q35"])
def test_no_device_has_its_own_code(aerostat, attach, words, machine_type):
    _, path = attach(machine=machine_type, balloon="", **NO_GUEST)
    command, *rest = words
    assert aerostat(command, path, *rest).wait() == tool.NO_BALLOON


# --- poll --------------------------------------------------------------------

def interval_of(machine):
    return machine.execute("qom-get", property=INTERVAL,
                           path="/machine/peripheral/balloon0")


@pytest.mark.parametrize("word,interval", [
    ("2", 2), ("0", 0), ("off", 0), (str(INTERVAL_MAX), INTERVAL_MAX)])
def test_poll_sets_the_interval(aerostat, attach, word, interval):
    machine, path = attach()
    machine.sample(1)
    machine.poll_every(7)
    run = aerostat("poll", path, word)
    assert run.wait() == tool.OK
    assert interval_of(machine) == interval
    assert "7 s" in run.stdout
    assert (f"is {interval} s" if interval else "is off") in run.stdout


def test_poll_makes_the_guest_answer(aerostat, attach, modern):
    machine, path = attach(modern=modern)
    machine.sample(1)
    assert aerostat("poll", path, "1000").wait() == tool.OK
    machine.sample(2)


@pytest.mark.parametrize("word", ["-1", str(INTERVAL_MAX + 1), "x", "", "1.5",
                                  "0x2", "18446744073709551617", " 2", "on"])
def test_poll_refuses_what_is_no_interval(aerostat, attach, word):
    machine, path = attach()
    machine.sample(1)
    run = aerostat("poll", path, word)
    assert run.wait() == tool.USAGE
    assert interval_of(machine) == 0


@pytest.mark.parametrize("device", DEVICES)
def test_poll_finds_every_device(aerostat, attach, device):
    _, path = attach(**NO_GUEST, **DEVICES[device])
    assert aerostat("poll", path, "3").wait() == tool.OK
    run = aerostat("poll", path, "off")
    assert run.wait() == tool.OK
    assert "3 s" in run.stdout


# --- Monitors that don't answer ----------------------------------------------

BOTH = pytest.mark.parametrize("words", [["stats"], ["poll", "2"]],
                               ids=["stats", "poll"])


def on(path, words, *options):
    return [words[0], *options, path, *words[1:]]


@BOTH
def test_a_busy_monitor_is_told(aerostat, attach, words):
    _, path = attach(**NO_GUEST)
    with socket.socket(socket.AF_UNIX) as other:
        other.connect(str(path))
        other.recv(1)  # greeted, so it is ours
        run = aerostat(*on(path, words, "--timeout", "1"))
        assert run.wait() == tool.BUSY
        assert "another" in run.stderr()


@BOTH
def test_a_frozen_qemu_is_told(aerostat, attach, words):
    machine, path = attach(**NO_GUEST)
    machine.process.send_signal(signal.SIGSTOP)
    # The signal stops QEMU's threads one after the other.
    os.waitid(os.P_PID, machine.process.pid, os.WSTOPPED)
    run = aerostat(*on(path, words, "--timeout", "1"))
    assert run.wait() == tool.BUSY
    machine.process.send_signal(signal.SIGCONT)
    assert aerostat("poll", path, "2").wait() == tool.OK


@BOTH
def test_nobody_there_is_told(aerostat, workdir, words):
    absent = workdir / "absent"
    assert aerostat(*on(absent, words)).wait() == tool.CANNOT_CONNECT
    with socket.socket(socket.AF_UNIX) as deaf:
        deaf.bind(str(workdir / "deaf"))
        run = aerostat(*on(workdir / "deaf", words))
        assert run.wait() == tool.CANNOT_CONNECT
        assert "deaf" in run.stderr()


def test_a_human_monitor_is_recognised(aerostat, boot, workdir):
    path = workdir / "human"
    machine = boot(kernel=None, extra=(
        "-S", "-monitor", f"unix:{path},server=on,wait=off"))
    machine.execute("query-status")
    run = aerostat("stats", path)
    assert run.wait() == tool.PROTOCOL
    assert "QEMU" in run.stderr()


def test_a_qemu_that_leaves_in_mid_talk_is_told(aerostat, workdir):
    """Somebody who greets like a QMP server, and goes."""
    with tool.impostor(aerostat, ["stats"], workdir / "monitor") as (run, peer):
        peer.recv(1)
        peer.close()
        assert run.wait() in (tool.QEMU_DIED, tool.PROTOCOL)
        assert run.stderr()


def test_the_attached_qemu_outlives_the_tool(aerostat, attach):
    machine, path = attach()
    machine.sample(1)
    for words in (["stats", path], ["poll", path, "1000"]):
        assert aerostat(*words).wait() == tool.OK
    machine.sample(2)
    assert machine.quit() == 0


def test_an_absent_value_is_never_shown_as_a_number(aerostat, attach):
    machine, path = attach()
    machine.sample(1)
    for words in (["stats", path], ["stats", "--json", path]):
        run = aerostat(*words)
        assert run.wait() == tool.OK
        assert str(ABSENT) not in run.stdout
