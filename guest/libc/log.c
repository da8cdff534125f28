// SPDX-License-Identifier: MIT
// The log's formatting, by newlib. Lines go where emit sends text: COM1.
#include "base/log.h"

#include "base/emit.h"

#include <stdarg.h>
#include <stdio.h>

void log_line(const char *format, ...)
{
    char line[LOG_LINE_MAX + 2]; // with newline and NUL
    va_list arguments;

    va_start(arguments, format);
    int length = vsnprintf(line, sizeof line - 1, format, arguments);
    va_end(arguments);
    if (length < 0) {
        return;
    }
    if (length > LOG_LINE_MAX) {
        length = LOG_LINE_MAX;
    }
    line[length] = '\n';
    emit_bytes(line, (size_t)length + 1);
}
