// SPDX-License-Identifier: MIT
// Cutting a script into words and parts.
#include "cli/script.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/units.h"
#include "model/model.h"

enum {
    PAGE = 4096,
    WORD_MOST = 127 // characters of a line that the guest takes
};

bool script_is_size(const char *word, uint64_t *bytes)
{
    static const char name[] = "size=";
    struct units_size size;

    if (strncmp(word, name, sizeof name - 1) != 0 ||
        units_size(word + sizeof name - 1, &size) != UNITS_OK ||
        size.bytes == 0 || size.bytes > INT64_MAX) {
        return false;
    }
    *bytes = size.bytes;
    return true;
}

uint64_t script_balloon(uint64_t ram, uint64_t size)
{
    return size < ram ? (ram - size) / PAGE : 0;
}

static const char blanks[] = " \t\r\n";

struct cursor {
    char *at;
    unsigned line;
    bool empty_line; // one was passed before the word
};

// Passes blanks and comments. A line with a comment is not an empty one.
static void skip(struct cursor *cursor)
{
    unsigned ends = 0; // of lines without anything between them

    cursor->empty_line = false;
    while (*cursor->at == '#' || (*cursor->at && strchr(blanks, *cursor->at))) {
        if (*cursor->at == '#') {
            cursor->at += strcspn(cursor->at, "\n");
            ends = 0;
            continue;
        }
        if (*cursor->at++ == '\n') {
            cursor->line++;
            cursor->empty_line = cursor->empty_line || ++ends > 1;
        }
    }
}

static bool check_word(const char *text, size_t length, unsigned line,
                       struct failure *failure)
{
    uint64_t size;
    char word[WORD_MOST + 1];
    char shown[64];

    text_format(word, sizeof word, "%.*s", (int)length, text);
    if (length <= WORD_MOST &&
        (model_is_order(word) || script_is_size(word, &size))) {
        return true;
    }
    text_escape(shown, sizeof shown, word, strlen(word));
    return failure_set(failure, CODE_USAGE,
                       "line %u of the script: '%s' is no order", line, shown);
}

bool script_cut(struct script *script, struct failure *failure)
{
    char nothing[] = "";
    struct cursor cursor = {
        .at = script->text.data ? script->text.data : nothing, .line = 1};

    script->words =
        memory_get((script->text.length / 2 + 1) * sizeof *script->words);
    for (skip(&cursor); *cursor.at; skip(&cursor)) {
        const size_t length = strcspn(cursor.at, blanks);

        if (!check_word(cursor.at, length, cursor.line, failure)) {
            return false;
        }
        script->parts += script->count == 0 || cursor.empty_line;
        script->words[script->count++] =
            (struct script_word){cursor.at, script->parts - 1};
        cursor.at += length;
    }
    for (size_t i = 0; i < script->count; i++) {
        script->words[i].text[strcspn(script->words[i].text, blanks)] = '\0';
    }
    return true;
}

void script_free(struct script *script)
{
    free(script->words);
    buffer_free(&script->text);
    *script = (struct script){0};
}
