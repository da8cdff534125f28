// SPDX-License-Identifier: MIT
// Violations and log kept as text; panic handed to cmocka, so that
// expect_assert_failure sees an assertion of the code under test.
#include "fakes/fake_report.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/log.h"
#include "base/panic.h"

struct text {
    size_t used;
    char bytes[1 << 16];
};

static struct text violations;
static struct text lines;

// Appends a line; one that no longer fits is dropped.
static void append(struct text *text, const char *format, va_list arguments)
{
    const size_t room = sizeof(text->bytes) - text->used;
    const int length =
        vsnprintf(text->bytes + text->used, room, format, arguments);

    if (length >= 0 && (size_t)length + 2 <= room) {
        text->used += (size_t)length;
        text->bytes[text->used] = '\n';
        text->used++;
    }
    text->bytes[text->used] = '\0';
}

void fake_report_clear(void)
{
    violations.used = 0;
    violations.bytes[0] = '\0';
    lines.used = 0;
    lines.bytes[0] = '\0';
}

void fake_violation(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    append(&violations, format, arguments);
    va_end(arguments);
}

const char *fake_violations(void)
{
    return violations.bytes;
}

void log_line(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    append(&lines, format, arguments);
    va_end(arguments);
}

unsigned fake_log_count(const char *text)
{
    unsigned count = 0;

    for (const char *at = strstr(lines.bytes, text); at != NULL;
         at = strstr(at + 1, text)) {
        count++;
    }
    return count;
}

const char *fake_log(void)
{
    return lines.bytes;
}

_Noreturn void panic(const char *message)
{
    mock_assert(0, message, "the code under test", 0);
    abort();
}
