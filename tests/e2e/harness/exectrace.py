# SPDX-License-Identifier: MIT
"""Reads QEMU's log of executed instructions, and splits it into polls.

For TCG with `singlestep` on and `log exec,nochain,int`: one `Trace` line an
instruction, one `Servicing` line an interrupt, `v=` for every trap. For KVM
with the trace event kvm_run_exit: a line for each return to QEMU.
"""
import re

LINE = re.compile(
    r"Trace \d+: \S+ \[[0-9a-f]+/(?P<rip>[0-9a-f]+)/"
    r"|(?P<rewound>cpu_io_recompile: rewound|Stopped execution)"
    r"|Servicing hardware INT=0x(?P<interrupt>[0-9a-f]+)"
    r"|check_exception old: 0x\w+ new 0x(?P<trap>[0-9a-f]+)"
    r"|virtio_queue_notify vdev \S+ n (?P<kick>\d+)"
    r"|(?P<exit>kvm_run_exit) "
    r"|(?P<raised>virtio_notify) ")
# The image's addresses before and after paging is switched on.
IMAGE = "0x100000+0x100000,0xffffffff80000000+0x7fffffff"
NUMBERS = {"rip": 16, "interrupt": 16, "trap": 16, "kick": 10}


def events(text):
    """[(kind, number)], with the groups above as kinds. An instruction that
    QEMU rewinds, to execute it again or later, counts once."""
    found = []
    for match in map(LINE.match, text.splitlines()):
        if not match:
            continue
        kind = match.lastgroup
        if kind == "rewound":
            assert found.pop()[0] == "rip"
        else:
            base = NUMBERS.get(kind)
            found.append((kind, int(match[kind], base) if base else None))
    return found


def rounds(text):
    """One list for each poll: from the device's interrupt to the last event
    before the next interrupt."""
    lists = []
    for event in events(text):
        if event[0] == "raised":
            lists.append([])
        if lists:
            lists[-1].append(event)
    return lists


def numbers(one_round, kind):
    return [number for name, number in one_round if name == kind]


def count(one_round, kind):
    return len(numbers(one_round, kind))


def until_kick(one_round):
    return one_round[:[name for name, _ in one_round].index("kick")]


def one_instruction_at_a_time(machine):
    """Switches singlestep on; the command was renamed in QEMU 8.1."""
    for command in ("one-insn-per-tb on", "singlestep on"):
        if "unknown command" not in machine.human(command):
            return


def words_from_reset(log):
    """QEMU arguments for a machine that `start` runs."""
    return ("-S", "-D", log, "-dfilter", IMAGE,
            "-trace", "virtio_queue_notify")


def start(machine):
    """Runs the machine, logging the image's instructions, not firmware's."""
    one_instruction_at_a_time(machine)
    machine.human("log exec,nochain")
    machine.send("cont")


def words_from_idle(log):
    """QEMU arguments for a machine of which `idle_to_idle` logs a part."""
    return ("-icount", "shift=0,sleep=off", "-D", log,
            "-trace", "virtio_notify", "-trace", "virtio_queue_notify")


def idle_to_idle(machine, act):
    """Logs from one halt of the guest to the next one after act()."""
    machine.until_halted()
    one_instruction_at_a_time(machine)
    machine.human("log exec,nochain,int")
    act()
    machine.until_halted()
    machine.human("log none")
