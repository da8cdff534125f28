// SPDX-License-Identifier: MIT
// The machine's end and its verdicts. QEMU's exit status is 2 * verdict + 1 if
// it has an isa-debug-exit device.
#ifndef BASE_EXIT_H
#define BASE_EXIT_H

// The default port of isa-debug-exit, to which the verdict is written.
#define EXIT_PORT 0x501

#ifndef __ASSEMBLER__

enum verdict {
    VERDICT_DONE = 1,        // QEMU exits 3: the command line is carried out
    VERDICT_BAD_CMDLINE = 2, // 5: a word of the command line is unknown
    VERDICT_NO_BALLOON = 3,  // 7: no balloon device found
    VERDICT_NO_MEMORY = 4,   // 9: too little memory, or an invalid map
    VERDICT_BAD_DEVICE = 5,  // 11: the device or the machine can't be used
    VERDICT_PANIC = 6,       // 13: the guest found a bug in itself
    VERDICT_TRAP = 7,        // 15: an unexpected trap
    VERDICT_BUTTON = 8,      // 17: the power button was pressed
};

// Set once by the platform. The function does not return: without an exit
// device the CPU halts with interrupts disabled, or, with VERDICT_BUTTON, the
// machine is switched off.
typedef void exit_function(enum verdict verdict);
void exit_by(exit_function *handler);

// Ends the machine. Before exit_by, it loops: there is no way yet to report
// the verdict.
_Noreturn void machine_exit(enum verdict verdict);

#endif
#endif
