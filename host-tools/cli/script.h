// SPDX-License-Identifier: MIT
// A script: words for this project's guest, and for its machine. A word is an
// order (docs/memory.md, "Orders") or `size=SIZE`, which the tool does itself:
// the size of the machine, so that the balloon has the rest of its RAM.
// Limits: words are separated by blanks and line ends, # begins a comment; an
// empty line between words ends a part. Pure.
#ifndef CLI_SCRIPT_H
#define CLI_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/buffer.h"
#include "base/failure.h"

struct script_word {
    char *text;
    unsigned part; // from 0
};

struct script {
    struct buffer text; // each word ends with a NUL
    struct script_word *words;
    size_t count;
    unsigned parts;
};

// Cuts script->text into words. CODE_USAGE with the number of the line: a word
// cannot be read.
MUST_USE bool script_cut(struct script *script, struct failure *failure);

void script_free(struct script *script);

// Whether the word is `size=SIZE`; *bytes is the size.
bool script_is_size(const char *word, uint64_t *bytes);

// The pages in the balloon of a machine with this RAM and this size.
uint64_t script_balloon(uint64_t ram, uint64_t size);

// The script of `aerostat run`: two parts, that move all sixteen statistics.
extern const char script_of_run[];

#endif
