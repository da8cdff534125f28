// SPDX-License-Identifier: MIT
// The QEMU command line.
// Limits: what is given by the caller is passed on as it is; QEMU judges it.
#include "machine/command.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static void add(struct machine_command *command, const char *word)
{
    command->argv[command->argc++] = memory_text(word);
}

static void add_pair(struct machine_command *command, const char *option,
                     const char *value)
{
    add(command, option);
    add(command, value);
}

// A character device on an inherited socket.
static void add_socket(struct machine_command *command, const char *id, int fd)
{
    char value[64];

    text_format(value, sizeof value, "socket,id=%s,fd=%d", id, fd);
    add_pair(command, "-chardev", value);
}

// COM1, written into an inherited pipe. In QEMU's words: a file whose name
// stands for the descriptor; "append", since a pipe can't be truncated.
static void add_console(struct machine_command *command, int fd)
{
    char value[64];

    text_format(value, sizeof value, "fd=%d,set=1", fd);
    add_pair(command, "-add-fd", value);
    add_pair(command, "-chardev", "file,id=com1,path=/dev/fdset/1,append=on");
    add_pair(command, "-serial", "chardev:com1");
}

static void add_machine(const struct machine_options *options,
                        struct machine_command *command)
{
    add_pair(command, "-M", options->machine ? options->machine : "microvm");
    add_pair(command, "-accel", options->accel ? options->accel : "tcg");
    add_pair(command, "-m", options->memory ? options->memory : "256M");
    if (!options->defaults) {
        add(command, "-nodefaults");
    }
    add(command, "-no-user-config");
    add_pair(command, "-display", "none");
    add(command, "-no-reboot");
}

static void add_guest(const struct machine_options *options,
                      struct machine_command *command)
{
    const char *device = options->device;

    if (options->guest) {
        add_pair(command, "-device", "isa-debug-exit");
        add_pair(command, "-kernel", options->guest);
    }
    if (options->guest && options->append) {
        add_pair(command, "-append", options->append);
    }
    if (options->transport == 2) {
        add_pair(command, "-global", "virtio-mmio.force-legacy=false");
    }
    if (!device) {
        device = "virtio-balloon-device,id=balloon0";
    }
    if (strcmp(device, "none") != 0) {
        add_pair(command, "-device", device);
    }
}

void machine_command_make(const struct machine_options *options, int qmp_fd,
                          int console_fd, struct machine_command *command)
{
    enum {
        FIXED = 40
    }; // more words than the functions above can add

    command->argc = 0;
    command->argv =
        memory_get((FIXED + options->extra_count) * sizeof *command->argv);
    add(command, options->qemu);
    add_machine(options, command);
    add_socket(command, "qmp", qmp_fd);
    add_pair(command, "-qmp", "chardev:qmp"); // -mon is deprecated in 11.1
    add_console(command, console_fd);
    add_guest(options, command);
    if (options->paused) {
        add(command, "-S");
    }
    for (size_t i = 0; i < options->extra_count; i++) {
        add(command, options->extra[i]);
    }
}

void machine_command_free(struct machine_command *command)
{
    for (size_t i = 0; i < command->argc; i++) {
        free(command->argv[i]);
    }
    free(command->argv);
    *command = (struct machine_command){0};
}

void machine_command_show(const struct machine_command *command,
                          struct buffer *out)
{
    for (size_t i = 0; i < command->argc; i++) {
        if (i) {
            buffer_text(out, " ");
        }
        text_shell_quote(out, command->argv[i]);
    }
}
