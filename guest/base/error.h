// SPDX-License-Identifier: MIT
// The guest's only error enum, returned by every function that can fail.
// Results are passed through the last parameter; OK is the only success.
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

enum error {
    OK = 0,
    ERR_EMPTY,       // nothing there: no used buffer, a placeholder slot
    ERR_FULL,        // no room: descriptors, tables, slots
    ERR_NO_MEMORY,   // no frame or run of frames free
    ERR_INVALID,     // an invalid argument or text
    ERR_RANGE,       // a number outside the range of its field
    ERR_UNSUPPORTED, // a needed feature is missing, or the kind is wrong
    ERR_DEVICE,      // the device broke the protocol; reset it
    ERR_TIMEOUT,     // a bounded wait ended without the event
    ERR_COUNT
};

#define MUST_USE __attribute__((warn_unused_result))

// The name above without ERR_, in lower case; never NULL.
const char *error_name(enum error error);

#endif
