// SPDX-License-Identifier: MIT
// The guest's answers to orders, parsed from COM1 lines:
//     order NAME key=value ...
//     error what="order NAME: REASON" key=value ...
// docs/memory.md, "Orders". Every other line is ignored. Pure.
// Limits: ANSWER_LINE characters a line.
#ifndef BALLOON_ANSWER_H
#define BALLOON_ANSWER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attributes.h"

enum {
    ANSWER_LINE = 1024,
    ANSWER_NAME = 24,
    ANSWER_REASON = 64
};

struct answer {
    char order[ANSWER_NAME]; // "write"; "": a refused word that is no order
    bool refused;
    char reason[ANSWER_REASON]; // of a refusal, "no memory"; "": none
    char line[ANSWER_LINE + 1];
};

// False: the line is no answer.
MUST_USE bool answer_parse(const char *line, struct answer *answer);

// The decimal number of "key=NUMBER" in the line. False if the key is missing
// or its value is another text.
MUST_USE bool answer_number(const struct answer *answer, const char *key,
                            uint64_t *number);
// Whether the line has "key=text".
bool answer_says(const struct answer *answer, const char *key,
                 const char *text);

#endif
