// SPDX-License-Identifier: MIT
// How the machine ends, and with which verdict. The one table of verdicts:
// QEMU's exit status is 2 * verdict + 1 when it has an isa-debug-exit device.
#ifndef BASE_ENDING_H
#define BASE_ENDING_H

// The isa-debug-exit device at its default place: the verdict goes there.
#define EXIT_PORT 0x501

#ifndef __ASSEMBLER__

enum verdict {
    VERDICT_DONE = 1,        // QEMU exits 3: did what the command line asked
    VERDICT_BAD_CMDLINE = 2, // 5: a word of the command line has no meaning
    VERDICT_NO_BALLOON = 3,  // 7: no balloon device anywhere
    VERDICT_NO_MEMORY = 4,   // 9: too little memory, or an unbelievable map
    VERDICT_BAD_DEVICE = 5,  // 11: the device can't be driven
    VERDICT_PANIC = 6,       // 13: the guest found a mistake of its own
    VERDICT_TRAP = 7,        // 15: an unexpected trap
    VERDICT_BUTTON = 8,      // 17: the power button was pressed
};

// Set once by the platform. Does not return; when QEMU has no exit device the
// CPU stops for good with interrupts off, or, with VERDICT_BUTTON, the machine
// is switched off.
typedef void ending_function(enum verdict verdict);
void ending_by(ending_function *end);

// Ends the machine. Before the platform is up, stops the CPU's progress in a
// loop, since there is nobody to tell.
_Noreturn void machine_end(enum verdict verdict);

#endif
#endif
