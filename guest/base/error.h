// SPDX-License-Identifier: MIT
// The one error enum of the guest: what a function that can fail returns.
// Results travel through the last parameter; OK is the only success.
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

enum error {
    OK = 0,
    ERR_EMPTY,       // nothing there: no used buffer, a placeholder slot
    ERR_FULL,        // no room: descriptors, tables, slots
    ERR_NO_MEMORY,   // no frame left that fits
    ERR_INVALID,     // an argument or a text that can't be understood
    ERR_RANGE,       // a number outside what its field can hold
    ERR_UNSUPPORTED, // the peer lacks what is needed, or is of another kind
    ERR_DEVICE,      // the device broke the protocol; reset it
    ERR_TIMEOUT,     // a bounded wait ended without what was awaited
    ERR_COUNT
};

#define MUST_USE __attribute__((warn_unused_result))

// The name as it stands above without ERR_, in lower case; never NULL.
const char *error_name(enum error error);

#endif
