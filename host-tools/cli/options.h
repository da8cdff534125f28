// SPDX-License-Identifier: MIT
// Options from a table, which is used for parsing, help, and suggestions.
// Limits: long options ("--name VALUE", "--name=VALUE"), -h and, with a row
// "verbose", -v; "--" ends them. "-" alone, or with a digit, is an operand. An
// option whose value name ends in "..." may be repeated, and all options
// together OPTIONS_REPEATS times.
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/failure.h"

struct option {
    const char *name;  // without "--"; NULL ends the table
    const char *value; // the value's name in the help; NULL: takes none;
                       // "PATH...": may be given more than once
    const char *help;  // one line
};

enum {
    OPTIONS_MAX = 20,
    OPTIONS_OPERANDS = 64,
    OPTIONS_REPEATS = 16
};

struct parsed {
    const char *values[OPTIONS_MAX]; // by row: NULL: not given, "": a flag;
                                     // the first value of a repeated option
    struct {
        int row;
        const char *value;
    } repeats[OPTIONS_REPEATS]; // the other values
    int repeat_count;
    const char *operands[OPTIONS_OPERANDS];
    int operand_count;
    char **rest; // the words after "--"
    int rest_count;
    bool help; // -h or --help, which need no row
};

// CODE_USAGE for an unknown option (with a suggestion), a missing value, a
// value for a flag, an option given twice, an option without effect beside
// another (cli/conflicts.h; argv[0] is the command's name), and too many
// operands.
MUST_USE bool options_parse(const struct option *options, int argc, char **argv,
                            struct parsed *parsed, struct failure *failure);

// The value of the option; NULL: not given. The name must be in the table.
const char *options_value(const struct option *options,
                          const struct parsed *parsed, const char *name);

// Copies all values of an option that may be repeated into `values` (room for
// OPTIONS_REPEATS + 1); returns their number.
int options_values(const struct option *options, const struct parsed *parsed,
                   const char *name, const char **values);

// The value as a number low..high; `otherwise` if the option was not given.
// CODE_USAGE with the option's name and the range.
MUST_USE bool options_number(const struct option *options,
                             const struct parsed *parsed, const char *name,
                             uint64_t low, uint64_t high, uint64_t otherwise,
                             uint64_t *number, struct failure *failure);

// The value as a duration of 1 ms to 4294967295 s (base/units.h), in
// milliseconds; `otherwise` if the option was not given. CODE_USAGE with the
// option's name.
MUST_USE bool options_duration(const struct option *options,
                               const struct parsed *parsed, const char *name,
                               uint64_t otherwise, uint64_t *milliseconds,
                               struct failure *failure);

// The value in the format of QEMU's -m, into `memory`: a size (base/units.h),
// where a bare number is MiB as in QEMU. A following ",slots=..." is copied
// unchanged; so is "size=...". Empty if the option was not given. CODE_USAGE
// with the option's name.
MUST_USE bool options_memory(const struct option *options,
                             const struct parsed *parsed, const char *name,
                             char *memory, size_t size,
                             struct failure *failure);

#endif
