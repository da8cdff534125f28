# SPDX-License-Identifier: MIT
"""The words of written pages, computed again from docs/memory.md, "Orders"."""
FACTOR = 0x9e3779b97f4a7c15
STEP = 0xd1342543de82ef95
WORDS = 4096 // 8
ALL = 1 << 64


def word(task, page, seed, index=0):
    """Word `index` of a page of a task. The file of the tool's own disk is what
    task 0 would write with seed 1."""
    return (seed * FACTOR + ((task << 40 | page) * WORDS + index) * STEP) % ALL
