// SPDX-License-Identifier: MIT
// A machine's transports, boots and rings: words, defaults, combinations that
// are impossible.
#include "machine/form.h"

#include <string.h>

#include "unit/checks.h"

static struct form form;
static struct failure failure;

static bool read_wish(const char *machine, const char *transport,
                      const char *ring, const char *boot)
{
    const struct form_wish wish = {machine, transport, ring, boot};

    failure = (struct failure){.code = CODE_OK};
    return form_read(&wish, &form, &failure);
}

static void check_default(const char *machine, enum transport transport)
{
    assert_true(read_wish(machine, NULL, NULL, NULL));
    assert_int_equal(form.transport, transport);
    assert_int_equal(form.ring, RING_SPLIT);
    assert_int_equal(form.boot, BOOT_PVH);
}

static void check_refused(const char *reason)
{
    assert_int_equal(failure.code, CODE_USAGE);
    check_contains(failure.text, reason);
}

static void the_machine_decides_the_default_transport(void **state)
{
    check_default(NULL, TRANSPORT_MMIO_LEGACY);
    check_default("microvm", TRANSPORT_MMIO_LEGACY);
    check_default("microvm,acpi=off", TRANSPORT_MMIO_LEGACY);
    check_default("microvm,pcie=on", TRANSPORT_MMIO_LEGACY);
    check_default("type=microvm", TRANSPORT_MMIO_LEGACY);
    check_default("q35", TRANSPORT_PCI_TRANSITIONAL);
    check_default("q35,smm=off", TRANSPORT_PCI_TRANSITIONAL);
    check_default("type=q35", TRANSPORT_PCI_TRANSITIONAL);
    check_default("pc", TRANSPORT_PCI_TRANSITIONAL);
    check_default("pc,usb=off", TRANSPORT_PCI_TRANSITIONAL);
    check_default("pc-q35-7.2", TRANSPORT_PCI_TRANSITIONAL);
    check_default("pc-i440fx-7.2", TRANSPORT_PCI_TRANSITIONAL);
    check_default("none", TRANSPORT_MMIO_LEGACY);
    check_default("pcs", TRANSPORT_MMIO_LEGACY);
    check_default("q35s,usb=off", TRANSPORT_MMIO_LEGACY);
}

static void every_word_is_read_back(void **state)
{
    for (int i = 0; i < TRANSPORTS; i++) {
        const char *name = transport_name((enum transport)i);
        assert_true(read_wish("another", name, NULL, NULL));
        assert_int_equal(form.transport, i);
        assert_int_equal(transport_is_pci(form.transport),
                         strncmp(name, "pci", 3) == 0);
    }
    for (int i = 0; i < RINGS; i++) {
        assert_true(read_wish("another", "pci", ring_name((enum ring)i), NULL));
        assert_int_equal(form.ring, i);
    }
    for (int i = 0; i < BOOTS; i++) {
        assert_true(read_wish("q35", NULL, NULL, boot_name((enum boot)i)));
        assert_int_equal(form.boot, i);
    }
}

static void a_word_that_is_none_gets_the_list(void **state)
{
    assert_false(read_wish(NULL, "pcie", NULL, NULL));
    check_refused("--transport must be mmio-legacy, mmio, pci, "
                  "pci-transitional or pci-legacy, not 'pcie'");
    assert_false(read_wish(NULL, "", NULL, NULL));
    check_refused("not ''");
    assert_false(read_wish(NULL, NULL, "circular", NULL));
    check_refused("--ring must be split or packed, not 'circular'");
    assert_false(read_wish(NULL, NULL, NULL, "efi\n"));
    check_refused("--boot must be pvh, uefi or esp, not 'efi\\x0a'");
}

// Every transport on every known machine: the valid combinations.
static void a_transport_needs_its_bus(void **state)
{
    static const struct {
        const char *machine;
        bool mmio, pci;
    } rows[] = {
        {NULL, true, false},
        {"microvm,acpi=off", true, false},
        {"microvm,pcie=off", true, false},
        {"microvm,acpi=on,pcie=on", true, true},
        {"q35", false, true},
        {"pc", false, true},
        {"pc-i440fx-7.2", false, true},
        {"mine", true, true}, // the list is QEMU's, which may have more
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        for (int j = 0; j < TRANSPORTS; j++) {
            bool pci = transport_is_pci((enum transport)j);
            bool can = pci ? rows[i].pci : rows[i].mmio;
            assert_int_equal(read_wish(rows[i].machine,
                                       transport_name((enum transport)j), NULL,
                                       NULL),
                             can);
            if (!can) {
                check_refused(pci ? "microvm has none without pcie=on"
                                  : "microvm alone has");
            }
        }
    }
}

static void packed_rings_are_not_legacy(void **state)
{
    assert_true(read_wish(NULL, "mmio", "packed", NULL));
    assert_true(read_wish("q35", "pci", "packed", NULL));
    assert_true(read_wish("q35", NULL, "packed", NULL));
    assert_false(read_wish(NULL, NULL, "packed", NULL));
    check_refused("mmio-legacy has no packed rings");
    assert_false(read_wish("pc", "pci-legacy", "packed", NULL));
    check_refused("pci-legacy has no packed rings");
}

static void microvm_has_no_uefi(void **state)
{
    assert_false(read_wish(NULL, NULL, NULL, "uefi"));
    check_refused("--boot uefi needs q35 or pc");
    assert_false(read_wish("microvm,pcie=on", "pci", NULL, "esp"));
    check_refused("--boot esp needs q35 or pc");
    assert_true(read_wish("pc", NULL, NULL, "uefi"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_machine_decides_the_default_transport),
        cmocka_unit_test(every_word_is_read_back),
        cmocka_unit_test(a_word_that_is_none_gets_the_list),
        cmocka_unit_test(a_transport_needs_its_bus),
        cmocka_unit_test(packed_rings_are_not_legacy),
        cmocka_unit_test(microvm_has_no_uefi),
    };

    return cmocka_run_group_tests_name("host_form", tests, NULL, NULL);
}
