// SPDX-License-Identifier: MIT
// The table of commands and its dispatch.
// Limits: one row a command; each command has its own file.
#include "cli/command.h"

#include <string.h>

#include "base/output.h"
#include "base/text.h"

static const struct command *const table[] = {
    &command_run,    &command_stats,  &command_poll,    &command_set,
    &command_events, &command_verify, &command_predict, &command_help,
};

enum {
    TABLE_LENGTH = sizeof table / sizeof *table
};

const struct command *const *command_table(size_t *count)
{
    *count = TABLE_LENGTH;
    return table;
}

const struct command *command_find(const char *name)
{
    for (size_t i = 0; i < TABLE_LENGTH; i++) {
        if (strcmp(table[i]->name, name) == 0) {
            return table[i];
        }
    }
    return NULL;
}

bool command_unknown(const char *name, const char *besides,
                     struct failure *failure)
{
    const char *names[TABLE_LENGTH + 1] = {besides};
    char shown[64];

    for (size_t i = 0; i < TABLE_LENGTH; i++) {
        names[i + 1] = table[i]->name;
    }
    const char *nearest = text_nearest(name, names, TABLE_LENGTH + 1);
    text_escape(shown, sizeof shown, name, strlen(name));
    failure_set(failure, CODE_USAGE, "unknown command '%s'", shown);
    if (nearest) {
        failure_add(failure, "; did you mean '%s'?", nearest);
    }
    return false;
}

static bool print_version(int argc, const char *name, struct failure *failure)
{
    if (argc > 2) {
        return failure_set(failure, CODE_USAGE, "nothing may follow %s", name);
    }
    output("aerostat %s\n", AEROSTAT_VERSION);
    return output_flush(failure);
}

static bool dispatch(int argc, char **argv, struct failure *failure)
{
    const char *name = argc > 1 ? argv[1] : NULL;

    if (!name) {
        return failure_set(failure, CODE_USAGE, "no command is given");
    }
    if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0) {
        return print_version(argc, name, failure);
    }
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) {
        name = "help";
    }
    const struct command *command = command_find(name);
    if (!command) {
        return command_unknown(name, "--version", failure);
    }
    if (command->run(argc - 1, argv + 1, failure)) {
        return output_flush(failure);
    }
    if (failure->code == CODE_USAGE) {
        failure_add(failure, "\ntry 'aerostat help %s'", command->name);
    }
    return false;
}

int cli_run(int argc, char **argv)
{
    struct failure failure = {.code = CODE_OK};
    struct failure late;

    if (dispatch(argc, argv, &failure)) {
        return CODE_OK;
    }
    // Data printed before the failure is written first.
    (void)!output_flush(&late);
    if (failure.text[0]) {
        message("aerostat: %s", failure.text);
    }
    if (argc < 2) {
        message("try 'aerostat help'");
    }
    return failure.code;
}
