// SPDX-License-Identifier: MIT
// The QEMU command line: made from options, and shown in shell syntax.
// Limits: covers the needs of a virtio-balloon guest, not all of QEMU.
#ifndef MACHINE_COMMAND_H
#define MACHINE_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attributes.h"
#include "base/buffer.h"
#include "base/failure.h"
#include "machine/disk.h"
#include "machine/firmware.h"
#include "machine/form.h"

struct machine_options {
    const char *qemu;         // path of the program, for exec
    const char *machine;      // -M; NULL: "microvm"
    struct form form;         // all zero: virtio-mmio legacy, split, PVH
    const char *memory;       // -m; NULL: "256M"
    const char *accel;        // -accel; NULL: "tcg"
    struct firmware firmware; // .path NULL: the machine's default
    const char *guest;  // file that form.boot starts; NULL: none, no exit port
    const char *append; // -append, not with BOOT_ESP; NULL: not given
    const char *port;   // -device for the balloon's bus; NULL: none
    const char *device; // -device for the balloon; NULL: made from the form
                        // and the next two; "none": no balloon
    const char *id;     // NULL: "balloon0"; "": none
    const char *const *properties; // "NAME=VALUE", NULL ends them; NULL: none
    const struct machine_disk *disks; // virtio-blk devices of the form
    size_t disk_count;
    bool orders;              // COM1 has input, which machine_send writes
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

// The fd numbers in QEMU.
struct machine_files {
    int qmp;     // the monitor's socket
    int console; // COM1's pipe
    int orders;  // the pipe of its input; unused without options.orders
};

// COM1's output and input, as QEMU can open them.
#define MACHINE_CONSOLE_PATH "/dev/fdset/1"
#define MACHINE_ORDERS_PATH "/dev/fdset/2"

// The strings are copies.
void machine_command_make(const struct machine_options *options,
                          const struct machine_files *files,
                          struct machine_command *command);
void machine_command_free(struct machine_command *command);

// Appends one line that a POSIX shell parses into the same words.
void machine_command_show(const struct machine_command *command,
                          struct buffer *out);

// Finds QEMU: `asked` (may be NULL), else $QEMU, else qemu-system-x86_64. A
// name without "/" is searched in PATH; a folder means the qemu-system-x86_64
// in it. CODE_HOST when it is missing or not executable. *path is to be
// released with free().
MUST_USE bool machine_find_qemu(const char *asked, char **path,
                                struct failure *failure);

// Finds the guest: `asked`, else the file for that boot (aerostat.elf, .efi or
// .img) in the folder of the running program. CODE_HOST when it cannot be read;
// CODE_USAGE for a disk image that was never built, and for a file that does
// not fit the boot.
MUST_USE bool machine_find_guest(const char *asked, enum boot boot, char **path,
                                 struct failure *failure);

#endif
