// SPDX-License-Identifier: MIT
// `aerostat verify`: checks each statement about guest-stats on real QEMU.
// Limits: runner/runner.h runs the cases; this file reads options and turns
// results into reports and an exit code.
#include "cli/command.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/output.h"
#include "base/text.h"
#include "cli/conflicts.h"
#include "cli/scratch.h"
#include "cli/selection.h"
#include "cli/verify_accelerator.h"
#include "cli/verify_out.h"

enum {
    DEFAULT_TIMEOUT = 90000, // milliseconds, like GRACE
    GRACE = 10000,           // more than machine_stop can take
    JOBS_MAX = 256,
    DEFAULT_SEEDS = 50,
    SEEDS_MAX = 10000,
};

static const struct option options[] = {
    {"list", NULL, "show the cases instead of running them"},
    {"filter", "WORD|GLOB", "only cases whose name has the word, or fits"},
    {"form", "NAME...", "only cases of that form; again for each more"},
    {"jobs", "N", "cases at a time (default: the cores)"},
    {"shard", "I/N", "only the I-th of N parts of the cases"},
    {"tap", NULL, "TAP 13 on stdout instead of text"},
    {"junit", "FILE", "write a JUnit report too"},
    {"json", "FILE", "write a JSON report too (docs/verify-schema.json)"},
    {"document", "FILE", "write the claims and verdicts as a document"},
    {"qemu", "PATH...", "program or its folder, a column each (else as run)"},
    {"guest", "PATH", "default: aerostat.elf beside this program"},
    {"accel", "NAME", "as in run; claims on virtual time always have tcg"},
    {"timeout", "TIME", "that a case may take (default 90s)"},
    {"seeds", "FIRST-LAST", "of the random scripts (default 1-50)"},
    {"artifacts", "DIR", "keep every case's files there, not only failed ones"},
    {NULL, NULL, NULL},
};

static const char *const examples[] = {
    "aerostat verify",
    "aerostat verify --filter polling",
    "aerostat verify --form pci --form pci-packed --filter interval",
    "aerostat verify absent.minus-one/mmio-legacy --artifacts /tmp/a",
    "aerostat verify --qemu qemu-system-x86_64 --qemu /opt/qemu-11",
    "aerostat verify --tap --junit verify.xml --json verify.json",
    NULL,
};

struct verify {
    struct parsed parsed;
    struct selection selection;
    struct verification verification;
    struct runner runner;
    struct verify_out out;
    struct accelerator_wish wish;
    struct form_row forms[FORMS];
    char *guest;
    char *folder; // --artifacts; NULL: the scratch folder
    struct scratch scratch;
    char *shown; // the folder in use, made printable
};

static const char *value(const struct verify *verify, const char *name)
{
    return options_value(options, &verify->parsed, name);
}

static unsigned cores(void)
{
    cpu_set_t set;

    if (sched_getaffinity(0, sizeof set, &set) < 0) {
        return 1;
    }
    return (unsigned)CPU_COUNT(&set);
}

// "2/4".
static bool read_shard(const char *text, struct selection_wish *wish,
                       struct failure *failure)
{
    char first[24];
    uint64_t shard = 1;
    uint64_t shards = 1;
    const char *slash = text ? strchr(text, '/') : NULL;

    if (text) {
        text_format(first, sizeof first, "%.*s",
                    slash ? (int)(slash - text) : 0, text);
        if (!slash || text_to_uint64(first, &shard) != NUMBER_OK ||
            text_to_uint64(slash + 1, &shards) != NUMBER_OK || shard < 1 ||
            shard > shards || shards > UINT16_MAX) {
            return failure_set(failure, CODE_USAGE,
                               "--shard must be I/N with 1 <= I <= N, as 1/4");
        }
    }
    wish->shard = (unsigned)shard;
    wish->shards = (unsigned)shards;
    return true;
}

// "1-50".
static bool read_seeds(const char *text, struct fixture_seeds *seeds,
                       struct failure *failure)
{
    char first[24];
    const char *dash = text ? strchr(text, '-') : NULL;

    *seeds = (struct fixture_seeds){1, DEFAULT_SEEDS};
    if (!text) {
        return true;
    }
    text_format(first, sizeof first, "%.*s", dash ? (int)(dash - text) : 0,
                text);
    return (dash && text_to_uint64(first, &seeds->first) == NUMBER_OK &&
            text_to_uint64(dash + 1, &seeds->last) == NUMBER_OK &&
            seeds->first <= seeds->last &&
            seeds->last - seeds->first < SEEDS_MAX) ||
           failure_set(failure, CODE_USAGE,
                       "--seeds must be FIRST-LAST, at most %d of them, as "
                       "1-50",
                       SEEDS_MAX);
}

static bool choose(struct verify *verify, struct failure *failure)
{
    const char *forms[OPTIONS_REPEATS + 1];
    int count = options_values(options, &verify->parsed, "form", forms);
    struct selection_wish wish = {
        .forms = forms,
        .form_count = (size_t)count,
        .ids = verify->parsed.operands,
        .id_count = (size_t)verify->parsed.operand_count,
        .filter = value(verify, "filter"),
    };

    return read_shard(value(verify, "shard"), &wish, failure) &&
           selection_make(&wish, &verify->selection, failure);
}

// Replaces an allocated relative path by the absolute one, which is valid for a
// worker in another folder. "." and ".." stay in it.
static bool make_absolute(char **path, struct failure *failure)
{
    struct buffer absolute = {0};

    if (**path == '/') {
        return true;
    }
    char *folder = getcwd(NULL, 0);
    if (folder) {
        buffer_format(&absolute, "%s/%s", folder, *path);
    } else {
        failure_set(failure, CODE_HOST,
                    "cannot find the folder that %s is relative to: %s", *path,
                    strerror(errno));
    }
    free(folder);
    free(*path);
    *path = absolute.data;
    return *path;
}

static bool find_qemu(const char *asked, char **path, struct failure *failure)
{
    return machine_find_qemu(asked, path, failure) &&
           make_absolute(path, failure);
}

static bool find_guest(const char *asked, char **path, struct failure *failure)
{
    return machine_find_guest(asked, BOOT_PVH, path, failure) &&
           make_absolute(path, failure);
}

static bool find_columns(struct verify *verify, struct failure *failure)
{
    const char *paths[OPTIONS_REPEATS + 1] = {NULL};
    struct verification *verification = &verify->verification;
    int count = options_values(options, &verify->parsed, "qemu", paths);

    verification->columns =
        memory_get(sizeof paths / sizeof *paths * sizeof(struct column));
    for (int i = 0; i < (count ? count : 1); i++) {
        char *path;
        if (!find_qemu(paths[i], &path, failure)) {
            return false;
        }
        verification->columns[verification->column_count++] =
            (struct column){.qemu = text_one_line(path), .program = path};
    }
    return true;
}

static bool read_numbers(struct verify *verify, struct failure *failure)
{
    uint64_t jobs = 0;

    if (!options_number(options, &verify->parsed, "jobs", 1, JOBS_MAX, cores(),
                        &jobs, failure) ||
        !options_duration(options, &verify->parsed, "timeout", DEFAULT_TIMEOUT,
                          &verify->runner.timeout, failure) ||
        !read_seeds(value(verify, "seeds"), &verify->runner.seeds, failure)) {
        return false;
    }
    verify->runner.jobs = (unsigned)jobs;
    verify->runner.grace = GRACE;
    verify->wish.asked = value(verify, "accel");
    return accelerator_check(&verify->wish, failure);
}

static bool prepare(struct verify *verify, struct failure *failure)
{
    struct verification *verification = &verify->verification;
    const char *artifacts = value(verify, "artifacts");

    if (!find_columns(verify, failure) ||
        !find_guest(value(verify, "guest"), &verify->guest, failure) ||
        !(artifacts ? verify_folder(artifacts, &verify->folder, failure)
                    : scratch_make(&verify->scratch, failure))) {
        return false;
    }
    fixture_form_rows(verify->forms);
    verification->forms = verify->forms;
    verification->form_count = FORMS;
    verification->subjects = verify->selection.subjects;
    verification->subject_count = verify->selection.count;
    verification->results =
        memory_get(verification->subject_count * verification->column_count *
                   sizeof *verification->results);
    verify->runner.guest = verify->guest;
    verify->runner.folder = artifacts ? verify->folder : verify->scratch.path;
    verify->shown = text_one_line(verify->runner.folder);
    verify->runner.keep = artifacts;
    verify->runner.cases = verify->selection.cases;
    verify->runner.verification = verification;
    verify->runner.progress = verify_out_progress;
    verify->runner.context = &verify->out;
    return verify_out_open(&verify->out, verification,
                           &(struct verify_wish){
                               .tap = value(verify, "tap"),
                               .junit = value(verify, "junit"),
                               .json = value(verify, "json"),
                               .document = value(verify, "document"),
                           },
                           failure);
}

// The exit code after a complete run: the canary's own code if it failed on a
// QEMU, and CODE_HOST if only this host's failures made cases fail.
static bool conclude(const struct verify *verify, struct failure *failure)
{
    const struct verification *verification = &verify->verification;
    struct counts counts =
        verification_counts(verification, verification->column_count);
    bool host_alone = true;
    bool incomplete = false;

    for (size_t i = 0; i < verification->column_count; i++) {
        const struct result *canary = verification_result(verification, 0, i);
        if (canary->status != STATUS_PASSED) {
            return failure_set(failure,
                               canary->code ? canary->code : CODE_DIFFERENT,
                               "the canary failed on %s: QEMU or this host is "
                               "broken, and no claim was tried there",
                               verification->columns[i].qemu);
        }
    }
    for (size_t i = 0;
         i < verification->subject_count * verification->column_count; i++) {
        const struct result *result = &verification->results[i];
        bool bad =
            result->status == STATUS_FAILED || result->status == STATUS_ERROR;
        host_alone = host_alone && (!bad || result->code == CODE_HOST);
        incomplete = incomplete || result->incomplete;
    }
    if (counts.failed) {
        return failure_set(failure, host_alone ? CODE_HOST : CODE_DIFFERENT,
                           "%s", "");
    }
    return !incomplete || failure_set(failure, CODE_HOST,
                                      "not all files of the cases could be "
                                      "written to %s",
                                      verify->shown);
}

static bool run_cases(struct verify *verify, struct failure *failure)
{
    struct failure late;
    int64_t started = clock_now();

    verify->runner.loop = loop_create(failure);
    if (!verify->runner.loop) {
        return false;
    }
    bool ok = verify_accelerators(&verify->runner, &verify->wish, failure) &&
              runner_run(&verify->runner, failure);
    int64_t took = clock_now() - started;
    // Reports are written after a failure too.
    bool written = verify_out_close(&verify->out, took, &late);
    loop_destroy(verify->runner.loop);
    ok = ok && conclude(verify, failure);
    if (!written && (ok || failure->code == CODE_DIFFERENT)) {
        *failure = late;
    } else if (!written && late.text[0]) {
        message("aerostat: %s", late.text);
    }
    return ok && written;
}

static void tidy(struct verify *verify)
{
    struct verification *verification = &verify->verification;

    verify_out_drop(&verify->out);
    if (!scratch_release(&verify->scratch)) {
        message("aerostat: what the failed cases left is in %s", verify->shown);
    }
    for (size_t i = 0;
         verification->results &&
         i < verification->subject_count * verification->column_count;
         i++) {
        free(verification->results[i].text);
        free(verification->results[i].folder);
    }
    for (size_t i = 0; i < verification->column_count; i++) {
        free((char *)verification->columns[i].qemu);
        free((char *)verification->columns[i].program);
    }
    free(verification->results);
    free(verification->columns);
    selection_free(&verify->selection);
    free(verify->guest);
    free(verify->folder);
    free(verify->shown);
    free(verify->scratch.path);
}

static void list(const struct selection *selection)
{
    for (size_t i = 1; i < selection->count; i++) {
        const struct subject *subject = &selection->subjects[i];
        output("%-44s %-7s %s\n", subject->name, subject->place,
               subject->statement);
    }
}

static bool run_command(int argc, char **argv, struct failure *failure)
{
    struct verify verify = {.scratch.lock = -1};

    if (!options_parse(options, argc, argv, &verify.parsed, failure) ||
        !conflicts_check(argv[0], options, &verify.parsed, failure)) {
        return false;
    }
    if (verify.parsed.help) {
        help_command(&command_verify);
        return true;
    }
    if (verify.parsed.rest_count) {
        return failure_set(failure, CODE_USAGE,
                           "verify takes no words after --");
    }
    bool ok = read_numbers(&verify, failure) && choose(&verify, failure);
    if (ok && value(&verify, "list")) {
        list(&verify.selection);
    } else {
        ok = ok && prepare(&verify, failure) && run_cases(&verify, failure);
    }
    tidy(&verify);
    return ok;
}

const struct command command_verify = {
    .name = "verify",
    .summary = "check every statement about guest-stats against real QEMU",
    .examples = examples,
    .arguments = "[ID...]",
    .options = options,
    .details =
        "An ID is a claim, one of its cases, or a group of claims. The "
        "verdicts "
        "are: holds,\nholds with a caveat, documentation wrong, not observable "
        "here, broken. A verdict\nother than the one expected of QEMU 7.2, "
        "10.x "
        "and 11.x fails; of another QEMU it is\nnews. The canary comes first: "
        "where it fails, QEMU or this host is broken.\nExit codes: 0 all as "
        "expected, 1 a case failed, 10 the host failed; the canary's own\n"
        "(8: QEMU died) where it failed.\n",
    .run = run_command,
};
