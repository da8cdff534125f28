// SPDX-License-Identifier: MIT
// A monitor at a unix socket that chooses its answer by a text in the command,
// for tests of whole commands of the tool. It finds texts in the bytes without
// a JSON parser and shares no code with the tool.
// Limits: one client, a child of the test; answers fit into a line.
#ifndef UNIT_HOST_MONITOR_H
#define UNIT_HOST_MONITOR_H

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/command.h"
#include "unit/checks.h"

// The first row whose text occurs in the command gives the answer; without one
// the command is refused. The answer HANG_UP ends the connection.
struct answer {
    const char *part;
    const char *result;
};

#define HANG_UP "hang up"

static char monitor_out[16384]; // the tool's output
static char monitor_err[16384];
static char monitor_heard[65536]; // the tool's commands, a line each

static inline const char *monitor_result(const struct answer *const *tables,
                                         const char *line)
{
    for (; *tables; tables++) {
        for (const struct answer *row = *tables; row->part; row++) {
            if (strstr(line, row->part)) {
                return row->result;
            }
        }
    }
    return NULL;
}

// The number after the line's last "id".
static inline const char *monitor_id(char *line)
{
    char *id = NULL;

    for (char *at = line; (at = strstr(at, "\"id\":")); at++) {
        id = at + 5;
    }
    assert_non_null(id);
    id[strcspn(id, "}")] = '\0';
    return id;
}

static inline void monitor_serve(FILE *client,
                                 const struct answer *const *tables)
{
    static char line[65536];

    fputs("{\"QMP\": {\"version\": {\"qemu\": {\"micro\": 0, \"minor\": 2, "
          "\"major\": 9}, \"package\": \"\"}, \"capabilities\": []}}\r\n",
          client);
    fflush(client);
    while (fgets(line, sizeof line, client)) {
        const char *result = monitor_result(tables, line);

        strncat(monitor_heard, line,
                sizeof monitor_heard - strlen(monitor_heard) - 1);
        if (result && strcmp(result, HANG_UP) == 0) {
            return;
        }
        const char *id = monitor_id(line);
        if (result) {
            fprintf(client, "{\"return\": %s, \"id\": %s}\r\n", result, id);
        } else {
            fprintf(client,
                    "{\"error\": {\"class\": \"GenericError\", \"desc\": "
                    "\"no\"}, \"id\": %s}\r\n",
                    id);
        }
        fflush(client);
    }
}

static inline void monitor_read_back(int fd, char *text, size_t size)
{
    ssize_t length = pread(fd, text, size - 1, 0);

    text[length < 0 ? 0 : length] = '\0';
    close(fd);
}

// Runs the tool: "@" among its words is replaced by the monitor's address, and
// the tables are searched in their order. Returns the exit code.
static inline int monitor_run(const struct answer *const *tables,
                              const char *const *words)
{
    char folder[] = "/tmp/aerostat-unit-XXXXXX";
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char *argv[16] = {"aerostat"};
    int argc = 1;
    int status = 0;

    assert_non_null(mkdtemp(folder));
    snprintf(address.sun_path, sizeof address.sun_path, "%s/qmp", folder);
    for (; words[argc - 1]; argc++) {
        argv[argc] = strcmp(words[argc - 1], "@") == 0
                         ? address.sun_path
                         : (char *)words[argc - 1];
    }
    const int server = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int out = memfd_create("out", MFD_CLOEXEC);
    const int err = memfd_create("err", MFD_CLOEXEC);
    assert_int_equal(bind(server, (struct sockaddr *)&address, sizeof address),
                     0);
    assert_int_equal(listen(server, 1), 0);
    fflush(stdout);
    const pid_t child = fork();
    if (child == 0) {
        dup2(out, STDOUT_FILENO);
        dup2(err, STDERR_FILENO);
        close(server);
        _exit(cli_run(argc, argv));
    }
    FILE *client = fdopen(accept(server, NULL, NULL), "r+");
    assert_non_null(client);
    monitor_heard[0] = '\0';
    monitor_serve(client, tables);
    fclose(client);
    close(server);
    assert_int_equal(waitpid(child, &status, 0), child);
    monitor_read_back(out, monitor_out, sizeof monitor_out);
    monitor_read_back(err, monitor_err, sizeof monitor_err);
    unlink(address.sun_path);
    rmdir(folder);
    if (!WIFEXITED(status)) {
        fail_msg("%s killed it: %s", strsignal(WTERMSIG(status)), monitor_err);
    }
    return WEXITSTATUS(status);
}

#endif
