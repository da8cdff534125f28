// SPDX-License-Identifier: MIT
// The log: one fact a line, `layer event key=value ...`, no newline in the
// text. Formatted without heap and within 1 KiB of stack, so that traps and
// panic use it too. A line reaches base/emit.h's sink whole, in one piece.
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/span.h"
#include "base/types.h"

// Bytes of a line: a sample of every statistic there is needs 650. What goes
// beyond is cut off.
#define LOG_LINE_MAX 767

// Writes one line. Of printf's conversions there are three; the compiler
// compares them with the arguments, and any other is a panic:
//   %s   text
//   %u   decimal; %llu: 64 bits
//   %x   hexadecimal; %llx: 64 bits; %#x: with 0x, unless it is 0;
//        %04x: at least so many digits, at most 20
void log_line(const char *format, ...) __attribute__((format(printf, 1, 2)));

// A line whose keys are chosen one by one:
//     log_begin(&line, "stats");
//     log_decimal(&line, seq, 1);
//     log_end(&line);
// writes `stats seq=1`.
#define LOG_DIGITS_MAX 20 // of 64 bits, in decimal

struct log_text {
    size_t used;
    char bytes[LOG_LINE_MAX + LOG_DIGITS_MAX];
};

void log_begin(struct log_text *line, const char *event);
void log_decimal(struct log_text *line, struct span key, uint64_t value);
void log_end(struct log_text *line);

#endif
