// SPDX-License-Identifier: MIT
// The log's formatting, by newlib. Lines go where emit sends text: COM1.
#include "base/log.h"

#include "base/emit.h"

#include <stdarg.h>
#include <stdio.h>

void log_line(const char *format, ...)
{
    char line[257]; // 255 bytes, newline, NUL
    va_list arguments;

    va_start(arguments, format);
    int length = vsnprintf(line, 256, format, arguments);
    va_end(arguments);
    if (length < 0) {
        return;
    }
    if (length > 255) {
        length = 255;
    }
    line[length] = '\n';
    emit_bytes(line, (size_t)length + 1);
}
