# SPDX-License-Identifier: MIT
"""`aerostat verify` on a host short of disk space or of file size.

A disk is a small tmpfs in the tool's own mount namespace, so that none is left
behind however a test ends.
"""
import errno
import json
import os
import subprocess

import pytest

from harness import tool

DISK = "disk"  # below the working folder
# The tool's files there are copied beside it, to be checked afterwards.
MOUNT = ('mount -t tmpfs -o size="$0" tmpfs disk && cp -r before/. disk && '
         '{ "$@"; code=$?; cp -r disk/. after; exit $code; }')


@pytest.fixture
def disk(workdir):
    """disk(size): the command that runs a program with such a disk."""
    for name in (DISK, "before", "after"):
        (workdir / name).mkdir()

    def words(size):
        inside = ["unshare", "--mount", "sh", "-c", MOUNT, size]
        tried = subprocess.run([*inside, "true"], cwd=workdir, check=False,
                               capture_output=True, text=True)
        if tried.returncode:
            pytest.skip(f"not here: no disk of our own: {tried.stderr.strip()}")
        return inside
    return words


def results_of(path):
    """{name of a case: its result}"""
    return {case["name"]: case["results"][0]
            for case in json.loads(path.read_text())["cases"]}


@pytest.mark.parametrize("size", ["64k", "200k", "1M"])
def test_a_snapshot_without_room_is_the_hosts_fault(aerostat, workdir, disk,
                                                    size):
    """No room for the image, for its tables, for the machine's state."""
    run = aerostat("verify", "snapshot.values/mmio", "migration.values/mmio",
                   "--json", "r.json", inside=disk(size),
                   TMPDIR=workdir / DISK)
    assert run.wait() == tool.HOST
    results = results_of(workdir / "r.json")
    assert results["migration.values/mmio"]["status"] == "passed"
    result = results["snapshot.values/mmio"]
    assert (result["status"], result["error"]) == ("error", "host")
    assert result["text"].startswith(
        f"the host failed: {os.strerror(errno.ENOSPC)}\njob ")
    assert "1 holds, 1 broken" not in run.stdout


def test_a_disk_that_fills_in_the_middle_costs_no_verdict(aerostat, workdir,
                                                          disk):
    """Only logs: those of the first cases leave no room for the last."""
    run = aerostat("verify", "polling.enable", "absent.minus-one", "--jobs",
                   "1", "--artifacts", "disk/kept", "--json", "r.json",
                   inside=disk("160k"))
    assert run.wait() == tool.HOST
    results = results_of(workdir / "r.json")
    assert {result["status"] for result in results.values()} == {"passed"}
    assert "not all files of the cases could be written" in run.stderr()
    kept = workdir / "after/kept"
    assert (kept / "canary/console.log").stat().st_size > 0
    assert (kept / "absent.minus-one/pci-legacy/qmp.log").stat().st_size == 0


@pytest.mark.parametrize("option", ["--junit", "--json", "--document"])
def test_a_report_without_room_leaves_the_older_one(aerostat, workdir, disk,
                                                    option):
    (workdir / "before/report").write_text("older")
    run = aerostat("verify", "polling", "absent", "--form", "mmio", option,
                   "disk/report", inside=disk("4k"))
    assert run.wait() == tool.HOST
    assert (f"cannot write disk/report: {os.strerror(errno.ENOSPC)}"
            in run.stderr())
    assert run.stdout.splitlines()[-1].endswith(" passed, 0 failed, 0 skipped")
    assert [file.name for file in (workdir / "after").iterdir()] == ["report"]
    assert (workdir / "after/report").read_text() == "older"


@pytest.mark.parametrize("words", [[], ["--tap"]])
def test_a_standard_output_without_room_is_told(aerostat, workdir, disk,
                                                words):
    inside = [*disk("4k"), "sh", "-c", 'exec "$0" "$@" >disk/out']
    run = aerostat("verify", "absent", *words, "--json", "r.json",
                   inside=inside)
    assert run.wait() == tool.HOST
    assert (f"cannot write to stdout: {os.strerror(errno.ENOSPC)}"
            in run.stderr())
    results = results_of(workdir / "r.json")
    assert {result["status"] for result in results.values()} == {"passed"}


def test_a_limit_on_files_is_an_error_and_no_death(aerostat, workdir):
    """For the tool's own files and for QEMU's."""
    run = aerostat("verify", "snapshot.values/mmio", "polling.enable/mmio",
                   "--artifacts", "kept", inside=["prlimit", "--fsize=2048"])
    assert run.wait() == tool.HOST
    assert f"the host failed: {os.strerror(errno.EFBIG)}" in run.stdout
    assert run.stdout.splitlines()[-1] == "2 passed, 1 failed, 0 skipped"
    assert "signal" not in run.stdout
    for log in (workdir / "kept").rglob("*.log"):
        assert log.stat().st_size <= 2048


def test_a_host_without_memory_for_qemu_is_no_broken_qemu(aerostat):
    run = aerostat("verify", "polling.enable/mmio",
                   inside=["prlimit", "--as=600000000"])
    assert run.wait() == tool.HOST
    assert os.strerror(errno.ENOMEM) in run.stdout
    assert run.stdout.splitlines()[-1] == "0 passed, 1 failed, 1 skipped"


def test_what_others_left_in_a_folder_is_neither_followed_nor_lost(
        aerostat, workdir):
    """Links and pipes in place of a case's files."""
    names = ("qmp.log", "trace.log", "snapshot.qcow2", "command", "room")
    folder = workdir / "kept/snapshot.values/mmio"
    folder.mkdir(parents=True)
    (workdir / "theirs").write_text("theirs")
    (folder / "notes").write_text("theirs too")
    for name in names:
        for make in (lambda path: path.symlink_to(workdir / "theirs"),
                     os.mkfifo):
            (folder / name).unlink(missing_ok=True)
            make(folder / name)
            before = (folder / name).lstat()
            run = aerostat("verify", "snapshot.values/mmio", "--artifacts",
                           "kept")
            assert run.wait() == tool.HOST, name
            assert f"cannot write {name}: " in run.stdout
            assert (folder / name).lstat().st_ino == before.st_ino
            assert (workdir / "theirs").read_text() == "theirs"
        (folder / name).unlink()
    run = aerostat("verify", "snapshot.values/mmio", "--artifacts", "kept")
    assert run.wait() == tool.OK
    assert (folder / "notes").read_text() == "theirs too"


@pytest.mark.parametrize("words", [
    ["--artifacts", "link"], ["--json", "link"], ["--junit", "link"],
    ["--document", "link"]])
def test_a_link_is_not_followed(aerostat, workdir, words):
    (workdir / "theirs").mkdir()
    (workdir / "link").symlink_to("theirs")
    run = aerostat("verify", "polling.enable/mmio", *words)
    assert run.wait() == tool.HOST
    assert "it is a symbolic link, which is not followed" in run.stderr()
    assert run.stdout == ""
    assert not list((workdir / "theirs").iterdir())


@pytest.mark.parametrize("option", ["--json", "--junit", "--document"])
def test_a_pipe_is_not_waited_for(aerostat, workdir, option):
    os.mkfifo(workdir / "pipe")
    run = aerostat("verify", "polling.enable/mmio", option, "pipe")
    assert run.wait() == tool.HOST
    assert ("it is neither a regular file nor a character device"
            in run.stderr())


def test_a_folder_that_a_case_needs_may_not_be_a_link(aerostat, workdir):
    (workdir / "kept").mkdir()
    (workdir / "theirs").mkdir()
    (workdir / "kept/polling.enable").symlink_to(workdir / "theirs")
    run = aerostat("verify", "polling.enable/mmio", "--artifacts", "kept")
    assert run.wait() == tool.HOST
    assert os.strerror(errno.ENOTDIR) in run.stdout
    assert not list((workdir / "theirs").iterdir())
