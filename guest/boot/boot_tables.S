// SPDX-License-Identifier: MIT
// Room for the first page tables, which lie in the image, so that no memory
// map calls it free. long_mode.inc fills them. Zeroed by the loader.

    .bss
    .balign 4096
    .globl boot_pml4
boot_pml4:
    .skip 4096
    .globl boot_pdpt
boot_pdpt:
    .skip 4096
    .globl boot_pd
boot_pd:                            // the first GiB
    .skip 4096
    .globl boot_image_pd
boot_image_pd:                      // the image
    .skip 4096

    .section .note.GNU-stack, "", @progbits
