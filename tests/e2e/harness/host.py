# SPDX-License-Identifier: MIT
"""Tells how much memory this host can give to a machine.

Linux's three overcommit modes: Documentation/mm/overcommit-accounting.
"""
import pathlib

UNITS = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30}
NEVER_REFUSE, COUNT = 1, 2
SLACK = 1 << 30  # left for the other processes


def in_bytes(size):
    return int(size[:-1]) * UNITS[size[-1]]


def meminfo():
    """{name: bytes}"""
    lines = pathlib.Path("/proc/meminfo").read_text().splitlines()
    return {line.split(":")[0]: int(line.split()[1]) << 10 for line in lines}


def overcommit():
    return int(pathlib.Path("/proc/sys/vm/overcommit_memory").read_text())


def can_leave_unreserved():
    """Whether memory can be mapped without reservation (MAP_NORESERVE)."""
    return overcommit() != COUNT


def can_promise(size):
    """Whether a mapping of this size is granted, with few pages touched."""
    mode = overcommit()
    found = meminfo()
    room = found["MemTotal"] + found["SwapTotal"]
    if mode == COUNT:
        room = found["CommitLimit"] - found["Committed_AS"]
    return mode == NEVER_REFUSE or in_bytes(size) + SLACK <= room
