// SPDX-License-Identifier: MIT
// Memory for the first page tables. It is part of the image, so that it is
// never managed as free RAM. Zeroed by the loader, filled by long_mode.inc.

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
