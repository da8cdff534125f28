// SPDX-License-Identifier: MIT
// The output of a verification: results on stdout case by case, files at the
// end, and a line of progress if stderr is a terminal.
// Limits: the formats are in report/.
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
    bool terminal;  // stderr is a terminal
    size_t printed; // number of subjects printed
    struct report_file files[VERIFY_FILES];
};

// Checks that the files can be written, and prints the heading.
MUST_USE bool verify_out_open(struct verify_out *out,
                              const struct verification *verification,
                              const struct verify_wish *wish,
                              struct failure *failure);
// The runner's hook: prints the results that are next in order and have
// arrived. The context is the struct verify_out.
void verify_out_progress(void *context);
// Prints the remaining results and the closing lines, and writes the files. The
// first failure is reported, but all files are tried.
MUST_USE bool verify_out_close(struct verify_out *out, int64_t nanoseconds,
                               struct failure *failure);
// Removes unfinished files. Has no effect after verify_out_close.
void verify_out_drop(struct verify_out *out);

// The parent of the cases' folders: `asked` as an absolute, allocated path. A
// missing folder is made.
MUST_USE bool verify_folder(const char *asked, char **folder,
                            struct failure *failure);

#endif
