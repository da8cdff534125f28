// SPDX-License-Identifier: MIT
// Results to stdout and to files.
// Limits: stdout is in the order of the cases, whatever order they ended in.
#include "cli/verify_out.h"

#include <errno.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/output.h"
#include "base/text.h"
#include "report/report.h"

typedef void report_function(const struct verification *verification,
                             struct buffer *out);

static report_function *const functions[VERIFY_FILES] = {
    report_junit,
    report_json_document,
    report_document,
};

static const char *const names[VERIFY_FILES] = {"junit", "json", "document"};

static void print(const struct verify_out *out, report_function *function)
{
    struct buffer text = {0};

    function(out->verification, &text);
    output("%s", buffer_string(&text));
    buffer_free(&text);
}

static void clear_line(const struct verify_out *out)
{
    if (out->terminal) {
        (void)!write(STDERR_FILENO, "\r\033[K", 4);
    }
}

// The path with that of its folder resolved: two spellings of one file are one.
static char *resolve_path(const char *path)
{
    char *copy = memory_text(path);
    char *folder = realpath(dirname(copy), NULL);
    const char *slash = strrchr(path, '/');
    struct buffer place = {0};

    buffer_format(&place, "%s/%s", folder ? folder : "",
                  slash ? slash + 1 : path);
    free(folder);
    free(copy);
    return place.data;
}

// Two reports cannot share a file: the second would replace the first. They can
// share a character device.
static bool check_distinct(const char *const *paths, int a, int b,
                           struct failure *failure)
{
    char *one = resolve_path(paths[a]);
    char *other = resolve_path(paths[b]);
    struct stat status;
    bool device = stat(one, &status) == 0 && S_ISCHR(status.st_mode);
    bool apart = device || strcmp(one, other) != 0;

    free(one);
    free(other);
    return apart ||
           failure_set(failure, CODE_USAGE, "--%s and --%s name one file",
                       names[a], names[b]);
}

static bool open_files(struct verify_out *out, const char *const *paths,
                       struct failure *failure)
{
    for (int i = 0; i < VERIFY_FILES; i++) {
        for (int j = 0; paths[i] && j < i; j++) {
            if (paths[j] && !check_distinct(paths, j, i, failure)) {
                return false;
            }
        }
        if (paths[i] && !report_file_open(&out->files[i], paths[i], failure)) {
            return false;
        }
    }
    return true;
}

bool verify_out_open(struct verify_out *out,
                     const struct verification *verification,
                     const struct verify_wish *wish, struct failure *failure)
{
    const char *paths[VERIFY_FILES] = {wish->junit, wish->json, wish->document};

    *out = (struct verify_out){
        .verification = verification,
        .tap = wish->tap,
        .terminal = isatty(STDERR_FILENO),
    };
    if (!open_files(out, paths, failure)) {
        verify_out_drop(out);
        return false;
    }
    print(out, out->tap ? report_tap_heading : report_text_heading);
    return output_flush(failure);
}

static bool is_done(const struct verify_out *out, size_t subject)
{
    for (size_t i = 0; i < out->verification->column_count; i++) {
        const struct result *result =
            verification_result(out->verification, subject, i);
        if (!result->done && !result->text) {
            return false;
        }
    }
    return true;
}

static void print_case(struct verify_out *out)
{
    struct buffer text = {0};

    if (out->tap) {
        report_tap_case(out->verification, out->printed, &text);
    } else {
        report_text_case(out->verification, out->printed, &text);
    }
    output("%s", buffer_string(&text));
    buffer_free(&text);
    out->printed++;
}

static void show_progress(const struct verify_out *out)
{
    const struct verification *verification = out->verification;
    struct buffer line = {0};
    size_t total = verification->subject_count * verification->column_count;
    size_t done = 0;

    for (size_t i = 0; i < total; i++) {
        done += verification->results[i].done;
    }
    buffer_format(&line, "\r\033[K%zu of %zu", done, total);
    (void)!write(STDERR_FILENO, line.data, line.length);
    buffer_free(&line);
}

// Called after the canary, whose start shows whether QEMU has a sandbox.
static void note_sandboxes(const struct verification *verification)
{
    for (size_t i = 0; i < verification->column_count; i++) {
        if (verification->columns[i].no_sandbox) {
            message("note: QEMU is started without -sandbox, which it refuses: "
                    "%s",
                    verification->columns[i].qemu);
        }
    }
}

void verify_out_progress(void *context)
{
    struct verify_out *out = context;
    struct failure failure;

    clear_line(out);
    while (out->printed < out->verification->subject_count &&
           is_done(out, out->printed)) {
        if (out->printed == 0) {
            note_sandboxes(out->verification);
        }
        print_case(out);
    }
    // A failure to write stdout is kept, and reported at the end.
    (void)!output_flush(&failure);
    if (out->terminal) {
        show_progress(out);
    }
}

static bool write_file(struct verify_out *out, int index,
                       struct failure *failure)
{
    struct buffer text = {0};

    functions[index](out->verification, &text);
    bool ok = report_file_write(&out->files[index], buffer_string(&text),
                                text.length, failure);
    buffer_free(&text);
    return ok;
}

bool verify_out_close(struct verify_out *out, int64_t nanoseconds,
                      struct failure *failure)
{
    struct failure later;
    bool ok = true;

    clear_line(out);
    while (out->printed < out->verification->subject_count) {
        print_case(out);
    }
    print(out, out->tap ? report_tap_end : report_text_end);
    for (int i = 0; i < VERIFY_FILES; i++) {
        if (out->files[i].path && !write_file(out, i, ok ? failure : &later)) {
            ok = false;
        }
    }
    if (!output_flush(ok ? failure : &later)) {
        ok = false;
    }
    message("aerostat: %zu cases in %lld.%01lld s",
            out->verification->subject_count * out->verification->column_count,
            (long long)(nanoseconds / 1000000000),
            (long long)(nanoseconds / 100000000 % 10));
    return ok;
}

void verify_out_drop(struct verify_out *out)
{
    for (int i = 0; i < VERIFY_FILES; i++) {
        report_file_drop(&out->files[i]);
    }
}

// A path that is too long is cut, so that the reason remains.
static bool no_folder(const char *what, const char *path, const char *reason,
                      struct failure *failure)
{
    char shown[256];

    text_escape(shown, sizeof shown, path, strlen(path));
    return failure_set(failure, CODE_HOST, "%s %s: %s", what, shown, reason);
}

// NULL, or why the path is no folder to write into.
static const char *make_or_find(const char *path)
{
    struct stat status;

    if (mkdir(path, 0777) == 0) {
        return NULL;
    }
    if (errno != EEXIST || lstat(path, &status) < 0) {
        return strerror(errno);
    }
    if (S_ISLNK(status.st_mode)) {
        return "it is a symbolic link, which is not followed";
    }
    return S_ISDIR(status.st_mode) ? NULL : strerror(ENOTDIR);
}

bool verify_folder(const char *asked, char **folder, struct failure *failure)
{
    const char *reason = make_or_find(asked);
    if (!reason && !(*folder = realpath(asked, NULL))) {
        reason = strerror(errno);
    }
    return !reason || no_folder("cannot make or use", asked, reason, failure);
}
