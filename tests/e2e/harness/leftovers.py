# SPDX-License-Identifier: MIT
"""Finds processes that the tests started, by a mark in their environment.

Reads /proc only; a process that clears its environment is not found.
"""
import os
import pathlib
import secrets
import signal

MARK = "AEROSTAT_E2E"
VALUE = secrets.token_hex(8)  # one for each pytest process


def marked_environment(workdir, **more):
    """The environment of each process that a test starts: the mark, and a
    folder for temporary files that is checked afterwards."""
    return {**os.environ, MARK: VALUE, "TMPDIR": str(workdir),
            "XDG_RUNTIME_DIR": str(workdir), **more}


def tied(words):
    """Command of a process that is killed when the thread that started it
    ends, however it ends. setpriv executes it, so it keeps setpriv's id."""
    return ["setpriv", "--pdeathsig", "KILL", *words]


def tasks(process):
    """Folders of its threads; a child belongs to the thread that forked."""
    return pathlib.Path(f"/proc/{process}/task").glob("*")


def running(mark=MARK, value=VALUE):
    """{process id: command line} of each marked process still running."""
    wanted = f"{mark}={value}".encode()
    found = {}
    for entry in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if wanted in (entry / "environ").read_bytes().split(b"\0"):
                words = (entry / "cmdline").read_bytes().split(b"\0")
                found[int(entry.name)] = b" ".join(words).decode()
        except OSError:  # ended meanwhile, or of another user
            continue
    return found


def kill(found):
    for process in found:
        try:
            os.kill(process, signal.SIGKILL)
        except ProcessLookupError:
            continue
