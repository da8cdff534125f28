# SPDX-License-Identifier: MIT
"""Parses the guest's lines on COM1 strictly; compares them with guest-stats.

Shares neither code nor tables with the guest or the tool.
"""
import dataclasses
import re

# QEMU 7.2's keys without `stat-` (VIRTIO 1.4, 5.5.6.4: tags 0 to 9).
KEYS = ("swap-in", "swap-out", "major-faults", "minor-faults", "free-memory",
        "total-memory", "available-memory", "disk-caches", "htlb-pgalloc",
        "htlb-pgfail")
# The keys that came with 10.0 (tags 10 to 15), all six or none.
LATER_KEYS = ("oom-kills", "alloc-stalls", "async-scans", "direct-scans",
              "async-reclaims", "direct-reclaims")
MEASURED = (*KEYS, *LATER_KEYS)  # in the order of the line
ABSENT = 2**64 - 1  # QEMU's value of a statistic that was not sent

STATS = re.compile(r"stats seq=([1-9]\d*)((?: [a-z-]+=(?:0|[1-9]\d*))*)")
SENT = re.compile(r"sent seq=([1-9]\d*)")


@dataclasses.dataclass(frozen=True)
class Sample:
    """One `stats` line."""
    seq: int
    values: dict


class Malformed(Exception):
    """A line with the start of a fact that is no complete fact."""


def sample_of(line):
    match = STATS.fullmatch(line)
    if not match:
        raise Malformed(line)
    pairs = [pair.split("=") for pair in match[2].split()]
    values = {key: int(value) for key, value in pairs}
    if len(values) != len(pairs) or max(values.values(), default=0) >= 2**64:
        raise Malformed(line)
    return Sample(int(match[1]), values)


def sent_of(line):
    match = SENT.fullmatch(line)
    if not match:
        raise Malformed(line)
    return int(match[1])


def samples(lines):
    return [sample_of(line) for line in lines if line.startswith("stats ")]


def sent(lines):
    return [sent_of(line) for line in lines if line.startswith("sent ")]


def settled(lines, unfinished):
    """The newest sample if its lines are complete and it is sent, or None."""
    shown, done = samples(lines), sent(lines)
    if unfinished or not shown or not done or shown[-1].seq != done[-1]:
        return None
    return shown[-1]


def keys_for(version):
    """The keys of a QEMU of that (major, minor)."""
    return MEASURED if version >= (10, 0) else KEYS


def differences(sample, stats):
    """Keys in which the guest's line and QEMU's `stats` member differ, in both
    directions: a key missing on one side counts too. Keys that only QEMU knows
    must be absent in its value. A QEMU that has none of the later keys is
    older, and drops what the guest sends for them."""
    qemu = {key.removeprefix("stat-"): value for key, value in stats.items()}
    keys = {*KEYS, *qemu}
    guest = dict.fromkeys(keys, ABSENT) | sample.values
    if not qemu.keys() & set(LATER_KEYS):
        guest = {key: value for key, value in guest.items()
                 if key not in LATER_KEYS}
    return {key: (guest.get(key), qemu.get(key))
            for key in sorted(keys | guest.keys())
            if guest.get(key) != qemu.get(key)}
