// SPDX-License-Identifier: MIT
// Firmware images built byte by byte: their classification, the half found
// beside a half, and console texts that end a boot.
#include "machine/firmware.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "unit/checks.h"

enum {
    HALF = 0x20000
};

static char folder[] = "/tmp/aerostat-firmware-XXXXXX";

static int make_folder(void **state)
{
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    char command[64];

    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command); // NOLINT(cert-env33-c): a constant, but the name
}

static const char *path_of(const char *name)
{
    static char paths[4][128];
    static unsigned next;
    char *path = paths[next++ % 4];

    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

// A volume of that size at the start of the image: GUID, length, signature.
static void put_volume(unsigned char *image, const char *guid, size_t bytes)
{
    memcpy(image + 16, guid, 16);
    image[32] = (unsigned char)bytes;
    image[33] = (unsigned char)(bytes >> 8);
    image[34] = (unsigned char)(bytes >> 16);
    memcpy(image + 40, "_FVH", 4);
}

static const char variables[] =
    "\x8d\x2b\xf1\xff\x96\x76\x8b\x4c\xa9\x85\x27\x47\x07\x5b\x4f\x50";
static const char code[] =
    "\x78\xe5\x8c\x8c\x3d\x8a\x1c\x4f\x99\x35\x89\x61\x85\xc3\x2d\xd3";

// An image of two parts, either of which may lack a volume (NULL).
static const char *make_image(const char *name, const char *first,
                              const char *second)
{
    unsigned char image[2 * HALF] = {0};
    const size_t bytes = second ? 2 * HALF : HALF;
    const char *path = path_of(name);
    int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0644);

    if (first) {
        put_volume(image, first, HALF);
    }
    if (second) {
        put_volume(image + HALF, second, HALF);
    }
    assert_true(fd >= 0);
    assert_int_equal(write(fd, image, bytes), bytes);
    close(fd);
    return path;
}

static void check(const char *asked, enum boot boot, const char *path,
                  bool is_code, const char *store)
{
    struct firmware firmware;
    struct failure failure;

    if (!firmware_find(asked, boot, &firmware, &failure)) {
        fail_msg("%s", failure.text);
    }
    if (path) {
        assert_string_equal(firmware.path, path);
    } else {
        assert_null(firmware.path);
    }
    assert_int_equal(firmware.is_code, is_code);
    if (store) {
        assert_non_null(firmware.variables);
        assert_string_equal(firmware.variables, store);
    } else {
        assert_null(firmware.variables);
    }
    firmware_free(&firmware);
}

static void refuse(const char *asked, enum boot boot, enum exit_code exit_code,
                   const char *why)
{
    struct firmware firmware;
    struct failure failure;

    assert_false(firmware_find(asked, boot, &firmware, &failure));
    assert_int_equal(failure.code, exit_code);
    check_contains(failure.text, why);
    assert_null(firmware.path);
    assert_null(firmware.variables);
}

static void firmware_is_the_machines_own_unless_asked_for(void **state)
{
    const char *other = make_image("bios.bin", NULL, NULL);

    check(NULL, BOOT_PVH, NULL, false, NULL);
    check("qboot.rom", BOOT_PVH, "qboot.rom", false, NULL); // QEMU finds it
    check("OVMF.fd", BOOT_UEFI, "OVMF.fd", false, NULL);
    check(other, BOOT_PVH, other, false, NULL);
    refuse("/none/o", BOOT_UEFI, CODE_HOST, "/none/o");
}

// The result depends on the host.
static void uefi_is_debians_or_its_package_is_named(void **state)
{
    static const char ovmf[] = "/usr/share/ovmf/OVMF.fd";

    if (access(ovmf, R_OK) == 0) {
        check(NULL, BOOT_UEFI, ovmf, false, NULL);
        check(NULL, BOOT_ESP, ovmf, false, NULL);
    } else {
        refuse(NULL, BOOT_UEFI, CODE_HOST, "Debian's ovmf");
    }
}

static void firmware_that_cannot_start_the_guest_is_refused(void **state)
{
    const char *other = make_image("bios.bin", NULL, NULL);
    const char *whole = make_image("OVMF.fd", variables, code);
    const char *late = make_image("late.fd", NULL, code);

    check(whole, BOOT_UEFI, whole, false, NULL);
    check(whole, BOOT_ESP, whole, false, NULL);
    check(late, BOOT_UEFI, late, false, NULL);
    refuse(whole, BOOT_PVH, CODE_USAGE, "use --boot uefi");
    refuse(late, BOOT_PVH, CODE_USAGE, "use --boot uefi");
    refuse(other, BOOT_UEFI, CODE_USAGE, "--boot uefi needs UEFI firmware");
    refuse(other, BOOT_ESP, CODE_USAGE, "--boot esp needs UEFI firmware");
    refuse(folder, BOOT_UEFI, CODE_USAGE, "none");
}

static void half_an_image_finds_the_other_half(void **state)
{
    const char *half = make_image("OVMF_CODE.fd", code, NULL);
    const char *store = make_image("OVMF_VARS.fd", variables, NULL);

    check(half, BOOT_UEFI, half, true, store);
    refuse(store, BOOT_UEFI, CODE_USAGE, "name the half with the code");
    refuse(store, BOOT_PVH, CODE_USAGE, "name the half with the code");
    half = make_image("OVMF_CODE.secboot.fd", code, NULL);
    check(half, BOOT_UEFI, half, true, store);
    store = make_image("OVMF_VARS.secboot.fd", variables, NULL);
    check(half, BOOT_UEFI, half, true, store); // its own store comes first
    half = make_image("x-code.fd", code, NULL);
    check(half, BOOT_UEFI, half, true, NULL); // works without one
    make_image("x-vars.fd", code, NULL);      // not a variable store
    check(half, BOOT_UEFI, half, true, NULL);
    half = make_image("noname.fd", code, NULL);
    check(half, BOOT_UEFI, half, true, NULL);
    half = make_image("CODE", code, NULL);
    store = make_image("VARS", variables, NULL);
    check(half, BOOT_UEFI, half, true, store);
}

// The message made of the console's text; NULL: no end of the boot.
static void check_said(const char *text, const char *made)
{
    struct lines *console = lines_create(NULL, NULL);
    struct failure failure;

    lines_push(console, text, strlen(text), 1);
    assert_int_equal(firmware_gave_up(console, &failure), made != NULL);
    if (made) {
        assert_int_equal(failure.code, CODE_TIMEOUT);
        assert_string_equal(failure.text, made);
    }
    lines_destroy(console);
}

#define NOTHING "BdsDxe: No bootable option or device was found.\r\n"
#define FOUND_NOTHING "the firmware found nothing that it may start"
#define SECURE_BOOT                                                            \
    ": Secure Boot is on, and the guest is not signed; take firmware without " \
    "enrolled keys"

static void firmware_that_gives_up_is_heard(void **state)
{
    check_said("", NULL);
    check_said("BdsDxe: loading Boot0001 \"x\" from y\r\n", NULL);
    check_said("BdsDxe: failed to load Boot0001 \"x\": Not Found\r\n", NULL);
    check_said("BdsDxe: failed to load Boot0001 \"x\": Access Denied\r\n",
               NULL); // Boot0002 may follow
    check_said("\x1b[2J" NOTHING, FOUND_NOTHING);
    check_said("BdsDxe: failed to load x: Access Denied\r\n" NOTHING,
               FOUND_NOTHING SECURE_BOOT);
    check_said("BdsDxe: failed to start x: Security Violation\r\n" NOTHING,
               FOUND_NOTHING SECURE_BOOT);
    check_said("UEFI Interactive Shell v2.2\r\n", NULL); // a script may follow
    check_said("UEFI Interactive Shell v2.2\r\n\x1b[1mShell> \x1b[0m",
               "the firmware found nothing to start but its shell, which waits "
               "for a command");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(firmware_is_the_machines_own_unless_asked_for),
        cmocka_unit_test(uefi_is_debians_or_its_package_is_named),
        cmocka_unit_test(firmware_that_cannot_start_the_guest_is_refused),
        cmocka_unit_test(half_an_image_finds_the_other_half),
        cmocka_unit_test(firmware_that_gives_up_is_heard),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
