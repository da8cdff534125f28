// SPDX-License-Identifier: MIT
// `aerostat help`, from the tables of commands, options and exit codes.
// Limits: plain text to stdout.
#include "cli/command.h"

#include <stdio.h>
#include <string.h>

#include "base/output.h"
#include "base/text.h"
#include "base/wrap.h"

enum {
    CODE_MEANING = 23 // column of an exit code's meaning
};

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

// An empty line ends a paragraph; within a paragraph a line end is a blank.
static void print_paragraphs(const char *text)
{
    struct buffer out = {0};

    while (*text) {
        const char *end = strstr(text, "\n\n");
        size_t length = end ? (size_t)(end - text) : strlen(text);
        buffer_text(&out, "\n");
        wrap_text(&out, 0, text, length);
        text += length + (end ? 2 : 0);
    }
    output("%s", buffer_string(&out));
    buffer_free(&out);
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
    print_paragraphs(command->details);
}

void help_exit_codes(void)
{
    size_t count;
    const struct exit_code_entry *table = exit_code_table(&count);

    output("Exit codes:\n");
    for (size_t i = 0; i < count; i++) {
        struct buffer meaning = {0};
        wrap_text(&meaning, CODE_MEANING, table[i].meaning,
                  strlen(table[i].meaning));
        output("  %3d  %-15s %s", (int)table[i].code, table[i].name,
               buffer_string(&meaning) + CODE_MEANING);
        buffer_free(&meaning);
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
    output(
        "\n'aerostat help COMMAND' shows the help of a command, 'aerostat help "
        "exit-codes'\nthe exit codes, 'aerostat --version' the version.\n");
}

static bool is_exit_codes(const char *topic)
{
    return strcmp(topic, "exit-codes") == 0 || strcmp(topic, "exit_codes") == 0;
}

static bool run(int argc, char **argv, struct failure *failure)
{
    struct parsed parsed;

    if (!options_parse(no_options, argc, argv, &parsed, failure)) {
        return false;
    }
    if (parsed.operand_count > 1 || parsed.rest_count) {
        return failure_set(failure, CODE_USAGE,
                           "help takes one COMMAND, or exit-codes");
    }
    const char *topic = parsed.operand_count ? parsed.operands[0] : NULL;
    const struct command *command = topic ? command_find(topic) : NULL;
    if (!topic) {
        help_general();
    } else if (is_exit_codes(topic)) {
        help_exit_codes();
    } else if (command) {
        help_command(command);
    } else {
        return command_unknown(topic, "exit-codes", failure);
    }
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
