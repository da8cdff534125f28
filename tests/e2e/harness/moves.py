# SPDX-License-Identifier: MIT
"""Moves of a machine to another QEMU: live, stopped, cancelled; snapshots.

QEMU, docs/devel/migration. A command whose end has no event in every version
is followed by queries.
"""
import time

SLOW, FAST = 1 << 20, 1 << 30  # bytes a second


def await_status(machine, command, *wanted):
    """Waits for one of the wanted states and gives it; by queries, since not
    every version has events for it."""
    def reached():
        status = machine.execute(command)["status"]
        return status if status in wanted else None
    return machine.until_found(reached, f"{command}: {' or '.join(wanted)}")


def limit_bandwidth(machine, most):
    """Limits the migration's bandwidth. A slow one leaves time for the events
    under test: otherwise a busy host could move all the memory before the
    guest runs even once."""
    machine.execute("migrate-set-parameters", **{"max-bandwidth": most})


def start_to_migrate(boot, workdir, source, options, *words):
    """Starts a migration; gives the target machine, equal to the source."""
    path = workdir / f"migration-{time.monotonic_ns()}"
    options = dict(options, extra=(*options["extra"], "-incoming",
                                   f"unix:{path}", *words))
    target = boot(typed=True, **options)
    target.execute("query-status")  # the reply proves that it listens
    source.execute("migrate", uri=f"unix:{path}")
    return target


def await_resume(target):
    target.until(lambda: [event for event in target.qmp.events
                          if event["event"] == "RESUME"], "RESUME")


def arrive(source, target):
    """Completes a migration at full speed."""
    limit_bandwidth(source, FAST)
    await_resume(target)
    await_status(source, "query-migrate", "completed")


def job(machine, **options):
    """Runs blockdev-create to its end."""
    machine.execute("blockdev-create", **{"job-id": "create",
                                          "options": options})
    machine.until(lambda: [event for event in machine.qmp.events
                           if event["event"] == "JOB_STATUS_CHANGE" and
                           event["data"]["status"] == "concluded"], "its end")
    jobs = machine.execute("query-jobs")
    machine.execute("job-dismiss", id="create")
    machine.qmp.events.clear()
    assert "error" not in jobs[0], jobs


def add_disk(machine, path):
    """Adds a disk for snapshots, which the guest never sees."""
    job(machine, driver="file", filename=str(path), size=0)
    machine.execute("blockdev-add", driver="file", filename=str(path),
                    **{"node-name": "bytes"})
    job(machine, driver="qcow2", file="bytes", size=1 << 30)
    machine.execute("blockdev-add", driver="qcow2", file="bytes",
                    **{"node-name": "state"})
