// SPDX-License-Identifier: MIT
// A text file that the user names, read whole.
// Limits: at most 16 MiB; a NUL ends the text for its reader.
#ifndef CLI_TEXT_FILE_H
#define CLI_TEXT_FILE_H

#include "base/attributes.h"
#include "base/buffer.h"
#include "base/failure.h"

// Appends the file's text; "-" is stdin. CODE_HOST: the file cannot be read;
// CODE_USAGE: it is too long.
MUST_USE bool text_file_read(const char *path, struct buffer *text,
                             struct failure *failure);

#endif
