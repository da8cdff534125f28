// SPDX-License-Identifier: MIT
// Embeds the image in the UEFI application: the same file that PVH loaders
// boot, named by EMBEDDED_IMAGE.

    .section .rodata
    .balign 8
    .globl embedded_image
    .globl embedded_image_end
embedded_image:
    .incbin EMBEDDED_IMAGE
embedded_image_end:

    .section .note.GNU-stack, "", @progbits
