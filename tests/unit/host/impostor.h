// SPDX-License-Identifier: MIT
// Impostors: programs that are started in the place of QEMU. Nothing of them
// may run afterwards. Limits: bash scripts in a folder of their own, since dash
// has no file number above 9; include it in one file of a program.
#ifndef UNIT_HOST_IMPOSTOR_H
#define UNIT_HOST_IMPOSTOR_H

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "machine/machine.h"
#include "unit/checks.h"

enum {
    PLENTY = 30000,
    LITTLE = 100
}; // milliseconds

static char folder[] = "/tmp/aerostat-unit-XXXXXX";

// The first lines of every impostor: they find the numbers of the monitor's
// socket and of COM1, and store the process id.
static const char beginning[] =
    "#!/bin/bash\n"
    "for word; do case $word in socket,id=qmp,fd=*) qmp=${word##*=};; "
    "fd=*,set=1) com1=${word#fd=}; com1=${com1%,set=1};; esac; done\n"
    "echo $$ >$0.pid\n";

static const char greets[] =
    "say() { printf '%s\\r\\n' \"$1\" >&$qmp; }\n"
    "hear() { read -r line <&$qmp; id=${line##*:}; id=${id%%\\}*}; }\n"
    "say '{\"QMP\": {\"version\": {\"qemu\": {\"major\": 7, \"minor\": 2, "
    "\"micro\": 22}}, \"capabilities\": []}}'\n"
    "hear; say \"{\\\"return\\\": {}, \\\"id\\\": $id}\"\n";

static inline int make_folder(void **state)
{
    return mkdtemp(folder) ? 0 : -1;
}

static inline int remove_folder(void **state)
{
    char command[128];

    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

static inline const char *path_of(const char *name, const char *suffix)
{
    static char path[256];

    snprintf(path, sizeof path, "%s/%s%s", folder, name, suffix);
    return path;
}

static inline void write_script(const char *name, const char *greeting,
                                const char *rest)
{
    FILE *file = fopen(path_of(name, ""), "we");

    assert_non_null(file);
    fputs(beginning, file);
    fputs(greeting, file);
    fputs(rest, file);
    fclose(file);
    assert_int_equal(chmod(path_of(name, ""), 0755), 0);
}

static inline int open_files(void)
{
    DIR *directory = opendir("/proc/self/fd");
    int count = 0;

    assert_non_null(directory);
    while (readdir(directory)) {
        count++;
    }
    closedir(directory);
    return count;
}

// The process that wrote its id into the file NAME.SUFFIX has ended.
static inline void check_gone(const char *name, const char *suffix)
{
    FILE *file = fopen(path_of(name, suffix), "re");
    char line[16] = "";
    pid_t pid;

    assert_non_null(file);
    assert_non_null(fgets(line, sizeof line, file));
    fclose(file);
    pid = (pid_t)strtol(line, NULL, 10);
    assert_true(pid > 1);
    // A grandchild that was killed is reaped by init, which may take a while.
    for (int i = 0; i < 2000; i++) {
        if (kill(pid, 0) < 0 && errno == ESRCH) {
            return;
        }
        char path[32];
        char state[256] = "";

        snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
        file = fopen(path, "re");
        if (!file) {
            return;
        }
        assert_true(fread(state, 1, sizeof state - 1, file) > 0);
        fclose(file);
        if (strstr(state, ") Z ") || strstr(state, ") X ")) {
            return; // dead, but not reaped yet
        }
        usleep(1000);
    }
    fail_msg("process %d of %s%s still runs", (int)pid, name, suffix);
}

static inline void check_no_children(void)
{
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
}

// --- One impostor -----------------------------------------------------------

struct trial {
    struct loop *loop;
    struct machine *machine;
    struct failure failure;
    struct line last_output;
    struct line last_console;
    char command[4096];
    char no_sandbox[256]; // QEMU's message
    int files;
};

static struct loop *left_over; // of a test that failed

static inline void keep_output(void *context, const struct line *line)
{
    ((struct trial *)context)->last_output = *line;
}

static inline void keep_console(void *context, const struct line *line)
{
    ((struct trial *)context)->last_console = *line;
}

static inline void keep_command(void *context, const char *line)
{
    struct trial *trial = context;

    snprintf(trial->command, sizeof trial->command, "%s", line);
}

static inline void keep_no_sandbox(void *context, const char *words)
{
    struct trial *trial = context;

    snprintf(trial->no_sandbox, sizeof trial->no_sandbox, "%s", words);
}

static inline struct trial *start(const char *program, unsigned milliseconds)
{
    struct trial *trial = calloc(1, sizeof *trial);
    const struct machine_options options = {.qemu = program,
                                            .guest = "/dev/null"};
    const struct machine_hooks hooks = {.context = trial,
                                        .output = keep_output,
                                        .console = keep_console,
                                        .command = keep_command,
                                        .no_sandbox = keep_no_sandbox};

    assert_non_null(trial);
    loop_destroy(left_over);
    trial->files = open_files();
    trial->loop = left_over = loop_create(&trial->failure);
    trial->machine =
        machine_start(trial->loop, &options, &hooks,
                      deadline_in_ms(milliseconds), &trial->failure);
    return trial;
}

// Ends the trial: no process and no open file may be left.
static inline void end(struct trial *trial)
{
    machine_stop(trial->machine);
    loop_destroy(trial->loop);
    left_over = NULL;
    check_no_children();
    assert_int_equal(open_files(), trial->files);
    free(trial);
}

static inline void check_failed(struct trial *trial, enum exit_code code,
                                const char *words)
{
    assert_null(trial->machine);
    if (trial->failure.code != code) {
        fail_msg("code %d: %s", (int)trial->failure.code, trial->failure.text);
    }
    check_contains(trial->failure.text, words);
}

static inline bool console_spoke(void *context)
{
    return ((struct trial *)context)->last_console.length > 0;
}

#endif
