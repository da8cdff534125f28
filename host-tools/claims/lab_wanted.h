// SPDX-License-Identifier: MIT
// The machine that a check requests.
// Limits: everything that is not set here follows the case's form.
#ifndef CLAIMS_LAB_WANTED_H
#define CLAIMS_LAB_WANTED_H

#include <stdbool.h>

// All bits zero: the machine and the balloon of the case's form, the balloon
// with the id "balloon0", and this guest without misbehaviour.
struct lab_machine {
    const char *append;       // the guest's command line, "behave=..."
    const char *machine;      // -M; NULL: the form's, with its bus
    const char *device;       // -device; "none"; NULL: the form's balloon with
    const char *id;           // this id ("": none; NULL: balloon0)
    const char *property;     // and this "NAME=VALUE" (NULL: none)
    const char *const *extra; // QEMU's arguments, NULL ends them
    bool no_guest;            // no -kernel: firmware alone, never a driver
    bool defaults;            // with QEMU's default devices (no -nodefaults)
    bool virtual_time;        // an idle guest jumps to the next timer
    bool quiet;               // no trace.log, for thousands of polls
};

#endif
