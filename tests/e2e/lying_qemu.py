#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A QEMU whose guest seems to lie: COM1 passes through here and is changed.

Runs the real QEMU ($REAL_QEMU) with the same words. LIE is `s/OLD/NEW/`, a
regular expression and what comes in its place, for every line. Takes a serial
port that was inherited, as a socket (fd=N) or as a file (/dev/fd/N).
"""
import os
import re
import socket
import subprocess
import sys


def serial_backend(words):
    """Index of the word that says where COM1 goes."""
    backend = words[words.index("-serial") + 1]
    if not backend.startswith("chardev:"):
        return words.index(backend)
    wanted = "id=" + backend.removeprefix("chardev:")
    for at, word in enumerate(words):
        if wanted in word.split(","):
            return at
    sys.exit(f"no {wanted}")


def redirect(words):
    """The words with our end in place, our end, and the tool's."""
    at = serial_backend(words)
    match = re.search(r"(fd=|/dev/fd/)(\d+)", words[at])
    ours, theirs = socket.socketpair()
    start, end = match.span(2)
    number = str(theirs.fileno())
    changed = words[at][:start] + number + words[at][end:]
    return words[:at] + [changed] + words[at + 1:], ours, theirs, int(match[2])


def inherited(but):
    """The descriptors that the tool meant for QEMU."""
    numbers = map(int, os.listdir("/proc/self/fd"))
    return [number for number in numbers if number > 2 and number != but
            and os.path.exists(f"/proc/self/fd/{number}")]


def pass_on(source, to, lie):
    _, old, new, _ = lie.split("/")
    with source.makefile("r") as lines:
        for line in lines:
            os.write(to, re.sub(old, new, line).encode())


def main():
    words, ours, theirs, to = redirect(sys.argv[1:])
    os.set_inheritable(theirs.fileno(), True)
    qemu = subprocess.Popen([os.environ["REAL_QEMU"], *words],
                            pass_fds=inherited(ours.fileno()))
    theirs.close()
    pass_on(ours, to, os.environ["LIE"])
    sys.exit(qemu.wait())


if __name__ == "__main__":
    main()
