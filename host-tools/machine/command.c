// SPDX-License-Identifier: MIT
// The QEMU command line.
// Limits: the caller's values are passed on unchanged; QEMU judges them.
#include "machine/command.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "machine/sandbox.h"

// QEMU's sets of inherited files.
enum {
    SET_CONSOLE = 1,
    SET_ORDERS,
    SET_DISKS // the first disk; each has its own
};

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

// An inherited file, which QEMU opens as /dev/fdset/SET.
static void add_file(struct machine_command *command, int fd, unsigned set)
{
    char value[64];

    text_format(value, sizeof value, "fd=%d,set=%u", fd, set);
    add_pair(command, "-add-fd", value);
}

// COM1, written to an inherited pipe. QEMU's option: a file whose name denotes
// the descriptor; "append", because a pipe cannot be truncated. Its input is
// connected later (machine.c): this option has none in QEMU 7.2.
static void add_console(const struct machine_options *options,
                        const struct machine_files *files,
                        struct machine_command *command)
{
    add_file(command, files->console, SET_CONSOLE);
    add_pair(command, "-chardev",
             "file,id=com1,path=" MACHINE_CONSOLE_PATH ",append=on");
    add_pair(command, "-serial", "chardev:com1");
    if (options->orders) {
        add_file(command, files->orders, SET_ORDERS);
    }
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
    if (sandbox_is_given(options)) {
        add_pair(command, "-sandbox", sandbox_value);
    }
    if (!transport_is_pci(options->form.transport)) {
        // QEMU 10.0 and later notify each eventfd when the machine continues,
        // which hides a driver that does not notify.
        add_pair(command, "-global", "virtio-mmio.ioeventfd=off");
    }
}

// A drive of a raw file. QEMU reads ",," as a comma.
static void add_drive(struct machine_command *command, const char *properties,
                      const char *path)
{
    struct buffer value = {0};

    buffer_format(&value, "format=raw,%sfile=", properties);
    for (; *path; path++) {
        buffer_add(&value, ",,", *path == ',' ? 2 : 0);
        buffer_add(&value, path, *path != ',');
    }
    add_pair(command, "-drive", buffer_string(&value));
    buffer_free(&value);
}

// The two halves of a split image are in two flash chips; writes to the second
// are discarded at QEMU's end.
static void add_firmware(struct machine_command *command,
                         const struct firmware *firmware)
{
    if (firmware->is_code) {
        add_drive(command, "if=pflash,unit=0,readonly=on,", firmware->path);
    } else if (firmware->path) {
        add_pair(command, "-bios", firmware->path);
    }
    if (firmware->variables) {
        add_drive(command, "if=pflash,unit=1,snapshot=on,",
                  firmware->variables);
    }
}

static void add_guest(const struct machine_options *options,
                      struct machine_command *command)
{
    add_firmware(command, &options->firmware);
    if (!options->guest) {
        return;
    }
    add_pair(command, "-device", "isa-debug-exit");
    if (options->form.boot == BOOT_ESP) {
        add_drive(command, "snapshot=on,", options->guest);
        return;
    }
    add_pair(command, "-kernel", options->guest);
    if (options->append) {
        add_pair(command, "-append", options->append);
    }
}

// The balloon device of the form.
static void describe_balloon(const struct machine_options *options,
                             struct buffer *out)
{
    form_describe_device(&options->form, "balloon",
                         options->id ? options->id : "balloon0", out);
    for (size_t i = 0; options->properties && options->properties[i]; i++) {
        buffer_format(out, ",%s", options->properties[i]);
    }
}

static void add_balloon(const struct machine_options *options,
                        struct machine_command *command)
{
    const char *device = options->device;
    struct buffer own = {0};

    if (options->form.transport == TRANSPORT_MMIO) {
        add_pair(command, "-global", "virtio-mmio.force-legacy=false");
    }
    if (options->port) {
        add_pair(command, "-device", options->port);
    }
    if (!device) {
        describe_balloon(options, &own);
        device = buffer_string(&own);
    }
    if (strcmp(device, "none") != 0) {
        add_pair(command, "-device", device);
    }
    buffer_free(&own);
}

static void add_disk(const struct machine_disk *disk, const struct form *form,
                     unsigned set, struct machine_command *command)
{
    struct buffer node = {0};
    struct buffer device = {0};

    disk_describe_node(disk, set, &node);
    disk_describe_device(disk, form, &device);
    add_file(command, disk->fd, set);
    add_pair(command, "-blockdev", buffer_string(&node));
    if (disk->port) {
        add_pair(command, "-device", disk->port);
    }
    add_pair(command, "-device", buffer_string(&device));
    buffer_free(&node);
    buffer_free(&device);
}

void machine_command_make(const struct machine_options *options,
                          const struct machine_files *files,
                          struct machine_command *command)
{
    enum {
        FIXED = 48, // more words than the functions above can add, without
        DISK = 8    // those of a disk
    };

    command->argc = 0;
    command->argv =
        memory_get((FIXED + DISK * options->disk_count + options->extra_count) *
                   sizeof *command->argv);
    add(command, options->qemu);
    add_machine(options, command);
    add_socket(command, "qmp", files->qmp);
    add_pair(command, "-qmp", "chardev:qmp"); // -mon is deprecated in 11.1
    add_console(options, files, command);
    add_guest(options, command);
    add_balloon(options, command);
    for (size_t i = 0; i < options->disk_count; i++) {
        add_disk(&options->disks[i], &options->form, SET_DISKS + (unsigned)i,
                 command);
    }
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
