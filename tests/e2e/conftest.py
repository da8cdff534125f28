# SPDX-License-Identifier: MIT
"""Fixtures of the end-to-end tests: machines, and the check for leftovers.

Each machine is killed and reaped in every outcome; a failed test shows the
complete output of its machines and tools.
"""
import contextlib
import pathlib
import shutil
import tempfile

import pytest

from harness import firmware, host, leftovers, truth
from harness.machine import Machine, Options
from harness.tool import Tool

VERSIONS = ("legacy", "modern")
WATCHED = pytest.StashKey()


def pytest_configure(config):
    config.addinivalue_line("markers", "migrates: moves a machine to another "
                            "QEMU; see tests/run")


@pytest.fixture(scope="session", autouse=True)
def base():
    """The folder of all files of the tests; removed at the end."""
    path = pathlib.Path(tempfile.mkdtemp(prefix="aerostat-e2e-",
                                         dir="/tmp"))
    yield path
    left = [str(file) for file in path.rglob("*")]
    shutil.rmtree(path)
    found = leftovers.running()
    leftovers.kill(found)
    assert not found, f"still running at the end: {found}"
    assert not left, f"files left at the end: {left}"


@pytest.fixture
def workdir(base):
    """An empty folder, short enough for socket paths."""
    path = pathlib.Path(tempfile.mkdtemp(dir=base))
    yield path
    shutil.rmtree(path)


@pytest.fixture
def watched(request, workdir):
    """List of objects with report() and close(): closed after the test, and
    shown if it fails. No process that they started may be left then."""
    things = request.node.stash.setdefault(WATCHED, [])
    yield things
    with contextlib.ExitStack() as stack:  # closes all, even if one fails
        for thing in things:
            stack.callback(thing.close)
    found = leftovers.running()
    leftovers.kill(found)
    assert not found, f"left running: {found}"


@pytest.fixture(scope="session")
def keys():
    """The keys of guest-stats that this QEMU has, without `stat-`."""
    return truth.keys_for(firmware.version_of(firmware.QEMU))


@pytest.fixture
def boot(workdir, watched):
    """boot(modern=True, append="...", ...): a started machine; takes the
    arguments of machine.Options."""
    def start(**differences):
        options = Options(**differences)
        if not host.can_promise(options.memory):
            pytest.skip(f"not here: a machine of {options.memory}")
        machine = Machine(workdir, options,
                          leftovers.marked_environment(workdir))
        watched.append(machine)
        return machine
    return start


@pytest.fixture
def aerostat(workdir, watched):
    """aerostat("run", ..., NAME="value"): the started tool; keyword arguments
    go into its environment. `inside`: command of a program that starts it."""
    def start(*words, inside=(), **more):
        run = Tool(workdir, words,
                   leftovers.marked_environment(workdir, **more),
                   inside=inside)
        watched.append(run)
        return run
    return start


@pytest.fixture(params=VERSIONS)
def modern(request):
    """Both register layouts of virtio-mmio, one after the other."""
    return request.param == "modern"


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    if report.failed and report.when != "teardown":
        for thing in item.stash.get(WATCHED, []):
            report.sections.append((type(thing).__name__, thing.report()))


@pytest.fixture
def attach(boot, workdir):
    """attach(...): a machine, and the path of its second monitor."""
    def start(**options):
        path = workdir / "monitor"
        extra = ("-qmp", f"unix:{path},server=on,wait=off",
                 *options.pop("extra", ()))
        machine = boot(extra=extra, **options)
        machine.execute("query-status")  # the reply proves that it listens
        return machine, path
    return start
