// SPDX-License-Identifier: MIT
// The exit codes of the tool: one enum and the one table that explains it.
// Limits: scripts rely on these numbers, so a number never changes its meaning.
#ifndef BASE_EXIT_CODE_H
#define BASE_EXIT_CODE_H

#include <stdbool.h>
#include <stddef.h>

enum exit_code {
    CODE_OK = 0,        // all was done, every comparison was equal
    CODE_DIFFERENT = 1, // the guest and QEMU disagree
    CODE_USAGE = 2,     // the command line makes no sense
    CODE_CANNOT_CONNECT = 3,
    CODE_MONITOR_BUSY = 4, // takes no client, or does not greet
    CODE_NO_BALLOON = 5,
    CODE_NO_STATISTICS = 6,
    CODE_TIMEOUT = 7,
    CODE_QEMU_DIED = 8, // or the guest ended it unasked
    CODE_PROTOCOL = 9,  // QEMU refused a command or spoke nonsense
    CODE_HOST = 10,     // this host lacks something
    CODE_REFUSED = 11,  // the tool itself: --force would do it
    // Ended by a signal: 128 and its number, as a shell has it.
    CODE_HUNG_UP = 129,     // SIGHUP
    CODE_INTERRUPTED = 130, // SIGINT
    CODE_QUIT = 131,        // SIGQUIT
    CODE_TERMINATED = 143,  // SIGTERM
};

struct exit_code_entry {
    enum exit_code code;
    const char *name;    // one word, for JSON and for scripts
    const char *meaning; // one line for people, no full stop
};

// The whole table in rising order; *count gets its length.
const struct exit_code_entry *exit_code_table(size_t *count);

// The table's name for a code; "unknown" for a number that is not in it.
const char *exit_code_name(enum exit_code code);

// Whether it stands for a signal that ended the tool.
bool exit_code_is_signal(enum exit_code code);

#endif
