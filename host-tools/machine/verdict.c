// SPDX-License-Identifier: MIT
// Exit statuses in words.
// Limits: the guest's verdicts are those that guest/README.md lists.
#include "machine/verdict.h"

#include <string.h>
#include <sys/wait.h>

#include "base/text.h"

const char *verdict_of_guest(int exit_status)
{
    // Row c is what the guest writes to the exit port; QEMU makes it 2c+1.
    static const char *const verdicts[] = {
        NULL,
        "done as asked",
        "bad command line",
        "no balloon device",
        "too little memory, or a memory map that cannot be believed",
        "the balloon device cannot be driven",
        "panic",
        "unexpected trap",
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

void verdict_text(int wait_status, char *out, size_t size)
{
    if (WIFSIGNALED(wait_status)) {
        int number = WTERMSIG(wait_status);
        text_format(out, size, "QEMU was killed by signal %d (%s)", number,
                    strsignal(number));
        return;
    }
    int status = WEXITSTATUS(wait_status);
    const char *verdict = verdict_of_guest(status);
    text_format(out, size, "QEMU exited with status %d%s%s%s", status,
                verdict ? " (the guest's verdict: " : "",
                verdict ? verdict : "", verdict ? ")" : "");
}
