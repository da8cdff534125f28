# SPDX-License-Identifier: MIT
"""From tiny to many GiB of RAM: works, or says why not, and never hangs.

RAM that the guest doesn't touch costs the host nothing.
"""
import pytest

import firmware
from truth import differences

NO_MEMORY = 9


@pytest.mark.parametrize("memory", [
    "2M", "4M", "5M", "64M", "3G", "5G", "20G"])
def test_reports_with(boot, modern, memory):
    machine = boot(modern=modern, memory=memory)
    for seq in (1, 2):
        machine.sample(seq)
        machine.poll_now()
    machine.sample(3)
    sample, stats = machine.stopped_sample()
    assert differences(sample, stats["stats"]) == {}
    assert sample.seq == 3
    assert machine.stderr() == ""


def test_small_memory_is_worked_with_for_long(boot, modern):
    machine = boot(modern=modern, memory="4M", append="touch=100")
    for seq in range(1, 50):
        machine.sample(seq)
        machine.poll_now()
    machine.sample(50)
    assert "error" not in machine.console.decode()


# The image starts at 1 MiB: with that or less RAM there is nothing to run, and
# QEMU does not say so. Whatever gets as far as the guest is refused in words.
# Not with SeaBIOS: it works in the last of RAM, on top of the image there.
@pytest.mark.parametrize("memory", ["1100K", "1200K", "1300K"])
def test_too_little_memory_is_said_and_ends(boot, modern, memory):
    machine = boot(modern=modern, memory=memory,
                   extra=firmware.microvm("qboot"))
    assert machine.wait() == NO_MEMORY
    assert 'error what="too little memory' in machine.console.decode()
