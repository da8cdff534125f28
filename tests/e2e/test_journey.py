# SPDX-License-Identifier: MIT
"""Everything at once: free page reports and hints, targets, a changing
workload, polls, and a machine that moves from QEMU to QEMU meanwhile.

The steps are random, from a seed: JOURNEY_SEEDS="5 6 7" in the environment
replaces the usual ones. VIRTIO 1.4, 5.5.6.
"""
import os
import random

import pytest

from harness import balloon, moves, truth
from harness.balloon import MIB, PAGE, PER_MIB

pytestmark = pytest.mark.migrates

SEEDS = os.environ.get("JOURNEY_SEEDS", "1").split()
STEPS = 40
MOVES = 3
HELD_MAX = 80 * MIB
NEARLY_ALL = 112 * MIB  # of 128 MiB of RAM
SLOW = 4 * MIB  # bytes a second: makes a round of hinting last
FAST = 1 << 34


class Journey:
    """One guest under test, and the expected contents of its workload."""

    def __init__(self, boot, workdir, transport, seed):
        self.boot = boot
        self.workdir = workdir
        self.chance = random.Random(f"{transport} {seed}")
        self.relief = self.chance.random() < 0.7
        self.options = balloon.options(
            transport, ",free-page-reporting=on,free-page-hint=on,"
            "iothread=hints,deflate-on-oom=" + ("on" if self.relief else "off"),
            append="touch=0", before=("-object", "iothread,id=hints"),
            extra=())
        self.machine = boot(typed=True, **self.options)
        self.machine.sample(1)
        self.held = 0
        self.filled = 0
        self.seeds = 0

    # --- Steps ---------------------------------------------------------------

    def some_pages(self):
        """A random number of pages, mostly a reachable one."""
        most = self.chance.choice((1, 2, 40, 40, 40, 90, 128)) * PER_MIB
        return self.chance.randrange(most + 1)

    def target(self):
        balloon.ask(self.machine, self.some_pages())

    def targets(self):
        """Sets many targets without waiting for any of them."""
        for _ in range(self.chance.randrange(2, 30)):
            self.machine.send("balloon",
                              value=balloon.RAM - self.some_pages() * PAGE)

    def alloc(self):
        size = self.chance.randrange(1, 40) * MIB
        if self.held + size > HELD_MAX:
            return
        answer = self.machine.order(f"alloc={size}")
        if answer.startswith("order alloc bytes="):
            self.held += size
        else:  # without DEFLATE_ON_OOM, ballooned pages are not taken back
            assert not self.relief, self.machine.report()

    def fill(self):
        self.seeds += 1
        self.machine.order(f"fill={self.seeds}")
        self.filled = self.held

    def verify(self):
        balloon.verify(self.machine, self.filled // PAGE)

    def free(self):
        size = self.chance.randrange(1, 40) * MIB
        self.machine.order(f"free={size}")
        self.held = max(self.held - size, 0)
        self.filled = min(self.filled, self.held)

    def poll(self):
        """Polls, and asserts that QEMU's values equal the guest's."""
        machine = self.machine
        count = len(truth.sent(machine.lines()[0]))
        machine.poll_now()
        machine.until(lambda: len(truth.sent(machine.lines()[0])) > count,
                      "a sample")
        sample, stats = machine.stopped_sample()
        machine.execute("cont")
        assert truth.differences(sample, stats["stats"]) == {}

    def pause(self):
        self.machine.execute("stop")
        size = balloon.in_balloon(self.machine)
        for _ in range(self.chance.randrange(3)):
            self.target()
        assert balloon.in_balloon(self.machine) == size
        self.machine.execute("cont")

    def wander(self, steps):
        for _ in range(steps):
            self.chance.choice((
                self.target, self.target, self.targets, self.alloc, self.alloc,
                self.fill, self.verify, self.free, self.poll, self.pause))()

    # --- Moves ---------------------------------------------------------------

    def start_to_move(self, *words, bandwidth=FAST):
        machine = self.machine
        machine.execute("migrate-set-parameters",
                        **{"max-bandwidth": bandwidth})
        return moves.start_to_migrate(self.boot, self.workdir, machine,
                                      self.options, *words)

    def arrive(self, target):
        """Switches to the target, whose console continues the source's, maybe
        in mid-line."""
        self.machine.quit()
        target.console = self.machine.console + target.console
        self.machine = target

    def set_out(self):
        """Starts requests that may be in flight when the machine moves."""
        self.chance.choice((self.target, self.targets, lambda: None))()

    def await_round(self, before):
        self.machine.until(lambda: self.machine.console.count(
            b"balloon hint id=") > before, "a round")

    def move_live(self):
        self.set_out()
        target = self.start_to_move()
        # Queries to the source also read its console, whose text may be more
        # than its pipe holds.
        moves.await_status(self.machine, "query-migrate", "completed")
        moves.await_resume(target)
        self.arrive(target)

    def move_stopped(self):
        """Stops the machine during a round of hinting; nothing may be lost."""
        rounds = self.machine.console.count(b"balloon hint id=")
        self.set_out()
        target = self.start_to_move("-S", bandwidth=SLOW)
        if self.chance.random() < 0.7:
            self.await_round(rounds)
        self.set_out()
        self.machine.execute("stop")
        size = balloon.in_balloon(self.machine)
        self.machine.execute("migrate-set-parameters",
                             **{"max-bandwidth": FAST})
        moves.await_status(self.machine, "query-migrate", "completed")
        moves.await_status(target, "query-status", "paused")
        assert balloon.in_balloon(target) == size
        self.arrive(target)
        target.execute("cont")

    def move_not(self):
        """Cancels a migration, maybe during a round of hinting."""
        rounds = self.machine.console.count(b"balloon hint id=")
        self.set_out()
        target = self.start_to_move(bandwidth=SLOW)
        if self.chance.random() < 0.7:
            self.await_round(rounds)
        self.set_out()
        self.machine.execute("migrate_cancel")
        done = moves.await_status(self.machine, "query-migrate", "cancelled",
                                  "failed", "completed")
        if done == "completed":  # the cancel came too late
            moves.await_resume(target)
            self.arrive(target)

    def end(self):
        """Deflates the balloon; asserts that the guest can use all memory."""
        machine = self.machine
        self.verify()
        machine.order("free")
        for pages in (self.chance.randrange(10, 100) * PER_MIB, 7, 0):
            balloon.settle(machine, pages)
        self.held = 0
        answer = machine.order(f"alloc={NEARLY_ALL}")
        assert answer.startswith("order alloc bytes="), machine.report()
        self.held = NEARLY_ALL
        self.fill()
        self.verify()
        self.poll()
        console = machine.console.decode()
        assert "recovery" not in console, machine.report()
        assert "awaited" not in console, machine.report()


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("transport", balloon.TRANSPORTS)
def test_no_byte_is_lost_on_a_journey(boot, workdir, transport, seed):
    journey = Journey(boot, workdir, transport, seed)
    for _ in range(MOVES):
        journey.wander(STEPS // MOVES)
        journey.chance.choice((journey.move_live, journey.move_live,
                               journey.move_stopped, journey.move_not))()
    journey.wander(5)
    journey.end()
