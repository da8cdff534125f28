// SPDX-License-Identifier: MIT
// The table of commands, and the contents of a row.
// Limits: a command prints its data; cli_run prints its failure.
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include <stddef.h>

#include "base/failure.h"
#include "cli/options.h"

#define AEROSTAT_VERSION "0.2.0"

struct command {
    const char *name;
    const char *summary;          // one line, no full stop
    const char *const *examples;  // whole command lines; NULL ends them
    const char *arguments;        // "SOCKET SECONDS|off", "" for none
    const struct option *options; // ends with a row without a name
    const char *details;          // paragraphs below the options, separated by
                                  // empty lines; "" for none
    // argv[0] is the command's name. True: CODE_OK; else the failure's code
    // is the exit code, and its text, unless empty, goes to stderr.
    bool (*run)(int argc, char **argv, struct failure *failure);
};

// All commands in the order of the help; *count gets their number.
const struct command *const *command_table(size_t *count);

// NULL for an unknown name.
const struct command *command_find(const char *name);

// CODE_USAGE, with a suggestion from the commands and the word `besides` if one
// is near. Always false.
bool command_unknown(const char *name, const char *besides,
                     struct failure *failure);

// The rows of the table, one in each file.
extern const struct command command_run;
extern const struct command command_stats;
extern const struct command command_poll;
extern const struct command command_set;
extern const struct command command_events;
extern const struct command command_verify;
extern const struct command command_predict;
extern const struct command command_help;

// Print the usage of one command, the general help, the exit codes to stdout.
void help_command(const struct command *command);
void help_general(void);
void help_exit_codes(void);

// Runs the tool with main's arguments; returns the exit code.
int cli_run(int argc, char **argv);

#endif
