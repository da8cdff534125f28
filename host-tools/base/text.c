// SPDX-License-Identifier: MIT
// Text helpers: sizes, numbers, harmless text, quoting.
// Limits: everything is bounded by the caller's buffer.
#include "base/text.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

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
        // In integers, so that 2^64-1 doesn't pass through a double. The
        // remainder is below 2^60, so ten times it still fits.
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

enum number_result text_to_uint64(const char *text, uint64_t *value)
{
    uint64_t number = 0;
    bool overflow = false;

    if (*text == '\0') {
        return NUMBER_EMPTY;
    }
    for (; *text; text++) {
        if (*text < '0' || *text > '9') {
            return NUMBER_GARBAGE;
        }
        unsigned digit = (unsigned)(*text - '0');
        if (number > (UINT64_MAX - digit) / 10) {
            overflow = true; // but garbage further on is worth more
        }
        number = number * 10 + digit;
    }
    if (overflow) {
        return NUMBER_OVERFLOW;
    }
    *value = number;
    return NUMBER_OK;
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

// Bytes at `in` that a terminal may get as they are; 0: escape one byte.
static size_t harmless_length(const unsigned char *in, size_t length)
{
    size_t run = utf8_length(in, length);

    if (run == 1 && (in[0] < 0x20 || in[0] == 0x7f)) {
        return 0;
    }
    if (run == 2 && in[0] == 0xc2 && in[1] < 0xa0) {
        return 0; // U+0080..U+009F: C1, some terminals obey them
    }
    return run;
}

size_t text_escape(char *out, size_t size, const char *in, size_t length)
{
    const unsigned char *bytes = (const unsigned char *)in;
    size_t written = 0;

    if (size == 0) {
        return 0;
    }
    for (size_t i = 0; i < length;) {
        size_t run = harmless_length(bytes + i, length - i);
        size_t need = run ? run : 4;
        if (written + need >= size) {
            break;
        }
        if (run) {
            memcpy(out + written, bytes + i, run);
        } else {
            static const char hex[] = "0123456789abcdef";
            out[written] = '\\';
            out[written + 1] = 'x';
            out[written + 2] = hex[bytes[i] >> 4];
            out[written + 3] = hex[bytes[i] & 15];
        }
        written += need;
        i += run ? run : 1;
    }
    out[written] = '\0';
    return written;
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
