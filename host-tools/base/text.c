// SPDX-License-Identifier: MIT
// Text helpers: sizes, numbers, escaping, quoting.
// Limits: output into an array never exceeds the caller's size.
#include "base/text.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum {
    ESCAPE = 4 // characters of \xNN
};

void text_format(char *out, size_t size, const char *format, ...)
{
    va_list values;

    va_start(values, format);
    vsnprintf(out, size, format, values);
    va_end(values);
}

void text_size(char *out, size_t size, uint64_t bytes)
{
    static const char *const units[] = {"KiB", "MiB", "GiB",
                                        "TiB", "PiB", "EiB"};
    unsigned index = 0;
    uint64_t unit = 1024;
    uint64_t tenths;

    if (bytes < unit) {
        text_format(out, size, "%u B", (unsigned)bytes);
        return;
    }
    for (;;) {
        // Integers, because a double cannot hold 2^64-1. The remainder is
        // below 2^60, so ten times the remainder still fits.
        tenths = bytes / unit * 10 + (bytes % unit * 10 + unit / 2) / unit;
        if (tenths < 10240 || index == 5) {
            break;
        }
        unit *= 1024;
        index++;
    }
    text_format(out, size, "%u.%u %s", (unsigned)(tenths / 10),
                (unsigned)(tenths % 10), units[index]);
}

static enum number_result to_uint64(const char *text, size_t length,
                                    uint64_t *value)
{
    uint64_t number = 0;
    bool overflow = false;

    if (length == 0) {
        return NUMBER_EMPTY;
    }
    for (size_t i = 0; i < length; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return NUMBER_GARBAGE;
        }
        unsigned digit = (unsigned)(text[i] - '0');
        if (number > (UINT64_MAX - digit) / 10) {
            overflow = true; // garbage later in the text comes first
        }
        number = number * 10 + digit;
    }
    if (overflow) {
        return NUMBER_OVERFLOW;
    }
    *value = number;
    return NUMBER_OK;
}

enum number_result text_to_uint64(const char *text, uint64_t *value)
{
    return to_uint64(text, strlen(text), value);
}

enum number_result text_leading_uint64(const char *text, uint64_t *value)
{
    return to_uint64(text, strspn(text, "0123456789"), value);
}

// The length of the well-formed UTF-8 sequence at `in`, 0 if there is none
// (RFC 3629, 4: no overlong forms, no surrogates, nothing above U+10FFFF).
static size_t utf8_length(const unsigned char *in, size_t length)
{
    unsigned char lead = in[0];
    size_t need = lead < 0x80                   ? 1
                  : lead >= 0xc2 && lead < 0xe0 ? 2
                  : lead >= 0xe0 && lead < 0xf0 ? 3
                  : lead >= 0xf0 && lead < 0xf5 ? 4
                                                : 0;

    if (need == 0 || need > length) {
        return 0;
    }
    for (size_t i = 1; i < need; i++) {
        if ((in[i] & 0xc0) != 0x80) {
            return 0;
        }
    }
    if ((lead == 0xe0 && in[1] < 0xa0) || (lead == 0xed && in[1] > 0x9f) ||
        (lead == 0xf0 && in[1] < 0x90) || (lead == 0xf4 && in[1] > 0x8f)) {
        return 0;
    }
    return need;
}

// The code point of a well-formed sequence of `length` bytes.
static uint32_t code_point(const unsigned char *in, size_t length)
{
    uint32_t point = length == 1 ? in[0] : in[0] & (0x7fU >> length);

    for (size_t i = 1; i < length; i++) {
        point = point << 6 | (in[i] & 0x3fU);
    }
    return point;
}

// Unicode's general category Cc and property Bidi_Control.
static bool is_control(uint32_t point)
{
    return point < 0x20 || (point >= 0x7f && point < 0xa0) || point == 0x61c ||
           point == 0x200e || point == 0x200f ||
           (point >= 0x202a && point <= 0x202e) ||
           (point >= 0x2066 && point <= 0x2069);
}

size_t text_harmless(const char *in, size_t length)
{
    const unsigned char *bytes = (const unsigned char *)in;
    size_t run = length ? utf8_length(bytes, length) : 0;

    return run && !is_control(code_point(bytes, run)) ? run : 0;
}

size_t text_escape(char *out, size_t size, const char *in, size_t length)
{
    size_t written = 0;

    if (size == 0) {
        return 0;
    }
    for (size_t i = 0; i < length;) {
        size_t run = text_harmless(in + i, length - i);
        size_t need = run ? run : ESCAPE;
        if (written + need >= size) {
            break;
        }
        if (run) {
            memcpy(out + written, in + i, run);
        } else {
            text_format(out + written, ESCAPE + 1, "\\x%02x",
                        (unsigned char)in[i]);
        }
        written += need;
        i += run ? run : 1;
    }
    out[written] = '\0';
    return written;
}

char *text_one_line(const char *text)
{
    size_t length = strlen(text);
    size_t size = ESCAPE * length + 1;
    char *line = memory_get(size);

    text_escape(line, size, text, length);
    return line;
}

// The number of bytes at the beginning of `text` that need no escape, line ends
// included.
static size_t shown_run(const char *text, size_t length)
{
    size_t run = 0;

    for (size_t next = 1; next > 0; run += next) {
        next = run < length && text[run] == '\n'
                   ? 1
                   : text_harmless(text + run, length - run);
    }
    return run;
}

void text_escape_lines(struct buffer *out, const char *text)
{
    size_t length = strlen(text);

    while (length > 0) {
        size_t run = shown_run(text, length);
        buffer_add(out, text, run);
        if (run < length) {
            buffer_format(out, "\\x%02x", (unsigned char)text[run]);
            run++;
        }
        text += run;
        length -= run;
    }
}

void text_escape_json(struct buffer *out, const char *json)
{
    size_t length = strlen(json);

    while (length > 0) {
        size_t run = shown_run(json, length);
        buffer_add(out, json, run);
        json += run;
        length -= run;
        if (length > 0) {
            const unsigned char *bytes = (const unsigned char *)json;
            run = utf8_length(bytes, length);
            buffer_format(out, "\\u%04x",
                          run ? code_point(bytes, run) : 0xfffdU);
            json += run ? run : 1;
            length -= run ? run : 1;
        }
    }
}

void text_shell_quote(struct buffer *out, const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "0123456789_-+=.,:/@%";

    if (*word && word[strspn(word, plain)] == '\0') {
        buffer_text(out, word);
        return;
    }
    buffer_text(out, "'");
    for (const char *quote; (quote = strchr(word, '\'')); word = quote + 1) {
        buffer_add(out, word, (size_t)(quote - word));
        buffer_text(out, "'\\''");
    }
    buffer_text(out, word);
    buffer_text(out, "'");
}
