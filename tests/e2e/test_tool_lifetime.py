# SPDX-License-Identifier: MIT
"""Nothing that the tool started outlives it: every kind of QEMU or wrapper,
every way to end it or the tool.

What is awaited is the end of processes, by pidfd. A keeper that is killed
together with its tool is no row: only the program itself dies then.
"""
import contextlib
import os
import select
import signal

import pytest

from harness import leftovers, tool
from harness.machine import QEMU, SECONDS

# `$@` is QEMU's command line. What a wrapper is to the rest: $self.
WRAPPERS = {
    "itself": 'exec "$qemu" "$@"',
    "waits": '"$qemu" "$@"; exit $?',
    "background": '"$qemu" "$@" & wait $!',
    "session": 'setsid "$qemu" "$@" & wait',
    "deaf": "trap '' TERM INT HUP QUIT; setsid \"$qemu\" \"$@\"; exit $?",
    "orphan": '(setsid "$qemu" "$@" &); exec sleep 1000',
    "helpers": '(setsid sleep 1000 &); sleep 1000 & "$qemu" "$@"',
}
# One that ends before its QEMU: the tool can't tell it from QEMU's own end.
GONE = {
    "leaves": '"$qemu" "$@" & exit 0',
    "leaves a session": 'setsid "$qemu" "$@" & exit 0',
    "daemonize": 'exec "$qemu" "$@" -daemonize',
    "waits for a daemon": '"$qemu" "$@" -daemonize; exit 0',
}


def wrapper(workdir, text):
    path = workdir / "tool-qemu"
    path.write_text(f"#!/bin/sh\nqemu='{QEMU}'\n{text}\n")
    path.chmod(0o755)
    return path


def started(aerostat, workdir, kind):
    run = aerostat("run", "--qemu", wrapper(workdir, WRAPPERS[kind]),
                   "--samples", "0", "--interval", "1000")
    run.until("verdict: equal", 1)
    assert run.named("qemu-system")
    return run


def assert_all_end():
    """Everything that the tests started ends soon, without their help."""
    while found := leftovers.running():
        for process in found:
            with contextlib.suppress(ProcessLookupError):
                end = os.pidfd_open(process)
                gone = select.select([end], [], [], SECONDS)[0]
                os.close(end)
                assert gone, f"still running: {found}"


@pytest.mark.parametrize("kind", WRAPPERS)
def test_nothing_is_left_of_a_run_that_ends(aerostat, workdir, kind):
    run = aerostat("run", "--qemu", wrapper(workdir, WRAPPERS[kind]),
                   "--samples", "1")
    assert run.wait() == tool.OK
    assert leftovers.running() == {}


@pytest.mark.parametrize("number", [
    signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM])
@pytest.mark.parametrize("kind", WRAPPERS)
def test_nothing_is_left_by_a_signal(aerostat, workdir, kind, number):
    run = started(aerostat, workdir, kind)
    run.signal(number)
    assert run.wait() == 128 + number
    assert leftovers.running() == {}


@pytest.mark.parametrize("kind", WRAPPERS)
def test_nothing_is_left_by_a_tool_that_is_killed(aerostat, workdir, kind):
    run = started(aerostat, workdir, kind)
    run.signal(signal.SIGKILL)
    run.wait()
    assert_all_end()


@pytest.mark.parametrize("kind", WRAPPERS)
def test_nothing_is_left_by_a_wrapper_that_is_killed(aerostat, workdir, kind):
    run = started(aerostat, workdir, kind)
    keeper, = run.named("qemu-keeper")
    with open(f"/proc/{keeper}/task/{keeper}/children") as listed:
        first = int(listed.read().split()[0])
    os.kill(first, signal.SIGKILL)
    assert run.wait() == tool.QEMU_DIED
    assert "killed by signal 9" in run.stderr()
    assert leftovers.running() == {}


@pytest.mark.parametrize("kind", WRAPPERS)
def test_nothing_is_left_by_a_keeper_that_is_killed(aerostat, workdir, kind):
    run = started(aerostat, workdir, kind)
    keeper, = run.named("qemu-keeper")
    os.kill(keeper, signal.SIGKILL)
    assert run.wait() == tool.QEMU_DIED
    assert leftovers.running() == {}


@pytest.mark.parametrize("kind", GONE)
def test_a_wrapper_that_ends_takes_its_qemu_with_it(aerostat, workdir, kind):
    # A daemon is a process that QEMU starts.
    run = aerostat("run", "--qemu", wrapper(workdir, GONE[kind]), "--",
                   "-sandbox", "off")
    assert run.wait() == tool.QEMU_DIED
    assert "QEMU exited with status 0" in run.stderr()
    assert leftovers.running() == {}


def test_what_a_hangup_must_not_end_goes_on(aerostat, workdir):
    """nohup(1): a tool that is started with SIGHUP ignored keeps ignoring it."""
    run = tool.Tool(workdir, ["run", "--samples", "0", "--interval", "1"],
                    leftovers.marked_environment(workdir),
                    hangup="ignore")
    try:
        run.until("verdict: equal", 1)
        run.signal(signal.SIGHUP)
        run.until("verdict: equal", run.stdout.count("verdict: equal") + 1)
        run.signal(signal.SIGTERM)
        assert run.wait() == tool.TERMINATED
    finally:
        run.close()


def test_nothing_is_left_of_a_verify_that_is_killed(aerostat, workdir):
    run = aerostat("verify", "--jobs", "2", "--filter", "interval", "--qemu",
                   wrapper(workdir, WRAPPERS["session"]))
    run.until("interval")
    while not run.named("qemu-system"):
        assert run.process.poll() is None, run.report()
    run.signal(signal.SIGKILL)
    run.wait()
    assert_all_end()


# --- Files --------------------------------------------------------------------

def scratches(workdir):
    return sorted(workdir.glob("aerostat-verify-*"))


def killed_verify(aerostat, workdir):
    """The folder that it leaves."""
    run = aerostat("verify", "--jobs", "1", "--filter", "interval")
    run.until("interval")
    folder, = scratches(workdir)
    run.signal(signal.SIGKILL)
    run.wait()
    assert_all_end()
    assert scratches(workdir) == [folder]
    return folder


def test_the_next_run_removes_what_a_killed_one_left(aerostat, workdir):
    folder = killed_verify(aerostat, workdir)
    run = aerostat("verify", "absent.minus-one/mmio-legacy")
    assert run.wait() == tool.OK
    assert f"removed what a killed run left in {folder}" in run.stderr()
    assert scratches(workdir) == []


def test_what_a_living_run_uses_is_not_touched(aerostat, workdir):
    living = aerostat("verify", "--jobs", "1", "--filter", "interval",
                      "--form", "mmio-legacy")
    living.until("interval")
    folder, = scratches(workdir)
    run = aerostat("verify", "absent.minus-one/mmio-legacy")
    assert run.wait() == tool.OK
    assert "removed" not in run.stderr()
    assert scratches(workdir) == [folder]
    assert living.wait() == tool.OK
    assert scratches(workdir) == []


def test_what_is_not_a_killed_runs_stays(aerostat, workdir):
    """Files that failed cases left, a lookalike, a link, a pipe as lock."""
    kept = workdir / "aerostat-verify-failed"
    kept.mkdir()
    (kept / "qmp.log").touch()
    other = workdir / "aerostat-verify-lookalike"
    other.mkdir()
    (other / ".running").touch()
    elsewhere = workdir / "tool-elsewhere"
    elsewhere.mkdir()
    (elsewhere / ".running").touch()
    (workdir / "aerostat-verify-linked").symlink_to(elsewhere)
    pipe = workdir / "aerostat-verify-pipe01"
    pipe.mkdir()
    os.mkfifo(pipe / ".running")
    before = scratches(workdir)
    run = aerostat("verify", "absent.minus-one/mmio-legacy")
    assert run.wait() == tool.OK
    assert scratches(workdir) == before
    assert (elsewhere / ".running").exists()
