# SPDX-License-Identifier: MIT
"""`aerostat run` as a user sees it: verdicts, endings, nothing left behind."""
import json
import os
import pathlib
import signal
import subprocess
import time

import pytest

from harness import leftovers, machine, tool
from harness.machine import QEMU, SECONDS
from harness.truth import MEASURED

LIAR = pathlib.Path(__file__).parent / "harness/lying_qemu.py"


@pytest.fixture(params=["mmio-legacy", "mmio"])
def transport(request):
    return request.param


def assert_nothing_left(workdir):
    """Called when the tool has just ended: it must have waited for QEMU."""
    assert leftovers.running() == {}
    assert [file.name for file in workdir.iterdir()
            if not file.name.startswith("tool-")] == []


def rows(text):
    """{key: last columns} of each sample's table."""
    tables = []
    for line in text.splitlines():
        words = line.split()
        if line.startswith("sample "):
            tables.append({})
        elif words and words[0] in MEASURED:
            tables[-1][words[0]] = words[1:]
    return tables


def test_three_samples_are_shown_and_found_equal(aerostat, workdir,
                                                 transport):
    run = aerostat("run", "--transport", transport)
    assert run.wait() == tool.OK
    assert run.stdout.count("verdict: equal") == 3
    assert run.stdout.splitlines()[-1] == "3 samples, all equal"
    assert_nothing_left(workdir)


@pytest.mark.parametrize("doors", [
    ["--ring", "packed", "--transport", "mmio"],
    ["--machine", "q35"],
    ["--machine", "pc", "--transport", "pci-legacy"],
    ["--machine", "q35", "--transport", "pci", "--ring", "packed"],
    ["--machine", "pc", "--boot", "uefi"],
], ids=" ".join)
def test_other_doors_lead_to_the_same_guest(aerostat, workdir, doors):
    run = aerostat("run", "--samples", "2", *doors)
    assert run.wait() == tool.OK
    assert run.stdout.splitlines()[-1] == "2 samples, all equal"
    assert_nothing_left(workdir)


@pytest.mark.parametrize("machine,device,path", [
    ("q35", "virtio-balloon", "peripheral-anon/device[1]"),
    ("pc", "virtio-balloon-pci-transitional", "peripheral-anon/device[1]"),
    ("q35", "virtio-balloon-pci-non-transitional,id=b", "peripheral/b"),
    ("microvm", "virtio-balloon-device", "peripheral-anon/device[1]"),
])
def test_a_device_of_the_users_own_is_found(aerostat, machine, device, path):
    run = aerostat("run", "--samples", "1", "--machine", machine, "--device",
                   device)
    assert run.wait() == tool.OK
    assert f"balloon found: /machine/{path} (virtio-balloon" in run.stderr()


def test_every_statistic_is_shown_with_both_sides(aerostat, transport, keys):
    run = aerostat("run", "--plain", "--transport", transport,
                   "--samples", "2")
    assert run.wait() == tool.OK
    for table in rows(run.stdout):
        assert set(table) == set(MEASURED)
        for key, words in table.items():
            assert words[-1].isdigit()
            if key in keys:
                assert words.count(words[-1]) >= 2
            else:
                assert words[:-1] == ["no", "such", "key"]


def test_a_statistic_that_is_left_out_is_absent(aerostat, transport, keys):
    run = aerostat("run", "--transport", transport, "--samples", "1",
                   "--append", "stats=free-memory,total-memory")
    assert run.wait() == tool.OK
    table, = rows(run.stdout)
    absent = {key for key, words in table.items() if words == ["absent", "-"]}
    assert absent == set(keys) - {"free-memory", "total-memory"}


def json_lines(run):
    return [json.loads(line) for line in run.stdout.splitlines()]


def test_json_lines_agree_with_themselves(aerostat, transport, keys):
    run = aerostat("run", "--transport", transport, "--json",
                   "--samples", "2")
    assert run.wait() == tool.OK
    *samples, summary = json_lines(run)
    assert [sample["guest"]["seq"] for sample in samples] == [1, 2]
    for sample in samples:
        present = {key: value for key, value in sample["stats"].items()
                   if value is not None}
        sent = sample["guest"]["stats"]
        assert tuple(sent) == MEASURED
        assert present == {key: sent[key] for key in keys}
        assert set(sample["stats"]) == set(keys)
        assert (sample["verdict"], sample["differences"]) == ("equal", [])
    assert (summary["verdict"], summary["samples"]) == ("equal", 2)


def test_the_exact_qemu_line_is_said(aerostat):
    run = aerostat("run", "--samples", "1", "--memory", "64M", "--append",
                   "touch=2", "--", "-name", "two words")
    assert run.wait() == tool.OK
    line = run.stderr().splitlines()[1]
    for part in ("-M microvm", "-m 64M", "-append touch=2",
                 "-name 'two words'"):
        assert part in line


def test_verbose_shows_both_directions_and_the_console(aerostat):
    run = aerostat("run", "--samples", "1", "--verbose")
    assert run.wait() == tool.OK
    for part in ('{"QMP"', "qmp_capabilities", "guest-stats",
                 "stats seq=1 swap-in="):
        assert part in run.stderr()


# --- The sandbox --------------------------------------------------------------

def filters(process="self"):
    """How many of seccomp's a process has."""
    for line in pathlib.Path(f"/proc/{process}/status").open():
        if line.startswith("Seccomp_filters:"):
            return int(line.split()[1])
    return pytest.fail("Seccomp_filters: Linux is older than 5.9")


@pytest.mark.parametrize("words,more", [
    ([], 1),
    (["--accel", "tcg", "--", "-name", "x"], 1),
    (["--", "-sandbox", "on"], 1),
    (["--", "--sandbox", "off"], 0),
])
def test_qemu_has_one_sandbox_or_the_users_own(aerostat, words, more):
    run = aerostat("run", "--samples", "0", *words)
    run.until("verdict: equal", 1)
    process, = run.named("qemu-system")
    assert filters(process) == filters() + more
    assert "note: " not in run.stderr()
    run.signal(signal.SIGTERM)
    assert run.wait() == tool.TERMINATED


def test_what_the_sandbox_forbids_is_told_with_the_way_out(aerostat):
    run = aerostat("run", "--", "-incoming", "exec:cat")
    assert run.wait() == tool.QEMU_DIED
    assert "'run ... -- -sandbox off' starts QEMU without it" in run.stderr()
    assert run.stderr().count("-sandbox on,") == 1


NO_SANDBOX = "-sandbox support is not enabled in this QEMU binary"


def without_sandbox(workdir):
    """A QEMU that was built without seccomp; it counts its refusals."""
    return script(workdir, f'''
case "$*" in *-sandbox*)
    echo >>{workdir}/tool-refusals
    echo "{QEMU}: {NO_SANDBOX}" >&2
    exit 1
esac
exec {QEMU} "$@"
''')


def refusals(workdir):
    return len((workdir / "tool-refusals").read_text())


def test_a_qemu_without_sandbox_runs_and_that_is_said(aerostat, workdir):
    run = aerostat("run", "--samples", "1", "--qemu",
                   without_sandbox(workdir))
    assert run.wait() == tool.OK
    assert (f"note: QEMU is started without -sandbox: {QEMU}: {NO_SANDBOX}\n"
            in run.stderr())
    assert refusals(workdir) == 1
    assert_nothing_left(workdir)


def test_verify_asks_each_qemu_once_for_its_sandbox(aerostat, workdir):
    path = without_sandbox(workdir)
    run = aerostat("verify", "--jobs", "2", "--form", "mmio-legacy",
                   "--filter", "path", "--qemu", path)
    assert run.wait() == tool.OK
    assert run.stderr().count("note: ") == 1
    assert (f"note: QEMU is started without -sandbox, which it refuses: {path}"
            in run.stderr())
    assert refusals(workdir) == 1


# --- Endings -----------------------------------------------------------------

@pytest.mark.parametrize("number,status", [
    (signal.SIGHUP, tool.HUNG_UP), (signal.SIGINT, tool.INTERRUPTED),
    (signal.SIGQUIT, tool.QUIT), (signal.SIGTERM, tool.TERMINATED)])
def test_a_signal_ends_it_with_nothing_left(aerostat, workdir, transport,
                                            number, status):
    run = aerostat("run", "--transport", transport, "--samples", "0")
    run.until("verdict: equal", 2)
    run.signal(number)
    assert run.wait() == status
    assert_nothing_left(workdir)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV])
def test_a_qemu_killed_in_mid_wait_is_told(aerostat, workdir, number):
    run = aerostat("run", "--samples", "0", "--interval", "1000")
    run.until("verdict: equal", 2)
    for process in run.named("qemu-system"):
        os.kill(process, number)
    assert run.wait() == tool.QEMU_DIED
    assert number.name in run.stderr() or "signal" in run.stderr()
    assert_nothing_left(workdir)


def test_a_qemu_frozen_in_mid_wait_is_a_timeout(aerostat, workdir):
    run = aerostat("run", "--samples", "0", "--timeout", "5")
    run.until("verdict: equal", 2)
    for process in run.named("qemu-system"):
        os.kill(process, signal.SIGSTOP)
    assert run.wait() == tool.TIMEOUT
    assert_nothing_left(workdir)


def test_a_reader_who_leaves_is_no_noise(aerostat, workdir):
    run = aerostat("run", "--samples", "0")
    run.until("verdict: equal", 1)
    run.process.stdout.close()
    assert run.process.wait(2 * SECONDS) not in (tool.OK, tool.DIFFERENT)
    assert "roken pipe" not in run.stderr()
    assert_nothing_left(workdir)


@pytest.mark.parametrize("fault", ["ud", "null-read", "panic"])
def test_a_guest_that_dies_is_told_with_its_last_words(aerostat, fault):
    run = aerostat("run", "--append", f"fault={fault}")
    assert run.wait() == tool.QEMU_DIED
    first = "panic what=" if fault == "panic" else "trap vector="
    for part in (first, "guest_main+", "exited with status"):
        assert part in run.stderr()


def test_a_guest_that_ends_unasked_is_told(aerostat):
    run = aerostat("run", "--append", "samples=2")
    assert run.wait() == tool.QEMU_DIED
    assert "status 3" in run.stderr()


def test_a_wrong_guest_command_line_is_told(aerostat):
    run = aerostat("run", "--append", "smaples=2")
    assert run.wait() == tool.QEMU_DIED
    assert 'word="smaples=2"' in run.stderr()


def test_no_balloon_device_is_told_before_the_guest_runs(aerostat):
    run = aerostat("run", "--device", "none", "--verbose")
    assert run.wait() == tool.NO_BALLOON
    assert "no virtio-balloon device" in run.stderr()
    assert "guest:" not in run.stderr()


def script(workdir, text):
    path = workdir / "tool-qemu"
    path.write_text("#!/bin/sh\n" + text)
    path.chmod(0o755)
    return path


def test_a_qemu_that_is_not_there_is_named(aerostat):
    run = aerostat("run", "--qemu", "/nonexistent/qemu")
    assert run.wait() == tool.HOST
    assert "/nonexistent/qemu" in run.stderr()


def test_a_program_that_is_not_qemu_is_told(aerostat, workdir):
    path = script(workdir, "echo 'I am not QEMU' >&2; exit 3\n")
    run = aerostat("run", "--qemu", path)
    assert run.wait() == tool.QEMU_DIED
    assert "I am not QEMU" in run.stderr()
    assert "status 3" in run.stderr()


def test_a_qemu_that_refuses_its_arguments_is_quoted(aerostat):
    run = aerostat("run", "--", "-no-such-option")
    assert run.wait() == tool.QEMU_DIED
    assert "-no-such-option: invalid option" in run.stderr()


def test_firmware_that_is_not_there_is_the_hosts_failure(aerostat):
    run = aerostat("run", "--machine", "q35", "--boot", "uefi",
                   "--firmware", "/nonexistent/OVMF.fd")
    assert run.wait() == tool.HOST
    assert "cannot read the firmware /nonexistent/OVMF.fd" in run.stderr()


def test_a_qemu_without_a_word_is_a_timeout(aerostat, workdir):
    path = script(workdir, "exec sleep 1000\n")
    run = aerostat("run", "--qemu", path, "--timeout", "1")
    assert run.wait() in (tool.BUSY, tool.TIMEOUT)
    assert_nothing_left(workdir)


@pytest.mark.parametrize("words,said", [
    (["run", "--sampels", "1"], "--samples"),
    (["rnu"], "run"),
    (["run", "--transport", "3"], "--transport"),
    (["run", "--machine", "q35", "--transport", "mmio"], "microvm alone"),
    (["run", "--ring", "packed"], "mmio-legacy has no packed rings"),
    (["run", "--accel", "hvf"], "--accel must be tcg, kvm or auto, not"),
    (["run", "--boot", "uefi"], "no UEFI firmware for microvm"),
    (["run", "--samples", "-1"], "--samples"),
    (["run", "--samples", "18446744073709551616"], "--samples"),
    (["run", "--samples"], "--samples"),
    (["run", "--", "-daemonize"], "-daemonize is not allowed"),
    (["run", "--", "-S", "--daemonize"], "-daemonize is not allowed"),
    (["stats"], "SOCKET"),
    (["poll", "socket"], "TIME"),
])
def test_a_wrong_word_is_answered_with_the_right_one(aerostat, words, said):
    run = aerostat(*words)
    assert run.wait() == tool.USAGE
    assert said in run.stderr()
    assert run.stdout == ""


def test_help_lists_commands_and_exit_codes(aerostat):
    run = aerostat("--help")
    assert run.wait() == tool.OK
    assert all(word in run.stdout for word in ("run", "stats", "poll"))
    codes = aerostat("help", "exit-codes")
    assert codes.wait() == tool.OK
    for code in [*range(12), 129, 130, 131, 143]:
        assert f"\n{code:5}  " in codes.stdout


def test_output_that_fits_nowhere_is_noticed():
    with open("/dev/full", "w") as full:
        run = subprocess.run([tool.PROGRAM, "--help"], stdout=full,
                             stderr=subprocess.PIPE, timeout=SECONDS)
    assert run.returncode == tool.HOST
    assert run.stderr


# --- Lies --------------------------------------------------------------------

def lied_to(aerostat, lie, *words):
    run = aerostat("run", "--qemu", LIAR, "--samples", "2", *words, LIE=lie,
                   REAL_QEMU=QEMU)
    return run, run.wait()


@pytest.mark.parametrize("lie,key", [
    (r"s/(stats seq=2 .*)total-memory=\d/\g<1>total-memory=9/",
     "total-memory"),
    (r"s/(stats seq=2 .*) available-memory=\d+/\1/", "available-memory"),
    (r"s/(stats seq=2) swap-in=0/\1/", "swap-in"),
    (r"s/(stats seq=2 .*)/\1 htlb-pgfail=0/", "htlb-pgfail"),
    (r"s/(stats seq=2 .*)/\1 htlb-pgfail=18446744073709551615/",
     "htlb-pgfail"),
    (r"s/(stats seq=2 .*)/\1 new-kills=0/", "new-kills"),
    (r"s/(stats seq=1 .*minor-faults=)0/\g<1>1/", "minor-faults"),
])
def test_a_lie_is_found_and_the_key_named(aerostat, lie, key):
    """The guest sends neither htlb-pgfail nor a statistic of its own."""
    run, status = lied_to(aerostat, lie, "--json", "--append",
                          "stats=seed,available-memory,disk-caches")
    assert status == tool.DIFFERENT
    *samples, summary = json_lines(run)
    found = [entry["key"] for sample in samples
             for entry in sample["differences"]]
    assert found == [key]
    assert summary["verdict"] == "different"


def test_a_lie_is_told_to_people_with_both_values(aerostat):
    run, status = lied_to(aerostat,
                          r"s/(stats seq=1 .*minor-faults=)0/\g<1>4711/")
    assert status == tool.DIFFERENT
    verdict = [line for line in run.stdout.splitlines()
               if "DIFFERENT" in line]
    assert verdict and all(word in verdict[0] for word in (
        "minor-faults", "4711", "0"))


@pytest.mark.parametrize("lie,said", [
    (r"s/(seq=2 .*free-memory=\d+)\d/\g<1>x/", "free-memory"),
    (r"s/(seq=2 .*total-memory=)\d+/\g<1>18446744073709551616/",
     "total-memory"),
    (r"s/(stats seq=2 .*)/\1 minor-faults=1/", "minor-faults"),
])
def test_a_line_that_is_no_sample_is_not_believed(aerostat, lie, said):
    run, status = lied_to(aerostat, lie)
    assert status == tool.DIFFERENT
    assert said in run.stderr()


def test_the_truth_through_the_same_wrapper_is_equal(aerostat):
    run, status = lied_to(aerostat, "s/nothing/here/")
    assert status == tool.OK


# --- What equal takes ---------------------------------------------------------

HOLLOW = machine.BUILD / "tests/e2e/hollow.elf"  # a guest without a driver


@pytest.mark.parametrize("samples", ["1", "3"])
@pytest.mark.parametrize("lines,status,said,last", [
    ("", tool.NO_STATISTICS,
     "NOTHING COMPARED: the device has never had a sample",
     "1 sample, nothing compared"),
    ("stats seq=1 free-memory=1;sent seq=1;", tool.DIFFERENT,
     "DIFFERENT: free-memory: guest sent 1, QEMU reports absent",
     "1 sample, 1 DIFFERENT"),
])
def test_words_without_a_driver_prove_nothing(aerostat, workdir, samples, lines,
                                              status, said, last):
    run = aerostat("run", "--guest", HOLLOW, "--samples", samples,
                   *(["--append", lines] if lines else []))
    assert run.wait() == status
    assert f"  verdict: {said}" in run.stdout.splitlines()
    assert run.stdout.splitlines()[-1] == last
    assert_nothing_left(workdir)


def test_a_run_without_a_value_is_none_in_json_too(aerostat):
    run = aerostat("run", "--guest", HOLLOW, "--samples", "1", "--json")
    assert run.wait() == tool.NO_STATISTICS
    sample, summary = json_lines(run)
    assert sample["verdict"] == summary["verdict"] == "nothing-compared"
    assert (summary["equal"], summary["requests_answered"]) == (0, 0)


def test_one_sample_takes_an_answered_request_too(aerostat):
    run = aerostat("run", "--samples", "1", "--json")
    assert run.wait() == tool.OK
    sample, summary = json_lines(run)
    assert (sample["verdict"], summary["samples"]) == ("equal", 1)
    assert (summary["verdict"], summary["requests_answered"]) == ("equal", 1)


def test_one_sample_of_a_guest_that_answers_nothing_is_no_verdict(aerostat):
    run = aerostat("run", "--samples", "1", "--timeout", "1", "--append",
                   "behave=silent:1")
    assert run.wait() == tool.TIMEOUT
    assert run.stdout.count("verdict: equal") == 1
    assert "waited for the guest's line 'sent seq=2'" in run.stderr()


@pytest.mark.parametrize("behaviour,samples,status,verdicts,last", [
    ("prime-short", "2", tool.OK, ["nothing-compared", "equal"], "equal"),
    ("prime-short", "1", tool.NO_STATISTICS, ["nothing-compared"],
     "nothing-compared"),
    ("skip-all:2", "3", tool.OK, ["equal", "nothing-compared", "equal"],
     "equal"),
    ("zero-length", "3", tool.NO_STATISTICS, ["nothing-compared"],
     "nothing-compared"),
])
def test_a_sample_without_a_value_is_not_counted_as_equal(
        aerostat, behaviour, samples, status, verdicts, last):
    run = aerostat("run", "--json", "--samples", samples, "--append",
                   f"behave={behaviour}")
    assert run.wait() == status
    *lines, summary = json_lines(run)
    assert [sample["verdict"] for sample in lines] == verdicts
    assert summary["verdict"] == last
    assert summary["equal"] == verdicts.count("equal")


@pytest.mark.parametrize("doors", [
    [], ["--transport", "mmio"], ["--transport", "mmio", "--ring", "packed"],
    ["--machine", "q35"],
    ["--machine", "q35", "--transport", "pci", "--ring", "packed"],
    ["--machine", "pc", "--transport", "pci-legacy"],
], ids=" ".join)
def test_a_missing_kick_is_named(aerostat, workdir, doors):
    """From QEMU 10.0 on a PCI balloon is kicked once by QEMU, at DRIVER_OK."""
    run = aerostat("run", "--json", "--samples", "1", "--append",
                   "behave=no-kick", *doors)
    assert run.wait() == tool.DIFFERENT
    *samples, summary = json_lines(run)
    assert samples[-1]["verdict"] == summary["verdict"] == "not-taken"
    assert (summary["not_taken"], summary["requests_answered"]) == (1, 0)
    assert_nothing_left(workdir)


def test_a_missing_kick_is_told_to_people(aerostat):
    run = aerostat("run", "--append", "behave=no-kick")
    assert run.wait() == tool.DIFFERENT
    assert "  verdict: NOT TAKEN: the sample lies in the" in run.stdout
    assert run.stdout.splitlines()[-1] == "1 sample, 1 NOT TAKEN"


# --- The accelerator ---------------------------------------------------------

HAS_KVM = os.access("/dev/kvm", os.R_OK | os.W_OK)
WRONG = r"s/(stats seq=1 .*minor-faults=)0/\g<1>1/"


def accel_line(run):
    """What was chosen and why: one line, and QEMU is started after it."""
    lines = run.stderr().splitlines()
    found = [line for line in lines if line.startswith("accel: ")
             and not line.startswith("accel: trying ")]
    assert len(found) == 1
    return found[0]


def started_with(run):
    """-accel of the machine that the samples are of."""
    words = [line for line in run.stderr().splitlines()
             if " -accel " in line][-1].split()
    return words[words.index("-accel") + 1]


def choose(aerostat, **environment):
    run = aerostat("run", "--qemu", LIAR, "--samples", "1", "--accel", "auto",
                   REAL_QEMU=QEMU, FALSE_KVM="1",
                   **{"LIE": "s/nothing/here/", **environment})
    return run, run.wait()


@pytest.mark.parametrize("words,said", [
    ([], "accel: tcg (the default)"),
    (["--accel", "tcg"], "accel: tcg (asked for)"),
    (["--accel", "tcg,thread=single"], "accel: tcg,thread=single (asked for)"),
])
def test_the_accelerator_is_said_and_why(aerostat, words, said):
    run = aerostat("run", "--samples", "1", *words)
    assert run.wait() == tool.OK
    assert accel_line(run) == said
    assert run.stderr().count("qemu-system") == 1
    assert said.split()[1] == started_with(run)


def test_kvm_is_chosen_after_a_boot_with_it_worked(aerostat):
    run, status = choose(aerostat)
    assert status == tool.OK
    if HAS_KVM:
        assert accel_line(run) == "accel: kvm (a boot with it worked)"
        assert started_with(run) == "kvm"
    else:
        assert accel_line(run).startswith("accel: tcg (/dev/kvm: ")
        assert started_with(run) == "tcg"


@pytest.mark.skipif(not HAS_KVM, reason="not here: without /dev/kvm nothing is tried")
@pytest.mark.parametrize("lie,why", [
    (WRONG, "gave a sample that is different"),
    (r"s/^stats seq=1/stats seq=7/", "failed: the guest's lines are not valid: "
     "a stats line out of sequence"),
    (r"s/^sent.*/sent no more/", "failed: the guest's lines are not valid"),
    (r"s/^(stats|sent) .*/log/", "did not end: timeout: waited for the "
     "guest's line 'sent seq=1' on COM1"),
])
def test_kvm_is_not_believed_when_its_boot_goes_wrong(aerostat, workdir, lie,
                                                      why):
    run, status = choose(aerostat, LIE=lie, LIE_IN="kvm")
    assert status == tool.OK
    assert accel_line(run).startswith(f"accel: tcg (a boot with kvm {why}")
    assert started_with(run) == "tcg"
    assert_nothing_left(workdir)


@pytest.mark.skipif(not HAS_KVM, reason="not here: without /dev/kvm nothing is tried")
def test_a_qemu_that_refuses_kvm_is_quoted_and_goes_on_without(aerostat,
                                                               workdir):
    path = script(workdir, 'case "$*" in *kvm*) echo "no KVM today" >&2; '
                  f'exit 1;; esac; exec {QEMU} "$@"\n')
    run = aerostat("run", "--qemu", path, "--samples", "1", "--accel", "auto")
    assert run.wait() == tool.OK
    assert accel_line(run).endswith("status 1; QEMU's last words: no KVM "
                                    "today)")
    path.unlink()
    assert_nothing_left(workdir)


def test_insisted_on_kvm_is_not_replaced(aerostat, workdir):
    path = script(workdir, "echo no KVM today >&2; exit 1\n")
    run = aerostat("run", "--qemu", path, "--accel", "kvm")
    assert run.wait() == tool.QEMU_DIED
    assert accel_line(run) == "accel: kvm (asked for)"
    assert "no KVM today" in run.stderr()


@pytest.mark.skipif(not HAS_KVM, reason="not here: without /dev/kvm nothing is tried")
def test_a_signal_ends_the_trial_of_kvm_too(aerostat, workdir):
    path = script(workdir, f'touch {workdir}/tool-begun; exec sleep 1000\n')
    run = aerostat("run", "--qemu", path, "--accel", "auto")
    deadline = time.monotonic() + SECONDS
    while not (workdir / "tool-begun").exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    run.signal(signal.SIGINT)
    assert run.wait() == tool.INTERRUPTED
    assert_nothing_left(workdir)


@pytest.mark.skipif(not HAS_KVM, reason="not here: without /dev/kvm nothing is tried")
def test_a_signal_ends_what_follows_the_trial_of_kvm(aerostat, workdir):
    run = aerostat("run", "--qemu", LIAR, "--samples", "0", "--accel", "auto",
                   REAL_QEMU=QEMU, FALSE_KVM="1", LIE="s/nothing/here/")
    run.until("verdict: equal", 1)
    run.signal(signal.SIGINT)
    assert run.wait() == tool.INTERRUPTED
    assert_nothing_left(workdir)
