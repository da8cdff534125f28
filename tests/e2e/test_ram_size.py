# SPDX-License-Identifier: MIT
"""The start and the first step towards a target take the same instructions
with any size of RAM: counted one by one.
"""
import pytest

from harness import exectrace, firmware, host

DONE = 3
INFLATEQ, STATSQ = 0, 2
BLOCK = 2 << 20
# 4G, 16G and 20G reach beyond the hole below 4 GiB.
SIZES = ("64M", "256M", "1G", "3G", "4G", "16G", "20G")
# Ratio of the most to the fewest. The first sample measures 1.7 %; where device
# memory crosses a 2 MiB boundary, a start costs 0.7 % more.
SLACK = 1.03


@pytest.fixture
def sizes():
    """Sizes that this host can give; skips if these are too few as proof."""
    found = [size for size in SIZES if host.can_promise(size)]
    if SIZES[-2] not in found:
        pytest.skip(f"not here: a machine of {SIZES[-2]}")
    return found


def assert_alike(counts):
    assert min(counts.values()) > 0
    assert max(counts.values()) <= SLACK * min(counts.values()), counts


def until(log, queue):
    """Counts instructions from the first logged one to the notification."""
    events = exectrace.events(log.read_text())
    begin = [kind for kind, _ in events].index("rip")
    way = events[begin:events.index(("kick", queue))]
    return exectrace.count(way, "rip")


def test_the_first_sample_costs_the_same_with_any_ram(boot, workdir, sizes):
    counts = {}
    for size in sizes:
        log = workdir / size
        machine = boot(memory=size, append="samples=1", eventfd=False,
                       extra=(*firmware.microvm("qboot"),
                              *exectrace.words_from_reset(log)))
        exectrace.start(machine)
        assert machine.wait() == DONE
        counts[size] = until(log, STATSQ)
    assert_alike(counts)


def test_the_first_request_costs_the_same_with_any_ram(boot, workdir, sizes):
    counts = {}
    for size in sizes:
        log = workdir / size
        machine = boot(memory=size, eventfd=False,
                       extra=(*firmware.microvm("qboot"),
                              *exectrace.words_from_idle(log)))
        machine.sample(1)
        target = host.in_bytes(size) - BLOCK

        def ask():
            machine.execute("balloon", value=target)
            machine.line("balloon reached ")
        exectrace.idle_to_idle(machine, ask)
        counts[size] = until(log, INFLATEQ)
        machine.quit()
    assert_alike(counts)
