# SPDX-License-Identifier: MIT
"""`aerostat stats` and `aerostat poll` on a QEMU that the tests run.

Every transport and address form; monitors that are busy, frozen or absent.
"""
import contextlib
import json
import os
import re
import resource
import signal
import socket
import threading

import pytest

from harness import tool
from harness.truth import ABSENT, KEYS

INTERVAL = "guest-stats-polling-interval"
INTERVAL_MAX = 2**32 - 1
NO_GUEST = {"kernel": None, "extra": ("-S",)}

# The machine, by the tool's name of its transport.
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
    """The guest's sample and QEMU's statistics; the machine continues."""
    machine.sample(1)
    sample, stats = machine.stopped_sample()
    machine.execute("cont")
    return sample, stats


# --- stats -------------------------------------------------------------------

@pytest.mark.parametrize("template", ["{}", "unix:{}"])
def test_stats_prints_what_qemu_has(aerostat, attach, modern, template):
    machine, path = attach(modern=modern)
    sample, _ = sampled(machine)
    run = aerostat("stats", template.format(path))
    assert run.wait() == tool.OK
    for key in KEYS:
        line = next(line for line in run.stdout.splitlines()
                    if line.split()[:1] == [key])
        assert f" {sample.values[key]} " in line + " "


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


def has_address(name):
    with contextlib.suppress(OSError):
        return bool(socket.getaddrinfo(name, None))
    return False


@pytest.mark.parametrize("template", ["127.0.0.1:{port}",
                                      "tcp:localhost:{port}"])
def test_stats_over_tcp(aerostat, boot, template):
    if "localhost" in template and not has_address("localhost"):
        pytest.skip("not here: an address for localhost (/etc/hosts)")
    machine = boot(extra=(
        "-chardev", "socket,id=tcp,host=127.0.0.1,port=0,server=on,wait=off",
        "-mon", "chardev=tcp,mode=control"))
    machine.sample(1)
    name = next(entry["filename"]
                for entry in machine.execute("query-chardev")
                if entry["label"] == "tcp")
    port = name.split(":")[3].split(",")[0]
    run = aerostat("stats", "--json", template.format(port=port))
    assert run.wait() == tool.OK
    assert json.loads(run.stdout)["stats"]["minor-faults"] == 0


@pytest.mark.parametrize("device", DEVICES)
def test_a_device_that_no_guest_drives_has_no_statistics(aerostat, attach,
                                                         device):
    _, path = attach(**NO_GUEST, **DEVICES[device])
    run = aerostat("stats", path)
    assert run.wait() == tool.NO_STATISTICS
    assert "never" in run.stderr()
    assert "is not running (prelaunch)" in run.stderr()
    assert f"{128 << 20} bytes" in run.stdout
    assert "minor-faults" not in run.stdout


# --- Why there are none, or not what they seem -------------------------------

NEVER = {
    "no-driver": "no-driver",
    "zero-length": "device-broken",
    "no-stats-vq": "stats-not-negotiated",
    "no-prime": "stats-never-offered",
}
WAYS = ["mmio", "pci", "pci-transitional", "pci-modern"]


def as_json(aerostat, path, code=tool.OK):
    run = aerostat("stats", "--json", path)
    assert run.wait() == code
    return json.loads(run.stdout), run.stderr()


@pytest.mark.parametrize("device", WAYS)
@pytest.mark.parametrize("behaviour", NEVER)
def test_without_statistics_the_sizes_and_the_reason_are_there(
        aerostat, attach, behaviour, device):
    machine, path = attach(append=f"behave={behaviour}", **DEVICES[device])
    machine.line("balloon behave=")
    machine.until_halted()
    if behaviour.startswith("no-") and behaviour != "no-driver":
        assert aerostat("set", path, "96M").wait() == tool.OK
    found, said = as_json(aerostat, path, tool.NO_STATISTICS)
    assert found["reason"] == NEVER[behaviour]
    assert found["status"] == "running"
    assert (found["stats"], found["last_update"], found["age_seconds"]) == (
        None, None, None)
    assert found["actual"] == machine.execute("query-balloon")["actual"]
    assert found["ram"] == 128 << 20
    assert found["resident"] > 1 << 20
    assert found["process"] == machine.process.pid
    assert "never" in said
    run = aerostat("stats", path)
    assert run.wait() == tool.NO_STATISTICS
    assert NEVER[behaviour] in run.stdout
    assert f"{found['actual']} bytes" in run.stdout


@pytest.mark.parametrize("device", WAYS)
def test_values_that_are_all_absent_are_told(aerostat, attach, device):
    machine, path = attach(append="behave=prime-short", **DEVICES[device])
    machine.sample(1)
    found, said = as_json(aerostat, path)
    assert found["reason"] == "stats-empty"
    assert set(found["stats"].values()) == {None}
    assert "stats-empty: " in said
    assert "stats-empty" in aerostat_text(aerostat, path)


def aerostat_text(aerostat, path):
    run = aerostat("stats", path)
    assert run.wait() == tool.OK
    return run.stdout


def test_a_machine_that_does_not_run_is_told(aerostat, attach):
    machine, path = attach()
    machine.sample(1)
    assert as_json(aerostat, path)[0]["reason"] == "polling-off"
    machine.poll_now()
    machine.sample(2)
    found, said = as_json(aerostat, path)
    assert (found["reason"], found["status"], said) == (None, "running", "")
    assert "statistics ok" in aerostat_text(aerostat, path)
    machine.execute("stop")
    found, said = as_json(aerostat, path)
    assert (found["reason"], found["status"]) == ("not-running", "paused")
    assert found["stats"]["minor-faults"] >= 0
    assert "not-running: the machine is not running (paused)" in said


@pytest.mark.parametrize("device", ["mmio", "pci-modern"])
def test_a_guest_that_owes_an_answer_is_told(aerostat, attach, device):
    machine, path = attach(append="behave=silent:2", **DEVICES[device])
    machine.sample(1)
    assert aerostat("poll", path, "1").wait() == tool.OK
    machine.until_found(lambda: as_json(aerostat, path)[0]["reason"] is not None
                        and as_json(aerostat, path)[0]["age_seconds"] > 8,
                        "three intervals and five seconds")
    found, said = as_json(aerostat, path)
    assert found["reason"] == "guest-silent"
    assert "guest-silent: the guest has not answered the last request" in said


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
    ("2", 2), ("0", 0), ("off", 0), (str(INTERVAL_MAX), INTERVAL_MAX),
    ("3s", 3), ("5m", 300), ("2000ms", 2)])
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


# The address of a second monitor, for QEMU and for the tool.
LISTENERS = {
    "unix": ("path={path}", "{path}"),
    "abstract": ("path={path},abstract=on", "@{path}"),
    "tcp": ("host=127.0.0.1,port=0", "127.0.0.1:{port}"),
}


@pytest.fixture(params=LISTENERS)
def listening(request, boot, workdir):
    """listening(...): a machine, and the address of its second monitor."""
    where, address = LISTENERS[request.param]

    def start(**options):
        path = workdir / "monitor"
        machine = boot(extra=(
            "-chardev", f"socket,id=second,{where.format(path=path)}"
            ",server=on,wait=off",
            "-mon", "chardev=second,mode=control",
            *options.pop("extra", ())), **options)
        name = next(entry["filename"]
                    for entry in machine.execute("query-chardev")
                    if entry["label"] == "second")
        port = name.split(",")[0].split(":")[-1]
        return machine, address.format(path=path, port=port)
    return start


def connected(address):
    """Another client of the monitor."""
    if address[0] in "@/":
        client = socket.socket(socket.AF_UNIX)
        name = address
    else:
        client = socket.socket()
        host, port = address.split(":")
        name = (host, int(port))
    client.settimeout(30)
    client.connect(name.replace("@", "\0", 1) if address[0] == "@" else name)
    return client


def asked(aerostat, address):
    """The messages of tools that ask at the same time, all in vain: some wait
    in the listen queue, the others find it full."""
    runs = [aerostat(*on(address, words, "--timeout", "1"))
            for words in (["stats"], ["poll", "2"]) * 3]
    assert [run.wait() for run in runs] == [tool.BUSY] * len(runs)
    return {run.stderr() for run in runs}


def test_a_busy_monitor_is_told(aerostat, listening):
    machine, address = listening(**NO_GUEST)
    with connected(address) as other:
        other.recv(1)  # the greeting: this client has the monitor
        messages = asked(aerostat, address)
    assert len(messages) == 1, messages
    text = messages.pop()
    assert f"(pid {os.getpid()})" in text  # the holder: this process
    assert f"another client of process {machine.process.pid}" in text


def test_the_tool_that_holds_a_monitor_is_named(aerostat, listening):
    machine, address = listening(**NO_GUEST)
    holder = aerostat("events", "--json", address)

    def shown():  # an event shown: the tool has the monitor
        machine.execute("cont")
        machine.execute("stop")
        holder.read(0.1)
        return "\n" in holder.stdout
    machine.until_found(shown, "a listening tool")
    messages = asked(aerostat, address)
    assert len(messages) == 1, messages
    assert (f"is held by aerostat events (pid {holder.process.pid})"
            in messages.pop())
    holder.signal(signal.SIGTERM)
    assert holder.wait() == tool.TERMINATED


def test_a_frozen_qemu_is_told(aerostat, listening):
    """Also if its listen queue is full of clients that gave up."""
    machine, address = listening(**NO_GUEST)
    pid = machine.process.pid
    machine.process.send_signal(signal.SIGSTOP)
    # The signal stops QEMU's threads one after the other.
    os.waitid(os.P_PID, pid, os.WSTOPPED)
    messages = asked(aerostat, address) | asked(aerostat, address)
    assert len(messages) == 1, messages
    text = messages.pop()
    assert f"process {pid} " in text
    assert f"is stopped; kill -CONT {pid}" in text
    machine.process.send_signal(signal.SIGCONT)
    assert aerostat("poll", address, "2").wait() == tool.OK


@pytest.mark.parametrize("clients", [6, 20])
def test_all_who_come_at_once_are_served(aerostat, listening, clients):
    """QEMU's listen queue holds two: the others wait for a place."""
    machine, address = listening()
    machine.sample(1)
    runs = [aerostat("stats", "--json", "--timeout", "30", address)
            for _ in range(clients)]
    assert [run.wait() for run in runs] == [tool.OK] * clients
    assert {json.loads(run.stdout)["stats"]["minor-faults"]
            for run in runs} == {0}


def test_a_wait_for_a_busy_monitor_can_be_interrupted(aerostat, listening):
    machine, address = listening(**NO_GUEST)
    with connected(address) as other:
        other.recv(1)
        waiting = [aerostat("stats", "--timeout", "1000", address)
                   for _ in range(5)]
        machine.until_found(
            lambda: all(is_waiting(run.process.pid) for run in waiting),
            "tools that wait")
        for run in waiting:
            run.signal(signal.SIGTERM)
            assert run.wait() == tool.TERMINATED
            assert "terminated while waiting for" in run.stderr()


def is_waiting(pid):
    """Whether the process is in connect(2) or poll(2)."""
    with open(f"/proc/{pid}/syscall") as file:
        return file.read().split()[0] in ("42", "7")


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
    """The peer greets like a QMP server, and closes the connection."""
    with tool.impostor(aerostat, ["stats"], workdir / "monitor") as (run, peer):
        peer.recv(1)
        peer.close()
        assert run.wait() == tool.QEMU_DIED
        assert "closed the monitor" in run.stderr()


@pytest.mark.parametrize("said,code,words", [
    (b"", tool.QEMU_DIED, "closed the monitor"),
    (tool.GREETING[:40], tool.QEMU_DIED, "in the middle of a message (40"),
    (tool.GREETING, tool.QEMU_DIED, "closed the monitor"),
    (tool.GREETING * 2, tool.QEMU_DIED, "closed the monitor"),
    (tool.GREETING + b"{}{}", tool.QEMU_DIED, "closed the monitor"),
    (tool.GREETING + b"]", tool.PROTOCOL, "no JSON object"),
], ids=["nothing", "half", "greeting", "two", "more", "garbage"])
def test_a_peer_that_leaves_after_a_word_is_told(aerostat, workdir, said, code,
                                                 words):
    with tool.impostor(aerostat, ["stats"], workdir / "monitor",
                       greeting=said) as (run, peer):
        peer.close()
        assert run.wait() == code
        assert words in run.stderr()


def test_a_second_greeting_changes_nothing(aerostat, workdir):
    with tool.impostor(aerostat, ["stats"], workdir / "monitor",
                       greeting=tool.GREETING * 2) as (run, peer):
        tool.negotiate(peer)
        assert b"qom-list" in peer.recv(4096)
        peer.close()
        assert run.wait() == tool.QEMU_DIED


@pytest.mark.parametrize("said", [b" \r\n", tool.GREETING[:40],
                                  b'{"event": "EARLY"}\n'],
                         ids=["blanks", "half", "event"])
def test_a_peer_that_does_not_greet_is_no_busy_monitor(aerostat, workdir,
                                                       said):
    with tool.impostor(aerostat, ["stats", "--timeout", "1"],
                       workdir / "monitor", greeting=said) as (run, _):
        assert run.wait() == tool.PROTOCOL
        assert f"{len(said)} bytes" in run.stderr()


@pytest.mark.parametrize("address,words", [
    ("x" * 108, "108 characters, a unix socket's may have 107"),
    ("@", "name is empty"),
    ("unix:name,abstract=on", "written @NAME"),
])
def test_an_address_that_cannot_be_is_refused(aerostat, address, words):
    run = aerostat("stats", address)
    assert run.wait() == tool.USAGE
    assert words in run.stderr()


# --- Peers that mean harm ----------------------------------------------------

MIB = 1 << 20
MEMORY = 256 * MIB


def answer(value):
    """A reply to the tool's first command."""
    return b'{"return": ' + value + b', "id": 2}\n'


ANSWERS = {
    "string": lambda: answer(b'"' + b"x" * 15 * MIB + b'"'),
    "string that never ends": lambda: b'{"return": "' + b"x" * 64 * MIB,
    "ones": lambda: answer(b"[" + b"1," * (15 * MIB // 2) + b"1]"),
    "two MiB of ones": lambda: answer(b"[" + b"1," * MIB + b"1]"),
    "objects": lambda: answer(b"[" + b"{}," * MIB + b"{}]"),
    "arrays": lambda: answer(b"[" + b"[]," * MIB + b"[]]"),
    "depth": lambda: answer(b"[" * 30_000 + b"]" * 30_000),
    "great depth": lambda: answer(b"[" * MIB + b"]" * MIB),
    "depth of objects": lambda: answer(b'{"a":' * 100_000 + b"1"
                                       + b"}" * 100_000),
    "keys": lambda: answer(b"{" + b",".join(
        b'"%d":1' % number for number in range(300_000)) + b"}"),
    "braces": lambda: b"{" * 5 * MIB,
}


def event(value):
    return b'{"event": "E", "data": {"a": ' + value + b'}}\n'


# Text that is sent again and again. The tool accepts each single message.
FLOODS = {
    "blanks": b" \r\n\t" * 10_000,
    "events": b'{"event": "E"}\n' * 1000,
    "events of objects": event(b"[" + b"{}," * 36_000 + b"1]"),
    "events of ones": event(b"[" + b"1," * 180_000 + b"1]"),
    "events of strings": event(b'"' + b"x" * 3 * MIB + b'"'),
    "events to escape": event(b'"' + b"\x7f" * 3 * MIB + b'"'),
    "replies to nobody": b'{"return": {}, "id": 99}\n' * 1000,
}


def in_little_memory(run):
    """Limits the process's address space, which is larger than its resident
    memory; malloc fails beyond it."""
    resource.prlimit(run.process.pid, resource.RLIMIT_AS, (MEMORY, MEMORY))


def flood(peer, said, run):
    """Sends the text until the tool closes the connection, and drops the
    tool's output; gives its exit status."""
    def say():
        with contextlib.suppress(OSError):  # the tool has ended
            while True:
                peer.sendall(said)

    thread = threading.Thread(target=say)
    thread.start()
    while os.read(run.process.stdout.fileno(), MIB):
        pass
    status = run.wait()
    thread.join()
    return status


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_too_large_is_refused(aerostat, workdir, name):
    with tool.impostor(aerostat, ["stats", "--timeout", "30"],
                       workdir / "monitor", greeting=b"") as (run, peer):
        in_little_memory(run)
        peer.sendall(tool.GREETING)
        tool.negotiate(peer)
        peer.recv(4096)
        with contextlib.suppress(OSError):  # the tool hangs up early
            peer.sendall(ANSWERS[name]())
        assert run.wait() == tool.PROTOCOL
        assert "QEMU sent" in run.stderr()


@pytest.mark.parametrize("name", FLOODS)
def test_a_flood_before_the_greeting_ends_with_the_deadline(aerostat, workdir,
                                                            name):
    with tool.impostor(aerostat, ["stats", "--timeout", "1"],
                       workdir / "monitor", greeting=b"") as (run, peer):
        in_little_memory(run)
        assert flood(peer, FLOODS[name], run) == tool.PROTOCOL
        assert "greeting" in run.stderr()


@pytest.mark.parametrize("name", FLOODS)
def test_a_flood_before_an_answer_ends_with_the_deadline(aerostat, workdir,
                                                         name):
    with tool.impostor(aerostat, ["stats", "--timeout", "1"],
                       workdir / "monitor", greeting=b"") as (run, peer):
        in_little_memory(run)
        peer.sendall(tool.GREETING)
        tool.negotiate(peer)
        assert flood(peer, FLOODS[name], run) == tool.TIMEOUT
        assert "qom-list" in run.stderr()


@pytest.mark.parametrize("name,words", [
    *((name, ["--json"]) for name in FLOODS), ("events to escape", [])])
def test_a_flood_of_events_ends_with_the_deadline(aerostat, workdir, name,
                                                  words):
    with tool.impostor(aerostat, ["events", "--timeout", "1", *words],
                       workdir / "monitor", greeting=b"") as (run, peer):
        in_little_memory(run)
        peer.sendall(tool.GREETING)
        tool.negotiate(peer)
        assert flood(peer, FLOODS[name], run) == tool.OK


def test_a_greeting_byte_by_byte_ends_with_the_deadline(aerostat, workdir):
    """Each byte is sent when the last one is read; it is no greeting yet."""
    with tool.impostor(aerostat, ["stats", "--timeout", "1"],
                       workdir / "monitor", greeting=b'{"') as (run, peer):
        assert flood(peer, b"x", run) == tool.PROTOCOL
        assert "greeting" in run.stderr()


def test_a_message_as_large_as_qemus_largest_is_taken(aerostat, workdir):
    """The reply to query-cpus-fast with 4096 virtual CPUs is no flood."""
    cpus = [{"thread-id": 100_000 + number, "cpu-index": number,
             "props": {"core-id": number, "thread-id": 0, "socket-id": 0},
             "qom-path": f"/machine/unattached/device[{number}]",
             "target": "x86_64"} for number in range(4096)]
    with tool.impostor(aerostat, ["stats", "--timeout", "30"],
                       workdir / "monitor") as (run, peer):
        tool.negotiate(peer)
        peer.recv(4096)
        peer.sendall(json.dumps({"return": cpus, "id": 2}).encode())
        assert b"peripheral-anon" in peer.recv(4096)  # the next query
        peer.close()
        assert run.wait() == tool.QEMU_DIED


# --- The rest ----------------------------------------------------------------



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
