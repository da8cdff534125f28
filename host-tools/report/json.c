// SPDX-License-Identifier: MIT
// The JSON report; docs/verify-schema.json describes it.
// RFC 8259. Limits: expects printable UTF-8.
#include "report/report.h"

#include <json-c/json.h>

static void add_text(struct json_object *to, const char *name, const char *text)
{
    json_object_object_add(to, name,
                           text ? json_object_new_string(text) : NULL);
}

static void add_number(struct json_object *to, const char *name, size_t number)
{
    json_object_object_add(to, name, json_object_new_uint64(number));
}

static struct json_object *make_columns(const struct verification *verification)
{
    struct json_object *array = json_object_new_array();

    for (size_t i = 0; i < verification->column_count; i++) {
        const struct column *column = &verification->columns[i];
        struct json_object *item = json_object_new_object();
        add_text(item, "path", column->qemu);
        add_text(item, "version", column->version[0] ? column->version : NULL);
        add_text(item, "accelerator",
                 column->accelerator ? column->accelerator : "tcg");
        json_object_object_add(item, "known",
                               json_object_new_boolean(column->known));
        json_object_array_add(array, item);
    }
    return array;
}

static struct json_object *make_forms(const struct verification *verification)
{
    struct json_object *array = json_object_new_array();

    for (size_t i = 0; i < verification->form_count; i++) {
        const struct form_row *form = &verification->forms[i];
        struct json_object *item = json_object_new_object();
        add_text(item, "name", form->name);
        add_text(item, "machine", form->machine);
        add_text(item, "transport", form->transport);
        add_text(item, "ring", form->ring);
        json_object_array_add(array, item);
    }
    return array;
}

static bool has_finding(const struct result *result)
{
    return result->done && result->status != STATUS_ERROR;
}

static struct json_object *make_result(const struct result *result)
{
    struct json_object *item = json_object_new_object();
    bool found = has_finding(result);

    add_text(item, "status", status_name(result->status));
    add_text(item, "finding", found ? finding_name(result->finding) : NULL);
    add_text(item, "expected", found ? finding_name(result->expected) : NULL);
    add_text(item, "error",
             result->status == STATUS_ERROR ? exit_code_name(result->code)
                                            : NULL);
    add_text(item, "text", result->text);
    add_text(item, "folder", result->folder);
    json_object_object_add(item, "nanoseconds",
                           json_object_new_int64(result->nanoseconds));
    return item;
}

static struct json_object *make_case(const struct verification *verification,
                                     size_t subject)
{
    const struct subject *of = &verification->subjects[subject];
    struct json_object *item = json_object_new_object();
    struct json_object *results = json_object_new_array();

    add_text(item, "name", of->name);
    add_text(item, "claim", of->claim);
    add_text(item, "form", of->form);
    add_text(item, "place", of->place);
    add_text(item, "statement", of->statement);
    for (size_t i = 0; i < verification->column_count; i++) {
        json_object_array_add(results, make_result(verification_result(
                                           verification, subject, i)));
    }
    json_object_object_add(item, "results", results);
    return item;
}

static struct json_object *make_summary(const struct verification *verification)
{
    struct counts counts =
        verification_counts(verification, verification->column_count);
    struct json_object *item = json_object_new_object();

    add_number(item, "passed", counts.passed);
    add_number(item, "failed", counts.failed);
    add_number(item, "skipped", counts.skipped);
    add_number(item, "news", counts.news);
    add_number(item, "errors", counts.errors);
    return item;
}

void report_json_document(const struct verification *verification,
                          struct buffer *out)
{
    struct json_object *root = json_object_new_object();
    struct json_object *cases = json_object_new_array();

    add_text(root, "format", "aerostat-verify-2");
    json_object_object_add(root, "interrupted",
                           json_object_new_boolean(verification->interrupted));
    json_object_object_add(root, "qemus", make_columns(verification));
    json_object_object_add(root, "forms", make_forms(verification));
    for (size_t i = 0; i < verification->subject_count; i++) {
        json_object_array_add(cases, make_case(verification, i));
    }
    json_object_object_add(root, "cases", cases);
    json_object_object_add(root, "summary", make_summary(verification));
    buffer_text(out,
                json_object_to_json_string_ext(
                    root, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED |
                              JSON_C_TO_STRING_NOSLASHESCAPE));
    buffer_text(out, "\n");
    json_object_put(root);
}
