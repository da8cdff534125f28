// SPDX-License-Identifier: MIT
// The QEMU command line: made from what is wanted, shown as a shell reads it.
// Limits: knows what a virtio-balloon guest needs, not all of QEMU.
#ifndef MACHINE_COMMAND_H
#define MACHINE_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attributes.h"
#include "base/buffer.h"
#include "base/failure.h"
#include "machine/firmware.h"
#include "machine/form.h"

struct machine_options {
    const char *qemu;         // program to start, as exec wants it
    const char *machine;      // -M; NULL: "microvm"
    struct form form;         // all zero: virtio-mmio legacy, split, PVH
    const char *memory;       // -m; NULL: "256M"
    const char *accel;        // -accel; NULL: "tcg"
    struct firmware firmware; // .path NULL: the machine's own
    const char *guest;  // what form.boot starts; NULL: none, and no way out
    const char *append; // -append, not with BOOT_ESP; NULL: not given
    const char *port;   // -device for the balloon's bus; NULL: none
    const char *device; // -device for the balloon; NULL: what the form and
                        // the next two say; "none": no balloon at all
    const char *id;     // NULL: "balloon0"; "": none
    const char *const *properties; // "NAME=VALUE", NULL ends them; NULL: none
    bool defaults;            // QEMU's default devices too (no -nodefaults)
    bool no_sandbox;          // no -sandbox: QEMU is known to have none
    bool paused;              // -S: no instruction runs before QMP's "cont"
    const char *const *extra; // further arguments, put at the end
    size_t extra_count;
};

struct machine_command {
    char **argv; // argv[argc] is NULL
    size_t argc;
};

// qmp_fd and console_fd are the numbers that the monitor's socket and COM1's
// pipe will have in QEMU. The strings are copies.
void machine_command_make(const struct machine_options *options, int qmp_fd,
                          int console_fd, struct machine_command *command);
void machine_command_free(struct machine_command *command);

// One line that a POSIX shell would read back as these words.
void machine_command_show(const struct machine_command *command,
                          struct buffer *out);

// Which QEMU: `asked` (may be NULL), else $QEMU, else qemu-system-x86_64; a
// name without "/" is looked up in PATH, and a folder stands for the
// qemu-system-x86_64 in it. CODE_HOST when there is none or it may not be
// executed. *path is by memory_get.
MUST_USE bool machine_find_qemu(const char *asked, char **path,
                                struct failure *failure);

// Which guest: `asked`, else the one that the boot takes (aerostat.elf, .efi
// or .img) beside this very program. CODE_HOST when it cannot be read, but
// CODE_USAGE for a disk image that was never built, and for a file that the
// boot does not start.
MUST_USE bool machine_find_guest(const char *asked, enum boot boot, char **path,
                                 struct failure *failure);

#endif
