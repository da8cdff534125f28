// SPDX-License-Identifier: MIT
// The guest's address space. Included by C, assembly and the linker script's
// reader, so it holds numbers only. Nothing is mapped below the first line:
// a null pointer, or a small one, always faults.
//
//   ffff8000 00000000  direct map, at DIRECT_BASE + physical, of what was asked
//                      for: memory for devices and the frame allocator's own,
//                      device registers (RW, NX), firmware's tables (R, NX)
//   ffffd000 00000000  work window: pages touched before samples
//   ffffe000 00000000  hold window: what the workload was told to allocate
//   fffff000 00000000  page tables, as they see themselves: RW, NX
//   ffffffff 80000000  one page: the frame that is being borrowed; RW, NX
//   ffffffff 80100000  image: text R-X, read-only data R--, data and stacks
//                      RW-, an unmapped guard page below each stack
#ifndef ARCH_LAYOUT_H
#define ARCH_LAYOUT_H

#define DIRECT_BASE 0xffff800000000000
#define WORK_BASE 0xffffd00000000000
#define HOLD_BASE 0xffffe00000000000
#define TABLES_BASE 0xfffff00000000000
#define IMAGE_BASE 0xffffffff80000000
#define BORROW_BASE IMAGE_BASE // the image begins 1 MiB above

#define STACK_BYTES 0x4000
#define TRAP_STACK_BYTES 0x2000

#endif
