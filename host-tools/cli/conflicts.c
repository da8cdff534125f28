// SPDX-License-Identifier: MIT
// The table of options without an effect.
// Limits: one row for each pair.
#include "cli/conflicts.h"

#include <string.h>

#include "base/text.h"

static const struct conflict table[] = {
    // A list runs nothing.
    {"verify", "jobs", NULL, "list", NULL},
    {"verify", "tap", NULL, "list", NULL},
    {"verify", "junit", NULL, "list", NULL},
    {"verify", "json", NULL, "list", NULL},
    {"verify", "document", NULL, "list", NULL},
    {"verify", "qemu", NULL, "list", NULL},
    {"verify", "guest", NULL, "list", NULL},
    {"verify", "accel", NULL, "list", NULL},
    {"verify", "timeout", NULL, "list", NULL},
    {"verify", "artifacts", NULL, "list", NULL},
    // --device defines the balloon. The transport mmio still has an effect: it
    // makes the virtio-mmio slots modern.
    {"run", "ring", NULL, "device", NULL},
    {"run", "transport", "mmio-legacy", "device", NULL},
    {"run", "transport", "pci", "device", NULL},
    {"run", "transport", "pci-transitional", "device", NULL},
    {"run", "transport", "pci-legacy", "device", NULL},
    // The first sample needs no polling.
    {"run", "interval", NULL, "samples", "1"},
    // Nor is there a script before it, or in a bare guest.
    {"run", "script", NULL, "samples", "1"},
    {"run", "script", NULL, "plain", NULL},
    {"set", "timeout", NULL, "no-wait", NULL},
};

enum {
    TABLE_LENGTH = sizeof table / sizeof *table
};

const struct conflict *conflicts_table(size_t *count)
{
    *count = TABLE_LENGTH;
    return table;
}

// "--samples 1", "--list".
static void describe(const char *option, const char *value, char *out,
                     size_t size)
{
    text_format(out, size, "--%s%s%s", option, value ? " " : "",
                value ? value : "");
}

static bool is_given(const struct option *options, const struct parsed *parsed,
                     const char *name, const char *value)
{
    const char *given = options_value(options, parsed, name);

    return given && (!value || strcmp(given, value) == 0);
}

bool conflicts_check(const char *command, const struct option *options,
                     const struct parsed *parsed, struct failure *failure)
{
    char idle[64];
    char other[64];

    if (parsed->help) {
        return true; // the words after it were not read
    }
    for (size_t i = 0; i < TABLE_LENGTH; i++) {
        const struct conflict *row = &table[i];
        if (strcmp(row->command, command) == 0 &&
            is_given(options, parsed, row->option, row->value) &&
            is_given(options, parsed, row->beside, row->given)) {
            describe(row->option, row->value, idle, sizeof idle);
            describe(row->beside, row->given, other, sizeof other);
            return failure_set(failure, CODE_USAGE,
                               "%s has no effect beside %s", idle, other);
        }
    }
    return true;
}
