// SPDX-License-Identifier: MIT
// Options read from a table.
// Limits: OPTIONS_MAX rows, OPTIONS_OPERANDS operands.
#include "cli/options.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "base/deadline.h"
#include "base/text.h"
#include "base/units.h"

static int find_row(const struct option *options, const char *name,
                    size_t length)
{
    for (int i = 0; options[i].name; i++) {
        if (strlen(options[i].name) == length &&
            memcmp(options[i].name, name, length) == 0) {
            return i;
        }
    }
    return -1;
}

static bool unknown(const struct option *options, const char *word,
                    struct failure *failure)
{
    const char *names[OPTIONS_MAX + 1] = {"help"};
    size_t count = 1;
    char shown[64];
    char name[64];

    for (const struct option *row = options; row->name; row++) {
        assert(count <= OPTIONS_MAX);
        names[count++] = row->name;
    }
    text_escape(shown, sizeof shown, word, strlen(word));
    failure_set(failure, CODE_USAGE, "unknown option '%s'", shown);
    word += strspn(word, "-");
    text_format(name, sizeof name, "%.*s", (int)strcspn(word, "="), word);
    const char *nearest = text_nearest(name, names, count);
    if (nearest) {
        failure_add(failure, "; did you mean --%s?", nearest);
    }
    return false;
}

static bool may_repeat(const struct option *option)
{
    size_t length = option->value ? strlen(option->value) : 0;

    return length > 3 && strcmp(option->value + length - 3, "...") == 0;
}

static bool keep_value(const struct option *options, int row, const char *value,
                       struct parsed *parsed, struct failure *failure)
{
    if (!parsed->values[row]) {
        parsed->values[row] = value;
        return true;
    }
    if (parsed->repeat_count == OPTIONS_REPEATS) {
        return failure_set(failure, CODE_USAGE, "too many --%s",
                           options[row].name);
    }
    parsed->repeats[parsed->repeat_count].row = row;
    parsed->repeats[parsed->repeat_count++].value = value;
    return true;
}

// One word that begins with "--"; `next` is the word after it or NULL.
// *used_next: that word was taken as the value.
static bool take_option(const struct option *options, const char *word,
                        const char *next, struct parsed *parsed,
                        bool *used_next, struct failure *failure)
{
    const char *name = word + 2;
    size_t length = strcspn(name, "=");
    int row = find_row(options, name, length);
    const char *value = name[length] == '=' ? name + length + 1 : NULL;

    *used_next = false;
    if (row < 0) {
        return unknown(options, word, failure);
    }
    if (parsed->values[row] && !may_repeat(&options[row])) {
        return failure_set(failure, CODE_USAGE, "--%s is given twice",
                           options[row].name);
    }
    if (!options[row].value && value) {
        return failure_set(failure, CODE_USAGE, "--%s takes no value",
                           options[row].name);
    }
    if (options[row].value && !value) {
        if (!next) {
            return failure_set(failure, CODE_USAGE, "--%s needs a value: %s",
                               options[row].name, options[row].value);
        }
        value = next;
        *used_next = true;
    }
    return keep_value(options, row, value ? value : "", parsed, failure);
}

static bool take_operand(const char *word, struct parsed *parsed,
                         struct failure *failure)
{
    if (parsed->operand_count == OPTIONS_OPERANDS) {
        return failure_set(failure, CODE_USAGE, "too many words");
    }
    parsed->operands[parsed->operand_count++] = word;
    return true;
}

bool options_parse(const struct option *options, int argc, char **argv,
                   struct parsed *parsed, struct failure *failure)
{
    *parsed = (struct parsed){0};
    for (int i = 1; i < argc; i++) {
        const char *word = argv[i];
        bool used_next = false;
        bool ok = true;
        if (strcmp(word, "--") == 0) {
            parsed->rest = argv + i + 1;
            parsed->rest_count = argc - i - 1;
            break;
        }
        if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
            parsed->help = true;
            break; // the other words are not read
        }
        if (strcmp(word, "-v") == 0 && find_row(options, "verbose", 7) >= 0) {
            word = "--verbose";
        }
        if (strncmp(word, "--", 2) == 0) {
            ok = take_option(options, word, argv[i + 1], parsed, &used_next,
                             failure);
        } else if (word[0] == '-' && word[1] != '\0' &&
                   !(word[1] >= '0' && word[1] <= '9')) {
            ok = unknown(options, word, failure);
        } else {
            ok = take_operand(word, parsed, failure);
        }
        if (!ok) {
            return false;
        }
        i += used_next;
    }
    return true;
}

const char *options_value(const struct option *options,
                          const struct parsed *parsed, const char *name)
{
    int row = find_row(options, name, strlen(name));

    assert(row >= 0);
    return parsed->values[row];
}

int options_values(const struct option *options, const struct parsed *parsed,
                   const char *name, const char **values)
{
    int row = find_row(options, name, strlen(name));
    int count = 0;

    assert(row >= 0);
    if (parsed->values[row]) {
        values[count++] = parsed->values[row];
    }
    for (int i = 0; i < parsed->repeat_count; i++) {
        if (parsed->repeats[i].row == row) {
            values[count++] = parsed->repeats[i].value;
        }
    }
    return count;
}

bool options_number(const struct option *options, const struct parsed *parsed,
                    const char *name, uint64_t low, uint64_t high,
                    uint64_t otherwise, uint64_t *number,
                    struct failure *failure)
{
    const char *text = options_value(options, parsed, name);
    char shown[64];

    *number = otherwise;
    if (!text) {
        return true;
    }
    if (text_to_uint64(text, number) == NUMBER_OK && *number >= low &&
        *number <= high) {
        return true;
    }
    text_escape(shown, sizeof shown, text, strlen(text));
    return failure_set(
        failure, CODE_USAGE, "--%s must be a whole number %llu..%llu, not '%s'",
        name, (unsigned long long)low, (unsigned long long)high, shown);
}

bool options_duration(const struct option *options, const struct parsed *parsed,
                      const char *name, uint64_t otherwise,
                      uint64_t *milliseconds, struct failure *failure)
{
    const char *text = options_value(options, parsed, name);
    char shown[64];

    *milliseconds = otherwise;
    if (!text) {
        return true;
    }
    const enum units_result result = units_duration(text, milliseconds);

    if (result == UNITS_OK && *milliseconds >= 1 &&
        *milliseconds <= (uint64_t)UINT32_MAX * MS_PER_S) {
        return true;
    }
    text_escape(shown, sizeof shown, text, strlen(text));
    return failure_set(
        failure, CODE_USAGE,
        "--%s must be a duration such as 2, 0.5, 500ms, 2s or 5m, at least 1 "
        "ms: '%s' %s",
        name, shown,
        result != UNITS_OK   ? units_reason(result)
        : *milliseconds == 0 ? "is less"
                             : "is more than 4294967295 s");
}

// The first `length` characters in QEMU's spelling; UNITS_OK with *out empty if
// they are in that spelling already.
static enum units_result memory_size(const char *text, size_t length,
                                     char out[32])
{
    char first[32];
    struct units_size size;

    *out = '\0';
    if (length >= sizeof first) {
        return UNITS_OVERFLOW;
    }
    text_format(first, sizeof first, "%.*s", (int)length, text);
    const enum units_result result = units_size(first, &size);

    if (result == UNITS_OK && !size.bare) {
        units_exact(out, 32, size.bytes);
    }
    return result;
}

bool options_memory(const struct option *options, const struct parsed *parsed,
                    const char *name, char *memory, size_t size,
                    struct failure *failure)
{
    const char *text = options_value(options, parsed, name);
    char first[32] = "";
    char shown[64];
    enum units_result result = UNITS_OK;

    text = text ? text : "";
    const size_t length = strcspn(text, ",");

    if (*text && !memchr(text, '=', length)) {
        result = memory_size(text, length, first);
    }
    if (result == UNITS_OK && strlen(first) + strlen(text) >= size) {
        result = UNITS_OVERFLOW;
    }
    if (result == UNITS_OK) {
        text_format(memory, size, "%s%s", first, *first ? text + length : text);
        return true;
    }
    text_escape(shown, sizeof shown, text, strlen(text));
    return failure_set(failure, CODE_USAGE,
                       "--%s must be a size such as 256M, 0.5G or 64MiB (a "
                       "bare number is MiB, as with QEMU's -m): '%s' %s",
                       name, shown, units_reason(result));
}
