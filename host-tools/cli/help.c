// SPDX-License-Identifier: MIT
// `aerostat help`: made from the tables of commands, options and exit codes.
// Limits: plain text to stdout.
#include "cli/command.h"

#include <stdio.h>
#include <string.h>

#include "base/output.h"
#include "base/text.h"

static const struct option no_options[] = {{NULL, NULL, NULL}};

static const char *const examples[] = {
    "aerostat help run",
    "aerostat help exit-codes",
    NULL,
};

static void print_examples(const char *const *lines)
{
    output("Examples:\n");
    for (; *lines; lines++) {
        output("  %s\n", *lines);
    }
}

static void print_option(const struct option *option)
{
    char left[40];

    text_format(left, sizeof left, "--%s%s%s", option->name,
                option->value ? " " : "", option->value ? option->value : "");
    output("  %-24s %s\n", left, option->help);
}

static bool takes_a_time(const struct option *option)
{
    for (; option->name; option++) {
        if (option->value && strcmp(option->value, "TIME") == 0) {
            return true;
        }
    }
    return false;
}

void help_command(const struct command *command)
{
    const struct option *option = command->options;

    output("%s: %s\n\n", command->name, command->summary);
    print_examples(command->examples);
    output("\nUsage: aerostat %s%s%s%s\n", command->name,
           option->name ? " [OPTIONS]" : "", *command->arguments ? " " : "",
           command->arguments);
    output("\nOptions:\n");
    for (; option->name; option++) {
        print_option(option);
    }
    print_option(&(struct option){"help", NULL, "show this"});
    if (takes_a_time(command->options)) {
        output(
            "\nTIME is seconds, or has a unit: 2, 0.5, 500ms, 2s, 5m, 1h.\n");
    }
    if (*command->details) {
        output("\n%s", command->details);
    }
}

void help_exit_codes(void)
{
    size_t count;
    const struct exit_code_entry *table = exit_code_table(&count);

    output("Exit codes:\n");
    for (size_t i = 0; i < count; i++) {
        output("  %3d  %-15s %s\n", (int)table[i].code, table[i].name,
               table[i].meaning);
    }
}

void help_general(void)
{
    size_t count;
    const struct command *const *table = command_table(&count);

    output("aerostat: the memory statistics of a virtio-balloon guest, as "
           "QEMU reports them\n\nExamples:\n");
    for (size_t i = 0; i < count; i++) {
        output("  %s\n", table[i]->examples[0]);
    }
    output("\nCommands:\n");
    for (size_t i = 0; i < count; i++) {
        output("  %-8s %s\n", table[i]->name, table[i]->summary);
    }
    output("\n'aerostat help COMMAND' says more, 'aerostat help exit-codes' "
           "lists the exit codes,\n'aerostat --version' the version.\n");
}

static bool run(int argc, char **argv, struct failure *failure)
{
    struct parsed parsed;

    if (!options_parse(no_options, argc, argv, &parsed, failure)) {
        return false;
    }
    if (parsed.operand_count == 0) {
        help_general();
        return true;
    }
    if (strcmp(parsed.operands[0], "exit-codes") == 0) {
        help_exit_codes();
        return true;
    }
    const struct command *command = command_find(parsed.operands[0]);
    if (!command) {
        return command_unknown(parsed.operands[0], failure);
    }
    help_command(command);
    return true;
}

const struct command command_help = {
    .name = "help",
    .summary = "show the help of a command, or the exit codes",
    .examples = examples,
    .arguments = "[COMMAND|exit-codes]",
    .options = no_options,
    .details = "",
    .run = run,
};
