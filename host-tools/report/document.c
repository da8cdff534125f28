// SPDX-License-Identifier: MIT
// The claims as a document on guest-stats, with the verdicts of a run.
// The same results give the same bytes: no time, path or host name.
#include "report/report.h"

#include <string.h>

// "QEMU 7.2": a point release does not change the behaviour, so it must not
// change the document.
static void short_title(const struct column *column, char *out, size_t size)
{
    column_title(column, out, size);
    char *dot = strchr(out, '.');
    char *point = dot && column->version[0] ? strchr(dot + 1, '.') : NULL;
    if (point) {
        *point = '\0';
    }
}

static void add_form_table(const struct verification *verification,
                           struct buffer *out)
{
    buffer_text(out,
                "\nWhere the transport could matter, each statement is "
                "tried in all of these forms; a verdict\nwithout a form "
                "is that of all of them.\n\n"
                "| form | machine | transport | ring |\n|---|---|---|---|\n");
    for (size_t i = 0; i < verification->form_count; i++) {
        const struct form_row *form = &verification->forms[i];
        buffer_format(out, "| %s | %s | %s | %s |\n", form->name, form->machine,
                      form->transport, form->ring);
    }
}

static void add_intro(const struct verification *verification,
                      struct buffer *out)
{
    char title[96];

    buffer_text(out, "<!-- SPDX-License-Identifier: MIT -->\n"
                     "<!-- Written by `aerostat verify --document`: change the "
                     "claims, not this file. -->\n"
                     "# guest-stats, statement by statement\n\n"
                     "What QEMU's document on virtio-balloon memory statistics "
                     "says, and what it leaves out,\neach statement tried on "
                     "real QEMU. Places are lines of\n"
                     "`docs/virtio-balloon-stats.txt`; *beyond* stands for "
                     "what it does not mention.\n\n");
    for (size_t i = 0; i < verification->column_count; i++) {
        short_title(&verification->columns[i], title, sizeof title);
        buffer_format(out, "%s%s", i ? ", " : "Tried on ", title);
    }
    buffer_text(out, ".\n");
    add_form_table(verification, out);
}

static bool starts_group(const struct verification *verification,
                         size_t subject)
{
    const char *claim = verification->subjects[subject].claim;
    size_t group = strcspn(claim, ".");

    return subject < 2 || strncmp(verification->subjects[subject - 1].claim,
                                  claim, group + 1) != 0;
}

static bool starts_claim(const struct verification *verification,
                         size_t subject)
{
    return subject == 0 || strcmp(verification->subjects[subject - 1].claim,
                                  verification->subjects[subject].claim) != 0;
}

static bool was_tried(const struct result *result)
{
    return result->done && result->status != STATUS_ERROR;
}

static const char *verdict(const struct result *result)
{
    return was_tried(result) ? finding_text(result->finding) : "not tried";
}

// The text of the check. Reasons for cases that were not tried are left out.
static const char *check_text(const struct result *result)
{
    return was_tried(result) && result->text ? result->text : "";
}

// Joins the lines: in Markdown, consecutive lines are one paragraph.
static void add_paragraph(struct buffer *out, const char *text)
{
    for (; *text; text++) {
        buffer_add(out, *text == '\n' ? " " : text, 1);
    }
    buffer_text(out, "\n");
}

static bool agree(const struct verification *verification, size_t a, size_t b,
                  size_t column)
{
    const struct result *first = verification_result(verification, a, column);
    const struct result *second = verification_result(verification, b, column);

    return strcmp(verdict(first), verdict(second)) == 0 &&
           strcmp(check_text(first), check_text(second)) == 0;
}

// The cases of one claim: subjects first..end-1.
struct claim_cases {
    const struct verification *verification;
    size_t first;
    size_t end;
};

static struct claim_cases cases_from(const struct verification *verification,
                                     size_t first)
{
    struct claim_cases cases = {verification, first, first + 1};

    while (cases.end < verification->subject_count &&
           !starts_claim(verification, cases.end)) {
        cases.end++;
    }
    return cases;
}

// Whether an earlier case of the claim has the same verdict and text.
static bool was_said(const struct claim_cases *cases, size_t subject,
                     size_t column)
{
    for (size_t i = cases->first; i < subject; i++) {
        if (agree(cases->verification, i, subject, column)) {
            return true;
        }
    }
    return false;
}

// ", pci, pci-packed": the forms with the same verdict and text; nothing if
// those are all forms.
static void add_forms(const struct claim_cases *cases, size_t subject,
                      size_t column, struct buffer *out)
{
    struct buffer names = {0};
    bool all = true;

    for (size_t i = cases->first; i < cases->end; i++) {
        bool same = agree(cases->verification, subject, i, column);
        all = all && same;
        buffer_format(&names, "%s%s", same ? ", " : "",
                      same ? cases->verification->subjects[i].form : "");
    }
    buffer_text(out, all ? "" : buffer_string(&names));
    buffer_free(&names);
}

// One line for each group of forms with the same verdict and text.
static void add_verdicts(const struct claim_cases *cases, size_t column,
                         struct buffer *out)
{
    char title[96];

    short_title(&cases->verification->columns[column], title, sizeof title);
    for (size_t i = cases->first; i < cases->end; i++) {
        const struct result *result =
            verification_result(cases->verification, i, column);
        if (was_said(cases, i, column)) {
            continue;
        }
        buffer_format(out, "- %s", title);
        add_forms(cases, i, column, out);
        buffer_format(out, ": **%s**%s", verdict(result),
                      *check_text(result) ? ". " : "");
        add_paragraph(out, check_text(result));
    }
}

// The word before a place: "line", "lines", or nothing for "beyond".
static const char *unit_of(const char *place)
{
    if (strcmp(place, "beyond") == 0) {
        return "";
    }
    return strpbrk(place, "-,") ? "lines " : "line ";
}

static void add_claim(const struct claim_cases *cases, struct buffer *out)
{
    const struct verification *verification = cases->verification;
    size_t subject = cases->first;
    const struct subject *of = &verification->subjects[subject];
    bool beyond = strcmp(of->place, "beyond") == 0;

    if (starts_group(verification, subject)) {
        buffer_format(out, "\n## %.*s\n", (int)strcspn(of->claim, "."),
                      of->claim);
    }
    buffer_format(out, "\n### %s\n\n%s (%s%s)\n\n", of->claim, of->statement,
                  unit_of(of->place), beyond ? "*beyond*" : of->place);
    for (size_t i = 0; i < verification->column_count; i++) {
        add_verdicts(cases, i, out);
    }
}

void report_document(const struct verification *verification,
                     struct buffer *out)
{
    add_intro(verification, out);
    for (size_t i = 1; i < verification->subject_count;) { // 0: the canary
        struct claim_cases cases = cases_from(verification, i);
        add_claim(&cases, out);
        i = cases.end;
    }
}
