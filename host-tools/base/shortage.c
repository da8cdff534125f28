// SPDX-License-Identifier: MIT
// The errnos that mean that the host lacks a resource. EIO is one of them: QEMU
// reports it when the disk becomes full during a snapshot.
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
