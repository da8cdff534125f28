# SPDX-License-Identifier: MIT
"""build/aerostat as a user runs it: started, watched, signalled, reaped.

Relies on its command line and exit codes, not on its internals.
"""
import contextlib
import json
import os
import pathlib
import select
import shlex
import signal
import socket
import subprocess
import time

from harness import leftovers
from harness.machine import BUILD, SECONDS

PROGRAM = BUILD / "aerostat"

(OK, DIFFERENT, USAGE, CANNOT_CONNECT, BUSY, NO_BALLOON, NO_STATISTICS,
 TIMEOUT, QEMU_DIED, PROTOCOL, HOST, REFUSED) = range(12)
HUNG_UP, INTERRUPTED, QUIT, TERMINATED = 129, 130, 131, 143


class Tool:
    """One run of the tool, inside the command of another program if one is
    given. Its standard input is empty, and a hangup ends it, even if the tests
    run where hangups are ignored."""

    def __init__(self, workdir, words, environment, hangup="default",
                 inside=()):
        self.words = [*inside, str(PROGRAM), *map(str, words)]
        self.stdout = ""
        self._workdir = workdir
        self._stderr = workdir / f"tool-{time.monotonic_ns()}"
        with open(self._stderr, "wb") as errors:
            self.process = subprocess.Popen(
                leftovers.tied(["env", f"--{hangup}-signal=HUP", *self.words]),
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=errors, env=environment, cwd=workdir)

    def until(self, text, count=1):
        """Reads standard output until it has the text `count` times."""
        deadline = time.monotonic() + SECONDS
        while self.stdout.count(text) < count:
            left = deadline - time.monotonic()
            assert left > 0 and self.read(left), (
                f"not before the deadline: {text!r}\n{self.report()}")

    def wait(self):
        """Reads to the end of the output; gives the exit status. A run may
        start many machines or slow firmware, so the limit is long."""
        deadline = time.monotonic() + 4 * SECONDS
        while self.read(deadline - time.monotonic()):
            pass
        return self.process.wait(max(1, deadline - time.monotonic()))

    def read(self, seconds):
        """Reads once; false at the end of the output and after a timeout."""
        out = self.process.stdout.fileno()
        if not select.select([out], [], [], max(0, seconds))[0]:
            return False
        data = os.read(out, 1 << 16)
        self.stdout += data.decode()
        return bool(data)

    def descendants(self):
        """{process id: command's name} of all processes below it."""
        found = {}
        ask = [self.process.pid]
        while ask:
            parent = ask.pop()
            for task in leftovers.tasks(parent):
                with contextlib.suppress(OSError):
                    ask += map(int, (task / "children").read_text().split())
            with contextlib.suppress(OSError):
                found[parent] = pathlib.Path(
                    f"/proc/{parent}/comm").read_text().strip()
        del found[self.process.pid]
        return found

    def named(self, name):
        """Ids of its descendants whose command's name has this start."""
        return [process for process, command in self.descendants().items()
                if command.startswith(name)]

    def signal(self, number):
        self.process.send_signal(number)

    def stderr(self):
        return self._stderr.read_text(errors="replace")

    def close(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process.stdout.close()

    def report(self):
        return "\n".join(["$ " + shlex.join(self.words),
                          f"status: {self.process.poll()}",
                          "--- stdout", self.stdout,
                          "--- stderr", self.stderr()])


GREETING = (b'{"QMP": {"version": {"qemu": {"micro": 0, "minor": 0, "major": 9},'
            b' "package": ""}, "capabilities": []}}\n')


@contextlib.contextmanager
def impostor(aerostat, words, path, greeting=GREETING):
    """Runs the command against a peer that greets like a QMP server; gives the
    run and the peer's end of the connection."""
    command, *options = words
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen(1)
        server.settimeout(SECONDS)
        run = aerostat(command, *options, path)
        peer, _ = server.accept()
        peer.settimeout(SECONDS)
        peer.sendall(greeting)
        yield run, peer


def negotiate(peer):
    """Receives the command qmp_capabilities, and accepts it."""
    number = json.loads(peer.recv(4096))["id"]
    peer.sendall(b'{"return": {}, "id": %d}\n' % number)
