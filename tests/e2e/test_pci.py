# SPDX-License-Identifier: MIT
"""The balloon as a PCI function of real machines: at any place on the bus its
interrupt arrives, by messages if the device has them, otherwise by its pin.
QEMU's log of wrong accesses stays empty.
"""
import struct

import pytest

from harness import firmware
from harness.balloon import assert_works

NO_BALLOON = 7
BAD_DEVICE = 11
MESSAGES_SINCE = (10, 0)  # earlier, a balloon has only its pin


def balloon(**properties):
    """The balloon's -device value with these properties."""
    words = [f"{name}={value}" for name, value in properties.items()]
    return ",".join(["virtio-balloon-pci", "id=balloon0", *words])


def devices(*them):
    return tuple(word for one in them for word in ("-device", one))


def no_messages():
    """The properties that leave only the pin."""
    newer = firmware.version_of(firmware.QEMU) >= MESSAGES_SINCE
    return {"vectors": 0} if newer else {}


@pytest.fixture
def works(boot, workdir):
    """works(...): boots that machine, checks a first and a polled sample, and
    gives the line that shows where the balloon was found."""
    log = workdir / "guest_errors"

    def check(**options):
        options["extra"] = (*options.get("extra", ()),
                            "-d", "guest_errors", "-D", log)
        machine = boot(**options)
        assert_works(machine)
        assert not log.exists() or log.read_text() == ""
        return machine.line("virtio found id=5")
    return check


# --- Where it is ------------------------------------------------------------

PC_BRIDGES = devices("pci-bridge,id=b1,chassis_nr=1",
                     "pci-bridge,id=b2,chassis_nr=2,bus=b1,addr=3")
ROOT_PORT = devices("pcie-root-port,id=rp0,slot=0,chassis=1")
SWITCH = ROOT_PORT + devices(
    "x3130-upstream,id=up,bus=rp0",
    "xio3130-downstream,id=down0,bus=up,chassis=2",
    "xio3130-downstream,id=down1,bus=up,chassis=3")
PCIE_TO_PCI = ROOT_PORT + devices("pcie-pci-bridge,id=b1,bus=rp0",
                                  "pci-bridge,id=b2,chassis_nr=4,bus=b1")
PLACES = {
    "pc-any": ("pc", (), {}, "00:02.0"),
    "pc-last-device": ("pc", (), {"addr": "0x1f"}, "00:1f.0"),
    "pc-bridge": ("pc", PC_BRIDGES, {"bus": "b1", "addr": 1}, "01:01.0"),
    "pc-two-bridges": ("pc", PC_BRIDGES, {"bus": "b2", "addr": 2},
                       "02:02.0"),
    "pc-function-7": ("pc", devices(
        "virtio-rng-pci,addr=5.0,multifunction=on"), {"addr": "5.7"},
        "00:05.7"),
    "q35-any": ("q35", (), {}, "00:01.0"),
    "q35-root-port": ("q35", ROOT_PORT, {"bus": "rp0"}, "01:00.0"),
    "q35-switch": ("q35", SWITCH, {"bus": "down1"}, "04:00.0"),
    "q35-pcie-to-pci": ("q35", PCIE_TO_PCI, {"bus": "b2", "addr": 7},
                        "03:07.0"),
}


@pytest.mark.parametrize("pin", [False, True], ids=["", "pin"])
@pytest.mark.parametrize("place", PLACES)
def test_works_wherever_it_is(works, place, pin):
    machine, before, properties, where = PLACES[place]
    found = works(machine=machine, before=before, balloon=balloon(
        **properties, **(no_messages() if pin else {})))
    messages = (firmware.version_of(firmware.QEMU) >= MESSAGES_SINCE
                and not pin)
    assert f" transport=pci pci={where} " in found
    assert ("irq=msix" in found) == messages


# The device number decides which of the four lines a pin uses.
@pytest.mark.parametrize("device", [16, 17, 18, 19])
@pytest.mark.parametrize("machine", ["pc", "q35"])
def test_each_of_the_root_buss_pins_arrives(works, machine, device):
    works(machine=machine, balloon=balloon(addr=device, **no_messages()))


@pytest.mark.parametrize("device", [1, 2, 3, 4])
@pytest.mark.parametrize("machine", ["pc", "q35"])
def test_each_pin_of_a_bridge_arrives(works, machine, device):
    works(machine=machine, before=PC_BRIDGES, balloon=balloon(
        bus="b1" if device != 3 else "b2", addr=device, **no_messages()))


@pytest.mark.parametrize("machine", ["pc", "q35"])
@pytest.mark.parametrize("properties", [
    {"disable-legacy": "on"}, {"disable-modern": "on"}])
@pytest.mark.parametrize("pin", [False, True], ids=["", "pin"])
def test_works_with_either_interface(works, machine, properties, pin):
    found = works(machine=machine, balloon=balloon(
        **properties, **(no_messages() if pin else {})))
    legacy = "disable-modern" in properties
    assert f" transport={'pci-legacy' if legacy else 'pci'} " in found


# --- The machine around it --------------------------------------------------

@pytest.mark.parametrize("machine", ["pc", "q35"])
def test_works_with_memory_above_4_gib(works, machine):
    works(machine=machine, memory="5G", balloon=balloon())


def test_works_behind_an_iommu_that_nobody_turned_on(works):
    # RSV-04: ACCESS_PLATFORM is accepted, otherwise QEMU refuses the features;
    # addresses translate to themselves.
    works(machine="q35", before=devices("intel-iommu"),
          balloon=balloon(**{"disable-legacy": "on", "iommu_platform": "on"}))


@pytest.mark.parametrize("machine", [
    "pc,acpi=off", "q35,acpi=off", "pc,hpet=off", "q35,hpet=off",
    "pc,usb=on", "q35,usb=on,smm=off", "pc,pit=off", "q35,sata=off"])
def test_works_on(works, machine):
    works(machine=machine, balloon=balloon())


OTHERS = ("-object", "rng-random,id=rng0,filename=/dev/urandom",
          *devices("virtio-rng-pci,rng=rng0", "virtio-serial-pci",
                   "qemu-xhci", "pci-testdev"),
          "-drive", "if=none,id=disk0,driver=null-co,size=1M",
          *devices("virtio-blk-pci,drive=disk0"))


@pytest.mark.parametrize("where", ["before", "extra"])
@pytest.mark.parametrize("machine", ["pc", "q35"])
def test_works_beside_other_functions(works, machine, where):
    works(machine=machine, balloon=balloon(), **{where: OTHERS})


def test_a_function_that_nobody_drives_disturbs_nobody(boot, workdir):
    """SeaBIOS leaves a disk running; when its size changes, it raises the line
    that it shares with the balloon, and no driver acknowledges that."""
    log = workdir / "log"
    disk = workdir / "disk"
    disk.write_bytes(bytes(1 << 20))
    machine = boot(
        machine="pc", balloon=balloon(addr=8, **no_messages()),
        before=("-drive", f"if=none,id=disk0,format=raw,file={disk}",
                *devices("virtio-blk-pci,drive=disk0,addr=4,vectors=0,"
                         "disable-modern=on")), extra=("-D", log))
    machine.sample(1)
    machine.until_halted()
    machine.human("log int")
    machine.execute("block_resize", device="disk0", size=2 << 20)
    machine.until_halted()
    machine.poll_now()
    machine.sample(2)
    machine.until_halted()
    machine.human("log none")
    assert log.read_text().count("Servicing hardware INT") == 1  # the poll's
    assert machine.stderr() == ""


# --- Tables that lie --------------------------------------------------------

def mcfg(path, address, last_bus=255):
    """Arguments for an MCFG table: segment 0's configuration space is at this
    address."""
    path.write_bytes(bytes(8) + struct.pack("<QHBBI", address, 0, 0, last_bus, 0))
    return ("-acpitable", f"sig=MCFG,data={path}")


@pytest.mark.parametrize("machine,address,what", [
    ("pc", 0, "MCFG"), ("pc", 0xb0000800, "MCFG"),
    ("pc", 0xfffffffff0000000, "MCFG"),
    ("q35", 0xc0000000, "MCFG"),  # a second one
    ("pc", 0x400000, "PCI configuration space"),  # in RAM
    ("pc", 1 << 44, "PCI configuration space"),  # beyond the CPU
    ("pc", 0x800000000000, "PCI configuration space")])
def test_a_table_that_lies_is_named(boot, workdir, machine, address,
                                      what):
    machine = boot(machine=machine, balloon=balloon(),
                   extra=mcfg(workdir / "mcfg", address))
    assert machine.wait() == BAD_DEVICE
    machine.line(f'error what="{what}" error=')


def test_configuration_space_where_there_is_none_is_empty(boot, workdir):
    machine = boot(machine="pc", balloon=balloon(),
                   extra=mcfg(workdir / "mcfg", 0xb0000000))
    assert machine.wait() == NO_BALLOON
    line = machine.line('error what="no balloon device"')
    assert line.endswith(" functions=0 pci=ecam")


# --- Where there is none ----------------------------------------------------

@pytest.mark.parametrize("machine,functions,pci", [
    ("pc", 4, "ports"), ("q35", 4, "ecam"), ("microvm", 0, "none"),
    ("microvm,acpi=off", 0, "none"), ("pc,acpi=off", 3, "ports")])
def test_says_where_it_looked_for_a_balloon(boot, machine, functions, pci):
    machine = boot(machine=machine, balloon="")
    assert machine.wait() == NO_BALLOON
    line = machine.line('error what="no balloon device"')
    assert line.endswith(f" functions={functions} pci={pci}")


def test_looks_behind_every_bridge_before_it_says_so(boot):
    machine = boot(machine="q35", balloon="", before=SWITCH)
    assert machine.wait() == NO_BALLOON
    assert " functions=8 " in machine.line('error what="no balloon device"')


def test_microvms_pcie_is_named_in_aml_alone(boot):
    machine = boot(machine="microvm,pcie=on", balloon=balloon())
    assert machine.wait() == NO_BALLOON
    line = machine.line('error what="no balloon device"')
    assert line.endswith(" slots=24 functions=0 pci=none")


def test_microvms_slots_work_beside_its_pcie(works):
    works(machine="microvm,pcie=on", balloon="virtio-balloon-device,"
          "id=balloon0", before=devices("virtio-rng-pci"))
