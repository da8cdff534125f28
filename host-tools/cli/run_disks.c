// SPDX-License-Identifier: MIT
// Making the disks of a run, and finding what they conflict with.
#include "cli/run_disks.h"

#include <string.h>
#include <unistd.h>

#include "base/text.h"

enum {
    SWAP_PAGES = RUN_DISKS_SWAP / DISK_PAGE,
    FILE_PAGES = RUN_DISKS_FILE / DISK_PAGE,
    DISKS = 2
};

// A disk of the user's own would compete with these two for their roles; the
// source of an incoming machine has other devices.
static bool is_conflict(const char *word, const char *next)
{
    static const char *const words[] = {
        "-drive", "-blockdev", "-hda", "-hdb", "-hdc", "-hdd", "-incoming",
    };

    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcmp(word, words[i]) == 0) {
            return true;
        }
    }
    // QEMU changes no character device while it records or replays.
    return strcmp(word, "-icount") == 0 && next && strstr(next, "rr=");
}

const char *run_disks_conflict(const struct machine_options *options)
{
    static char why[80];

    if (!form_takes_disks(options->machine)) {
        return "disks need microvm, or q35 or pc of version 2.5 or later";
    }
    for (size_t i = 0; i < options->extra_count; i++) {
        const char *const *at = &options->extra[i];
        const char *word = *at;
        bool last = i + 1 == options->extra_count;

        word += strncmp(word, "--", 2) == 0; // QEMU takes one dash or two
        if (is_conflict(word, last ? NULL : at[1])) {
            text_format(why, sizeof why, "QEMU's arguments have %s", word);
            return why;
        }
    }
    return NULL;
}

bool run_disks_make(struct run_disks *disks, struct machine_options *options,
                    struct failure *failure)
{
    if (!disk_make_swap(SWAP_PAGES, NULL, 0, &disks->swap_fd, failure) ||
        !disk_make_file(FILE_PAGES, false, &disks->file_fd, failure)) {
        return false;
    }
    disks->rows[0] =
        (struct machine_disk){.name = "swap", .fd = disks->swap_fd};
    disks->rows[1] = (struct machine_disk){
        .name = "file", .fd = disks->file_fd, .read_only = true};
    options->disks = disks->rows;
    options->disk_count = DISKS;
    return true;
}

void run_disks_free(struct run_disks *disks)
{
    if (disks->swap_fd >= 0) {
        close(disks->swap_fd);
    }
    if (disks->file_fd >= 0) {
        close(disks->file_fd);
    }
    *disks = RUN_DISKS_NONE;
}
