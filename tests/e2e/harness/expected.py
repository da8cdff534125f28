# SPDX-License-Identifier: MIT
"""Expected values of a matrix cell, computed from the cell alone.

Feature bits: VIRTIO 1.4, 5.5.3 (balloon) and 6 (the rest); the offered ones
were observed on QEMU 7.2, 10.0 and 11.1. Shares nothing with the guest.
"""
from harness import matrix

STATS_VQ, PAGE_POISON = 1, 4
NOTIFY_ON_EMPTY, ANY_LAYOUT = 24, 27
INDIRECT_DESC, EVENT_IDX, UNUSED = 28, 29, 30
VERSION_1, ACCESS_PLATFORM, RING_PACKED, IN_ORDER = 32, 33, 34, 35
RING_RESET = 40

ACKNOWLEDGE, DRIVER, DRIVER_OK, FEATURES_OK = 1, 2, 4, 8

# Feature bits that a switch removes or adds.
SWITCHED_OFF = {"event_idx=off": EVENT_IDX, "indirect_desc=off": INDIRECT_DESC}
SWITCHED_ON = {"iommu_platform=on": ACCESS_PLATFORM, "in_order=on": IN_ORDER}


def word_of(bits):
    return sum(1 << bit for bit in bits)


def legacy(cell):
    return cell.transport in matrix.LEGACY


def offered_bits(cell):
    bits = {STATS_VQ, PAGE_POISON, INDIRECT_DESC, EVENT_IDX}
    if legacy(cell):
        bits |= {NOTIFY_ON_EMPTY, ANY_LAYOUT}
    else:
        bits |= {VERSION_1, RING_RESET}
    if cell.transport == "pci-legacy":
        bits.add(UNUSED)
    if cell.ring == "packed":
        bits.add(RING_PACKED)
    bits.discard(SWITCHED_OFF.get(cell.switch))
    return bits | ({SWITCHED_ON[cell.switch]}
                   if cell.switch in SWITCHED_ON else set())


def accepted_bits(cell):
    """The bits that the driver documents as accepted
    (guest/virtio/README.md)."""
    wanted = {STATS_VQ, EVENT_IDX}
    if cell.switch == "indirect-used":
        wanted.add(INDIRECT_DESC)
    wanted |= ({ANY_LAYOUT} if legacy(cell) else
               {VERSION_1, ACCESS_PLATFORM, RING_PACKED, IN_ORDER})
    return offered_bits(cell) & wanted


def statuses(cell):
    """All values that the driver writes to the status, from the reset on."""
    steps = [ACKNOWLEDGE, DRIVER]
    steps += [] if legacy(cell) else [FEATURES_OK]
    values = [0]
    for bit in [*steps, DRIVER_OK]:
        values.append(values[-1] | bit)
    return values


def messages(cell):
    """Whether the device has MSI-X: machine types of QEMU 10 and later."""
    return (cell.transport in matrix.PCI and cell.qemu != "7.2"
            and cell.switch != "vectors=0")


def eventfd(cell):
    """Whether QEMU takes notifications through eventfds: 7.2 does not under
    TCG."""
    return cell.qemu != "7.2" and cell.switch != "ioeventfd=off"


def transport_word(cell):
    """The guest's name of the transport: a transitional device is driven as a
    modern one."""
    return cell.transport.replace("pci-transitional", "pci")
