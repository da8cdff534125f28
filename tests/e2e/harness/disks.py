# SPDX-License-Identifier: MIT
"""Disks in memory: files without a name, and QEMU's words for them."""
import os
import struct

PAGE = 4096


def swap_mark(pages):
    """What mkswap writes: page 0 of an area of that many pages."""
    page = bytearray(PAGE)
    struct.pack_into("<III", page, 1024, 1, pages - 1, 0)
    page[-10:] = b"SWAPSPACE2"
    return bytes(page)


def swap(slots):
    """A disk with the mark that mkswap leaves; gives the file descriptor."""
    disk = os.memfd_create("swap")
    os.ftruncate(disk, (slots + 1) * PAGE)
    os.pwrite(disk, swap_mark(slots + 1), 0)
    return disk


def file(pages):
    """A disk whose pages all differ; gives the file descriptor."""
    disk = os.memfd_create("file")
    os.pwrite(disk, b"".join(struct.pack("<Q", page) + bytes(PAGE - 8)
                             for page in range(1, pages + 1)), 0)
    return disk


def words(name, disk, device="virtio-blk-device", read_only=False):
    """QEMU opens the descriptor through /proc, while this process has it."""
    return ("-blockdev", f"file,node-name={name},"
            f"read-only={'on' if read_only else 'off'},"
            f"filename=/proc/{os.getpid()}/fd/{disk}",
            "-device", f"{device},drive={name}")
