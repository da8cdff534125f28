# SPDX-License-Identifier: MIT
"""Debian's Linux as a guest, where `make bench-linux` has fetched it.

It has its own virtio-balloon driver, and a total-memory far below the RAM.
"""
import pytest

from harness.machine import BUILD

KERNEL = BUILD / "linux/vmlinuz"
INITRAMFS = BUILD / "linux/initramfs.gz"
# Without the first, Linux on microvm under TCG hangs in one boot of three.
WORDS = "tsc_early_khz=2596000 console=ttyS0 reboot=t panic=-1"


def options(**more):
    """Arguments for machine.Options; skips if that Linux is not there."""
    if not INITRAMFS.exists():
        pytest.skip("no build/linux, which scripts/fetch-linux makes")
    return dict({"kernel": KERNEL, "memory": "256M", "exit_device": False,
                 "append": WORDS, "before": ("-initrd", INITRAMFS)}, **more)


def until_ready(machine):
    machine.line("linux ready")
