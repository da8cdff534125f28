// SPDX-License-Identifier: MIT
// Where a verification's results go: stdout case by case, files at the end,
// and a line of progress where stderr is a terminal.
// Limits: the formats are report/'s.
#ifndef CLI_VERIFY_OUT_H
#define CLI_VERIFY_OUT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/failure.h"
#include "report/file.h"
#include "report/result.h"

struct verify_wish {
    bool tap;
    const char *junit; // paths; NULL: not wanted
    const char *json;
    const char *document;
};

enum {
    VERIFY_FILES = 3
};

struct verify_out {
    const struct verification *verification;
    bool tap;
    bool terminal;  // stderr is one
    size_t printed; // subjects
    struct report_file files[VERIFY_FILES];
};

// Finds out whether the files can be written, and prints the heading.
MUST_USE bool verify_out_open(struct verify_out *out,
                              const struct verification *verification,
                              const struct verify_wish *wish,
                              struct failure *failure);
// The runner's hook: prints what is next in order and has come. The context is
// the struct verify_out.
void verify_out_progress(void *context);
// The rest, the closing lines, the files. The first failure is reported, but
// all files are tried.
MUST_USE bool verify_out_close(struct verify_out *out, int64_t nanoseconds,
                               struct failure *failure);
// Leaves no file. Harmless after verify_out_close.
void verify_out_drop(struct verify_out *out);

// The folder that cases' folders are made in, by memory_get: `asked`, made if
// it is missing. An absolute path.
MUST_USE bool verify_folder(const char *asked, char **folder,
                            struct failure *failure);

#endif
