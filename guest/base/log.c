// SPDX-License-Identifier: MIT
// Formatting of log lines, with the few conversions that they need. A general
// printf takes five times the instructions: most of a sample's cost.
#include "base/log.h"

#include "base/panic.h"
#include "base/print.h"

#include <stdarg.h>
#include <string.h>

// Bytes left before the line is cut off.
static size_t room_in(const struct log_text *line)
{
    return LOG_LINE_MAX - line->used;
}

static void put_bytes(struct log_text *line, const char *text, size_t bytes)
{
    const size_t room = room_in(line);
    const size_t fits = bytes < room ? bytes : room;

    memcpy(line->bytes + line->used, text, fits);
    line->used += fits;
}

static void put_text(struct log_text *line, const char *text)
{
    put_bytes(line, text, strlen(text));
}

// Appends a number with at least `least` digits. They are produced from last to
// first, then copied with the bytes behind them: a copy of fixed length is a
// few moves, and the line has room for it.
static void put_number(struct log_text *line, uint64_t value, unsigned base,
                       unsigned least)
{
    static const char names[] = "0123456789abcdef";
    char digits[2 * LOG_DIGITS_MAX];
    char *const last = digits + LOG_DIGITS_MAX;
    char *first = last;

    for (; value >= base; value /= base) {
        *--first = names[value % base];
    }
    *--first = names[value];
    while (first > digits && last - first < (ptrdiff_t)least) {
        *--first = '0';
    }
    memcpy(line->bytes + line->used, first, LOG_DIGITS_MAX);
    line->used += (size_t)(last - first);
    if (line->used > LOG_LINE_MAX) {
        line->used = LOG_LINE_MAX;
    }
}

// The part of a conversion between % and the letter.
struct conversion {
    bool prefix;     // #
    bool wide;       // ll
    unsigned digits; // the least number of digits
};

// Returns the position of the letter.
static const char *read_conversion(const char *at, struct conversion *how)
{
    *how = (struct conversion){0};
    for (; *at == '#'; at++) {
        how->prefix = true;
    }
    for (; *at >= '0' && *at <= '9'; at++) {
        how->digits = how->digits * 10 + (unsigned)(*at - '0');
    }
    for (; *at == 'l'; at++) {
        how->wide = true;
    }
    return at;
}

static void put_format(struct log_text *line, const char *format,
                       va_list arguments)
{
    for (;; format++) {
        const char *const plain = format;
        struct conversion how;

        while (*format && *format != '%') {
            format++;
        }
        put_bytes(line, plain, (size_t)(format - plain));
        if (!*format) {
            return;
        }
        format = read_conversion(format + 1, &how);
        if (*format == 's') {
            put_text(line, va_arg(arguments, const char *));
            continue;
        }
        assert_that(*format == 'u' || *format == 'x', "log: a conversion");
        const uint64_t value = how.wide ? va_arg(arguments, unsigned long long)
                                        : va_arg(arguments, unsigned);

        if (how.prefix && value != 0) {
            put_text(line, "0x");
        }
        put_number(line, value, *format == 'u' ? 10 : 16, how.digits);
    }
}

void log_line(const char *format, ...)
{
    struct log_text line;
    va_list arguments;

    log_begin(&line, "");
    va_start(arguments, format);
    put_format(&line, format, arguments);
    va_end(arguments);
    log_end(&line);
}

void log_begin(struct log_text *line, const char *event)
{
    line->used = 0;
    put_text(line, event);
}

// Most counters are small, and one digit needs no conversion. The text has room
// for a key and a number behind the longest line.
void log_decimal(struct log_text *line, const struct log_key *key,
                 uint64_t value)
{
    memcpy(line->bytes + line->used, key->text, LOG_KEY_MAX);
    line->used += key->length;
    if (value >= 10) {
        put_number(line, value, 10, 1);
        return;
    }
    line->bytes[line->used++] = (char)('0' + value);
    if (line->used > LOG_LINE_MAX) {
        line->used = LOG_LINE_MAX;
    }
}

void log_end(struct log_text *line)
{
    line->bytes[line->used] = '\n';
    print_bytes(line->bytes, line->used + 1);
}
