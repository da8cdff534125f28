// SPDX-License-Identifier: MIT
// The table of exit codes. `aerostat help exit-codes` prints it; the README has
// a copy.
#include "base/exit_code.h"

static const struct exit_code_entry table[] = {
    {CODE_OK, "ok", "done, and every comparison was equal"},
    {CODE_DIFFERENT, "different", "the guest and QEMU disagree"},
    {CODE_USAGE, "usage", "the command line makes no sense"},
    {CODE_CANNOT_CONNECT, "cannot-connect", "no connection to the monitor"},
    {CODE_MONITOR_BUSY, "monitor-busy",
     "the monitor serves another client, or is stopped or stuck"},
    {CODE_NO_BALLOON, "no-balloon", "the machine has no balloon device"},
    {CODE_NO_STATISTICS, "no-statistics",
     "there have never been any statistics"},
    {CODE_TIMEOUT, "timeout",
     "the awaited event did not occur in time, or cannot occur"},
    {CODE_QEMU_DIED, "qemu-died",
     "QEMU died, or the guest ended it unrequested"},
    {CODE_PROTOCOL, "protocol", "QEMU refused a command or broke the protocol"},
    {CODE_HOST, "host",
     "this host lacks something (program, file, memory, disk space)"},
    {CODE_REFUSED, "refused",
     "not done, since the guest would have too little; --force does it"},
    {CODE_HUNG_UP, "hung-up", "ended by SIGHUP, as when a terminal closes"},
    {CODE_INTERRUPTED, "interrupted", "ended by Ctrl-C (SIGINT)"},
    {CODE_QUIT, "quit", "ended by Ctrl-\\ (SIGQUIT)"},
    {CODE_TERMINATED, "terminated", "ended by SIGTERM"},
};

enum {
    TABLE_LENGTH = sizeof table / sizeof *table
};

const struct exit_code_entry *exit_code_table(size_t *count)
{
    *count = TABLE_LENGTH;
    return table;
}

const char *exit_code_name(enum exit_code code)
{
    for (size_t i = 0; i < TABLE_LENGTH; i++) {
        if (table[i].code == code) {
            return table[i].name;
        }
    }
    return "unknown";
}

bool exit_code_is_signal(enum exit_code code)
{
    return code > 128;
}
