// SPDX-License-Identifier: MIT
// QEMU's sandbox: its option, and its messages in QEMU's output.
// Limits: the messages are those of QEMU 7.2 to 11.1.
#include "machine/sandbox.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "base/text.h"

const char sandbox_value[] = "on,obsolete=deny,elevateprivileges=deny,"
                             "spawn=deny,resourcecontrol=deny";

bool sandbox_is_given(const struct machine_options *options)
{
    for (size_t i = 0; i < options->extra_count; i++) {
        const char *word = options->extra[i];

        word += strncmp(word, "--", 2) == 0; // QEMU takes one dash or two
        if (strcmp(word, "-sandbox") == 0) {
            return false;
        }
    }
    return !options->no_sandbox;
}

// The newest line that contains the text.
static const struct line *find(const struct lines *output, const char *words)
{
    for (size_t i = lines_kept(output); i > 0; i--) {
        const struct line *line = lines_get(output, i - 1);
        if (strstr(line->text, words)) {
            return line;
        }
    }
    return NULL;
}

char *sandbox_refusal(const struct lines *output)
{
    const struct line *line = find(output, "-sandbox support is not enabled");

    if (!line) {
        line =
            find(output, " seccomp "); // "failed to load seccomp syscall ..."
    }
    return line ? text_one_line(line->text) : NULL;
}

void sandbox_explain(int wait_status, const struct lines *output,
                     struct failure *failure)
{
    bool killed = WIFSIGNALED(wait_status) && WTERMSIG(wait_status) == SIGSYS;

    if (killed || find(output, "Operation not permitted")) {
        failure_add(failure,
                    "\nseccomp: QEMU's -sandbox %s that; 'run ... -- -sandbox "
                    "off' starts QEMU without it",
                    killed ? "forbids" : "may forbid");
    }
}
