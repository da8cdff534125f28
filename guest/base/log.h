// SPDX-License-Identifier: MIT
// The log: one fact a line, `layer event key=value ...`, no newline in the
// text. Formatted within 1 KiB of stack and without allocation, so that traps
// and panic can use it. A line reaches base/print.h's sink in one piece.
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/types.h"

// The longest line in bytes; the rest is cut off. A sample with every known
// statistic needs 650.
#define LOG_LINE_MAX 767

// Writes one line. It knows three of printf's conversions; the compiler checks
// the arguments, and any other conversion is a panic:
//   %s   text
//   %u   decimal; %llu: 64 bits
//   %x   hexadecimal; %llx: 64 bits; %#x: with 0x, unless it is 0;
//        %04x: at least 4 digits; the least number is at most 20
void log_line(const char *format, ...) __attribute__((format(printf, 1, 2)));

// A line that is built key by key:
//     static const struct log_key seq = LOG_KEY("seq");
//     log_begin(&line, "stats");
//     log_decimal(&line, &seq, 1);
//     log_end(&line);
// writes `stats seq=1`.
#define LOG_DIGITS_MAX 20 // of 64 bits, in decimal
#define LOG_KEY_MAX 24    // with the blank before and the = behind

// A key as the line has it, padded: a copy of fixed length is a few moves.
struct log_key {
    char text[LOG_KEY_MAX];
    size_t length;
};

#define LOG_KEY(name)                                                          \
    {                                                                          \
        " " name "=", sizeof(name) + 1                                         \
    }

struct log_text {
    size_t used;
    char bytes[LOG_LINE_MAX + LOG_KEY_MAX + LOG_DIGITS_MAX];
};

void log_begin(struct log_text *line, const char *event);
void log_decimal(struct log_text *line, const struct log_key *key,
                 uint64_t value);
void log_end(struct log_text *line);

#endif
