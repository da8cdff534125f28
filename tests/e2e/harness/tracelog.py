# SPDX-License-Identifier: MIT
"""QEMU's trace of the virtio device, as a list of events.

Reads the log backend of QEMU's tracing (Debian's builds have it); the lines
are those of hw/virtio/trace-events.
"""
import re

DRIVER_FEATURES = 0x20
DRIVER_FEATURES_SEL = 0x24
STATUS_REGISTER = 0x70

EVENTS = ("virtio_set_status", "virtio_queue_notify", "virtio_notify",
          "virtio_mmio_write_offset")
STATUS = re.compile(r"virtio_set_status vdev \S+ val (\d+)")
NOTIFY = re.compile(r"virtio_queue_notify vdev \S+ n (\d+) ")
POP = re.compile(r"virtqueue_pop vq ")
FILL = re.compile(r"virtqueue_fill vq ")
INTERRUPT = re.compile(r"virtio_notify vdev ")
WRITE = re.compile(r"virtio_mmio_write_offset virtio_mmio_write "
                   r"offset 0x([0-9a-f]+) value 0x([0-9a-f]+)")
# The serial port's data register, before and since QEMU 11.
SERIAL = re.compile(r"serial_write (?:write addr 0x0*0 val|\[0x0*0\] <-)"
                    r" 0x([0-9a-f]+)")


def arguments(log, *events):
    words = ["-D", log]
    for event in events or EVENTS:
        words += ["-trace", event]
    return tuple(words)


def event_of(line):
    """("status", value), ("notify", queue), ("write", offset, value),
    ("interrupt",), ("pop",), ("fill",), ("byte", value) or None."""
    if match := SERIAL.search(line):
        return "byte", int(match[1], 16)
    if match := STATUS.search(line):
        return "status", int(match[1])
    if match := NOTIFY.search(line):
        return "notify", int(match[1])
    if match := WRITE.search(line):
        return "write", int(match[1], 16), int(match[2], 16)
    if INTERRUPT.search(line):
        return ("interrupt",)
    if POP.search(line):
        return ("pop",)
    if FILL.search(line):
        return ("fill",)
    return None


def read(log):
    events = map(event_of, log.read_text().splitlines())
    return [event for event in events if event]


def statuses(events):
    """Status values in the device's order, repetitions as one: QEMU itself
    resets devices before the machine runs, and twice for each reset."""
    values = [event[1] for event in events if event[0] == "status"]
    return [value for at, value in enumerate(values)
            if at == 0 or values[at - 1] != value]


def written(events, offset):
    return [event[2] for event in events if event[:2] == ("write", offset)]


def accepted_features(events):
    words, select = {}, 0
    for event in events:
        if event[:2] == ("write", DRIVER_FEATURES_SEL):
            select = event[2]
        elif event[:2] == ("write", DRIVER_FEATURES):
            words[select] = event[2]
    return words


def console_before_each_kick(events):
    """The console's text up to each notification. The few bytes that set up
    the serial port look like data, and come first."""
    text, found = "", []
    for event in events:
        if event[0] == "byte":
            text += chr(event[1])
        elif event[0] == "notify":
            found.append(text)
    return found
