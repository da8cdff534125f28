# SPDX-License-Identifier: MIT
"""`aerostat events` on a QEMU that the tests run: its output, and its ends.
"""
import json
import re
import signal

import pytest

from harness import tool

MIB = 1 << 20
LINE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6} (\w+)( .*)?")


@pytest.fixture
def listen(aerostat):
    """listen(machine, path, ...): the tool, listening: commands that cause
    events are repeated until it has shown one."""
    def start(machine, path, *words, commands=("stop", "cont")):
        run = aerostat("events", *words, path)

        def shown():
            for command in commands:
                machine.execute(command)
            run.read(0.1)
            return "\n" in run.stdout
        machine.until_found(shown, "a listening tool")
        return run
    return start


def names(run):
    return [LINE.fullmatch(line)[1] for line in run.stdout.splitlines()]


def test_events_are_lines(attach, listen):
    machine, path = attach()
    machine.sample(1)
    run = listen(machine, path)
    machine.execute("balloon", value=64 * MIB)
    run.until(f" BALLOON_CHANGE actual={64 * MIB} (64.0 MiB)\n")
    machine.execute("stop")
    run.until("STOP")
    run.signal(signal.SIGINT)
    assert run.wait() == tool.INTERRUPTED
    assert {"STOP", "RESUME", "BALLOON_CHANGE"} <= set(names(run))


def test_events_as_json_are_qemus_own(attach, listen):
    machine, path = attach()
    machine.sample(1)
    run = listen(machine, path, "--json")
    machine.execute("balloon", value=64 * MIB)
    run.until(f'"actual":{64 * MIB}}}')
    machine.execute("query-balloon")
    run.signal(signal.SIGTERM)
    assert run.wait() == tool.TERMINATED
    shown = [json.loads(line) for line in run.stdout.splitlines()]
    # QEMU sent the same to the test's monitor, timestamps included.
    changes = [event for event in machine.qmp.events
               if event["event"] == "BALLOON_CHANGE"]
    assert [event for event in shown
            if event["event"] == "BALLOON_CHANGE"] == changes


def test_less_than_nothing_is_shown_as_it_is(attach, listen):
    """A driver writes 2^32 - 1 pages as `actual`: QEMU accepts that."""
    machine, path = attach(append="behave=bad-actual", extra=("-S",),
                           reboot=True)
    run = listen(machine, path, commands=["system_reset"])
    machine.execute("cont")
    run.until("BALLOON_CHANGE")
    run.signal(signal.SIGINT)
    run.wait()
    actual = 128 * MIB - (2**32 - 1) * 4096
    assert f"BALLOON_CHANGE actual={actual} (-16.0 TiB)\n" in run.stdout


def test_a_count_ends_it(aerostat, attach):
    machine, path = attach()
    run = aerostat("events", "--count", "3", "--timeout", "30", path)

    def ended():
        machine.execute("stop")
        machine.execute("cont")
        return run.process.poll() is not None
    machine.until_found(ended, "the tool's end")
    assert run.wait() == tool.OK
    assert len(names(run)) == 3


def test_a_time_ends_it(aerostat, attach):
    machine, path = attach()
    machine.sample(1)
    run = aerostat("events", "--timeout", "5", path)
    assert run.wait() == tool.OK
    assert run.stdout == "" and run.stderr() == ""
    run = aerostat("events", "--timeout", "5", "--count", "1", path)
    assert run.wait() == tool.TIMEOUT
    assert "0 have come" in run.stderr()


def test_the_end_that_qemu_announces_is_a_good_one(attach, listen):
    machine, path = attach()
    run = listen(machine, path)
    assert machine.quit() == 0
    assert run.wait() == tool.OK
    assert names(run)[-1] == "SHUTDOWN"


def test_a_qemu_that_is_killed_is_told(attach, listen):
    machine, path = attach()
    run = listen(machine, path)
    machine.process.send_signal(signal.SIGKILL)
    assert run.wait() == tool.QEMU_DIED
    assert "closed the monitor" in run.stderr()


def test_qemus_end_is_no_good_one_before_the_count(attach, listen):
    machine, path = attach()
    run = listen(machine, path, "--count", "100000")
    assert machine.quit() == 0
    assert run.wait() == tool.QEMU_DIED


def test_a_machine_without_a_balloon_has_events_too(attach, listen):
    machine, path = attach(balloon="", kernel=None)
    run = listen(machine, path, "--json")
    run.signal(signal.SIGINT)
    assert run.wait() == tool.INTERRUPTED


def test_changes_come_once_a_second_and_the_last_wins(attach, listen):
    """A thousand targets: few events, and the last one is true."""
    machine, path = attach()
    machine.sample(1)
    run = listen(machine, path, "--json")
    for number in range(1000):
        machine.execute("balloon", value=(32 + number % 64) * MIB)
    machine.execute("balloon", value=100 * MIB)
    machine.line(f"balloon reached actual={28 * MIB // 4096}")
    run.until(f'"actual":{100 * MIB}}}')
    run.signal(signal.SIGINT)
    run.wait()
    assert machine.execute("query-balloon")["actual"] == 100 * MIB
    assert run.stdout.count("BALLOON_CHANGE") < 500


PAINT = "\u001b\u007f\u0085\u009b\u061c\u200e\u202e\u2069"
ESCAPED = "".join(f"\\u{ord(mark):04x}" for mark in PAINT)


@pytest.mark.parametrize("words", [[], ["--json"]], ids=["text", "json"])
def test_what_an_event_says_cannot_paint(aerostat, workdir, words):
    """Control characters of terminals: JSON lets a peer send all of these raw,
    except ESC, in a value, in a key and in a name."""
    raw = PAINT.replace("\u001b", "\\u001b")
    with tool.impostor(aerostat, ["events", *words],
                       workdir / "monitor") as (run, peer):
        tool.negotiate(peer)
        for event in ('{"event": "%s", "data": {"%s": "é%s"}}' % ((raw,) * 3),
                      '{"event": "BALLOON_CHANGE", "data": {"actual": "x"}}',
                      '{"event": "BALLOON_CHANGE"}'):
            peer.sendall(event.encode() + b"\n")
        peer.close()
        assert run.wait() == tool.QEMU_DIED
    if words:
        first, *rest = run.stdout.splitlines()
        assert first == ('{"event":"%s","data":{"%s":"é%s"}}' % ((ESCAPED,) * 3))
        assert json.loads(first) == {"event": PAINT,
                                     "data": {PAINT: "é" + PAINT}}
        assert rest == ['{"event":"BALLOON_CHANGE","data":{"actual":"x"}}',
                        '{"event":"BALLOON_CHANGE"}']
    else:
        name = "".join(f"\\x{byte:02x}" for byte in PAINT.encode())
        assert run.stdout == (f'{name} {{"{ESCAPED}":"é{ESCAPED}"}}\n'
                              'BALLOON_CHANGE {"actual":"x"}\n'
                              'BALLOON_CHANGE\n')


def test_a_message_cannot_paint(aerostat, workdir):
    """Text on stderr from a path, from a peer that is no QMP server and from a
    command line."""
    run = aerostat("stats", workdir / PAINT)
    assert run.wait() == tool.CANNOT_CONNECT
    assert not set(PAINT) & set(run.stderr())
    with tool.impostor(aerostat, ["events"], workdir / "monitor",
                       greeting=PAINT.encode()) as (run, _):
        assert run.wait() == tool.PROTOCOL
    assert not set(PAINT) & set(run.stderr())
    assert "\\xe2\\x80\\xae" in run.stderr()
