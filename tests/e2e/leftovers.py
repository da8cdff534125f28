# SPDX-License-Identifier: MIT
"""Finds processes that the tests started, by a mark in their environment.

Looks at /proc only; whoever clears its environment is not found.
"""
import os
import pathlib
import secrets
import signal

MARK = "AEROSTAT_E2E"
VALUE = secrets.token_hex(8)  # one for each pytest process


def marked_environment(workdir, **more):
    """For everything that a test starts: marked, and with a place for
    temporary files that is looked at afterwards."""
    return {**os.environ, MARK: VALUE, "TMPDIR": str(workdir),
            "XDG_RUNTIME_DIR": str(workdir), **more}


def tied(words):
    """The words for a process that dies with the thread that starts it, in
    whatever way that dies. setpriv becomes it, so it has setpriv's number."""
    return ["setpriv", "--pdeathsig", "KILL", *words]


def tasks(process):
    """The folders of its threads; a child belongs to the one that forked."""
    return pathlib.Path(f"/proc/{process}/task").glob("*")


def running(mark=MARK, value=VALUE):
    """{process id: command line} of everything marked that still runs."""
    wanted = f"{mark}={value}".encode()
    found = {}
    for entry in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if wanted in (entry / "environ").read_bytes().split(b"\0"):
                words = (entry / "cmdline").read_bytes().split(b"\0")
                found[int(entry.name)] = b" ".join(words).decode()
        except OSError:  # gone meanwhile, or not ours to read
            continue
    return found


def kill(found):
    for process in found:
        try:
            os.kill(process, signal.SIGKILL)
        except ProcessLookupError:
            continue
