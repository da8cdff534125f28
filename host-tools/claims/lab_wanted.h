// SPDX-License-Identifier: MIT
// A machine as a check wants it.
// Limits: whatever is not said here is as the case's form has it.
#ifndef CLAIMS_LAB_WANTED_H
#define CLAIMS_LAB_WANTED_H

#include <stdbool.h>

// All bits zero: the machine and the balloon of the case's form, the balloon
// as "balloon0", our guest by the book.
struct lab_machine {
    const char *append;       // the guest's command line, "behave=..."
    const char *machine;      // -M; NULL: the form's, with its bus
    const char *device;       // -device; "none"; NULL: the form's balloon, with
    const char *id;           // this id ("": none; NULL: balloon0) and
    const char *property;     // this "NAME=VALUE" too (NULL: no more)
    const char *const *extra; // QEMU's arguments, NULL ends them
    bool no_guest;            // no -kernel: firmware alone, never a driver
    bool defaults;            // with QEMU's default devices (no -nodefaults)
    bool virtual_time;        // an idle guest jumps to the next timer
    bool quiet;               // no trace.log: for thousands of polls
};

#endif
