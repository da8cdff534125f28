// SPDX-License-Identifier: MIT
// Embeds the image in the UEFI application: the same file that PVH loaders
// boot, named by CARRIED_IMAGE.

    .section .rodata
    .balign 8
    .globl carried_image
    .globl carried_image_end
carried_image:
    .incbin CARRIED_IMAGE
carried_image_end:

    .section .note.GNU-stack, "", @progbits
