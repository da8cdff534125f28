#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A QEMU whose guest seems to lie: COM1 passes through here and is changed.

Runs the real QEMU ($REAL_QEMU) with the same arguments. LIE is `s/OLD/NEW/`: a
regular expression and its replacement, for every line. LIE_IN limits it to
command lines with that word. FALSE_KVM=1: a machine that asks for KVM runs
without it, so that KVM seems to work on a host that has none.
Relies on the tool passing COM1 as an inherited pipe: `-add-fd fd=N,set=1`.
"""
import os
import re
import subprocess
import sys


def redirect(words):
    """The arguments with this program's pipe in place of the tool's, both
    ends of that pipe, and the tool's end."""
    at = words.index("-add-fd") + 1
    to = int(re.fullmatch(r"fd=(\d+),set=1", words[at])[1])
    reader, writer = os.pipe()
    changed = f"fd={writer},set=1"
    return words[:at] + [changed] + words[at + 1:], reader, writer, to


def inherited(but):
    """The descriptors that the tool passes on to QEMU."""
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
