// SPDX-License-Identifier: MIT
// Options read from a table: the same rows parse, help and suggest.
// Limits: long options ("--name VALUE", "--name=VALUE"), -h and, where there is
// a row "verbose", -v; "--" ends them. A "-" before a digit is an operand. An
// option whose value ends in "..." may be given up to OPTIONS_REPEATS times.
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/failure.h"

struct option {
    const char *name;  // without "--"; NULL ends the table
    const char *value; // what the help calls its value; NULL: takes none;
                       // "PATH...": may be given again and again
    const char *help;  // one line
};

enum {
    OPTIONS_MAX = 20,
    OPTIONS_OPERANDS = 64,
    OPTIONS_REPEATS = 16
};

struct parsed {
    const char *values[OPTIONS_MAX]; // by row: NULL not given, "" for a flag,
                                     // the first of several
    struct {
        int row;
        const char *value;
    } repeats[OPTIONS_REPEATS]; // the others
    int repeat_count;
    const char *operands[OPTIONS_OPERANDS];
    int operand_count;
    char **rest; // the words after "--"
    int rest_count;
    bool help; // -h or --help, which every table has without a row
};

// CODE_USAGE for an unknown option (with a suggestion), a missing value, one
// too much, an option that is given twice, one without effect beside another
// (cli/conflicts.h; argv[0] is the command's name), and too many operands.
MUST_USE bool options_parse(const struct option *options, int argc, char **argv,
                            struct parsed *parsed, struct failure *failure);

// The value of the option; NULL when it was not given. The name must be in
// the table.
const char *options_value(const struct option *options,
                          const struct parsed *parsed, const char *name);

// All values of an option that may be repeated, into `values` (room for
// OPTIONS_REPEATS + 1); their number.
int options_values(const struct option *options, const struct parsed *parsed,
                   const char *name, const char **values);

// The value as a number low..high; `otherwise` when it was not given.
// CODE_USAGE with the option's name and the range.
MUST_USE bool options_number(const struct option *options,
                             const struct parsed *parsed, const char *name,
                             uint64_t low, uint64_t high, uint64_t otherwise,
                             uint64_t *number, struct failure *failure);

// The value as a duration of 1 ms to 4294967295 s (base/units.h), in
// milliseconds; `otherwise` when it was not given. CODE_USAGE with the option's
// name.
MUST_USE bool options_duration(const struct option *options,
                               const struct parsed *parsed, const char *name,
                               uint64_t otherwise, uint64_t *milliseconds,
                               struct failure *failure);

// The value as QEMU's -m has it, into `memory`: a size (base/units.h), a bare
// number being MiB as with QEMU, and perhaps ",slots=..." behind it, which goes
// through as it is; so does "size=...". Empty when it was not given.
// CODE_USAGE with the option's name.
MUST_USE bool options_memory(const struct option *options,
                             const struct parsed *parsed, const char *name,
                             char *memory, size_t size,
                             struct failure *failure);

#endif
