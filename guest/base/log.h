// SPDX-License-Identifier: MIT
// The log: one fact a line, `layer event key=value ...`, no newline in the
// text. Declared here so that every layer can speak; done by libc (and by the
// test programs), which owns formatting and knows where lines go.
#ifndef BASE_LOG_H
#define BASE_LOG_H

// Bytes of a line: a sample of every statistic there is needs 650.
#define LOG_LINE_MAX 767

// Formats as printf does (integers and strings only) and writes one line. A
// longer line is cut. Not for interrupt context or panic.
void log_line(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
