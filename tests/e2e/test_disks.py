# SPDX-License-Identifier: MIT
"""virtio-blk disks of a real QEMU: every form, failing requests, an unplugged
disk, a disk without the mark of swap. VIRTIO 1.4, 5.2.

The orders of docs/memory.md use the disks: `load` reads the file, a read-only
disk; `write` beyond the RAM writes the swap disk, and `read` checks what comes
back.
"""
import collections
import hashlib
import random
import struct

import pytest

from harness import pattern
from harness.disks import swap_mark
from harness.firmware import QEMU, version_of
from harness.pattern import ALL
from harness.truth import differences

PAGE = 4096
RAM = "16M"
FILE_PAGES = 150
SWAP_PAGES = 2500
WRITTEN = 5000  # pages, more than the RAM has
BUTTON = 17  # exit status, see docs/guest.md
BALLOON = {"microvm": "virtio-balloon-device,id=balloon0",
           "q35": "virtio-balloon-pci,id=balloon0",
           "pc": "virtio-balloon-pci,id=balloon0"}
MODERN = "disable-legacy=on"
IOTHREAD = ("-object", "iothread,id=io0")

# Machine, modern (mmio), driver and properties of both disks, more words.
FORMS = {
    "mmio-legacy": ("microvm", False, "virtio-blk-device", ()),
    "mmio": ("microvm", True, "virtio-blk-device", ()),
    "mmio-packed": ("microvm", True, "virtio-blk-device,packed=on", ()),
    "pci": ("q35", False, f"virtio-blk-pci,{MODERN}", ()),
    "pci-packed": ("q35", False, f"virtio-blk-pci,{MODERN},packed=on", ()),
    "pci-transitional": ("pc", False, "virtio-blk-pci,disable-legacy=off", ()),
    "pci-legacy": ("pc", False, "virtio-blk-pci,disable-modern=on", ()),
    "pin": ("q35", False, f"virtio-blk-pci,{MODERN},vectors=0", ()),
    "pin-legacy": ("pc", False,
                   "virtio-blk-pci,disable-modern=on,vectors=0", ()),
    "iothread": ("q35", False, "virtio-blk-pci,iothread=io0", IOTHREAD),
    "iothread-packed": ("q35", False, "virtio-blk-pci,packed=on,iothread=io0",
                        IOTHREAD),
    "no-tables": ("q35", False, "virtio-blk-pci,indirect_desc=off", ()),
    "no-tables-packed": ("q35", False,
                         "virtio-blk-pci,indirect_desc=off,packed=on", ()),
    "no-events": ("q35", False, "virtio-blk-pci,event_idx=off", ()),
    "small-queue": ("q35", False, "virtio-blk-pci,queue-size=4", ()),
}
if version_of(QEMU) >= (10, 0):
    FORMS["in-order"] = ("q35", False, "virtio-blk-pci,in_order=on", ())
    FORMS["in-order-packed"] = (
        "q35", False, "virtio-blk-pci,in_order=on,packed=on", ())


# --- Disks, and the guest's contents computed again ---------------------------

def noise(pages, seed):
    return random.Random(seed).randbytes(pages * PAGE)


def file_sum(data, pages, first=0):
    """The sum of the first words of these pages."""
    return sum(struct.unpack_from("<Q", data, page * PAGE)[0]
               for page in range(first, first + pages)) % ALL


def written_sum(pages, task=1, seed=0):
    return sum(pattern.word(task, page, seed) for page in range(pages)) % ALL


def number(line, key):
    return int(dict(word.split("=", 1) for word in line.split()
                    if "=" in word)[key])


@pytest.fixture
def disks(workdir):
    """The paths of the file and of the swap disk, and the file's bytes."""
    data = noise(FILE_PAGES, 1)
    (workdir / "file").write_bytes(data)
    (workdir / "swap").write_bytes(swap_mark(SWAP_PAGES)
                                   + bytes((SWAP_PAGES - 1) * PAGE))
    return workdir / "file", workdir / "swap", data


def drive(name, path, *more):
    return ("-drive", ",".join(("if=none", f"id={name}", "format=raw",
                                f"file={path}", *more)))


def device(properties, name):
    return ("-device", f"{properties},drive={name},id={name}-device")


def errors(machine):
    return [line for line in machine.lines()[0] if line.startswith("error")]


def start(boot, machine, *extra, modern=False, **more):
    started = boot(machine=machine, modern=modern, memory=RAM, typed=True,
                   append="touch=0", balloon=BALLOON[machine], extra=extra,
                   **more)
    started.sample(1)
    return started


def start_both(boot, disks, form="pci", words=(), **more):
    """A machine with both disks."""
    machine, modern, properties, others = FORMS[form]
    return start(boot, machine, *others, *words,
                 *drive("file", disks[0], "readonly=on"),
                 *drive("swap", disks[1]),
                 *device(properties, "file"), *device(properties, "swap"),
                 modern=modern, **more)


def write_beyond_ram(machine):
    machine.order("map=32M")
    line = machine.order(f"write={WRITTEN}")
    assert number(line, "done") == WRITTEN
    assert number(line, "sum") == written_sum(WRITTEN)


def read_back(machine):
    line = machine.order(f"read={WRITTEN}")
    assert number(line, "done") == WRITTEN
    assert number(line, "sum") == written_sum(WRITTEN)


def assert_statistics(machine):
    """A poll is answered with true values."""
    machine.next_sample()
    sample, stats = machine.stopped_sample()
    machine.execute("cont")
    assert differences(sample, stats["stats"]) == {}


# --- Every form ---------------------------------------------------------------

@pytest.mark.parametrize("form", FORMS)
def test_what_was_written_comes_back(boot, disks, form):
    machine = start_both(boot, disks, form)
    assert number(machine.order("disks"), "count") == 2
    line = machine.order(f"load={FILE_PAGES}")
    assert number(line, "sum") == file_sum(disks[2], FILE_PAGES)
    assert number(machine.order("swapon"), "slots") == SWAP_PAGES - 1
    write_beyond_ram(machine)
    read_back(machine)
    assert_statistics(machine)
    assert errors(machine) == []
    assert "recovery" not in machine.console.decode()
    machine.quit()
    assert disks[1].read_bytes()[:PAGE] == swap_mark(SWAP_PAGES)
    assert disks[0].read_bytes() == disks[2]


def test_no_disk_is_touched_before_the_first_order(boot, disks):
    machine = start_both(boot, disks)
    machine.next_sample()
    assert "id=2" not in machine.console.decode()
    machine.order("disks")
    assert machine.console.decode().count("virtio found id=2") == 2
    for statistics in machine.execute("query-blockstats"):
        assert statistics["stats"]["rd_operations"] == 0
        assert statistics["stats"]["wr_operations"] == 0


def test_the_start_of_the_disks_takes_frames_once(boot, disks):
    machine = start_both(boot, disks)
    before = number(machine.order("count"), "free-memory")
    line = machine.order("disks")
    after = number(machine.order("count"), "free-memory")
    assert number(line, "frames") * PAGE == before - after > 0
    assert machine.order("disks") == "order disks count=2 frames=0"
    machine.order("load=8")
    assert machine.order("disks") == "order disks count=2 frames=0"


def test_four_disks_are_used_and_others_left_alone(boot, workdir):
    words = ()
    for at in range(6):
        path = workdir / f"disk{at}"
        path.write_bytes(noise(10 + at, at))
        words += drive(f"d{at}", path, "readonly=on")
        words += device("virtio-blk-pci", f"d{at}")
    machine = start(boot, "q35", *words)
    assert number(machine.order("disks"), "count") == 4
    lines = machine.lines()[0]
    assert [number(line, "pages") for line in lines
            if line.startswith("disk ready")] == [10, 11, 12, 13]
    assert lines.count("disk left alone limit=4") == 2
    line = machine.order("load=10")
    assert number(line, "sum") == file_sum(noise(10, 0), 10)


def test_disks_on_both_buses_are_found(boot, disks):
    machine = start(
        boot, "microvm", *drive("file", disks[0], "readonly=on"),
        *drive("swap", disks[1]), *device("virtio-blk-device", "file"),
        *device("virtio-blk-device", "swap"))
    assert number(machine.order("disks"), "count") == 2
    line = machine.order("load=8")
    assert number(line, "sum") == file_sum(disks[2], 8)


def test_all_share_one_pin_with_the_balloon(boot, disks):
    """Device numbers 4 apart have the same line. QEMU 7.2 gives a balloon no
    messages; later ones need to be told."""
    balloon = BALLOON["q35"] + ",addr=5"
    if version_of(QEMU) >= (10, 0):
        balloon += ",vectors=0"
    machine = boot(
        machine="q35", memory=RAM, typed=True, append="touch=0",
        balloon=balloon, extra=(
            *drive("file", disks[0], "readonly=on"), *drive("swap", disks[1]),
            *device("virtio-blk-pci,addr=9,vectors=0", "file"),
            *device("virtio-blk-pci,addr=0xd,vectors=0", "swap")))
    machine.sample(1)
    machine.order("swapon")
    lines = [number(line, "gsi") for line in machine.lines()[0]
             if line.startswith("virtio found")]
    assert len(lines) == 3 and len(set(lines)) == 1
    write_beyond_ram(machine)
    read_back(machine)
    line = machine.order(f"load={FILE_PAGES}")
    assert number(line, "sum") == file_sum(disks[2], FILE_PAGES)
    assert_statistics(machine)
    assert errors(machine) == []
    assert "irq unclaimed" not in machine.console.decode()


# --- The ends -----------------------------------------------------------------

def test_a_reset_machine_finds_its_disks_again(boot, disks):
    machine = start_both(boot, disks, reboot=True)
    for count in (1, 2):
        machine.line("sent seq=1", count)
        machine.order("swapon")
        write_beyond_ram(machine)
        read_back(machine)
        machine.execute("system_reset")
    machine.line("sent seq=1", 3)
    assert errors(machine) == []


def test_the_power_button_resets_the_disks(boot, disks, workdir):
    log = workdir / "trace"
    machine = start_both(boot, disks, words=("-trace", "virtio_set_status",
                                             "-D", log))
    machine.order("disks")
    machine.order("load=8")
    written = len(log.read_text().splitlines())
    machine.send("system_powerdown")
    assert machine.wait() == BUTTON
    # QEMU may reset each device once more, whatever the guest does.
    resets = collections.Counter(log.read_text().splitlines()[written:])
    assert all(line.endswith("val 0") for line in resets)
    assert len(resets) == 3  # the balloon and both disks
    assert len(set(resets.values())) == 1


# --- Disks without the mark of swap ---------------------------------------

def test_a_disk_without_the_mark_is_never_written(boot, workdir):
    path = workdir / "data"
    path.write_bytes(noise(SWAP_PAGES, 7))
    before = hashlib.sha256(path.read_bytes()).hexdigest()
    machine = start(boot, "q35", *drive("data", path),
                    *device("virtio-blk-pci", "data"))
    assert machine.order("swapon") == 'error what="order swapon: no swap mark"'
    machine.order("map=32M")
    assert "killed=oom" in machine.order(f"write={WRITTEN}")
    assert_statistics(machine)
    statistics = machine.execute("query-blockstats")
    assert [one["stats"]["wr_operations"] for one in statistics] == [0]
    machine.quit()
    assert hashlib.sha256(path.read_bytes()).hexdigest() == before


# --- Failing requests ---------------------------------------------------------

def failing(path, event, page):
    """A raw image on blkdebug: each such request for the page fails."""
    return ("file.driver=blkdebug", f"file.image.filename={path}",
            f"file.inject-error.0.event={event}",
            "file.inject-error.0.errno=5",
            f"file.inject-error.0.sector={page * 8}")


def start_failing(boot, disks, file=None, swap=None):
    """As start_both, with failing requests of one page of one disk. QEMU would
    merge neighbours into one request, and fail all of them."""
    properties = FORMS["pci"][2] + ",request-merging=off"

    def words(name, path, fault, *more):
        if not fault:
            return drive(name, path, *more)
        return ("-drive", ",".join((
            "if=none", f"id={name}", "driver=raw", *more,
            *failing(path, *fault))))
    return start(boot, "q35", *words("file", disks[0], file, "readonly=on"),
                 *words("swap", disks[1], swap),
                 *device(properties, "file"), *device(properties, "swap"))


def test_a_page_that_can_not_be_read_is_lost_alone(boot, disks):
    machine = start_failing(boot, disks, file=("read_aio", 21))
    line = machine.order("load=40")
    assert line.startswith('error what="order load: page lost" page=21 ')
    assert ('error what="disk read" disk=0 page=21 status=ioerr'
            in machine.lines()[0])
    line = machine.order("load=100@24")
    assert number(line, "sum") == file_sum(disks[2], 100, 24)
    line = machine.order("load=21")
    assert number(line, "sum") == file_sum(disks[2], 21)
    assert_statistics(machine)
    assert "recovery" not in machine.console.decode()


def test_a_page_that_can_not_be_written_stays_in_memory(boot, disks):
    machine = start_failing(boot, disks, swap=("write_aio", 30))
    machine.order("swapon")
    write_beyond_ram(machine)
    assert [line for line in machine.lines()[0] if "disk write" in line] == [
        'error what="disk write" disk=1 page=30 status=ioerr']
    read_back(machine)
    assert_statistics(machine)


# --- A disk that does not answer ----------------------------------------------

def test_a_silent_disk_is_named_and_polls_are_answered_later(boot, disks):
    machine = start_failing(boot, disks, file=("read_aio", 149))
    machine.order("disks")
    machine.human('qemu-io file "break read_aio A"')
    machine.type("load=30")
    machine.until(lambda: "Suspended" in machine.stderr(), "a silent disk")
    machine.until_halted()
    machine.poll_now()
    machine.until_halted()
    assert "disk waits" not in machine.console.decode()
    for pages in (5, 6):
        machine.execute("balloon", value=(16 << 20) - pages * PAGE)
        machine.until_halted()
    machine.line("disk waits requests=1 disk=0")
    assert len(machine.samples()) == 1
    machine.human('qemu-io file "resume A"')
    line = machine.line("order load ")
    assert number(line, "sum") == file_sum(disks[2], 30)
    machine.sample(2)
    machine.line("balloon reached ")
    assert machine.console.decode().count("disk waits") == 1
    assert errors(machine) == []


# --- Unplugging ---------------------------------------------------------------

NATIVE = ("-global", "ICH9-LPC.acpi-pci-hotplug-with-bridge-support=off")
PORTS = tuple(word for at in range(3) for word in (
    "-device", f"pcie-root-port,id=rp{at},slot={at},chassis={at + 1}"))


@pytest.fixture(params=("acpi", "pcie"))
def plugged(request, boot, disks):
    """A q35 with both disks and the balloon behind root ports, and both kinds
    of hot-plug request."""
    machine = boot(
        machine="q35", memory=RAM, typed=True, append="touch=0",
        before=PORTS + (NATIVE if request.param == "pcie" else ()),
        balloon="virtio-balloon-pci,id=balloon0,bus=rp0",
        extra=(*drive("file", disks[0], "readonly=on"),
               *drive("swap", disks[1]),
               *device("virtio-blk-pci,bus=rp1", "file"),
               *device("virtio-blk-pci,bus=rp2", "swap")))
    machine.sample(1)
    machine.order("swapon")
    return machine


def unplug(machine, name):
    machine.execute("device_del", id=name)
    machine.until(lambda: [event for event in machine.qmp.events
                           if event["event"] == "DEVICE_DELETED"
                           and event["data"].get("device") == name],
                  f"DEVICE_DELETED of {name}")


def test_pages_of_a_swap_disk_that_is_gone_are_lost(plugged, disks):
    write_beyond_ram(plugged)
    unplug(plugged, "swap-device")
    assert plugged.line("disk unplugged ") == "disk unplugged disk=1"
    line = plugged.order(f"read={WRITTEN}")
    assert line.startswith('error what="order read: page lost" ')
    line = plugged.order(f"load={FILE_PAGES}")
    assert number(line, "sum") == file_sum(disks[2], FILE_PAGES)
    assert_statistics(plugged)


def test_a_disk_may_be_unplugged_in_use(plugged):
    plugged.order("map=32M")
    plugged.type(f"write={WRITTEN} read={WRITTEN} write={WRITTEN}")
    plugged.line("order write ")
    unplug(plugged, "swap-device")
    plugged.line("disk unplugged disk=1")
    plugged.until(lambda: "page lost" in plugged.console.decode()
                  or "killed=oom" in plugged.console.decode(),
                  "the end of an order")
    assert_statistics(plugged)


def test_another_device_with_its_number_may_go(plugged, disks):
    """By ACPI the request may mean any of the three, which have device number
    0 on their buses; by PCIe it is for one port."""
    write_beyond_ram(plugged)
    unplug(plugged, "balloon0")
    plugged.line("balloon unplugged ")
    read_back(plugged)
    line = plugged.order(f"load={FILE_PAGES}")
    assert number(line, "sum") == file_sum(disks[2], FILE_PAGES)
    assert "disk unplugged" not in plugged.console.decode()
    assert errors(plugged) == []


def test_the_file_may_go(plugged):
    plugged.order("load=8")
    unplug(plugged, "file-device")
    plugged.line("disk unplugged disk=0")
    line = plugged.order("load=8@16")
    assert line.startswith('error what="order load: page lost" page=16 ')
    write_beyond_ram(plugged)
    read_back(plugged)


# QEMU's hot-plug block of q35: a write to EJECT removes the device with that
# bit's number from the bus that BUS selects, whether its driver agrees or not.
EJECT, BUS = 0xcc8, 0xcd0


def tear_out(machine):
    """Removes the devices with number 0 from every bus but the balloon's, as
    a broken cable would: the guest gets neither a request nor an interrupt."""
    for bus in range(1, 4):
        machine.human(f"o /4 {BUS:#x} {bus}")
        machine.human(f"o /4 {EJECT:#x} 1")


def test_a_disk_that_vanishes_fails_every_request(boot, disks):
    machine = boot(
        machine="q35", memory=RAM, typed=True, append="touch=0",
        before=PORTS, balloon=BALLOON["q35"] + ",addr=9",
        extra=(*drive("file", disks[0], "readonly=on"),
               *device("virtio-blk-pci,bus=rp1", "file")))
    machine.sample(1)
    machine.order("load=8")
    tear_out(machine)
    line = machine.order("load=16")
    assert line.startswith('error what="order load: page lost" page=8 ')
    lines = machine.lines()[0]
    assert 'error what="disk lost" disk=0 error=empty' in lines
    machine.line("virtio released id=2 ")
    assert "recovery" not in machine.console.decode()
    line = machine.order("load=16")
    assert line.startswith('error what="order load: page lost" page=8 ')
    assert_statistics(machine)
