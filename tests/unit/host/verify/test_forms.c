// SPDX-License-Identifier: MIT
// The forms of claims: a form's name gives the options passed to QEMU, and the
// guest's report must agree with it.
#include "fixture/forms.h"

#include <stdio.h>
#include <string.h>

#include "fixture/internal.h"
#include "unit/checks.h"

static void a_name_says_transport_and_ring(void **state)
{
    char name[64];

    for (int i = 0; i < FORMS; i++) {
        const struct form *form = &fixture_forms[i].form;
        snprintf(name, sizeof name, "%s%s", transport_name(form->transport),
                 form->ring == RING_PACKED ? "-packed" : "");
        assert_string_equal(fixture_forms[i].name, name);
        assert_ptr_equal(fixture_form_named(name), &fixture_forms[i]);
        assert_int_equal(form->boot, BOOT_PVH);
        assert_int_equal(fixture_forms[i].port != NULL,
                         fixture_forms[i].bus != NULL);
    }
    assert_null(fixture_form_named("legacy"));
    assert_null(fixture_form_named(""));
}

static void every_form_can_be_and_none_that_can_is_missing(void **state)
{
    size_t possible = 0;

    for (int i = 0; i < TRANSPORTS; i++) {
        for (int j = 0; j < RINGS; j++) {
            const struct form_wish wish = {
                .machine = transport_is_pci((enum transport)i) ? "q35" : NULL,
                .transport = transport_name((enum transport)i),
                .ring = ring_name((enum ring)j)};
            struct failure failure;
            struct form form;
            possible += form_read(&wish, &form, &failure);
        }
    }
    assert_int_equal(possible, FORMS);
    for (int i = 0; i < FORMS; i++) {
        const struct form_wish wish = {
            .machine = fixture_forms[i].machine,
            .transport = transport_name(fixture_forms[i].form.transport),
            .ring = ring_name(fixture_forms[i].form.ring)};
        struct failure failure;
        struct form form;
        assert_true(form_read(&wish, &form, &failure));
    }
}

static void the_rows_are_the_forms_in_words(void **state)
{
    struct form_row rows[FORMS];

    fixture_form_rows(rows);
    assert_string_equal(rows[FORM_PCI_PACKED].name, "pci-packed");
    assert_string_equal(rows[FORM_PCI_PACKED].transport, "pci");
    assert_string_equal(rows[FORM_PCI_PACKED].ring, "packed");
    assert_string_equal(rows[FORM_PCI_LEGACY].machine, "pc");
}

// --- The guest's report of its form -----------------------------------------

// The complaint about the guest's line in a case of that form; "" for none.
static const char *complaint(enum form_number number, bool own_machine,
                             const char *line)
{
    static struct fixture_outcome outcome;
    const struct fixture_case job = {.form = &fixture_forms[number]};
    struct fixture fixture = {.job = &job, .outcome = &outcome};
    struct fixture_vm vm = {.fixture = &fixture, .own_machine = own_machine};

    outcome = (struct fixture_outcome){.text = ""};
    fixture_check_line(&vm, line);
    assert_int_equal(fixture.failed, outcome.text[0] != '\0');
    return outcome.text;
}

#define FEATURES(transport, accepted)                                          \
    "virtio features transport=" transport                                     \
    " offered=0x105,0x30000012 accepted=" accepted

static void the_guest_drives_what_the_form_says(void **state)
{
    assert_string_equal(complaint(FORM_MMIO_LEGACY, false,
                                  FEATURES("mmio-legacy", "0x0,0x20000002")),
                        "");
    assert_string_equal(
        complaint(FORM_MMIO, false, FEATURES("mmio", "0x1,0x20000002")), "");
    assert_string_equal(
        complaint(FORM_PCI_PACKED, false, FEATURES("pci", "0x5,0x20000002")),
        "");
    // The driver uses the modern interface of a transitional device.
    assert_string_equal(complaint(FORM_PCI_TRANSITIONAL, false,
                                  FEATURES("pci", "0x1,0x20000002")),
                        "");
    assert_string_equal(complaint(FORM_MMIO, false, "virtio found id=5"), "");
    assert_string_equal(complaint(FORM_MMIO, false, ""), "");
}

static void another_transport_or_ring_fails_the_case(void **state)
{
    assert_string_equal(
        complaint(FORM_MMIO, false, FEATURES("mmio-legacy", "0x0,0x2")),
        "the guest drives the transport mmio-legacy, expected mmio");
    assert_string_equal(
        complaint(FORM_PCI_LEGACY, false, FEATURES("pci", "0x1,0x2")),
        "the guest drives the transport pci, expected pci-legacy");
    assert_string_equal(
        complaint(FORM_PCI_PACKED, false, FEATURES("pci", "0x1,0x20000002")),
        "the guest's rings are split, expected packed");
    assert_string_equal(complaint(FORM_PCI, false, FEATURES("pci", "0x5,0x2")),
                        "the guest's rings are packed, expected split");
    // On a machine of the check's own the form does not apply.
    assert_string_equal(complaint(FORM_MMIO, true, FEATURES("pci", "0x5,0x2")),
                        "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_says_transport_and_ring),
        cmocka_unit_test(every_form_can_be_and_none_that_can_is_missing),
        cmocka_unit_test(the_rows_are_the_forms_in_words),
        cmocka_unit_test(the_guest_drives_what_the_form_says),
        cmocka_unit_test(another_transport_or_ring_fails_the_case),
    };

    return cmocka_run_group_tests_name("host_forms", tests, NULL, NULL);
}
