# SPDX-License-Identifier: MIT
"""Every ring format on real QEMU, through many wraps; and the numbers of the
balloon's queues.

VIRTIO 1.4, 2.7 (split), 2.8 (packed), 5.5.2 (queues).
"""
import pytest

from harness.firmware import QEMU, version_of
from harness.truth import differences

POLLS = 300  # a ring has 8 descriptors, so it wraps 37 times
PACKED, IN_ORDER, EVENT_IDX = 1 << 34, 1 << 35, 1 << 29
# Each poll follows the last answer at once: time jumps to the next poll.
JUMPS = ("-icount", "shift=0,sleep=off")
NOTHING_TICKS = "warning: icount sleep disabled and no active timers"
RINGS = {  # device properties: (features concerned, those accepted)
    "packed=off": (PACKED | EVENT_IDX, EVENT_IDX),
    "packed=on": (PACKED | EVENT_IDX, PACKED | EVENT_IDX),
    "packed=on,event_idx=off": (PACKED | EVENT_IDX, PACKED),
    "packed=on,indirect_desc=off": (PACKED | EVENT_IDX, PACKED | EVENT_IDX),
    "packed=on,iommu_platform=on": (PACKED | EVENT_IDX, PACKED | EVENT_IDX),
}
if version_of(QEMU) >= (10, 0):  # earlier ones lack the property
    RINGS |= {
        "in_order=on": (PACKED | IN_ORDER, IN_ORDER),
        "in_order=on,event_idx=off": (EVENT_IDX | IN_ORDER, IN_ORDER),
        "packed=on,in_order=on": (PACKED | IN_ORDER, PACKED | IN_ORDER),
        "packed=on,in_order=on,event_idx=off": (
            PACKED | IN_ORDER | EVENT_IDX, PACKED | IN_ORDER),
    }


def balloon(properties):
    return f"virtio-balloon-device,id=balloon0,{properties}"


def accepted(machine):
    line = machine.line("virtio features ")
    high, low = line.split("accepted=")[1].split(",")
    return int(high, 16) << 32 | int(low, 16)


def polled_equal(machine):
    """Runs POLLS polls; asserts equality in the middle and at the end."""
    for seq in (2, POLLS // 2, POLLS):
        machine.sample(seq)
        sample, stats = machine.stopped_sample()
        assert differences(sample, stats["stats"]) == {}
        assert sample.seq >= seq
        machine.execute("cont")


@pytest.mark.parametrize("properties", RINGS)
def test_a_ring_goes_round_and_qemu_has_nothing_against_it(
        boot, workdir, properties):
    log = workdir / "errors"
    machine = boot(modern=True, balloon=balloon(properties),
                   extra=(*JUMPS, "-d", "guest_errors", "-D", log))
    machine.sample(1)
    machine.poll_every(1)
    polled_equal(machine)
    mask, expected = RINGS[properties]
    assert accepted(machine) & mask == expected
    assert machine.quit() == 0
    assert log.read_text() == ""
    assert [line for line in machine.stderr().splitlines()
            if NOTHING_TICKS not in line] == []
    assert not any("recovery" in line for line in machine.lines()[0])


@pytest.mark.parametrize("behaviour", ("split", "indirect"))
@pytest.mark.parametrize("ring", ("packed=on", "packed=off"))
def test_a_buffer_of_many_pieces_goes_round(boot, ring, behaviour):
    machine = boot(modern=True, balloon=balloon(ring), extra=JUMPS,
                   append=f"behave={behaviour}")
    machine.sample(1)
    machine.poll_every(1)
    polled_equal(machine)


def test_a_packed_buffer_of_no_bytes_breaks_the_device(boot):
    """The behaviour forges a descriptor, in a packed ring too."""
    machine = boot(modern=True, balloon=balloon("packed=on"),
                   append="behave=zero-length")
    machine.sample(1)

    def complained():
        machine.execute("query-status")
        return "zero sized buffers" in machine.stderr()
    machine.until_found(complained, "QEMU's complaint")


@pytest.mark.parametrize("properties, numbers", (
    ("free-page-reporting=off", "hint=none reporting=none"),
    ("free-page-reporting=on", "hint=none reporting=3"),
    ("free-page-hint=on,iothread=io0", "hint=3 reporting=none"),
    ("free-page-hint=on,iothread=io0,free-page-reporting=on",
     "hint=3 reporting=4"),
))
def test_the_queues_have_qemus_numbers(boot, modern, properties, numbers):
    machine = boot(modern=modern, balloon=balloon(properties),
                   before=("-object", "iothread,id=io0"))
    assert machine.line("balloon queues ") == (
        f"balloon queues inflate=0 deflate=1 stats=2 {numbers}")
    machine.sample(1)
