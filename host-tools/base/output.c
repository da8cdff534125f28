// SPDX-License-Identifier: MIT
// Data to stdout, messages to stderr.
// Limits: a failed write to stderr is not reported; one to stdout is.
#include "base/output.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

static int first_error; // errno of the first write that failed

// Writes the formatted text, escaped. False: a write failed (errno is set).
static bool put(FILE *file, const char *end, const char *format, va_list values)
{
    struct buffer raw = {0};
    struct buffer shown = {0};

    buffer_format_list(&raw, format, values);
    text_escape_lines(&shown, buffer_string(&raw));
    buffer_text(&shown, end);
    bool ok = fputs(buffer_string(&shown), file) >= 0;
    buffer_free(&raw);
    buffer_free(&shown);
    return ok;
}

void output(const char *format, ...)
{
    va_list values;

    va_start(values, format);
    if (!put(stdout, "", format, values) && first_error == 0) {
        first_error = errno;
    }
    va_end(values);
}

bool output_flush(struct failure *failure)
{
    if (fflush(stdout) != 0 && first_error == 0) {
        first_error = errno;
    }
    if (first_error == 0) {
        return true;
    }
    if (first_error == EPIPE) {
        return failure_set(failure, CODE_HOST, "%s", "");
    }
    return failure_set(failure, CODE_HOST, "cannot write to stdout: %s",
                       strerror(first_error));
}

void message(const char *format, ...)
{
    va_list values;

    va_start(values, format);
    (void)put(stderr, "\n", format, values);
    va_end(values);
}
