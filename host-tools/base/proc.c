// SPDX-License-Identifier: MIT
// Processes as /proc shows them.
#include "base/proc.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

enum {
    PATH = 64,
    LINE = 256
};

// Reads the beginning of a file of the process. Its length, 0: no such file.
static size_t read_file(pid_t pid, const char *name, char *line)
{
    char path[PATH];

    text_format(path, sizeof path, "/proc/%d/%s", (int)pid, name);
    FILE *file = fopen(path, "re");
    if (!file) {
        return 0;
    }
    size_t length = fread(line, 1, LINE - 1, file);
    fclose(file);
    line[length] = '\0';
    return length;
}

bool proc_read(pid_t pid, struct proc *proc)
{
    char line[LINE];

    *proc = (struct proc){0};
    if (pid <= 0 || read_file(pid, "stat", line) == 0) {
        return false;
    }
    // "pid (name) state ...": the name may hold blanks and parentheses.
    char *open = strchr(line, '(');
    char *end = strrchr(line, ')');
    if (!open || !end || end < open || strlen(end) < 3) {
        return false;
    }
    text_escape(proc->name, sizeof proc->name, open + 1,
                (size_t)(end - open - 1));
    proc->pid = pid;
    proc->state = end[2];
    return true;
}

void proc_words(struct proc *proc)
{
    char line[LINE]; // a NUL follows each word
    size_t length = read_file(proc->pid, "cmdline", line);
    const char *program = strrchr(line, '/');
    char words[LINE * 2];

    if (length == 0) {
        return;
    }
    program = program ? program + 1 : line;
    const char *second = line + strlen(line) + 1;
    bool two = second < line + length && *second && *second != '-';
    text_format(words, sizeof words, "%s%s%s", program, two ? " " : "",
                two ? second : "");
    text_escape(proc->name, sizeof proc->name, words, strlen(words));
}

static bool has_open(pid_t pid, const char *wanted)
{
    char path[PATH];
    char target[PATH];
    const struct dirent *entry;
    bool found = false;

    text_format(path, sizeof path, "/proc/%d/fd", (int)pid);
    DIR *files = opendir(path);
    while (files && !found && (entry = readdir(files))) {
        ssize_t length =
            readlinkat(dirfd(files), entry->d_name, target, sizeof target - 1);
        if (length > 0) {
            target[length] = '\0';
            found = strcmp(target, wanted) == 0;
        }
    }
    if (files) {
        closedir(files);
    }
    return found;
}

pid_t proc_of_socket(uint32_t inode)
{
    char wanted[PATH];
    const struct dirent *entry;
    pid_t found = 0;

    if (inode == 0) {
        return 0;
    }
    text_format(wanted, sizeof wanted, "socket:[%u]", (unsigned)inode);
    DIR *processes = opendir("/proc");
    while (processes && !found && (entry = readdir(processes))) {
        uint64_t number = 0;
        if (text_to_uint64(entry->d_name, &number) == NUMBER_OK &&
            has_open((pid_t)number, wanted)) {
            found = (pid_t)number;
        }
    }
    if (processes) {
        closedir(processes);
    }
    return found;
}
