// SPDX-License-Identifier: MIT
// Reading a text file, or stdin.
#include "cli/text_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

enum {
    FILE_MOST = 16 << 20
};

static bool read_stream(FILE *stream, const char *name, struct buffer *text,
                        struct failure *failure)
{
    char part[4096];
    size_t length;

    while ((length = fread(part, 1, sizeof part, stream)) > 0) {
        buffer_add(text, part, length);
        if (text->length > FILE_MOST) {
            return failure_set(failure, CODE_USAGE, "%s has more than 16 MiB",
                               name);
        }
    }
    if (ferror(stream)) {
        return failure_set(failure, CODE_HOST, "cannot read %s: %s", name,
                           strerror(errno));
    }
    return true;
}

bool text_file_read(const char *path, struct buffer *text,
                    struct failure *failure)
{
    if (strcmp(path, "-") == 0) {
        return read_stream(stdin, "stdin", text, failure);
    }
    FILE *stream = fopen(path, "re");
    char shown[256];

    text_escape(shown, sizeof shown, path, strlen(path));
    if (!stream) {
        return failure_set(failure, CODE_HOST, "cannot open %s: %s", shown,
                           strerror(errno));
    }
    const bool ok = read_stream(stream, shown, text, failure);

    fclose(stream);
    return ok;
}
