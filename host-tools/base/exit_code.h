// SPDX-License-Identifier: MIT
// The exit codes of the tool: one enum and the one table that explains it.
// Scripts rely on these numbers: the meaning of a number never changes.
#ifndef BASE_EXIT_CODE_H
#define BASE_EXIT_CODE_H

#include <stdbool.h>
#include <stddef.h>

enum exit_code {
    CODE_OK = 0,        // done, and every comparison was equal
    CODE_DIFFERENT = 1, // the guest and QEMU disagree
    CODE_USAGE = 2,     // the command line is invalid
    CODE_CANNOT_CONNECT = 3,
    CODE_MONITOR_BUSY = 4, // no room for a client, or no greeting
    CODE_NO_BALLOON = 5,
    CODE_NO_STATISTICS = 6,
    CODE_TIMEOUT = 7,
    CODE_QEMU_DIED = 8, // or the guest ended it unexpectedly
    CODE_PROTOCOL = 9,  // QEMU refused a command or broke the protocol
    CODE_HOST = 10,     // this host lacks a program, a file, memory, ...
    CODE_REFUSED = 11,  // refused by the tool itself; --force overrides
    // Ended by a signal: 128 plus its number, as in a shell.
    CODE_HUNG_UP = 129,     // SIGHUP
    CODE_INTERRUPTED = 130, // SIGINT
    CODE_QUIT = 131,        // SIGQUIT
    CODE_TERMINATED = 143,  // SIGTERM
};

struct exit_code_entry {
    enum exit_code code;
    const char *name;    // one word, for JSON and for scripts
    const char *meaning; // one line of text, no full stop
};

// The whole table in rising order. *count is set to its length.
const struct exit_code_entry *exit_code_table(size_t *count);

// The table's name for a code; "unknown" for a number that is not in it.
const char *exit_code_name(enum exit_code code);

// Whether the code means that a signal ended the tool.
bool exit_code_is_signal(enum exit_code code);

#endif
