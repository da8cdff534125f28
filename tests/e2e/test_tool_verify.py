# SPDX-License-Identifier: MIT
"""`aerostat verify` as a user sees it: reports, ends, no leftovers.

The claims' results are the tool's own verdict; these tests do not judge them.
"""
import errno
import json
import os
import pathlib
import shutil
import signal
import stat
import subprocess
import time
import xml.etree.ElementTree

import pytest

from harness import leftovers, machine, tool
from harness.machine import BUILD, QEMU, SECONDS

LIAR = pathlib.Path(__file__).parent / "harness/lying_qemu.py"
FEW = ("absent.minus-one", "polling.enable", "driver.first-sample")
FORMS = ("mmio-legacy", "mmio", "mmio-packed", "pci", "pci-packed",
         "pci-transitional", "pci-transitional-packed", "pci-legacy")
CASES = len(FEW) * len(FORMS)


def nothing_left(workdir, *expected):
    """For a tool that has just ended: it must have reaped all processes."""
    assert leftovers.running() == {}
    assert {file.name for file in workdir.iterdir()
            if not file.name.startswith("tool-")} == set(expected)


def make_program(workdir, text):
    path = workdir / "tool-qemu"
    path.write_text("#!/bin/sh\n" + text)
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def test_a_few_claims_pass_and_leave_nothing(aerostat, workdir):
    run = aerostat("verify", *FEW)
    assert run.wait() == tool.OK
    assert run.stdout.splitlines()[-1] == f"{CASES + 1} passed, 0 failed, 0 skipped"
    assert "\x1b" not in run.stderr(), "a progress line where no terminal is"
    nothing_left(workdir)


def test_all_reports_tell_of_the_same_cases(aerostat, workdir):
    run = aerostat("verify", *FEW, "--tap", "--junit", "r.xml", "--json",
                   "r.json", "--document", "r.md")
    assert run.wait() == tool.OK
    names = [line.split(" - ")[1] for line in run.stdout.splitlines()
             if line.startswith("ok ")]
    cases = json.loads((workdir / "r.json").read_text())["cases"]
    assert [case["name"] for case in cases] == names
    suite = xml.etree.ElementTree.parse(workdir / "r.xml")
    assert [case.get("name") for case in suite.iter("testcase")] == names
    for claim in FEW:
        assert f"### {claim}\n" in (workdir / "r.md").read_text()
    nothing_left(workdir, "r.xml", "r.json", "r.md")


def test_the_document_is_the_same_each_time(aerostat, workdir):
    for name in ("1.md", "2.md"):
        assert aerostat("verify", *FEW, "--document", name).wait() == tool.OK
    assert (workdir / "1.md").read_text() == (workdir / "2.md").read_text()


def test_every_case_has_its_folder(aerostat, workdir):
    run = aerostat("verify", "polling.enable", "--artifacts", "kept")
    assert run.wait() == tool.OK
    for form in FORMS:
        folder = workdir / "kept/polling.enable" / form
        assert {file.name for file in folder.iterdir()} == {
            "command", "qmp.log", "console.log", "stderr.log", "trace.log",
            "guest_errors"}
        assert "guest-stats" in (folder / "qmp.log").read_text()
        assert "sent seq=1" in (folder / "console.log").read_text()
        assert "virtio_balloon" in (folder / "trace.log").read_text()
        assert (folder / "guest_errors").read_text() == ""
    nothing_left(workdir, "kept")


def test_no_name_of_a_folder_means_anything(aerostat, workdir):
    """Folder names with characters special to a shell, JSON, QEMU's options or
    its log's template; the claims create files and migrate machines."""
    odd = workdir / "a'b\"c\\d$(e) f,,g,%d%h\ni" / ("long" * 50) / ("long" * 60)
    odd.mkdir(parents=True)
    guest = odd / "guest.elf"
    guest.symlink_to(tool.PROGRAM.with_name("aerostat.elf"))
    claims = ("snapshot.values/mmio", "size.snapshot/mmio",
              "migration.values/mmio", "size.migration/pci")
    for words in ([], ["--artifacts", odd / "kept"]):
        run = aerostat("verify", *claims, "--guest", guest, *words, TMPDIR=odd)
        assert run.wait() == tool.OK
        assert run.stdout.splitlines()[-1] == "5 passed, 0 failed, 0 skipped"
    assert {file.name for file in odd.iterdir()} == {"guest.elf", "kept"}
    assert {file.name for file in
            (odd / "kept/snapshot.values/mmio").iterdir()} == {
                "command", "qmp.log", "console.log", "stderr.log", "trace.log",
                "guest_errors", "snapshot.qcow2"}
    nothing_left(workdir, odd.parent.parent.name)


def test_programs_are_found_from_where_the_tool_was_started(aerostat, workdir):
    make_program(workdir, 'exec qemu-system-x86_64 "$@"\n')
    (workdir / "tool-guest").symlink_to(
        tool.PROGRAM.with_name("aerostat.elf"))
    run = aerostat("verify", "polling.enable/mmio", "--qemu", "./tool-qemu",
                   "--guest", "tool-guest", "--json", "r.json")
    assert run.wait() == tool.OK
    report = json.loads((workdir / "r.json").read_text())
    assert report["qemus"][0]["path"] == f"{workdir}/./tool-qemu"


def test_a_path_too_long_for_the_host_is_refused(aerostat, workdir):
    run = aerostat("verify", *FEW, "--artifacts", "x" * 5000)
    assert run.wait() == tool.HOST
    assert os.strerror(errno.ENAMETOOLONG) in run.stderr()
    assert run.stdout == ""
    nothing_left(workdir)


def test_a_path_cannot_paint_in_reports(aerostat, workdir):
    """Line ends, TAP directives, each kind of control, invalid UTF-8."""
    odd = os.fsencode(workdir) + (
        b"/a\n1..0 # SKIP\nBail out! \x1b[2J \x7f \xc2\x9b \xe2\x80\xae \xff")
    shown = (f"{workdir}/a\\x0a1..0 # SKIP\\x0aBail out! \\x1b[2J \\x7f "
             "\\xc2\\x9b \\xe2\\x80\\xae \\xff")
    os.mkdir(odd)
    program = odd + b"/qemu"
    with open(program, "w") as file:
        file.write("#!/bin/sh\nprintf 'no \\033[2J \\302\\233 luck\\n' >&2; exit 1\n")
    os.chmod(program, 0o755)
    run = aerostat("verify", *FEW, "--qemu", os.fsdecode(program), "--tap",
                   "--artifacts", os.fsdecode(odd), "--json", "r.json",
                   "--junit", "r.xml", "--document", "r.md")
    assert run.wait() == tool.QEMU_DIED
    lines = run.stdout.splitlines()
    assert lines[:3] == ["TAP version 13", f"1..{CASES + 1}", "not ok 1 - canary"]
    assert f"#   see {shown}/canary" in lines
    assert all(line.startswith(("ok ", "#")) for line in lines[3:])
    report = json.loads((workdir / "r.json").read_text())
    assert report["qemus"][0]["path"] == f"{shown}/qemu"
    result = report["cases"][0]["results"][0]
    assert result["folder"] == f"{shown}/canary"
    assert "no \\x1b[2J \\xc2\\x9b luck" in result["text"]
    suite = xml.etree.ElementTree.parse(workdir / "r.xml")
    assert suite.find(".//property").get("value") == f"{shown}/qemu"
    whole = b"".join((workdir / name).read_bytes()
                     for name in ("r.json", "r.xml", "r.md"))
    whole += run.stdout.encode() + run.stderr().encode()
    for bad in (b"\x1b", b"\x7f", b"\xc2\x9b", b"\xe2\x80\xae", b"\xff"):
        assert bad not in whole
    shutil.rmtree(odd)


def test_prove_reads_it_as_the_readme_says(workdir):
    if not shutil.which("prove"):
        pytest.skip("not here: prove, which is perl's")
    line, = [line.split("  #")[0].strip() for line in
             (BUILD.parent / "README.md").read_text().splitlines()
             if line.startswith("    prove ")]
    assert line.startswith("prove -e 'build/aerostat verify --tap' ")
    for words, status, last in ((line, 0, "Result: PASS"),
                                (line.replace("--tap", "--tap --qemu false"),
                                 1, "Result: FAIL")):
        run = subprocess.run(leftovers.tied(["sh", "-c", words]),
                             cwd=BUILD.parent, check=False, text=True,
                             capture_output=True, timeout=4 * SECONDS,
                             env=leftovers.marked_environment(workdir))
        assert run.returncode == status
        assert run.stdout.splitlines()[-1] == last


def test_cases_of_some_forms_alone_can_be_asked_for(aerostat, workdir):
    run = aerostat("verify", *FEW, "--form", "pci-legacy", "--form",
                   "mmio-packed", "--json", "r.json")
    assert run.wait() == tool.OK
    report = json.loads((workdir / "r.json").read_text())
    assert [form["name"] for form in report["forms"]] == list(FORMS)
    assert sorted(case["name"] for case in report["cases"][1:]) == sorted(
        f"{claim}/{form}" for claim in FEW
        for form in ("pci-legacy", "mmio-packed"))


def test_a_form_is_what_its_case_was_run_with(aerostat, workdir):
    run = aerostat("verify", "absent.minus-one", "--artifacts", "kept")
    assert run.wait() == tool.OK
    for form in FORMS:
        folder = workdir / "kept/absent.minus-one" / form
        command = (folder / "command").read_text()
        console = (folder / "console.log").read_text()
        transport = form.removesuffix("-packed").replace("-transitional", "")
        assert f" transport={transport} " in console
        assert (" -M microvm" in command) == form.startswith("mmio")
        assert ("packed=on" in command) == form.endswith("-packed")
        assert ("bus=port0" in command) == (transport == "pci" and
                                            "transitional" not in form)


@pytest.mark.parametrize("words, said, accelerator", [
    ([], "accel: tcg (the default)", "tcg"),
    (["--accel", "tcg"], "accel: tcg (asked for)", "tcg"),
])
def test_the_accelerator_is_said_once(aerostat, workdir, words, said,
                                      accelerator):
    run = aerostat("verify", "absent.minus-one/mmio", "--json", "r.json",
                   *words)
    assert run.wait() == tool.OK
    assert run.stderr().splitlines()[0] == said
    report = json.loads((workdir / "r.json").read_text())
    assert report["qemus"][0]["accelerator"] == accelerator


def test_kvm_has_to_boot_every_machine_that_the_cases_use(aerostat, workdir):
    """A QEMU that cannot run pc with KVM: one such machine is enough."""
    if not os.access("/dev/kvm", os.R_OK | os.W_OK):
        pytest.skip("not here: without /dev/kvm nothing is tried")
    pc = 'case "$*" in *"-M pc -accel kvm"*) echo no pc >&2; exit 1;; esac\n'
    kvm = 'for word; do shift; [ "$word" != kvm ] || word=tcg\n' \
          'set -- "$@" "$word"; done\n'
    program = make_program(workdir,
                           f'{pc}{kvm}exec qemu-system-x86_64 "$@"\n')
    for form, chosen in (("mmio", "kvm (a boot with it worked)"),
                         ("pci-legacy", "tcg (a boot with kvm failed")):
        run = aerostat("verify", f"absent.minus-one/{form}", "--accel", "auto",
                       "--qemu", program, "--artifacts", "kept")
        assert run.wait() == tool.OK
        line, = [line for line in run.stderr().splitlines()
                 if line.startswith("accel: ") and " trying " not in line]
        assert line.startswith(f"accel: {chosen}")
        command = workdir / "kept/absent.minus-one" / form / "command"
        assert f"-accel {chosen[:3]} " in command.read_text()


def test_two_qemus_are_two_columns(aerostat, workdir):
    dead = make_program(workdir, "echo no such luck >&2\nexit 1\n")
    run = aerostat("verify", *FEW, "--qemu", "qemu-system-x86_64", "--qemu",
                   dead, "--json", "r.json")
    assert run.wait() == tool.QEMU_DIED
    report = json.loads((workdir / "r.json").read_text())
    good, bad = zip(*(case["results"] for case in report["cases"]))
    assert {result["status"] for result in good} == {"passed"}
    assert [result["status"] for result in bad[1:]] == ["skipped"] * CASES
    assert "no such luck" in bad[0]["text"]
    assert "the canary failed" in run.stderr()


def test_a_failed_canary_keeps_its_folder_and_names_it(aerostat, workdir):
    run = aerostat("verify", *FEW, "--qemu", make_program(workdir, "exit 1\n"))
    assert run.wait() == tool.QEMU_DIED
    kept, = workdir.glob("aerostat-verify-*")
    assert f"see {kept}/canary" in run.stdout
    assert (kept / "canary/command").exists()
    assert [file.name for file in kept.iterdir()] == ["canary"]


def test_a_qemu_that_hangs_costs_the_timeout(aerostat, workdir):
    run = aerostat("verify", *FEW, "--timeout", "1", "--qemu",
                   make_program(workdir, "exec sleep 1000\n"))
    assert run.wait() == tool.TIMEOUT
    assert leftovers.running() == {}


@pytest.mark.parametrize("case, lie, append, said", [
    ("canary", r"s/balloon behave=no-driver/stats seq=1\nsent seq=1/",
     "behave=no-driver", "sample 1: nothing to compare"),
    ("canary", "s/virtio features/virtio/", "",
     "the guest has not named its transport"),
    ("odd.split/mmio", "s/behave=split/split/", "",
     "the guest has not confirmed behave=split"),
])
def test_a_case_that_had_nothing_to_look_at_does_not_hold(
        aerostat, workdir, case, lie, append, said):
    """A guest that prints a driver's lines without having one; one that does
    not name its transport; one that does not confirm its behaviour."""
    words = f"-append {append}" if append else ""
    program = make_program(workdir, f'exec {LIAR} "$@" {words}\n')
    run = aerostat("verify", case, "--qemu", program, "--json", "r.json",
                   LIE=lie, REAL_QEMU=QEMU)
    assert run.wait() == tool.DIFFERENT
    report = json.loads((workdir / "r.json").read_text())
    result, = [each["results"][0] for each in report["cases"]
               if each["name"] == case]
    assert (result["status"], result["finding"]) == ("failed", "broken")
    assert result["text"].startswith(said)


@pytest.mark.parametrize("number, code", [
    (signal.SIGINT, tool.INTERRUPTED), (signal.SIGTERM, tool.TERMINATED)])
def test_an_interrupt_leaves_the_reports_and_nothing_else(
        aerostat, workdir, number, code):
    run = aerostat("verify", "--json", "r.json", "--junit", "r.xml")
    run.until("polling.enable/mmio-legacy")
    run.signal(number)
    assert run.wait() == code
    report = json.loads((workdir / "r.json").read_text())
    assert report["interrupted"]
    assert report["summary"]["passed"] and report["summary"]["skipped"]
    xml.etree.ElementTree.parse(workdir / "r.xml")
    nothing_left(workdir, "r.json", "r.xml")


def test_when_the_tool_is_killed_all_its_processes_go(aerostat, workdir):
    run = aerostat("verify")
    run.until("polling.enable/mmio-legacy")
    run.signal(signal.SIGKILL)
    run.wait()
    deadline = time.monotonic() + SECONDS
    while leftovers.running() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert leftovers.running() == {}


@pytest.mark.parametrize("option", ["--junit", "--json", "--document"])
def test_a_report_that_cannot_be_written_is_found_out_first(
        aerostat, workdir, option):
    run = aerostat("verify", option, "nowhere/report")
    assert run.wait() == tool.HOST
    assert "nowhere/report" in run.stderr()
    assert run.stdout == ""
    nothing_left(workdir)


def test_two_reports_in_one_file_are_refused(aerostat, workdir):
    run = aerostat("verify", "--json", "r", "--document", "../" +
                   workdir.name + "/r")
    assert run.wait() == tool.USAGE
    assert "--json and --document name one file" in run.stderr()
    nothing_left(workdir)
    run = aerostat("verify", "polling.enable/mmio", "--json", "/dev/null",
                   "--junit", "/dev/null")
    assert run.wait() == tool.OK


def test_a_full_disk_is_told_and_costs_no_verdict(aerostat, workdir):
    run = aerostat("verify", *FEW, "--json", "/dev/full")
    assert run.wait() == tool.HOST
    assert f"{CASES + 1} passed, 0 failed" in run.stdout
    assert os.strerror(28) in run.stderr()
    nothing_left(workdir)


def test_a_guest_without_a_driver_is_no_canary(aerostat):
    """It prints a sample and QEMU has none: no difference, but no proof."""
    run = aerostat("verify", "absent.minus-one/mmio-legacy", "--guest",
                   machine.BUILD / "tests/e2e/hollow.elf")
    assert run.wait() == tool.DIFFERENT
    assert "the canary failed" in run.stderr()
    assert "sample 1: nothing to compare" in run.stdout
