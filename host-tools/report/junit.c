// SPDX-License-Identifier: MIT
// JUnit's XML: one suite a QEMU, one testcase a case.
// XML 1.0, 2.2: bytes that form no Char are left out. Limits: the elements of
// junit-10.xsd that programs commonly read.
#include "report/report.h"

#include <string.h>

enum {
    TITLE = 256
};

// The number of bytes of the character at `text`, if it is well-formed UTF-8
// and allowed in XML; else 0.
static size_t legal(const unsigned char *text)
{
    unsigned char c = text[0];

    if (c < 0x80) {
        return c >= 0x20 || c == '\t' || c == '\n';
    }
    size_t length = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;
    unsigned long point = c & (0x7fU >> length);
    if (c < 0xc2 || c > 0xf4) {
        return 0;
    }
    for (size_t i = 1; i < length; i++) {
        if ((text[i] & 0xc0) != 0x80) {
            return 0; // also at the NUL that ends the text
        }
        point = point << 6 | (text[i] & 0x3fU);
    }
    static const unsigned long least[] = {0, 0, 0x80, 0x800, 0x10000};
    bool surrogate = point >= 0xd800 && point <= 0xdfff;
    bool no_character = point == 0xfffe || point == 0xffff;
    return point < least[length] || point > 0x10ffff || surrogate ||
                   no_character
               ? 0
               : length;
}

static void add_escaped(struct buffer *out, const char *text)
{
    while (*text) {
        size_t length = legal((const unsigned char *)text);
        switch (length ? *text : '\0') {
        case '\0':
            break; // left out
        case '&':
            buffer_text(out, "&amp;");
            break;
        case '<':
            buffer_text(out, "&lt;");
            break;
        case '>':
            buffer_text(out, "&gt;");
            break;
        case '"':
            buffer_text(out, "&quot;");
            break;
        case '\n':
            buffer_text(out, "&#10;"); // attributes drop a plain newline
            break;
        default:
            buffer_add(out, text, length);
        }
        text += length ? length : 1;
    }
}

static void add_attribute(struct buffer *out, const char *name,
                          const char *value)
{
    buffer_format(out, " %s=\"", name);
    add_escaped(out, value);
    buffer_text(out, "\"");
}

static void add_time(struct buffer *out, int64_t nanoseconds)
{
    buffer_format(out, " time=\"%lld.%03lld\"",
                  (long long)(nanoseconds / 1000000000),
                  (long long)(nanoseconds / 1000000 % 1000));
}

static void add_counts(struct buffer *out, const struct counts *counts,
                       int64_t nanoseconds)
{
    buffer_format(out,
                  " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" "
                  "skipped=\"%zu\"",
                  counts->passed + counts->failed + counts->skipped,
                  counts->failed - counts->errors, counts->errors,
                  counts->skipped);
    add_time(out, nanoseconds);
}

// <failure message="..." type="...">text</failure>, or <error>.
static void add_bad(struct buffer *out, const char *element, const char *type,
                    const struct result *result)
{
    const char *text = result->text ? result->text : "";
    struct buffer first = {0};

    buffer_add(&first, text, strcspn(text, "\n"));
    buffer_format(out, "      <%s", element);
    add_attribute(out, "message", buffer_string(&first));
    add_attribute(out, "type", type);
    buffer_text(out, ">");
    add_escaped(out, text);
    if (result->folder) {
        buffer_text(out, "&#10;see ");
        add_escaped(out, result->folder);
    }
    buffer_format(out, "</%s>\n", element);
    buffer_free(&first);
}

static void add_outcome(struct buffer *out, const struct result *result)
{
    switch (result->status) {
    case STATUS_FAILED:
        add_bad(out, "failure", finding_name(result->finding), result);
        break;
    case STATUS_ERROR:
        add_bad(out, "error", exit_code_name(result->code), result);
        break;
    case STATUS_SKIPPED:
        buffer_text(out, "      <skipped");
        add_attribute(out, "message", result->text ? result->text : "");
        buffer_text(out, "/>\n");
        break;
    case STATUS_PASSED:
    case STATUS_NEWS:
        buffer_format(out, "      <system-out>%s%s",
                      result->status == STATUS_NEWS ? "news: " : "",
                      finding_text(result->finding));
        if (result->text) {
            buffer_text(out, "&#10;");
            add_escaped(out, result->text);
        }
        buffer_text(out, "</system-out>\n");
        break;
    }
}

static void add_case(const struct verification *verification, size_t subject,
                     size_t column, struct buffer *out)
{
    const struct subject *of = &verification->subjects[subject];
    const struct result *result =
        verification_result(verification, subject, column);

    buffer_text(out, "    <testcase");
    add_attribute(out, "classname", of->claim);
    add_attribute(out, "name", of->name);
    add_time(out, result->nanoseconds);
    buffer_text(out, ">\n");
    add_outcome(out, result);
    buffer_text(out, "    </testcase>\n");
}

static int64_t total_time(const struct verification *verification,
                          size_t column)
{
    int64_t total = 0;

    for (size_t i = 0; i < verification->subject_count; i++) {
        total += verification_result(verification, i, column)->nanoseconds;
    }
    return total;
}

static void add_suite(const struct verification *verification, size_t column,
                      struct buffer *out)
{
    struct counts counts = verification_counts(verification, column);
    char title[TITLE];

    column_title(&verification->columns[column], title, sizeof title);
    buffer_text(out, "  <testsuite");
    add_attribute(out, "name", title);
    add_counts(out, &counts, total_time(verification, column));
    buffer_text(out, ">\n    <properties>\n      <property name=\"qemu\"");
    add_attribute(out, "value", verification->columns[column].qemu);
    buffer_text(out, "/>\n    </properties>\n");
    for (size_t i = 0; i < verification->subject_count; i++) {
        add_case(verification, i, column, out);
    }
    buffer_text(out, "  </testsuite>\n");
}

void report_junit(const struct verification *verification, struct buffer *out)
{
    struct counts counts =
        verification_counts(verification, verification->column_count);
    int64_t total = 0;

    for (size_t i = 0; i < verification->column_count; i++) {
        total += total_time(verification, i);
    }
    buffer_text(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites");
    add_attribute(out, "name", "aerostat verify");
    add_counts(out, &counts, total);
    buffer_text(out, ">\n");
    for (size_t i = 0; i < verification->column_count; i++) {
        add_suite(verification, i, out);
    }
    buffer_text(out, "</testsuites>\n");
}
