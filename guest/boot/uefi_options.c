// SPDX-License-Identifier: MIT
// UCS-2 to ASCII, without the application's name. The load options from each
// kind of loader:
//
//   firmware, from a disk       nothing
//   firmware, QEMU's -kernel    -append's bytes, each one a character, NUL
//   UEFI shell                  the line as typed, with the name, NUL
//
// UEFI 2.10, 2.3.1 (CHAR16 is UCS-2); UEFI Shell 2.2, 3.1 (the line).
#include "boot/uefi_options.h"

#include <string.h>

struct ucs2 {
    const char *bytes;
    size_t length; // in characters
};

static uint16_t char_at(struct ucs2 text, size_t index)
{
    uint16_t value;

    memcpy(&value, text.bytes + 2 * index, sizeof value);
    return value;
}

static bool is_blank(uint16_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static size_t length_to_nul(struct ucs2 text)
{
    size_t length = 0;

    while (length < text.length && char_at(text, length) != 0) {
        length++;
    }
    return length;
}

// The end of the word that begins at `at`; quoted blanks are part of it.
static size_t word_end(struct ucs2 text, size_t at)
{
    bool quoted = false;

    for (; at < text.length; at++) {
        const uint16_t c = char_at(text, at);

        if (is_blank(c) && !quoted) {
            break;
        }
        quoted ^= c == '"';
    }
    return at;
}

static bool is_application(struct ucs2 text, size_t start, size_t end)
{
    static const char suffix[] = ".efi";
    const size_t length = sizeof suffix - 1;

    if (end > start && char_at(text, end - 1) == '"') {
        end--;
    }
    if (end - start < length) {
        return false;
    }
    for (size_t i = 0; i < length; i++) {
        // Bit 5 makes a letter lower case; the full stop has it already.
        if ((char_at(text, end - length + i) | 0x20) != suffix[i]) {
            return false;
        }
    }
    return true;
}

// The position behind the application's name, or of the first word if that is
// no name.
static size_t skip_application_name(struct ucs2 text, bool has_name)
{
    size_t start = 0;

    while (start < text.length && is_blank(char_at(text, start))) {
        start++;
    }
    const size_t end = word_end(text, start);

    return has_name || is_application(text, start, end) ? end : start;
}

enum boot_problem uefi_options_read(const void *options, size_t bytes,
                                    bool has_name,
                                    char cmdline[BOOT_CMDLINE_MAX])
{
    struct ucs2 text = {options, options ? bytes / 2 : 0};
    size_t count = 0;

    cmdline[0] = '\0';
    if (options && bytes % 2 != 0) {
        return BOOT_CMDLINE_NOT_UCS2;
    }
    text.length = length_to_nul(text);
    for (size_t i = skip_application_name(text, has_name); i < text.length;
         i++) {
        const uint16_t c = char_at(text, i);

        if (c > 0x7f) {
            return BOOT_CMDLINE_NOT_ASCII;
        }
        if (count == BOOT_CMDLINE_MAX - 1) {
            return BOOT_CMDLINE_LONG;
        }
        cmdline[count++] = (char)c;
        cmdline[count] = '\0';
    }
    return BOOT_OK;
}
