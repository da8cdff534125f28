// SPDX-License-Identifier: MIT
// Data to stdout, messages to stderr.
// Limits: a lost message on stderr is not noticed; lost data on stdout is.
#include "base/output.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static int first_error; // errno of the first write that failed

void output(const char *format, ...)
{
    va_list values;

    va_start(values, format);
    if (vprintf(format, values) < 0 && first_error == 0) {
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
    vfprintf(stderr, format, values);
    va_end(values);
    fputc('\n', stderr);
}
