// SPDX-License-Identifier: MIT
// Setting a failure and adding to its text.
// Limits: FAILURE_TEXT characters; "..." marks a cut.
#include "base/failure.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char cut_mark[] = "...";

static void append(struct failure *failure, const char *format, va_list values)
{
    size_t used = strlen(failure->text);
    size_t room = sizeof failure->text - used;
    int wanted = vsnprintf(failure->text + used, room, format, values);

    if (wanted >= 0 && (size_t)wanted >= room) {
        memcpy(failure->text + sizeof failure->text - sizeof cut_mark, cut_mark,
               sizeof cut_mark);
    }
}

bool failure_set(struct failure *failure, enum exit_code code,
                 const char *format, ...)
{
    va_list values;

    failure->code = code;
    failure->error_class[0] = '\0';
    failure->text[0] = '\0';
    va_start(values, format);
    append(failure, format, values);
    va_end(values);
    return false;
}

bool failure_add(struct failure *failure, const char *format, ...)
{
    va_list values;

    va_start(values, format);
    append(failure, format, values);
    va_end(values);
    return false;
}
