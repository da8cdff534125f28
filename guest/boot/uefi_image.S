// SPDX-License-Identifier: MIT
// The image that the UEFI application carries: the very file that PVH loaders
// boot. CARRIED_IMAGE names it.

    .section .rodata
    .balign 8
    .globl carried_image
    .globl carried_image_end
carried_image:
    .incbin CARRIED_IMAGE
carried_image_end:

    .section .note.GNU-stack, "", @progbits
