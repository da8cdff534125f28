// SPDX-License-Identifier: MIT
// Random scripts of orders for memory.random, and how a script that fails is
// made smaller. docs/memory.md, "Orders". Pure.
// Limits: words of SCRIPT_WORD characters.
#ifndef CLAIMS_MEMORY_SCRIPT_H
#define CLAIMS_MEMORY_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"

enum {
    SCRIPT_ORDERS = 60, // behind the ones that prepare the machine
    SCRIPT_WORD = 32,

    // The disks that the scripts are made for, in pages.
    SCRIPT_SWAP_PAGES = 101,
    SCRIPT_FILE_PAGES = 150,
};

// Orders in turn. Besides the orders of docs/memory.md:
//     room=N         held memory grows until N frames of room are left
//     balloon=N      the target of the balloon is N pages
//     poll           a sample
// and an order that ends with "!" is polled while it runs.
// All bits zero: none.
struct memory_script {
    size_t count;
    size_t room; // for words
    char (*words)[SCRIPT_WORD];
};

// Appends the script of a seed, the same one each time. It first gives back
// what a script before it has taken. Most scripts swap, stall and kill.
void memory_script_make(uint64_t seed, struct memory_script *script);

void memory_script_free(struct memory_script *script);

// Appends a word, which must fit.
void memory_script_add(struct memory_script *script, const char *format, ...)
    PRINTF_LIKE(2, 3);

// Whether the script still fails; false also if that can't be found out.
typedef bool memory_script_fails(void *context,
                                 const struct memory_script *script);

// Leaves words out, first a half, then a quarter, down to single ones, as long
// as the script fails; `most` trials.
void memory_script_shrink(struct memory_script *script, unsigned most,
                          memory_script_fails *fails, void *context);

// Appends the words of this text, separated by blanks, but for `count`.
void memory_script_add_words(struct memory_script *script, const char *words);

// Appends lines of at most 72 characters that `aerostat predict` reads, each
// behind `indent`. A move of the balloon is a comment there.
void memory_script_print(const struct memory_script *script, const char *indent,
                         struct buffer *out);

#endif
