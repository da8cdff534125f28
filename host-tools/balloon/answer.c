// SPDX-License-Identifier: MIT
// Parsing of the guest's answers to orders.
#include "balloon/answer.h"

#include <stddef.h>
#include <string.h>

#include "base/text.h"

static const char done[] = "order ";
static const char refused[] = "error what=\"order";

static bool begins(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

// Copies `length` characters; false if they do not fit.
static bool copy(char *out, size_t size, const char *text, size_t length)
{
    if (length >= size) {
        return false;
    }
    memcpy(out, text, length);
    out[length] = '\0';
    return true;
}

// "alloc: no memory"... or ": unknown word"..., up to the closing quote.
static bool parse_refusal(const char *text, struct answer *answer)
{
    text += *text == ' ';
    size_t length = strcspn(text, "\"");
    size_t name = strcspn(text, ":\"");
    size_t reason = name + strspn(text + name, ": ");

    answer->refused = true;
    return text[length] == '"' && reason <= length &&
           copy(answer->order, sizeof answer->order, text, name) &&
           copy(answer->reason, sizeof answer->reason, text + reason,
                length - reason);
}

bool answer_parse(const char *line, struct answer *answer)
{
    *answer = (struct answer){.refused = false};
    if (!copy(answer->line, sizeof answer->line, line, strlen(line))) {
        return false;
    }
    if (begins(line, refused)) {
        return parse_refusal(line + strlen(refused), answer);
    }
    if (!begins(line, done)) {
        return false;
    }
    line += strlen(done);
    size_t name = strcspn(line, " ");
    return name && copy(answer->order, sizeof answer->order, line, name);
}

// The value behind "key=", a whole word of the line; NULL: there is none.
static const char *find_value(const struct answer *answer, const char *key,
                              size_t *length)
{
    const char *word = answer->line;

    while (word) {
        if (begins(word, key) && word[strlen(key)] == '=') {
            word += strlen(key) + 1;
            *length = strcspn(word, " ");
            return word;
        }
        word = strchr(word, ' ');
        word += word != NULL;
    }
    return NULL;
}

bool answer_number(const struct answer *answer, const char *key,
                   uint64_t *number)
{
    char digits[24];
    size_t length = 0;
    const char *value = find_value(answer, key, &length);

    return value && copy(digits, sizeof digits, value, length) &&
           text_to_uint64(digits, number) == NUMBER_OK;
}

bool answer_says(const struct answer *answer, const char *key, const char *text)
{
    size_t length = 0;
    const char *value = find_value(answer, key, &length);

    return value && length == strlen(text) && strncmp(value, text, length) == 0;
}
