# SPDX-License-Identifier: MIT
"""The results of one run of a cell, and the checks on them.

Each check yields its complaints as text; a good run has none. Expected values
are computed in expected.py, or written here as the specification has them.
"""
import dataclasses
import json
import re

from harness import expected, registers, tracelog, truth
from harness.matrix import MACHINES, PCI

STATSQ = 2
QUEUES = [0, 1, 2]
PAGE = 4096
GUEST = re.compile(r"\[ *\d+\.\d+\] guest: (.*)")
FEATURES = re.compile(r"virtio features transport=(\S+) "
                      r"offered=0x([0-9a-f]+),0x([0-9a-f]+) "
                      r"accepted=0x([0-9a-f]+),0x([0-9a-f]+)")
PCI_AT = re.compile(r" pci=([0-9a-f]{2}):[0-9a-f]{2}\.[0-7]\b")
TRACED = re.compile(r"(memory_region_ops|virtio|virtqueue)_\w+ ")
# OVMF probes for a TPM before it loads an application.
FIRMWARES_OWN = re.compile(
    r"Invalid (read|write) at addr 0xFED4[0-4][0-9A-F]{3}, size \d, "
    r"region '\(null\)', reason: rejected")
MESSAGES_GO_TO = 0xfee00000  # the first CPU's local APIC

# One letter an event of the statistics queue: a notification, a buffer popped,
# a buffer used, an interrupt. The run may end in mid-sequence.
LETTERS = {"notify": "k", "pop": "t", "fill": "g", "interrupt": "i"}
ONE_BY_ONE = re.compile(r"kt(gikt)*(gi?)?")
# An eventfd merges notifications, and QEMU adds some of its own.
WITH_EVENTFD = re.compile(r"k+tk*(gik+tk*)*(gik*)?")


@dataclasses.dataclass
class Evidence:
    cell: object
    samples: int      # the number requested
    command: str
    status: int       # the tool's exit status
    stdout: str
    stderr: str
    qemu_stderr: str
    log: str
    left: dict        # processes still running at the end

    def __post_init__(self):
        self.guest = [match[1].rstrip("\r") for match in
                      map(GUEST.fullmatch, self.stderr.splitlines()) if match]
        lines = self.log.splitlines()
        self.others = [line for line in lines if not TRACED.match(line)]
        self.events = [event for event in map(tracelog.event_of, lines)
                       if event]
        table = registers.table(self.cell.transport,
                                expected.messages(self.cell))
        self.accesses = [access for access in
                         (registers.access(line, table) for line in lines)
                         if access]

    def problems(self):
        """All complaints; [] for a good run."""
        found = list(self.of_the_ending())
        if not found:  # if the guest did not start, the rest is noise
            for check in (self.of_the_samples, self.of_the_silence,
                          self.of_the_status, self.of_the_features,
                          self.of_the_registers, self.of_the_queues,
                          self.of_the_statsq, self.of_the_interrupts,
                          self.of_the_guests_words):
                found += check()
        return found

    # --- Outside --------------------------------------------------------------

    def of_the_ending(self):
        if self.status != 0:
            yield f"aerostat run ended with {self.status}"
        if self.left:
            yield f"still running: {self.left}"

    def of_the_samples(self):
        *samples, summary = map(json.loads, self.stdout.splitlines())
        if len(samples) != self.samples or summary["verdict"] != "equal":
            yield f"{len(samples)} samples, verdict {summary['verdict']}"
        said = {sample.seq: sample.values
                for sample in truth.samples(self.guest)}
        for number, sample in enumerate(samples, 1):
            seen = {key: value for key, value in sample["stats"].items()
                    if value is not None}
            sent = said.get(number, {})
            if (sample["verdict"] != "equal" or tuple(sent) != truth.MEASURED
                    or seen != {key: sent[key] for key in sample["stats"]}):
                yield (f"sample {number}: QEMU has {seen}, "
                       f"the guest said {sent}")
            if set(seen) not in (set(truth.KEYS), set(truth.MEASURED)):
                yield f"sample {number} has {sorted(seen)}"

    def of_the_silence(self):
        if self.qemu_stderr:
            yield f"QEMU said on stderr: {self.qemu_stderr}"
        others = self.others
        if self.cell.boot != "pvh":
            others = [line for line in others
                      if not FIRMWARES_OWN.fullmatch(line)]
        for line in others[:5]:
            yield f"QEMU logged: {line}"

    # --- Registers ------------------------------------------------------------

    def written(self, register):
        return [access.value for access in self.accesses
                if access.write and access.register == register]

    def read(self, register):
        return [access.value for access in self.accesses
                if not access.write and access.register == register]

    def when(self, register, value=None):
        """Indices, in the list of accesses, of writes to the register."""
        return [at for at, access in enumerate(self.accesses)
                if access.write and access.register == register
                and value in (None, access.value)]

    def words(self, register, write):
        """{word: value} of a 64-bit set of features, by its selector."""
        found, selected = {}, 0
        for access in self.accesses:
            if access.write and access.register == register + "_select":
                selected = access.value
            elif access.write == write and access.register == register:
                found[selected] = access.value
        return found

    def of_the_status(self):
        steps = expected.statuses(self.cell)
        if self.written("status") != steps:
            yield f"status written: {self.written('status')}, not {steps}"
        taken = tracelog.statuses(self.events)
        if taken != steps:
            yield f"status as the device took it: {taken}, not {steps}"

    def of_the_features(self):
        accepted = words_of(expected.accepted_bits(self.cell), self.cell)
        found = self.words("accepted", write=True)
        if found != accepted:
            yield f"accepted: {found}, not {accepted}"
        offered = words_of(expected.offered_bits(self.cell), self.cell)
        found = self.words("offered", write=False)
        if self.cell.boot == "pvh" and found != offered:
            yield f"offered: {found}, not {offered}"

    def of_the_registers(self):
        """Only known registers, in their widths, in the order of 3.1.1."""
        strange = {access.register for access in self.accesses
                   if "+" in access.register}
        if strange:
            yield f"no such registers, or not so wide: {sorted(strange)}"
        *_, driver, live = expected.statuses(self.cell)
        before, after = self.when("status", driver), self.when("status", live)
        if not before or not after:
            return  # reported already
        for register in ("queue_enable", "queue_pfn", "queue_select",
                         "actual"):
            at = self.when(register)
            if at and not before[0] < at[0] <= at[-1] < after[0]:
                yield f"{register} written outside of the set-up"
        kicks = self.when("kick")
        if kicks and kicks[0] < after[0]:
            yield "kicked before DRIVER_OK"
        if self.written("actual") != [0]:
            yield f"actual written: {self.written('actual')}"

    def of_the_queues(self):
        """Each queue is set up once, in pages of 4 KiB where the device counts
        in pages, and its size is written: on virtio-mmio the maximum size is
        not the initial one."""
        register = ("queue_pfn" if expected.legacy(self.cell)
                    else "queue_enable")
        made, selected = [], None
        for access in self.accesses:
            if access.write and access.register == "queue_select":
                selected = access.value
            elif access.write and access.register == register:
                made.append(selected if access.value else "none")
        if made != QUEUES:
            yield f"queues made: {made}"
        if not expected.legacy(self.cell) and set(
                self.written("queue_enable")) != {1}:
            yield f"queue_enable: {self.written('queue_enable')}"
        sizes = self.written("queue_size")
        if self.cell.transport != "pci-legacy" and len(sizes) != len(QUEUES):
            yield f"queue_size: {sizes}"
        if self.cell.transport == "mmio-legacy" and (
                self.written("page_size") != [PAGE]
                or self.written("queue_align") != [PAGE] * len(QUEUES)):
            yield (f"page_size: {self.written('page_size')}, "
                   f"queue_align: {self.written('queue_align')}")

    # --- Queues and interrupts ------------------------------------------------

    def of_the_statsq(self):
        """One buffer popped for each notification, an interrupt for each
        poll."""
        text = "".join(LETTERS[event[0]] for event in self.events
                       if event[0] in LETTERS
                       and event[1:] in ((), (STATSQ,)))
        eventfd = expected.eventfd(self.cell)
        if not (WITH_EVENTFD if eventfd else ONE_BY_ONE).fullmatch(text):
            yield f"the statistics queue went {text}"
        # While a slow tool is busy, the timer polls more than the tool shows.
        said = len(truth.samples(self.guest))
        if not self.samples <= text.count("t") <= said:
            yield f"buffers taken: {text.count('t')}, samples said: {said}"
        others = [event[1] for event in self.events
                  if event[0] == "notify" and event[1] != STATSQ]
        allowed = {0, 1} if eventfd else set()
        if not set(others) <= allowed:
            yield f"other queues kicked: {others}"

    def of_the_interrupts(self):
        if not expected.messages(self.cell):
            answered = self.events.count(("pop",)) - 1
            read = len(self.read("isr"))
            if self.cell.boot == "pvh" and read < answered:
                yield f"ISR read {read} times in {answered}"
            return
        if self.read("isr"):
            yield "ISR read, though messages come"
        for entry in (0, 1):
            if self.written(f"address{entry}") != [MESSAGES_GO_TO]:
                yield f"message {entry} goes elsewhere"
            if self.written(f"masked{entry}")[-1:] != [0]:
                yield f"message {entry} stays masked"
        if not set(self.written("data0")).isdisjoint(self.written("data1")):
            yield "both messages have one vector"

    # --- What the guest says --------------------------------------------------

    def of_the_guests_words(self):
        found = [line for line in self.guest
                 if line.startswith("virtio found id=5 ")]
        if len(found) != 1:
            yield f"virtio found: {found}"
            return
        yield from self.of_the_place(found[0])
        said = [match for match in map(FEATURES.fullmatch, self.guest)
                if match]
        if len(said) != 1:
            yield f"virtio features: {said}"
            return
        word = expected.transport_word(self.cell)
        if said[0][1] != word or f" transport={word} " not in found[0]:
            yield f"the transport is {word}, not {said[0][1]}: {found[0]}"
        values = [int(said[0][at] + said[0][at + 1].rjust(8, "0"), 16)
                  for at in (2, 4)]
        should = [expected.word_of(expected.offered_bits(self.cell)),
                  expected.word_of(expected.accepted_bits(self.cell))]
        if values != should:
            yield f"features: {said[0][0]}, not {list(map(hex, should))}"

    def of_the_place(self, line):
        if self.cell.transport not in PCI:
            return
        bus = PCI_AT.search(line)
        behind = bool(MACHINES[self.cell.machine].bridges)
        if not bus or (bus[1] != "00") != behind:
            yield f"not the balloon's place: {line}"
        if line.endswith(" irq=msix") != expected.messages(self.cell):
            yield f"not the device's interrupt: {line}"

    def report(self):
        """Text for a reader: the command, the complaints, the output."""
        return "\n".join([
            f"{self.cell.qemu}/{self.cell.name()}",
            *("  " + problem for problem in self.problems()),
            "--- command", self.command,
            "--- stdout", self.stdout, "--- stderr", self.stderr[-6000:],
            "--- QEMU's stderr", self.qemu_stderr,
            "--- other lines of the log", *self.others[:20]])


def words_of(bits, cell):
    """{word: value} of the feature bits; a legacy device has one word."""
    value = expected.word_of(bits)
    words = {0: value & 0xffffffff, 1: value >> 32}
    return {0: words[0]} if expected.legacy(cell) else words
