#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A QEMU whose guest seems to lie: COM1 passes through here and is changed.

Runs the real QEMU ($REAL_QEMU) with the same words. LIE is `s/OLD/NEW/`, a
regular expression and what comes in its place, for every line. With LIE_IN
only where that word is on the command line. FALSE_KVM=1: what is asked to run
with KVM runs without it, so that a host without KVM can be told that it works.
Knows that the tool gives COM1 as an inherited pipe: `-add-fd fd=N,set=1`.
"""
import os
import re
import subprocess
import sys


def redirect(words):
    """The words with our pipe in place, its two ends, and the tool's end."""
    at = words.index("-add-fd") + 1
    to = int(re.fullmatch(r"fd=(\d+),set=1", words[at])[1])
    reader, writer = os.pipe()
    changed = f"fd={writer},set=1"
    return words[:at] + [changed] + words[at + 1:], reader, writer, to


def inherited(but):
    """The descriptors that the tool meant for QEMU."""
    numbers = map(int, os.listdir("/proc/self/fd"))
    return [number for number in numbers if number > 2 and number != but
            and os.path.exists(f"/proc/self/fd/{number}")]


def pass_on(source, to, lie):
    _, old, new, _ = lie.split("/")
    with open(source, encoding="utf-8") as lines:
        for line in lines:
            os.write(to, re.sub(old, new, line).encode())


def main():
    words, ours, theirs, to = redirect(sys.argv[1:])
    os.set_inheritable(theirs, True)
    lies = os.environ.get("LIE_IN", "-add-fd") in words
    if os.environ.get("FALSE_KVM"):
        words = ["tcg" if word == "kvm" else word for word in words]
    qemu = subprocess.Popen([os.environ["REAL_QEMU"], *words],
                            pass_fds=inherited(but=ours))
    os.close(theirs)
    pass_on(ours, to, os.environ["LIE"] if lies else "s/^$//")
    sys.exit(qemu.wait())


if __name__ == "__main__":
    main()
