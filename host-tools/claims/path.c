// SPDX-License-Identifier: MIT
// Claims about the balloon's path in QEMU's object tree.
// Limits: none of these machines runs: the tree exists from the start.
#include <string.h>

#include "claims/registry.h"
#include "fixture/fixture.h"
#include "fixture/refused.h"

#define ANONYMOUS "/machine/peripheral-anon/"

static const char *const paused[] = {"-S", NULL};

static bool expect_path(struct fixture_vm *vm, const char *expected)
{
    const char *path = vm ? fixture_path(vm) : NULL;

    return path && (strcmp(path, expected) == 0 ||
                    fixture_fail(fixture_of(vm), "expected the path %s, got %s",
                                 expected, path));
}

// Reads guest-stats at a given path, or expects this refusal.
static bool read_at(struct fixture_vm *vm, const char *path,
                    const char *refusal)
{
    struct json_object *arguments =
        fixture_property_arguments(path, "guest-stats");

    return refusal ? fixture_qmp_with_refused(vm, "qom-get", arguments, refusal)
                   : fixture_qmp_with(vm, "qom-get", arguments, NULL);
}

static bool check_document(struct fixture *fixture)
{
    const struct fixture_machine machine = {
        .machine = "pc",
        .defaults = true,
        .no_guest = true,
        .device = "virtio-balloon",
        .extra = paused,
    };
    struct fixture_vm *vm = fixture_boot(fixture, &machine);

    return expect_path(vm, ANONYMOUS "device[0]") &&
           read_at(vm, ANONYMOUS "device[1]", "not found") &&
           fixture_conclude(fixture, FINDING_DOC_WRONG,
                            "a balloon without company is device[0]");
}

// The machine starts without the option, so the refusal is the option's.
static bool check_option(struct fixture *fixture)
{
    static const char *const option[] = {"-balloon", "virtio", NULL};
    struct fixture_machine machine = {
        .machine = "pc",
        .defaults = true,
        .no_guest = true,
        .device = "none",
        .extra = paused,
    };

    if (!fixture_boot(fixture, &machine)) {
        return false;
    }
    machine.extra = option;
    return fixture_boot_refused(fixture, &machine,
                                "-balloon: invalid option") &&
           fixture_conclude(
               fixture, FINDING_DOC_WRONG,
               "there is no option -balloon any more; what it did is "
               "done with -device virtio-balloon");
}

static bool check_counted(struct fixture *fixture)
{
    static const char *const extra[] = {
        "-S", "-device", "virtio-rng-pci", "-device", "virtio-balloon", NULL,
    };
    const struct fixture_machine machine = {
        .machine = "pc",
        .defaults = true,
        .no_guest = true,
        .device = "none",
        .extra = extra,
    };
    struct fixture_vm *vm = fixture_boot(fixture, &machine);

    return expect_path(vm, ANONYMOUS "device[1]");
}

// The path is the same without QEMU's default devices and with them.
static bool expect_first(struct fixture *fixture,
                         struct fixture_machine machine)
{
    struct fixture_vm *bare = fixture_boot(fixture, &machine);

    if (!expect_path(bare, ANONYMOUS "device[0]")) {
        return false;
    }
    machine.defaults = true;
    return expect_path(fixture_boot(fixture, &machine), ANONYMOUS "device[0]");
}

static bool check_defaults(struct fixture *fixture)
{
    return expect_first(fixture, (struct fixture_machine){
                                     .machine = "q35",
                                     .no_guest = true,
                                     .device = "virtio-balloon",
                                     .extra = paused,
                                 });
}

static bool check_anonymous(struct fixture *fixture)
{
    return expect_first(fixture, (struct fixture_machine){
                                     .no_guest = true,
                                     .id = "",
                                     .extra = paused,
                                 });
}

static bool check_id(struct fixture *fixture)
{
    const struct fixture_machine machine = {
        .no_guest = true,
        .id = "mine",
        .extra = paused,
    };
    struct fixture_vm *vm = fixture_boot(fixture, &machine);

    return expect_path(vm, "/machine/peripheral/mine") &&
           read_at(vm, "mine", NULL) &&
           read_at(vm, ANONYMOUS "device[0]", "not found");
}

static bool check_id_pci(struct fixture *fixture)
{
    const struct fixture_machine machine = {
        .machine = "pc",
        .no_guest = true,
        .device = "virtio-balloon,id=mine",
        .extra = paused,
    };
    struct fixture_vm *vm = fixture_boot(fixture, &machine);

    return expect_path(vm, "/machine/peripheral/mine") &&
           read_at(vm, "/machine/peripheral/mine/virtio-backend", NULL);
}

static bool check_only_one(struct fixture *fixture)
{
    const struct fixture_machine machine = {
        .machine = "pc",
        .no_guest = true,
        .device = "virtio-balloon,id=first",
        .extra = paused,
    };
    struct fixture_vm *vm = fixture_boot(fixture, &machine);

    return vm &&
           fixture_qmp_refused(
               vm, "device_add",
               "{\"driver\": \"virtio-balloon\", \"id\": \"two\"}",
               "Only one balloon device is supported") &&
           expect_path(vm, "/machine/peripheral/first");
}

static const struct claim claims[] = {
    {
        .id = "path.option",
        .place = "60",
        .statement = "A QEMU that is started with -balloon virtio has a "
                     "balloon.",
        .forms = FORMS_ONCE,
        .expected = FINDING_DOC_WRONG,
        .check = check_option,
    },
    {
        .id = "path.document",
        .place = "60-62",
        .statement = "On a machine with QEMU's default devices and a balloon "
                     "without an id, the balloon is "
                     "/machine/peripheral-anon/device[1].",
        .forms = FORMS_ONCE,
        .expected = FINDING_DOC_WRONG,
        .check = check_document,
    },
    {
        .id = "path.counted",
        .place = "60-62",
        .statement = "The number in device[N] is the number of devices "
                     "without an id that stand before the balloon on the "
                     "command line.",
        .forms = FORMS_ONCE,
        .check = check_counted,
    },
    {
        .id = "path.defaults",
        .place = "60-62",
        .statement = "QEMU's default devices are not counted: with and "
                     "without them the path on q35 is the same.",
        .forms = FORMS_ONCE,
        .check = check_defaults,
    },
    {
        .id = "path.anonymous",
        .place = "beyond",
        .statement = "On every machine and bus a balloon without an id is "
                     "/machine/peripheral-anon/device[0] when nothing without "
                     "an id stands before it, with and without default "
                     "devices.",
        .check = check_anonymous,
    },
    {
        .id = "path.id",
        .place = "beyond",
        .statement = "With an id the balloon is /machine/peripheral/ID and "
                     "has no other path there; the id alone will do, too.",
        .check = check_id,
    },
    {
        .id = "path.id-pci",
        .place = "beyond",
        .statement = "On PCI the same property is found a second time, at "
                     "/machine/peripheral/ID/virtio-backend.",
        .forms = FORMS_ONCE,
        .check = check_id_pci,
    },
    {
        .id = "path.only-one",
        .place = "beyond",
        .statement = "A second balloon is refused, so the path is never "
                     "ambiguous.",
        .forms = FORMS_ONCE,
        .check = check_only_one,
    },
};

const struct claim_list claims_path = {claims, sizeof claims / sizeof *claims};
