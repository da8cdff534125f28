// SPDX-License-Identifier: MIT
// Text for exit statuses.
// Limits: the guest's verdicts are those that guest/README.md lists.
#include "machine/verdict.h"

#include <string.h>
#include <sys/wait.h>

#include "base/buffer.h"
#include "base/text.h"

const char *verdict_of_guest(int exit_status)
{
    // The guest writes the index c to the exit port; QEMU exits with 2c+1.
    static const char *const verdicts[] = {
        NULL,
        "done as asked",
        "bad command line",
        "no balloon device",
        "too little memory, or a memory map that cannot be believed",
        "the balloon device cannot be driven",
        "panic",
        "unexpected trap",
        "ended by the power button",
    };
    enum {
        VERDICTS = sizeof verdicts / sizeof *verdicts
    };

    if (exit_status < 0 || exit_status % 2 == 0 ||
        exit_status / 2 >= VERDICTS) {
        return NULL;
    }
    return verdicts[exit_status / 2];
}

static void describe(int wait_status, struct buffer *out)
{
    if (WIFSIGNALED(wait_status)) {
        int number = WTERMSIG(wait_status);
        buffer_format(out, "QEMU was killed by signal %d (%s)", number,
                      strsignal(number));
        return;
    }
    int status = WEXITSTATUS(wait_status);
    const char *verdict = verdict_of_guest(status);
    buffer_format(out, "QEMU exited with status %d", status);
    if (verdict) {
        buffer_format(out, " (the guest's verdict: %s)", verdict);
    }
}

void verdict_text(int wait_status, unsigned left, char *out, size_t size)
{
    struct buffer text = {0};

    describe(wait_status, &text);
    if (left) {
        buffer_format(&text, "; it left %u process%s behind, which %s ended",
                      left, left == 1 ? "" : "es", left == 1 ? "was" : "were");
    }
    text_format(out, size, "%s", buffer_string(&text));
    buffer_free(&text);
}
