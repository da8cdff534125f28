# SPDX-License-Identifier: MIT
"""Every CPU model that QEMU lists, and each needed feature taken away: the
guest works, or its message names the missing feature.

Exact for each model: the CPU's properties in QEMU decide the expected result.
"""
import pytest

from harness import firmware
from harness.balloon import PCI, assert_works
from harness.machine import BUILD
from test_machine_types import listed

DONE, BAD_DEVICE, PANIC, TRAP = 3, 11, 13, 15
QEMU_REFUSES = 1

# In the order of the guest's checks (guest/boot/cpu_needs.S).
NEEDS = {
    "lm": "64-bit mode",
    "pae": "physical address extension",
    "msr": "model-specific registers",
    "apic": "local APIC",
    "cmov": "conditional moves",
    "sse": "SSE",
    "sse2": "SSE2",
}
# Without these, OVMF fails before it starts an application.
OVMF_NEEDS = ("lm", "cmov", "sse", "sse2")
# QEMU 11.1 aborts with this model, even without a guest.
ABORTED = -6
KILLERS = {"YongFeng-v3": "encode_topo_cpuid1f: Assertion"}
WITHOUT_NX = 'cpu lacks=nx effect="data can be executed"'


def models():
    """The names in -cpu help, without the flags that follow."""
    lines = listed("-cpu")
    end = lines.index("Recognized CPUID flags:")
    words = [line.removeprefix("x86 ").split() for line in lines[:end]]
    return sorted(word[0] for word in words if word)


def features(machine):
    """The needed features that the CPU has; it need not run yet."""
    path = machine.execute("query-cpus-fast")[0]["qom-path"]
    return {name for name in (*NEEDS, "nx")
            if machine.execute("qom-get", path=path, property=name)}


def assert_refused(machine, flag):
    assert machine.wait() == BAD_DEVICE, machine.report()
    machine.line(f'error what="this CPU has no {NEEDS[flag]}" flag={flag}')
    assert machine.samples() == []


def assert_as_it_must(machine, has):
    """Asserts the result that these features of the CPU require."""
    for flag in NEEDS:
        if flag not in has:
            assert_refused(machine, flag)
            return
    assert machine.wait() == DONE, machine.report()
    machine.line("sent seq=1")
    assert (WITHOUT_NX in machine.lines()[0]) == ("nx" not in has)


@pytest.mark.parametrize("model", models())
def test_every_model_works_or_the_line_names_what_it_lacks(boot, model):
    machine = boot(machine="pc", balloon=PCI, append="samples=1",
                   extra=("-cpu", model, "-S"))
    if model == "host":
        assert machine.wait() == QEMU_REFUSES
        assert "requires KVM" in machine.stderr()
        return
    has = features(machine)
    machine.send("cont")
    if machine.wait() == ABORTED and model in KILLERS:
        assert KILLERS[model] in machine.stderr()
        return
    assert_as_it_must(machine, has)


@pytest.mark.parametrize("flag", NEEDS)
@pytest.mark.parametrize("kind", ["microvm", "q35"])
def test_a_feature_taken_away_is_named(boot, kind, flag):
    balloon = {"balloon": PCI} if kind == "q35" else {}
    assert_refused(boot(machine=kind, extra=("-cpu", f"qemu64,-{flag}"),
                        **balloon), flag)


@pytest.mark.parametrize("flag", [
    "cx8", "clflush", "fpu", "fxsr", "mca", "mmx", "mtrr", "pat", "pge", "pse",
    "sep", "syscall", "tsc", "vme"])
def test_a_feature_that_is_not_relied_on_may_be_missing(boot, flag):
    assert_works(boot(extra=("-cpu", f"qemu64,-{flag}")))


@pytest.mark.parametrize("flag", [f for f in NEEDS if f not in OVMF_NEEDS])
def test_by_uefi_a_feature_taken_away_is_named(boot, flag):
    assert_refused(uefi(boot, f"qemu64,-{flag}"), flag)


def uefi(boot, cpu):
    return boot(machine="q35", balloon=PCI, kernel=BUILD / "aerostat.efi",
                append="samples=1", seconds=120,
                extra=("-bios", "/usr/share/ovmf/OVMF.fd", "-cpu", cpu))


def test_by_uefi_a_cpu_without_nx_is_said(boot):
    machine = uefi(boot, "qemu64,-nx")
    assert machine.wait() == DONE
    machine.line(WITHOUT_NX)


@pytest.mark.parametrize("cpu,status", [("qemu64", TRAP), ("qemu64,-nx", PANIC)])
def test_execution_of_data_faults_where_the_cpu_can_forbid_it(boot, cpu,
                                                              status):
    machine = boot(append="fault=data-exec", extra=("-cpu", cpu))
    assert machine.wait() == status


def test_a_local_apic_in_x2apic_mode_is_used(boot):
    """SeaBIOS since QEMU 11 leaves that mode on if CPU numbers may exceed 255;
    earlier, no firmware uses it and QEMU has it with KVM only."""
    if firmware.version_of(firmware.QEMU) < (11, 0):
        pytest.skip("not here: a QEMU whose SeaBIOS turns x2APIC on")
    machine = boot(machine="q35", balloon=PCI, extra=(
        "-cpu", "qemu64,+x2apic", "-smp", "1,maxcpus=288",
        "-device", "intel-iommu,intremap=on,eim=on"))
    assert_works(machine)
