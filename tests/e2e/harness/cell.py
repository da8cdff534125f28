# SPDX-License-Identifier: MIT
"""Runs one cell of the matrix: `aerostat run` on a real QEMU, with a trace.

The balloon comes from the tool's own options where these suffice, so that
they are tested too. The checks of the result are in evidence.py.
"""
import pathlib
import shlex
import subprocess

from harness import firmware, leftovers, registers
from harness.evidence import Evidence
from harness.machine import BUILD
from harness.matrix import MACHINES, MMIO, SWITCHES

SECONDS = 120  # limit of each wait of the tool: UEFI on a busy machine
WHOLE = 600    # limit of a whole cell
AT_ONCE = 2    # samples that need no timer: the first, and the first polled
OVMF = pathlib.Path("/usr/share/ovmf/OVMF.fd")
IMAGES = {"pvh": "aerostat.elf", "uefi": "aerostat.efi",
          "esp": "aerostat.img"}
TRACES = ("virtio_set_status", "virtio_notify", "virtio_queue_notify",
          "virtqueue_*", "virtio_mmio_*", "virtio_pci_*", "virtio_balloon_*")
PCI_SIDES = {"pci": "disable-legacy=on,disable-modern=off",
             "pci-transitional": "disable-legacy=off,disable-modern=off",
             "pci-legacy": "disable-legacy=off,disable-modern=on"}


def lacking(cell):
    """The reason why this cell can't run here, or None."""
    image = BUILD / IMAGES[cell.boot]
    if not image.exists():
        return f"{image} was not built" + (
            ": make esp" if cell.boot == "esp" else "")
    if cell.boot != "pvh" and not OVMF.exists():
        return f"no {OVMF}: Debian's package ovmf has it"
    return None


def balloon(cell):
    """The complete -device value of the balloon."""
    mmio = cell.transport in MMIO
    parts = ["virtio-balloon-device" if mmio else "virtio-balloon-pci",
             "id=balloon0", PCI_SIDES.get(cell.transport, ""),
             "packed=on" if cell.ring == "packed" else "",
             SWITCHES[cell.switch].properties, MACHINES[cell.machine].place]
    if mmio and cell.switch == "ioeventfd=off":  # set on the bus, in words()
        parts.remove("ioeventfd=off")
    return ",".join(filter(None, parts))


def words(cell, qemu, log, samples):
    """The arguments of build/aerostat."""
    machine, switch = MACHINES[cell.machine], SWITCHES[cell.switch]
    found = ["run", "--plain", "--json", "--verbose", "--samples", samples,
             "--interval", 1 if samples > AT_ONCE else 1000,
             "--timeout", SECONDS, "--qemu", qemu, "--machine", machine.type,
             "--boot", cell.boot]
    if cell.transport == "mmio" or not (machine.bridges or switch.properties):
        found += ["--transport", cell.transport]
    if not (machine.bridges or switch.properties):
        found += ["--ring", cell.ring]
    own = ["-d", "guest_errors", "-D", log]
    for trace in (*TRACES, *registers.traces(cell.boot)):
        own += ["-trace", trace]
    if machine.firmware:
        version = tuple(map(int, cell.qemu.split(".")))
        own += firmware.microvm(machine.firmware, version)
    if cell.transport in MMIO and cell.switch == "ioeventfd=off":
        own += ["-global", "virtio-mmio.ioeventfd=off"]
    if machine.bridges:  # QEMU creates devices in command line order
        found += ["--device", "none"]
        for bridge in machine.bridges:
            own += ["-device", bridge]
        own += ["-device", balloon(cell)]
    elif switch.properties:
        found += ["--device", balloon(cell)]
    if switch.append:
        found += ["--append", switch.append]
    return list(map(str, [*found, "--", *own]))


def apart(workdir, qemu):
    """Wrapper for a QEMU whose standard error goes to a file only."""
    path, errors = workdir / "qemu", workdir / "qemu-stderr"
    path.write_text(f"#!/bin/sh\nexec {shlex.quote(str(qemu))} \"$@\" "
                    f"2>>{shlex.quote(str(errors))}\n")
    path.chmod(0o755)
    errors.touch()
    return path, errors


def run(cell, qemu, workdir, samples):
    """Runs the cell; gives its Evidence, whose problems() must be empty."""
    wrapper, errors = apart(workdir, qemu)
    log = workdir / "log"
    line = [str(BUILD / "aerostat"), *words(cell, wrapper, log, samples)]
    done = subprocess.run(
        leftovers.tied(line), stdin=subprocess.DEVNULL, capture_output=True,
        text=True, errors="replace", timeout=WHOLE, cwd=workdir, check=False,
        env=leftovers.marked_environment(workdir, AEROSTAT_CELL=workdir))
    left = leftovers.running("AEROSTAT_CELL", workdir)
    leftovers.kill(left)
    return Evidence(
        cell=cell, samples=samples, command=shlex.join(line),
        status=done.returncode, stdout=done.stdout, stderr=done.stderr,
        qemu_stderr=errors.read_text(errors="replace"), left=left,
        log=log.read_text(errors="replace") if log.exists() else "")
