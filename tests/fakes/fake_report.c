// SPDX-License-Identifier: MIT
// Violations and log bytes kept as text; panic is passed to cmocka, so that
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

#include "base/print.h"
#include "base/panic.h"

struct text {
    size_t used;
    char bytes[1 << 16];
};

static struct text violations;
static struct text lines;

// Appends bytes; drops those that do not fit.
static void append(struct text *text, const char *bytes, size_t count)
{
    if (count < sizeof(text->bytes) - text->used) {
        memcpy(text->bytes + text->used, bytes, count);
        text->used += count;
        text->bytes[text->used] = '\0';
    }
}

static void keep_log(const char *bytes, size_t count)
{
    append(&lines, bytes, count);
}

void fake_report_clear(void)
{
    violations.used = 0;
    violations.bytes[0] = '\0';
    lines.used = 0;
    lines.bytes[0] = '\0';
    print_to(keep_log);
}

void fake_violation(const char *format, ...)
{
    char line[1024];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    append(&violations, line, strlen(line));
    append(&violations, "\n", 1);
}

const char *fake_violations(void)
{
    return violations.bytes;
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
