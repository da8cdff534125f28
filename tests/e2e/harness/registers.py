# SPDX-License-Identifier: MIT
"""The accesses to a virtio device's registers, from QEMU's trace.

For every transport, from memory_region_ops_read and _write, whose region names
identify the register blocks. Accesses that bypass QEMU's dispatch (notifications
through an eventfd) are missing. VIRTIO 1.4, 4.1.4, 4.1.4.10, 4.2.2,
4.2.4; MSI-X: PCI Local Bus 3.0, 6.8.2.
"""
import dataclasses
import re


def traces(boot):
    """Trace events to enable; no reads with UEFI, whose boot reads its clock
    a million times."""
    return ("memory_region_ops_write",) + (
        ("memory_region_ops_read",) if boot == "pvh" else ())


LINE = re.compile(
    r"memory_region_ops_(read|write) cpu -?\d+ mr \S+ addr 0x([0-9a-f]+)"
    r" value 0x([0-9a-f]+) size (\d+) name '(.*)'")

# QEMU's name of a region, the name used here, and its size.
REGIONS = {
    "virtio-mmio": ("mmio", 0x200),
    "virtio-pci": ("io", 0x40),
    "virtio-pci-common-virtio-balloon": ("common", 0x1000),
    "virtio-pci-isr-virtio-balloon": ("isr", 0x1000),
    "virtio-pci-device-virtio-balloon": ("device", 0x1000),
    "virtio-pci-notify-virtio-balloon": ("notify", 0x1000),
    "msix-table": ("msix", 0x20),
}


@dataclasses.dataclass(frozen=True)
class Access:
    write: bool
    register: str  # a name from the table, or "region+offset" if unknown
    size: int
    value: int


def of(region, offsets, size):
    return {(region, offset): (name, size) for name, offset in
            offsets.items()}


MMIO = of("mmio", {
    "magic": 0x00, "version": 0x04, "device_id": 0x08, "vendor": 0x0c,
    "offered": 0x10, "offered_select": 0x14, "accepted": 0x20,
    "accepted_select": 0x24, "page_size": 0x28, "queue_select": 0x30,
    "queue_max": 0x34, "queue_size": 0x38, "queue_align": 0x3c,
    "queue_pfn": 0x40, "queue_enable": 0x44, "kick": 0x50, "isr": 0x60,
    "isr_ack": 0x64, "status": 0x70, "desc": 0x80, "desc_high": 0x84,
    "driver": 0x90, "driver_high": 0x94, "device": 0xa0,
    "device_high": 0xa4, "generation": 0xfc, "num_pages": 0x100,
    "actual": 0x104}, 4)

COMMON = (of("common", {
    "offered_select": 0x00, "offered": 0x04, "accepted_select": 0x08,
    "accepted": 0x0c, "desc": 0x20, "desc_high": 0x24, "driver": 0x28,
    "driver_high": 0x2c, "device": 0x30, "device_high": 0x34}, 4)
    | of("common", {
        "config_vector": 0x10, "queues": 0x12, "queue_select": 0x16,
        "queue_size": 0x18, "queue_vector": 0x1a, "queue_enable": 0x1c,
        "queue_notify": 0x1e}, 2)
    | of("common", {"status": 0x14, "generation": 0x15}, 1)
    | of("isr", {"isr": 0}, 1)
    | of("device", {"num_pages": 0, "actual": 4}, 4)
    | of("notify", {f"kick{n}": 4 * n for n in range(5)}, 2))

# The balloon's configuration: at 0x14, and with MSI-X at 0x18.
IO = (of("io", {"offered": 0x00, "accepted": 0x04, "queue_pfn": 0x08}, 4)
      | of("io", {"queue_size": 0x0c, "queue_select": 0x0e, "kick": 0x10}, 2)
      | of("io", {"status": 0x12, "isr": 0x13}, 1))
IO_PIN = IO | of("io", {"num_pages": 0x14, "actual": 0x18}, 4)
IO_MESSAGES = (IO | of("io", {"config_vector": 0x14, "queue_vector": 0x16}, 2)
               | of("io", {"num_pages": 0x18, "actual": 0x1c}, 4))

MSIX = of("msix", {f"{name}{entry}": 16 * entry + at for entry in range(2)
                   for name, at in (("address", 0), ("address_high", 4),
                                    ("data", 8), ("masked", 12))}, 4)


def table(transport, messages):
    """{(region, offset): (name, size)}: the registers that a driver needs."""
    if transport.startswith("mmio"):
        return MMIO
    if transport == "pci-legacy":
        return IO_MESSAGES | MSIX if messages else IO_PIN
    return COMMON | MSIX if messages else COMMON


def access(line, registers):
    """The line as an Access; None for another device's region."""
    match = LINE.fullmatch(line)
    if not match or match[5] not in REGIONS:
        return None
    region, size = REGIONS[match[5]]
    offset, value = int(match[2], 16) % size, int(match[3], 16)
    name, width = registers.get((region, offset), (None, 0))
    if width != int(match[4]):
        name = f"{region}+{offset:#x}"
    if name and name.startswith("kick") and name != "kick":
        # Each queue has its own address; the value written is its number.
        name = "kick" if value == int(name[4:]) else name
    return Access(match[1] == "write", name, int(match[4]),
                  value % (1 << 8 * int(match[4])))
