# SPDX-License-Identifier: MIT
"""The two disks of `aerostat run`, as QEMU and /proc show them."""
import os
import shlex
import signal
import socket

import pytest

from harness import tool
from harness.machine import BUILD, SECONDS
from harness.qmp import Qmp

FORMS = [
    ["--transport", "mmio-legacy"],
    ["--transport", "mmio"],
    ["--transport", "mmio", "--ring", "packed"],
    ["--machine", "q35"],
    ["--machine", "q35", "--transport", "pci", "--ring", "packed"],
    ["--machine", "pc", "--transport", "pci-legacy"],
    ["--machine", "pc", "--ring", "packed"],
]
PLAIN = (
    "-M microvm -accel tcg -m 256M -nodefaults -no-user-config -display none "
    "-no-reboot -sandbox on,obsolete=deny,elevateprivileges=deny,spawn=deny,"
    "resourcecontrol=deny -global virtio-mmio.ioeventfd=off "
    "-chardev socket,id=qmp,fd={qmp} -qmp chardev:qmp -add-fd fd={com1},set=1 "
    "-chardev file,id=com1,path=/dev/fdset/1,append=on -serial chardev:com1 "
    "-device isa-debug-exit -kernel {guest} "
    "-device virtio-balloon-device,id=balloon0 -S")


def started(aerostat, workdir, *words, extra=()):
    """A run with a second monitor, after its first sample."""
    path = workdir / "tool-qmp"
    run = aerostat("run", "--samples", "0", *words, "--", "-qmp",
                   f"unix:{path},server=on,wait=off", *extra)
    run.until("verdict: equal", 1)
    return run, path


def end(run):
    run.signal(signal.SIGTERM)
    assert run.wait() == tool.TERMINATED


def ask(path, command):
    """One command to the second monitor."""
    session = Qmp()
    with socket.socket(socket.AF_UNIX) as monitor:
        monitor.settimeout(SECONDS)
        monitor.connect(str(path))
        for name in ("qmp_capabilities", command):
            number, data = session.encode(name, None)
            monitor.sendall(data)
            while number not in session.replies:
                session.feed(monitor.recv(1 << 16))
            result = session.result(name, number)
    return result


def disks(path):
    """[(block node, read-only, bytes)] in the order of the command line."""
    return [(inserted["node-name"], inserted["ro"],
             inserted["image"]["virtual-size"])
            for inserted in (row["inserted"]
                             for row in ask(path, "query-block"))]


def memory_descriptors(process):
    """The numbers of the process's descriptors of disks in memory."""
    folder = f"/proc/{process}/fd"
    return [name for name in os.listdir(folder)
            if "aerostat-disk" in os.readlink(f"{folder}/{name}")]


def files_in_memory(run):
    """The links of these descriptors, in QEMU."""
    process, = run.named("qemu-system")
    return {os.readlink(f"/proc/{process}/fd/{name}")
            for name in memory_descriptors(process)}


def mode_of(process, name):
    for line in open(f"/proc/{process}/fdinfo/{name}"):
        if line.startswith("flags:"):
            return int(line.split()[1], 8) & os.O_ACCMODE
    return None


def command_line(run):
    return next(line for line in run.stderr().splitlines() if " -M " in line)


@pytest.mark.parametrize("form", FORMS, ids=" ".join)
def test_each_form_has_a_swap_disk_and_a_read_only_disk(aerostat, workdir,
                                                        form):
    run, path = started(aerostat, workdir, *form)
    assert disks(path) == [("swap-disk", False, 32 << 20),
                           ("file-disk", True, 8 << 20)]
    end(run)


def test_the_disks_are_memory_without_a_name(aerostat, workdir):
    run, _ = started(aerostat, workdir)
    assert files_in_memory(run) == {"/memfd:aerostat-disk (deleted)"}
    # The kernel frees them with the last process, and test_tool_lifetime.py
    # shows that no process is left.
    end(run)


def test_the_file_disk_is_open_for_reading_only(aerostat, workdir):
    run, _ = started(aerostat, workdir)
    process, = run.named("qemu-system")
    modes = {mode_of(process, name)
             for name in memory_descriptors(process)}
    assert modes == {os.O_RDONLY, os.O_RDWR}
    assert "read-only=on" in command_line(run)
    end(run)


def test_a_plain_run_is_a_bare_guest(aerostat, workdir):
    run = aerostat("run", "--plain", "--samples", "1")
    assert run.wait() == tool.OK
    words = shlex.split(command_line(run))
    expected = PLAIN.format(
        qmp=words[words.index("-chardev") + 1].rpartition("=")[2],
        com1=words[words.index("-add-fd") + 1][len("fd="):-len(",set=1")],
        guest=BUILD / "aerostat.elf").split()
    assert words[1:] == expected
    assert "note: " not in run.stderr()


def test_a_plain_run_has_no_disk(aerostat, workdir):
    run, path = started(aerostat, workdir, "--plain")
    assert disks(path) == []
    assert files_in_memory(run) == set()
    end(run)


@pytest.mark.parametrize("words,why", [
    (["-drive", "if=none,id=own,file.driver=null-co"],
     "QEMU's arguments have -drive"),
    (["--blockdev", "null-co,node-name=own"],
     "QEMU's arguments have -blockdev"),
], ids=lambda value: value[0] if isinstance(value, list) else "")
def test_beside_a_disk_of_the_users_own_there_is_a_bare_guest(
        aerostat, workdir, words, why):
    run, path = started(aerostat, workdir, extra=words)
    assert f"note: a bare guest, as by --plain: {why}\n" in run.stderr()
    assert "swap-disk" not in command_line(run)
    assert ",set=2" not in command_line(run)
    end(run)
