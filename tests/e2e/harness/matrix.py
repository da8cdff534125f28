# SPDX-License-Identifier: MIT
"""The matrix as data: the combinations that run, and why the others do not.

A cell is one choice on every axis. RUN and REASONS are written independently
of each other; a test shows that each cell of the full product is in exactly
one of them. Nothing here starts anything (cell.py does).
"""
import dataclasses
import itertools

QEMUS = ("7.2", "10.0", "11.1")
BOOTS = ("pvh", "uefi", "esp")
MMIO = ("mmio-legacy", "mmio")
PCI = ("pci", "pci-transitional", "pci-legacy")
TRANSPORTS = MMIO + PCI
LEGACY = ("mmio-legacy", "pci-legacy")
RINGS = ("split", "packed")


@dataclasses.dataclass(frozen=True)
class Machine:
    """The machine around the balloon."""
    type: str            # QEMU's -M
    firmware: str = ""   # a name that firmware.py knows; "": QEMU's default
    bridges: tuple = ()  # -device, each; the last one leads to the balloon
    place: str = ""      # properties that place the balloon's -device


MACHINES = {
    "microvm": Machine("microvm"),
    "microvm-qboot": Machine("microvm", firmware="qboot"),
    "microvm-seabios": Machine("microvm", firmware="seabios"),
    "microvm-acpi-off": Machine("microvm,acpi=off"),
    "microvm-ioapic2-off": Machine("microvm,ioapic2=off"),
    "q35": Machine("q35"),
    "q35-port": Machine(
        "q35", bridges=("pcie-root-port,id=port0,chassis=1,slot=1",),
        place="bus=port0"),
    "q35-switch": Machine(
        "q35", bridges=("pcie-root-port,id=port0,chassis=1,slot=1",
                        "x3130-upstream,id=up0,bus=port0",
                        "xio3130-downstream,id=down0,bus=up0,chassis=2"),
        place="bus=down0"),
    "q35-pci-bridge": Machine(
        "q35", bridges=("pcie-root-port,id=port0,chassis=1,slot=1",
                        "pcie-pci-bridge,id=bridge0,bus=port0"),
        place="bus=bridge0,addr=3"),
    "pc": Machine("pc"),
    "pc-bridge": Machine(
        "pc", bridges=("pci-bridge,id=bridge0,chassis_nr=1",),
        place="bus=bridge0,addr=3"),
}
MICROVMS = tuple(name for name in MACHINES if name.startswith("microvm"))
PCS = tuple(name for name in MACHINES if name not in MICROVMS)


@dataclasses.dataclass(frozen=True)
class Switch:
    """One deviation from the defaults of QEMU and the driver."""
    properties: str = ""  # of the balloon's -device
    append: str = ""      # the guest's command line


SWITCHES = {
    "none": Switch(),
    "event_idx=off": Switch("event_idx=off"),
    "indirect_desc=off": Switch("indirect_desc=off"),
    # Behaving well, the driver needs no table: each buffer is one descriptor.
    "indirect-used": Switch(append="behave=indirect"),
    "iommu_platform=on": Switch("iommu_platform=on"),
    "in_order=on": Switch("in_order=on"),
    "vectors=0": Switch("vectors=0"),
    "ioeventfd=off": Switch("ioeventfd=off"),
}
# The machine for the switches of each transport.
SWITCHED = {"mmio-legacy": "microvm", "mmio": "microvm", "pci": "q35-port",
            "pci-transitional": "q35", "pci-legacy": "pc"}

AXES = {"qemu": QEMUS, "machine": tuple(MACHINES), "boot": BOOTS,
        "transport": TRANSPORTS, "ring": RINGS, "switch": tuple(SWITCHES)}


@dataclasses.dataclass(frozen=True)
class Cell:
    qemu: str
    machine: str
    boot: str
    transport: str
    ring: str
    switch: str

    def name(self):
        """The cell's name, without QEMU's version, which is a column."""
        parts = (self.machine, self.boot, self.transport, self.ring)
        return "/".join(parts + (
            () if self.switch == "none" else (self.switch,)))

    def matches(self, wanted):
        return all(getattr(self, axis) in values
                   for axis, values in wanted.items())


def but(axis, *values):
    return tuple(value for value in AXES[axis] if value not in values)


SINCE_10 = but("qemu", "7.2")
UEFI = ("uefi", "esp")
WITH_LEGACY_SIDE = LEGACY + ("pci-transitional",)
MODERN_ONLY = but("transport", *WITH_LEGACY_SIDE)
VERSION_1 = but("transport", *LEGACY)

# Rows of the table: each combination of a row's values runs. An axis that is
# missing in a row has its default, given here, or all its possible values.
USUAL = {"boot": ("pvh",), "switch": ("none",)}


def switched(switches, transports, **more):
    """Rows for switches: each transport on its machine, with all its rings."""
    return [{"switch": switches, "transport": (transport,),
             "machine": (SWITCHED[transport],),
             "ring": ("split",) if transport in LEGACY else RINGS, **more}
            for transport in transports]


RUN = [
    # Every machine with every possible transport and ring.
    {"machine": MICROVMS, "transport": MMIO, "ring": ("split",)},
    {"machine": MICROVMS, "transport": ("mmio",), "ring": ("packed",)},
    {"machine": PCS, "transport": PCI, "ring": ("split",)},
    {"machine": PCS, "transport": ("pci", "pci-transitional"),
     "ring": ("packed",)},
    # Every boot with every transport, on the usual machines.
    {"boot": UEFI, "machine": ("q35", "pc"), "transport": PCI,
     "ring": ("split",)},
    {"boot": UEFI, "machine": ("q35-port",), "transport": ("pci",),
     "ring": ("packed",)},
    # Every switch with every transport and ring, on one machine for each.
    *switched(("event_idx=off", "indirect_desc=off", "indirect-used"),
              TRANSPORTS),
    *switched(("iommu_platform=on",), MODERN_ONLY),
    *switched(("in_order=on",), VERSION_1, qemu=SINCE_10),
    *switched(("vectors=0",), PCI, qemu=SINCE_10),
    *switched(("ioeventfd=off",), TRANSPORTS, qemu=SINCE_10),
]

# Why a combination does not run; the first match is the reason. "can't": no
# such machine exists. "left out": it exists, but another cell shows the same.
REASONS = [
    ("can't: only microvm has virtio-mmio",
     {"transport": MMIO, "machine": PCS}),
    ("can't: microvm has no PCI (with pcie=on, its address is in AML only, "
     "which the guest does not interpret)",
     {"transport": PCI, "machine": MICROVMS}),
    ("can't: packed rings need VERSION_1, which legacy devices lack",
     {"ring": ("packed",), "transport": LEGACY}),
    ("can't: Debian has no UEFI firmware that starts on microvm",
     {"boot": UEFI, "machine": MICROVMS}),
    ("can't: QEMU refuses ACCESS_PLATFORM for a device with a legacy side",
     {"switch": ("iommu_platform=on",), "transport": WITH_LEGACY_SIDE}),
    ("can't: IN_ORDER is bit 35, and a legacy device has 32 bits",
     {"switch": ("in_order=on",), "transport": LEGACY}),
    ("can't: QEMU 7.2 has no in_order",
     {"switch": ("in_order=on",), "qemu": ("7.2",)}),
    ("can't: virtio-mmio has an interrupt line and no vectors",
     {"switch": ("vectors=0",), "transport": MMIO}),
    ("can't: QEMU 7.2's PCI balloon has no MSI-X to switch off",
     {"switch": ("vectors=0",), "qemu": ("7.2",)}),
    ("can't: under TCG QEMU 7.2 uses no eventfd for notifications",
     {"switch": ("ioeventfd=off",), "qemu": ("7.2",)}),
    ("left out: a switch does not depend on the boot method",
     {"switch": but("switch", "none"), "boot": UEFI}),
    *(("left out: a switch does not depend on the device's place: one machine "
       "for each transport",
       {"switch": but("switch", "none"), "transport": (transport,),
        "machine": but("machine", machine)})
      for transport, machine in SWITCHED.items()),
    ("left out: UEFI with bridges is tested with one root port",
     {"boot": UEFI, "machine": ("q35-switch", "q35-pci-bridge",
                                "pc-bridge")}),
    ("left out: UEFI with a root port is tested with the newest device, "
     "modern-only and packed",
     {"boot": UEFI, "machine": ("q35-port",),
      "transport": WITH_LEGACY_SIDE}),
    ("left out: UEFI with a root port is tested with the newest device, "
     "modern-only and packed",
     {"boot": UEFI, "machine": ("q35-port",), "ring": ("split",)}),
    ("left out: a ring does not depend on the boot method: packed with UEFI "
     "runs behind a root port",
     {"boot": UEFI, "machine": ("q35", "pc"), "ring": ("packed",)}),
]


def product(**wanted):
    """Every combination, also the impossible ones."""
    return (Cell(*values) for values in itertools.product(
        *(wanted.get(axis, AXES[axis]) for axis in AXES)))


def cells(rows=tuple(RUN)):
    """The table's cells, in the order of its rows, each once."""
    found = (cell for row in rows for cell in product(**{**USUAL, **row}))
    return list(dict.fromkeys(found))


def why_not(cell):
    """The first reason against running the cell, or None."""
    return next((reason for reason, kept in REASONS if cell.matches(kept)),
                None)
