# SPDX-License-Identifier: MIT
"""A real QEMU under the tests' control: started, watched, always reaped.

One thread, no sleep: every wait is on QMP's socket, COM1's socket and the
process at once, and ends with a deadline and a message that shows all three.
"""
import contextlib
import dataclasses
import fcntl
import os
import pathlib
import re
import select
import shlex
import signal
import socket
import struct
import subprocess
import termios
import time

from harness import firmware, leftovers, truth
from harness.firmware import QEMU
from harness.qmp import Qmp

ROOT = pathlib.Path(__file__).resolve().parents[3]
BUILD = ROOT / os.environ.get("BUILD", "build")
GUEST = BUILD / "aerostat.elf"
BALLOON = "/machine/peripheral/balloon0"
NO_INTERRUPT = re.compile(r"^IRR\s+\(none\)", re.MULTILINE)
SECONDS = 30  # limit of each wait: a busy host must not change a verdict


@dataclasses.dataclass
class Options:
    """The options that vary in the tests' QEMU command lines."""
    machine: str = "microvm"
    accel: str = "tcg"
    modern: bool = False
    memory: str = "128M"
    append: str = ""
    balloon: str = "virtio-balloon-device,id=balloon0"
    kernel: object = GUEST
    exit_device: bool = True
    reboot: bool = False
    eventfd: bool = True  # QEMU may delay notifications, and add some
    before: tuple = ()  # arguments before the balloon's -device
    extra: tuple = ()   # arguments at the end
    typed: bool = False  # COM1 takes input, see Machine.type
    seconds: int = SECONDS  # limit of each wait; firmware needs more

    def words(self):
        words = ["-M", self.machine, "-accel", self.accel, "-m", self.memory,
                 "-nodefaults", "-no-user-config", "-display", "none"]
        words += [] if self.reboot else ["-no-reboot"]
        words += ["-device", "isa-debug-exit"] if self.exit_device else []
        words += ["-kernel", self.kernel] if self.kernel else []
        words += ["-append", self.append] if self.append else []
        if self.modern:
            words += ["-global", "virtio-mmio.force-legacy=false"]
        if not self.eventfd:
            words += ["-global", "virtio-mmio.ioeventfd=off"]
            if firmware.version_of(QEMU) >= (8, 0):  # earlier, PCI lacks it
                words += ["-global", "virtio-pci.ioeventfd=off"]
        words += self.before
        words += ["-device", self.balloon] if self.balloon else []
        return list(map(str, words + list(self.extra)))


class Machine:
    """One running QEMU, with its monitor and its serial port."""

    UNREAD = 4096  # bytes, see unread()

    def __init__(self, workdir, options, environment):
        self.qmp = Qmp()
        self.console = b""
        self.status = None
        self._seconds = options.seconds
        self._greeted = False
        self._stderr = workdir / f"stderr-{time.monotonic_ns()}"
        self._monitor, monitor = socket.socketpair()
        # A pipe holds 64 KiB of bytes written one by one; a socket takes 278
        # of them, and then the guest waits for its reader.
        if options.typed:
            self._com1, theirs = socket.socketpair()
            serial = ["-chardev", f"socket,id=com1,fd={theirs.fileno()}",
                      "-serial", "chardev:com1"]
        else:
            reader, writer = os.pipe()
            self._com1 = open(reader, "rb", buffering=0)
            theirs = open(writer, "wb")
            serial = ["-serial", f"file:/dev/fd/{writer}"]
        self.command = [
            QEMU, *options.words(),
            "-chardev", f"socket,id=qmp,fd={monitor.fileno()}",
            "-qmp", "chardev:qmp", *serial]
        with (monitor, theirs as com1, open(self._stderr, "wb") as errors):
            self.process = subprocess.Popen(
                leftovers.tied(self.command), stdin=subprocess.DEVNULL,
                stdout=errors, stderr=errors, env=environment, cwd=workdir,
                pass_fds=(monitor.fileno(), com1.fileno()))
        self._pidfd = os.pidfd_open(self.process.pid)
        self._open = [self._monitor, self._com1]

    # --- Waiting ------------------------------------------------------------

    def until(self, condition, what):
        """Waits until the condition's result is true; gives that result."""
        deadline = time.monotonic() + self._seconds
        while not (value := condition()):
            left = deadline - time.monotonic()
            if left <= 0 or self.status is not None:
                raise AssertionError(f"not before the deadline: {what}"
                                     f"\n{self.report()}")
            self._pump(left)
        return value

    def until_found(self, condition, what):
        """The same for a state that QEMU does not announce: the condition asks
        for it, and is called again and again."""
        deadline = time.monotonic() + self._seconds
        while not (value := condition()):
            if time.monotonic() > deadline:
                raise AssertionError(f"not before the deadline: {what}"
                                     f"\n{self.report()}")
        return value

    def until_halted(self):
        """Waits until the CPU has taken every pending interrupt and then
        halted. In this order: the CPU also shows as halted while an interrupt
        is pending."""
        self.until_found(
            lambda: NO_INTERRUPT.search(self.human("info lapic")) and
            "HLT=1" in self.human("info registers"), "a halted CPU")

    def drain(self):
        """Reads the output and messages that are there already."""
        while self._pump(0):
            pass

    def _pump(self, seconds):
        watched = [*self._open, self._pidfd]
        ready = select.select(watched, [], [], seconds)[0]
        if ready == [self._pidfd]:  # ended, and all its output is read
            self.status = self.process.wait()
            return False
        for source in ready:
            if source != self._pidfd:
                self._take(source)
        return bool(ready)

    def _take(self, source):
        try:
            data = os.read(source.fileno(), 1 << 16)
        except ConnectionResetError:  # QEMU ended with unread input
            data = b""
        if not data:
            self._open.remove(source)
        elif source is self._monitor:
            self.qmp.feed(data)
        else:
            self.console += data

    # --- Monitor ------------------------------------------------------------

    def send(self, command, **arguments):
        """Sends a command without waiting for the reply: for commands after
        which the guest may end QEMU before it replies. Gives the id."""
        if not self._greeted:
            self._greeted = True
            self.until(lambda: self.qmp.greeting, "QMP greeting")
            self.execute("qmp_capabilities")
        number, data = self.qmp.encode(command, arguments)
        self._monitor.sendall(data)
        return number

    def execute(self, command, **arguments):
        number = self.send(command, **arguments)
        self.until(lambda: number in self.qmp.replies, f"reply to {command}")
        return self.qmp.result(command, number)

    def human(self, line):
        return self.execute("human-monitor-command",
                            **{"command-line": line})

    def guest_stats(self):
        return self.execute("qom-get", path=BALLOON, property="guest-stats")

    def poll_every(self, seconds, execute=None):
        (execute or self.execute)("qom-set", path=BALLOON, value=seconds,
                                  property="guest-stats-polling-interval")

    def poll_now(self):
        """Polls now: switching polling on polls at once, at any interval."""
        self.poll_every(0)
        self.poll_every(1000)

    def next_sample(self):
        """Polls now, and waits for the sample that answers; gives it."""
        seq = len(self.samples()) + 1
        self.poll_now()
        self.sample(seq)
        return self.samples()[-1]

    def poll_to_the_end(self):
        """Polls for the sample after which the guest ends QEMU; gives the exit
        status."""
        self.poll_every(0)
        self.poll_every(1000, self.send)
        return self.wait()

    # --- Console ------------------------------------------------------------

    def lines(self):
        """The complete lines so far, and the unfinished one."""
        *lines, rest = self.console.decode("ascii").split("\n")
        return [line.rstrip("\r") for line in lines], rest

    def line(self, start, count=1):
        """Waits for the count-th line with this start."""
        def find():
            found = [line for line in self.lines()[0]
                     if line.startswith(start)]
            return found[count - 1:count]
        return self.until(find, f"line {count} starting with {start!r}")[0]

    def sample(self, seq):
        """Waits until the sample is sent."""
        self.line(f"sent seq={seq}")

    @contextlib.contextmanager
    def unread(self):
        """Context in which COM1 is not read and its pipe is small. Gives a
        function that returns the number of bytes in the pipe."""
        fcntl.fcntl(self._com1, fcntl.F_SETPIPE_SZ, self.UNREAD)
        self._open.remove(self._com1)
        yield lambda: struct.unpack("i", fcntl.ioctl(
            self._com1, termios.FIONREAD, bytes(4)))[0]
        self._open.append(self._com1)

    def type(self, text):
        """Types a line on COM1."""
        self._com1.sendall(text.encode() + b"\r")

    def order(self, word):
        """Types an order, and gives the line that replies to it."""
        start = f"order {word.split('=')[0]}"
        starts = (start, f'error what="{start}: ')

        def answers():
            return [line for line in self.lines()[0]
                    if line.startswith(starts)]
        count = len(answers())
        self.type(word)
        return self.until(lambda: answers()[count:], f"answer to {word}")[0]

    def samples(self):
        return truth.samples(self.lines()[0])

    def settled(self):
        return truth.settled(*self.lines())

    def stopped_sample(self):
        """Stops the machine while no sample is in flight; gives the newest
        sample and QEMU's statistics. Leaves the machine stopped."""
        while True:
            self.execute("stop")
            self.drain()
            if sample := self.settled():
                return sample, self.guest_stats()
            self.execute("cont")
            self.until(self.settled, "the sample under way to be sent")

    # --- End ----------------------------------------------------------------

    def wait(self):
        """Waits for QEMU to end by itself; gives its exit status."""
        self.until(lambda: self.status is not None, "QEMU's exit")
        return self.status

    def quit(self):
        self.send("quit")
        return self.wait()

    def close(self):
        """Kills and reaps QEMU in any state."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self._monitor.close()
        self._com1.close()
        os.close(self._pidfd)

    def stderr(self):
        return self._stderr.read_text(errors="replace")

    def report(self):
        """Everything that a failed test shows of the machine."""
        return "\n".join([
            "QEMU: " + shlex.join(self.command),
            f"status: {self.process.poll()}",
            "--- console", self.console.decode("ascii", "backslashreplace"),
            "--- stderr", self.stderr(),
            "--- QMP", *self.qmp.transcript[-40:]])

