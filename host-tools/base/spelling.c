// SPDX-License-Identifier: MIT
// Spelling suggestions: the nearest word of a list.
// Limits: words of at most 63 characters.
#include "base/text.h"

#include <stdbool.h>
#include <string.h>

enum {
    WORD = 64
};

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

// Fills one row of the table, the costs of turning a[0..i) into b[0..j), from
// the two rows above it.
static void fill_row(const char *a, const char *b, size_t i,
                     const size_t *above2, const size_t *above, size_t *row)
{
    row[0] = i;
    for (size_t j = 1; b[j - 1]; j++) {
        row[j] = least(above[j - 1] + (a[i - 1] != b[j - 1]),
                       least(above[j], row[j - 1]) + 1);
        if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
            row[j] = least(row[j], above2[j - 2] + 1);
        }
    }
}

size_t text_distance(const char *a, const char *b)
{
    size_t rows = strlen(a);
    size_t columns = strlen(b);
    size_t table[3][WORD] = {{0}};

    if (rows >= WORD || columns >= WORD) {
        return SIZE_MAX;
    }
    for (size_t j = 0; j <= columns; j++) {
        table[0][j] = j;
    }
    for (size_t i = 1; i <= rows; i++) {
        fill_row(a, b, i, table[(i + 1) % 3], table[(i + 2) % 3], table[i % 3]);
    }
    return table[rows % 3][columns];
}

// The only candidate that begins with `word`, else NULL.
static const char *only_completion(const char *word,
                                   const char *const *candidates, size_t count)
{
    const char *found = NULL;

    if (*word == '\0') {
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        if (strncmp(word, candidates[i], strlen(word)) == 0) {
            if (found) {
                return NULL;
            }
            found = candidates[i];
        }
    }
    return found;
}

const char *text_nearest(const char *word, const char *const *candidates,
                         size_t count)
{
    const char *best = only_completion(word, candidates, count);
    size_t limit = least(2, (strlen(word) + 2) / 3);
    size_t best_distance = limit + 1;

    if (best) {
        return best;
    }
    for (size_t i = 0; i < count; i++) {
        size_t distance = text_distance(word, candidates[i]);
        if (distance < best_distance) {
            best_distance = distance;
            best = candidates[i];
        }
    }
    return best;
}
