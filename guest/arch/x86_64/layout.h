// SPDX-License-Identifier: MIT
// The guest's address space. Included by C and assembly, so it holds numbers
// only; linker/guest.ld repeats IMAGE_BASE. Nothing is mapped below the first
// line: a null pointer, or a small one, always faults.
//
//   ffff8000 00000000  direct map at DIRECT_BASE + physical, mapped on demand:
//                      device memory, sets of frames, device registers (RW,
//                      NX), firmware tables (R, NX; in RAM: RW, NX)
//   ffffc000 00000000  tasks and the file, 512 GiB each (RW, the file R; NX)
//   ffffc800 00000000  pool of huge pages (RW, NX)
//   ffffd000 00000000  work area: pages touched before each sample (RW, NX)
//   ffffe000 00000000  hold area: the workload's memory (RW, NX)
//   fffff000 00000000  the page tables, by self-reference: RW, NX
//   ffffffff 80000000  one page: any frame, for a short access; RW, NX
//   ffffffff 80100000  image: text R-X, read-only data R--, data and stacks
//                      RW-, an unmapped guard page below each stack
#ifndef ARCH_LAYOUT_H
#define ARCH_LAYOUT_H

#define DIRECT_BASE 0xffff800000000000
#define TASKS_BASE 0xffffc00000000000
#define POOL_BASE 0xffffc80000000000
#define WORK_BASE 0xffffd00000000000
#define HOLD_BASE 0xffffe00000000000
#define TABLES_BASE 0xfffff00000000000
#define IMAGE_BASE 0xffffffff80000000
#define BORROW_BASE IMAGE_BASE // the image begins 1 MiB above

#define STACK_BYTES 0x4000
#define TRAP_STACK_BYTES 0x2000

#endif
