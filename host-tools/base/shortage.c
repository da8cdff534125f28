// SPDX-License-Identifier: MIT
// The errnos that are a host's fault.
// Limits: EIO is among them: QEMU turns a disk that is full in the middle of a
// snapshot into it.
#include "base/shortage.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

const char *shortage_in(const char *text)
{
    static const int errors[] = {ENOSPC, EDQUOT, EFBIG,  EROFS,
                                 EIO,    ENOMEM, EMFILE, ENFILE};

    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        const char *words = strerror(errors[i]);
        if (strstr(text, words)) {
            return words;
        }
    }
    return NULL;
}
