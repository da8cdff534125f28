# SPDX-License-Identifier: MIT
"""Debian's Linux as a guest, where `make bench-linux` has fetched it.

Its own virtio-balloon driver, and a total-memory far below the machine's RAM.
"""
import pytest

from machine import BUILD

KERNEL = BUILD / "linux/vmlinuz"
INITRAMFS = BUILD / "linux/initramfs.gz"
# Without the first, Linux on microvm under TCG hangs in one boot of three.
WORDS = "tsc_early_khz=2596000 console=ttyS0 reboot=t panic=-1"


def options(**more):
    """machine.Options' words; skips where there is no such Linux."""
    if not INITRAMFS.exists():
        pytest.skip("no build/linux, which scripts/fetch-linux makes")
    return dict({"kernel": KERNEL, "memory": "256M", "exit_device": False,
                 "append": WORDS, "before": ("-initrd", INITRAMFS)}, **more)


def until_ready(machine):
    machine.line("linux ready")
