// SPDX-License-Identifier: MIT
// QEMU's command line, where QEMU and the guest are found, and what QEMU's end
// means.
#include "machine/command.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "machine/verdict.h"
#include "unit/checks.h"

// --- The command line -------------------------------------------------------

static char shown[4096];

// The whole line, shown as a shell reads it.
static const char *line_of(const struct machine_options *options)
{
    struct machine_command command;
    struct buffer out = {0};

    machine_command_make(options, &(struct machine_files){5, 17, 23}, &command);
    assert_null(command.argv[command.argc]);
    machine_command_show(&command, &out);
    snprintf(shown, sizeof shown, "%s", buffer_string(&out));
    buffer_free(&out);
    machine_command_free(&command);
    return shown;
}

static void check_ends(const char *text, const char *end)
{
    size_t length = strlen(text);

    assert_true(length >= strlen(end));
    assert_string_equal(text + length - strlen(end), end);
}

static void the_default_line_is_a_microvm_with_a_balloon(void **state)
{
    const struct machine_options options = {
        .qemu = "/usr/bin/qemu-system-x86_64", .guest = "build/aerostat.elf"};

    assert_string_equal(
        line_of(&options),
        "/usr/bin/qemu-system-x86_64 -M microvm -accel tcg -m 256M "
        "-nodefaults -no-user-config -display none -no-reboot "
        "-sandbox on,obsolete=deny,elevateprivileges=deny,spawn=deny,"
        "resourcecontrol=deny -global virtio-mmio.ioeventfd=off "
        "-chardev socket,id=qmp,fd=5 -qmp chardev:qmp "
        "-add-fd fd=17,set=1 "
        "-chardev file,id=com1,path=/dev/fdset/1,append=on "
        "-serial chardev:com1 "
        "-device isa-debug-exit -kernel build/aerostat.elf "
        "-device virtio-balloon-device,id=balloon0");
}

static void what_is_asked_for_replaces_the_defaults(void **state)
{
    static const char *const extra[] = {"-d", "guest_errors", "", "it's"};
    const struct machine_options options = {.qemu = "q",
                                            .machine = "microvm,acpi=off",
                                            .form.transport = TRANSPORT_MMIO,
                                            .memory = "4M",
                                            .accel = "kvm",
                                            .guest = "/tmp/my guest",
                                            .append = "samples=3 touch=1",
                                            .device = "virtio-balloon-pci",
                                            .extra = extra,
                                            .extra_count = 4};
    const char *line = line_of(&options);

    check_contains(line, "q -M microvm,acpi=off -accel kvm -m 4M ");
    check_contains(line, " -kernel '/tmp/my guest' ");
    check_contains(line, " -append 'samples=3 touch=1' ");
    check_contains(line, " -global virtio-mmio.force-legacy=false ");
    check_contains(line, " -device virtio-balloon-pci ");
    assert_null(strstr(line, "balloon0"));
    check_ends(line, " -d guest_errors '' 'it'\\''s'");
}

// QEMU 7.2 refuses a property that its PCI balloon does not have.
static void eventfds_are_off_where_there_is_a_word_for_it(void **state)
{
    struct machine_options options = {.qemu = "q", .guest = "g"};

    check_contains(line_of(&options), " -global virtio-mmio.ioeventfd=off ");
    options.form.transport = TRANSPORT_PCI;
    assert_null(strstr(line_of(&options), "ioeventfd"));
}

// QEMU installs a filter for each -sandbox; a later "off" removes none.
static void a_sandbox_of_the_users_own_is_the_only_one(void **state)
{
    static const char *const words[][2] = {
        {"-sandbox", "off"}, {"--sandbox", "on"}, {"-S", "-sandbox"}};
    struct machine_options options = {
        .qemu = "q", .guest = "g", .extra_count = 2};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        options.extra = words[i];
        assert_null(strstr(line_of(&options), "spawn=deny"));
    }
    options.extra = (const char *const[]){"-name", "sandbox"};
    check_contains(line_of(&options), " -sandbox on,obsolete=deny,");
    options.no_sandbox = true;
    assert_null(strstr(line_of(&options), "-sandbox"));
}

static void legacy_is_qemus_own_default(void **state)
{
    const struct machine_options options = {.qemu = "q", .guest = "g"};

    assert_null(strstr(line_of(&options), "force-legacy"));
    assert_null(strstr(line_of(&options), "-append"));
}

// QEMU's options of the balloon on each transport.
static void a_transport_is_made_of_the_devices_properties(void **state)
{
    static const char *const devices[TRANSPORTS] = {
        " -device virtio-balloon-device,id=balloon0",
        " -global virtio-mmio.force-legacy=false"
        " -device virtio-balloon-device,id=balloon0",
        " -device virtio-balloon-pci,id=balloon0,disable-legacy=on,"
        "disable-modern=off",
        " -device virtio-balloon-pci,id=balloon0,disable-legacy=off,"
        "disable-modern=off",
        " -device virtio-balloon-pci,id=balloon0,disable-legacy=off,"
        "disable-modern=on",
    };

    for (int i = 0; i < TRANSPORTS; i++) {
        struct machine_options options = {
            .qemu = "q", .machine = "q35", .form.transport = (enum transport)i};
        char expected[256];

        snprintf(expected, sizeof expected, "-serial chardev:com1%s",
                 devices[i]);
        check_ends(line_of(&options), expected);
        options.form.ring = RING_PACKED;
        strcat(expected, ",packed=on");
        check_ends(line_of(&options), expected);
    }
}

static void a_bus_comes_before_the_balloon_that_is_plugged_into_it(void **state)
{
    static const char *const properties[] = {"bus=p", "x=1", NULL};
    const struct machine_options options = {.qemu = "q",
                                            .form.transport = TRANSPORT_MMIO,
                                            .port = "pcie-root-port,id=p",
                                            .id = "",
                                            .properties = properties};

    check_ends(line_of(&options), " -device pcie-root-port,id=p"
                                  " -device virtio-balloon-device,bus=p,x=1");
}

static void a_device_of_the_users_own_stands_as_it_is(void **state)
{
    const struct machine_options options = {
        .qemu = "q",
        .form = {.transport = TRANSPORT_MMIO, .ring = RING_PACKED},
        .device = "virtio-balloon-device"};

    check_ends(line_of(&options), " -global virtio-mmio.force-legacy=false"
                                  " -device virtio-balloon-device");
}

static void firmware_comes_before_what_it_starts(void **state)
{
    struct machine_options options = {.qemu = "q",
                                      .form.boot = BOOT_UEFI,
                                      .firmware.path = "/o/OVMF.fd",
                                      .guest = "a.efi",
                                      .append = "samples=1",
                                      .device = "none"};

    check_ends(line_of(&options), " -bios /o/OVMF.fd -device isa-debug-exit"
                                  " -kernel a.efi -append samples=1");
    options.guest = NULL;
    check_ends(line_of(&options), " -bios /o/OVMF.fd");
}

static void halves_of_firmware_lie_in_flash(void **state)
{
    struct machine_options options = {
        .qemu = "q",
        .form.boot = BOOT_UEFI,
        .firmware = {.path = "a,CODE.fd", .is_code = true},
        .device = "none"};

    check_ends(line_of(&options), " -drive format=raw,if=pflash,unit=0,"
                                  "readonly=on,file=a,,CODE.fd");
    options.firmware.variables = "a,VARS.fd";
    check_ends(line_of(&options), " -drive format=raw,if=pflash,unit=1,"
                                  "snapshot=on,file=a,,VARS.fd");
}

static void a_disk_image_has_no_command_line_and_keeps_its_bytes(void **state)
{
    const struct machine_options options = {.qemu = "q",
                                            .form.boot = BOOT_ESP,
                                            .firmware.path = "f",
                                            .guest = "a,b,,c.img",
                                            .append = "samples=1",
                                            .device = "none"};

    check_ends(line_of(&options),
               " -bios f -device isa-debug-exit"
               " -drive format=raw,snapshot=on,file=a,,b,,,,c.img");
}

static void a_machine_may_have_no_balloon(void **state)
{
    const struct machine_options options = {
        .qemu = "q", .guest = "g", .device = "none"};

    assert_null(strstr(line_of(&options), "balloon"));
    assert_null(strstr(line_of(&options), "-device none"));
    check_contains(line_of(&options), "-device isa-debug-exit");
}

static void very_many_extra_words_fit(void **state)
{
    enum {
        MANY = 5000
    };
    const char **extra = calloc(MANY, sizeof *extra);
    struct machine_command command;
    struct machine_options options = {.qemu = "q",
                                      .form.transport = TRANSPORT_MMIO,
                                      .firmware.path = "f",
                                      .guest = "g",
                                      .append = "a",
                                      .extra = extra,
                                      .extra_count = MANY};

    for (int i = 0; i < MANY; i++) {
        extra[i] = "x";
    }
    machine_command_make(&options, &(struct machine_files){3, 4, -1}, &command);
    assert_null(command.argv[command.argc]);
    assert_string_equal(command.argv[command.argc - MANY], "x");
    machine_command_free(&command);
    free(extra);
}

// --- Finding ----------------------------------------------------------------

static char folder[] = "/tmp/aerostat-unit-XXXXXX";

static int make_folder(void **state)
{
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    char command[128];

    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

static const char *make_file(const char *name, mode_t mode)
{
    static char path[128];
    int fd;

    snprintf(path, sizeof path, "%s/%s", folder, name);
    fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, mode);
    assert_true(fd >= 0);
    close(fd);
    return path;
}

static void check_not_found(const char *asked, const char *reason)
{
    struct failure failure = {.code = CODE_OK};
    char *path = NULL;

    assert_false(machine_find_qemu(asked, &path, &failure));
    assert_int_equal(failure.code, CODE_HOST);
    check_contains(failure.text, reason);
}

static void check_found(const char *asked, const char *expected)
{
    struct failure failure = {.code = CODE_OK};
    char *path = NULL;

    if (!machine_find_qemu(asked, &path, &failure)) {
        fail_msg("%s", failure.text);
    }
    assert_string_equal(path, expected);
    free(path);
}

static void a_path_is_taken_as_it_stands(void **state)
{
    check_found(make_file("qemu", 0755), make_file("qemu", 0755));
    check_not_found("/nonexistent/qemu", "/nonexistent/qemu");
    check_not_found("/proc", "/proc/qemu-system-x86_64: No such file");
    check_not_found(make_file("plain", 0644), "not a program");
}

static void a_name_is_looked_up_in_path(void **state)
{
    char *before = strdup(getenv("PATH"));
    char path[256];
    const char *file = make_file("my-qemu", 0755);

    snprintf(path, sizeof path, "/nonexistent::%s:/bin", folder);
    setenv("PATH", path, 1);
    check_found("my-qemu", file);
    check_not_found("no-such-qemu", "no-such-qemu");
    setenv("QEMU", "my-qemu", 1);
    check_found(NULL, file);
    check_found("/bin/sh", "/bin/sh"); // the requested program takes precedence
    setenv("QEMU", "", 1);
    setenv("PATH", folder, 1);
    file = make_file("qemu-system-x86_64", 0755);
    check_found(NULL, file);
    unsetenv("QEMU");
    check_found(NULL, file);
    unsetenv("PATH");
    check_not_found(NULL, "qemu-system-x86_64");
    setenv("PATH", before, 1);
    free(before);
}

static void a_guest_that_cannot_be_read_is_told_so(void **state)
{
    struct failure failure = {.code = CODE_OK};
    char *path = NULL;

    assert_false(
        machine_find_guest("/nonexistent/guest", BOOT_PVH, &path, &failure));
    assert_int_equal(failure.code, CODE_HOST);
    check_contains(failure.text, "/nonexistent/guest");
    assert_null(path);
    assert_true(
        machine_find_guest(make_file("g", 0644), BOOT_ESP, &path, &failure));
    free(path);
}

// There is no guest beside this test program.
static void check_own_guest(enum boot boot, const char *name,
                            enum exit_code code)
{
    struct failure failure = {.code = CODE_OK};
    char *path = NULL;

    assert_false(machine_find_guest(NULL, boot, &path, &failure));
    check_contains(failure.text, name);
    assert_int_equal(failure.code, code);
    assert_null(path);
    assert_int_equal(strstr(failure.text, "make esp") != NULL,
                     boot == BOOT_ESP);
}

static void each_boot_has_a_guest_of_its_own(void **state)
{
    check_own_guest(BOOT_PVH, "/aerostat.elf", CODE_HOST);
    check_own_guest(BOOT_UEFI, "/aerostat.efi", CODE_HOST);
    check_own_guest(BOOT_ESP, "/aerostat.img", CODE_USAGE);
}

// --- The end ----------------------------------------------------------------

static void check_end(int wait_status, const char *words)
{
    char text[160];

    verdict_text(wait_status, 0, text, sizeof text);
    check_contains(text, words);
}

static void a_wait_status_is_told_in_words(void **state)
{
    check_end(0 << 8, "status 0");
    check_end(1 << 8, "status 1");
    check_end(3 << 8, "status 3 (the guest's verdict: done");
    check_end(5 << 8, "bad command line");
    check_end(7 << 8, "no balloon device");
    check_end(9 << 8, "too little memory");
    check_end(11 << 8, "cannot be driven");
    check_end(13 << 8, "panic");
    check_end(15 << 8, "unexpected trap");
    check_end(17 << 8, "ended by the power button");
    check_end(9, "killed by signal 9 (Killed)");
    check_end(6 | 0x80, "killed by signal 6"); // with a core
}

static void what_was_left_is_counted(void **state)
{
    char text[160];

    verdict_text(0, 1, text, sizeof text);
    assert_string_equal(text, "QEMU exited with status 0; it left 1 process "
                              "behind, which was ended");
    verdict_text(9, 2, text, sizeof text);
    assert_string_equal(text, "QEMU was killed by signal 9 (Killed); it left 2 "
                              "processes behind, which were ended");
}

static void only_the_guests_own_statuses_are_its_verdicts(void **state)
{
    for (int status = -1; status < 256; status++) {
        bool own = status >= 3 && status <= 17 && status % 2 == 1;

        assert_int_equal(verdict_of_guest(status) != NULL, own);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_default_line_is_a_microvm_with_a_balloon),
        cmocka_unit_test(what_is_asked_for_replaces_the_defaults),
        cmocka_unit_test(eventfds_are_off_where_there_is_a_word_for_it),
        cmocka_unit_test(a_sandbox_of_the_users_own_is_the_only_one),
        cmocka_unit_test(legacy_is_qemus_own_default),
        cmocka_unit_test(a_transport_is_made_of_the_devices_properties),
        cmocka_unit_test(
            a_bus_comes_before_the_balloon_that_is_plugged_into_it),
        cmocka_unit_test(a_device_of_the_users_own_stands_as_it_is),
        cmocka_unit_test(firmware_comes_before_what_it_starts),
        cmocka_unit_test(halves_of_firmware_lie_in_flash),
        cmocka_unit_test(a_disk_image_has_no_command_line_and_keeps_its_bytes),
        cmocka_unit_test(a_machine_may_have_no_balloon),
        cmocka_unit_test(very_many_extra_words_fit),
        cmocka_unit_test(a_path_is_taken_as_it_stands),
        cmocka_unit_test(a_name_is_looked_up_in_path),
        cmocka_unit_test(a_guest_that_cannot_be_read_is_told_so),
        cmocka_unit_test(each_boot_has_a_guest_of_its_own),
        cmocka_unit_test(a_wait_status_is_told_in_words),
        cmocka_unit_test(what_was_left_is_counted),
        cmocka_unit_test(only_the_guests_own_statuses_are_its_verdicts),
    };

    return cmocka_run_group_tests_name("host_command", tests, make_folder,
                                       remove_folder);
}
