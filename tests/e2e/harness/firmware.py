# SPDX-License-Identifier: MIT
"""Selects firmware by name, since QEMU's default depends on the packaging.

In Debian 12's QEMU `bios-microvm.bin` is qboot; in later ones it is SeaBIOS.
"""
import functools
import os
import re
import subprocess

QEMU = os.environ.get("QEMU") or "qemu-system-x86_64"
SEABIOS_OF_DEBIAN_12 = "/usr/share/seabios/bios-microvm.bin"
MICROVM = ("qboot", "seabios")


@functools.cache
def version_of(qemu):
    """(major, minor) from the output of --version."""
    said = subprocess.run([qemu, "--version"], capture_output=True, text=True,
                          check=True, timeout=30).stdout
    return tuple(map(int, re.search(r"version (\d+)\.(\d+)", said).groups()))


def microvm(name, version=None):
    """QEMU arguments that give microvm this firmware, for a QEMU of that
    version; without one, for the QEMU in use."""
    if name == "qboot":
        return ("-bios", "qboot.rom")
    return ("-bios", SEABIOS_OF_DEBIAN_12
            if (version or version_of(QEMU)) < (8, 0) else "bios-microvm.bin")
