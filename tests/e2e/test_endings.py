# SPDX-License-Identifier: MIT
"""The command line, and every way in which the guest ends the machine.

QEMU's exit status is 2c+1 for the byte c that the guest writes to its
isa-debug-exit device.
"""
import re

import pytest

from harness import firmware

CMDLINE_MAX = 4096  # its NUL included
DONE, BAD_CMDLINE, PANIC, TRAP = 3, 5, 13, 15


@pytest.mark.parametrize("append,word", [
    ("nonsense", "nonsense"),
    ("samples=1 smaples=2", "smaples=2"),
    ("samples=", "samples="),
    ("samples", "samples"),
    ("samples=x", "samples=x"),
    ("samples=-1", "samples=-1"),
    ("samples=1x", "samples=1x"),
    ("samples=0x", "samples=0x"),
    ("samples=18446744073709551616", "samples=18446744073709551616"),
    ("samples=99999999999999999999999", "samples=99999999999999999999999"),
    ("touch=4294967296", "touch=4294967296"),
    ("touch=", "touch="),
    ("fault=everything", "fault=everything"),
    ("=1", "=1"),
    ("virtio_mmio.device=512", "virtio_mmio.device=512"),
    ("virtio_mmio.device=512@x:1", "virtio_mmio.device=512@x:1"),
])
def test_a_wrong_word_is_named_and_ends(boot, append, word):
    machine = boot(append=append)
    assert machine.wait() == BAD_CMDLINE
    assert f'word="{word}"' in machine.line('error what="command line: ')


@pytest.mark.parametrize("bios", firmware.MICROVM)
def test_a_command_line_too_long_is_refused_as_a_whole(boot, bios):
    machine = boot(append="samples=1".rjust(CMDLINE_MAX),
                   extra=firmware.microvm(bios))
    assert machine.wait() == BAD_CMDLINE
    machine.line('error what="command line too long"')


def test_a_command_line_far_too_long_is_refused_as_a_whole(boot):
    machine = boot(append="samples=1".rjust(5 * CMDLINE_MAX),
                   extra=firmware.microvm("qboot"))
    assert machine.wait() == BAD_CMDLINE
    machine.line('error what="command line too long"')


def test_a_long_but_bearable_command_line_is_read_to_its_end(boot):
    machine = boot(append=" " * 3900 + "samples=1")
    assert machine.wait() == DONE


def test_ends_after_the_first_sample(boot, modern):
    machine = boot(modern=modern, append="samples=1")
    assert machine.wait() == DONE
    assert [sample.seq for sample in machine.samples()] == [1]


@pytest.mark.parametrize("count", [2, 5])
def test_ends_after_so_many_samples(boot, modern, count):
    machine = boot(modern=modern, append=f"samples={count}")
    for seq in range(1, count - 1):
        machine.sample(seq)
        machine.poll_now()
    machine.sample(count - 1)
    assert machine.poll_to_the_end() == DONE
    assert [sample.seq for sample in machine.samples()] == [
        *range(1, count + 1)]
    assert machine.stderr() == ""


# --- Traps -------------------------------------------------------------------

UD, PAGE, DOUBLE, DIVIDE = 6, 14, 8, 0
ANY = r"0x[0-9a-f]{16}"
NONE = "0x0000000000000000"

# Kind, vector, error code, faulting address, the function in the trace.
# Page fault error codes: 1 present, 2 write, 16 instruction fetch.
FAULTS = [
    ("ud", UD, NONE, ANY, "undefined_instruction"),
    ("divide", DIVIDE, NONE, ANY, "divide"),
    ("null-read", PAGE, NONE, NONE, "read_null"),
    ("text-write", PAGE, "0x0000000000000003", ANY, "write_text"),
    ("data-exec", PAGE, "0x0000000000000011", ANY, "execute_data"),
    ("stack", DOUBLE, NONE, ANY, "recurse"),
]
REGISTERS = ("rax rbx rcx rdx rsi rdi rbp rsp r8 r9 r10 r11 r12 r13 r14 "
             "r15").split()


def trace_of(console):
    """Function names, innermost first, without a compiler's suffixes."""
    return re.findall(r"^  at 0x[0-9a-f]{16} (\w+)(?:\.[\w.]+)?\+\d+",
                      console, re.MULTILINE)


def ended_by(boot, fault, modern=False):
    machine = boot(append=f"fault={fault}", modern=modern)
    status = machine.wait()
    return status, machine.console.decode().replace("\r", "")


@pytest.mark.parametrize("fault,vector,error,address,guilty", FAULTS)
def test_a_trap_is_reported_and_ends(boot, fault, vector, error, address,
                                     guilty):
    status, console = ended_by(boot, fault)
    assert status == TRAP
    assert re.search(rf"^trap vector={vector} .*\berror={error} "
                     rf"rip={ANY} cr2={address} cr3={ANY} ", console,
                     re.MULTILINE)
    assert guilty in trace_of(console)[:2]


@pytest.mark.parametrize("fault", [row[0] for row in FAULTS])
def test_a_trap_report_has_every_register_once(boot, fault):
    _, console = ended_by(boot, fault)
    names = re.findall(rf"\b(r\w+)={ANY}", console.split("\n  regs", 1)[1])
    assert names == REGISTERS


CULPRITS = [(row[0], row[4]) for row in FAULTS if row[0] != "stack"]


@pytest.mark.parametrize("fault,guilty", [
    *CULPRITS, ("panic", "fault_inject")])
def test_a_trace_leads_from_the_culprit_to_the_contents_page(boot, fault,
                                                             guilty):
    _, console = ended_by(boot, fault)
    trace = trace_of(console)
    assert trace.index(guilty) < trace.index("guest_main")


def test_a_panic_says_why_and_ends(boot, modern):
    status, console = ended_by(boot, "panic", modern)
    assert status == PANIC
    assert re.search(r'^panic what="requested by', console, re.MULTILINE)


# --- Without isa-debug-exit --------------------------------------------------

@pytest.mark.parametrize("append,last", [
    ("fault=ud", "  at "), ("fault=panic", "  at "),
    ("nonsense", "error "), ("samples=1", "sent seq=1")])
def test_without_an_exit_device_the_cpu_stops_for_good(boot, workdir, append,
                                                       last):
    log = workdir / "log"
    machine = boot(append=append, exit_device=False, extra=("-D", log))
    machine.line(last)
    machine.until_halted()
    machine.human("log exec,nochain,int")
    machine.execute("balloon", value=1 << 20)  # an interrupt
    assert machine.execute("query-status")["status"] == "running"
    assert "HLT=1" in machine.human("info registers")
    assert machine.quit() == 0
    assert log.read_text() == ""
