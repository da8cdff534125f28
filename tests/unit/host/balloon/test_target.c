// SPDX-License-Identifier: MIT
// The target from the device's register: its place on each transport, and every
// way not to find it. Against a scripted object tree.
#include "balloon/target.h"

#include "balloon/registers.h"

#include "unit/host/client.h"

#define ANSWER(N, VALUE)                                                       \
    {                                                                          \
        SAY, "{\"id\": @" #N ", \"return\": " VALUE "}", 0                     \
    }
#define REFUSED(N)                                                             \
    {                                                                          \
        SAY,                                                                   \
            "{\"id\": @" #N ", \"error\": {\"class\": \"GenericError\", "      \
            "\"desc\": \"no\"}}",                                              \
            0                                                                  \
    }
#define ASKED(TEXT)                                                            \
    {                                                                          \
        HEAR, TEXT, 0                                                          \
    }
#define DONE                                                                   \
    {                                                                          \
        LISTEN, NULL, 0                                                        \
    }
#define X86 OPENING, ASKED("query-target"), ANSWER(1, "{\"arch\": \"x86_64\"}")
#define BUS(PATH) ASKED("parent_bus"), ANSWER(2, "\"" PATH "\"")
#define CHILDREN(NAMES) ASKED("qom-list"), ANSWER(3, "[" NAMES "]")
#define NAMED(NAME)                                                            \
    "{\"name\": \"" NAME "\", \"type\": \"child<memory-region>\"}"

static struct target read_from(const struct step *steps)
{
    struct client *client = client_opened(steps);
    const struct balloon balloon = {
        .session = client->session,
        .device = {"/machine/peripheral/b", "virtio-balloon"},
        .deadline = deadline_in_ms(PLENTY),
    };
    struct target target;

    target_read(&balloon, &target);
    client_end(client);
    return target;
}

static void check_known(const struct step *steps, uint64_t pages)
{
    const struct target target = read_from(steps);

    assert_string_equal(target.reason, "");
    assert_true(target.known);
    assert_int_equal(target.pages, pages);
}

static void check_unknown(const struct step *steps, const char *words)
{
    const struct target target = read_from(steps);

    assert_false(target.known);
    check_contains(target.reason, words);
}

static void a_slot_of_virtio_mmio_has_it_at_256(void **state)
{
    static const struct step steps[] = {
        X86,
        BUS("/machine/unattached/device[27]/virtio-mmio-bus.23"),
        ASKED("/machine/unattached/device[27]/virtio-mmio[0]"),
        ANSWER(3, "\"/machine/unattached/system[0]\""),
        ASKED("\"addr\""),
        ANSWER(4, "4272958976"),
        ASKED("/machine/unattached/system[0]"),
        ANSWER(5, "\"\""),
        ASKED("\"addr\""),
        ANSWER(6, "0"),
        ASKED("\"xp /1xw 0xfeb02f00\""),
        ANSWER(7, "\"00000000feb02f00: 0x00008000\\r\\n\""),
        DONE};

    check_known(steps, 0x8000);
}

// Behind a bridge: its memory is a root, with the machine's addresses.
static void a_modern_pci_device_has_a_region_for_it(void **state)
{
    static const struct step steps[] = {
        X86,
        BUS("/machine/peripheral/rp0/rp0"),
        CHILDREN(NAMED("virtio-pci[1]") ", " NAMED(
            "virtio-pci-device-virtio-balloon[0]")),
        ASKED("/machine/peripheral/b/virtio-pci-device-virtio-balloon[0]"),
        ANSWER(4, "\"/machine/peripheral/b/virtio-pci[0]\""),
        ASKED("\"addr\""),
        ANSWER(5, "8192"),
        ASKED("\"container\""),
        ANSWER(6, "\"/machine/peripheral/rp0/pci_bridge_pci[0]\""),
        ASKED("/machine/peripheral/b/virtio-pci[0]"),
        ANSWER(7, "4271898624"),
        ASKED("\"container\""),
        ANSWER(8, "\"\""),
        ASKED("\"addr\""),
        ANSWER(9, "0"),
        ASKED("\"xp /1xw 0xfea02000\""),
        ANSWER(10, "\"00000000fea02000: 0xffffffff\\r\\n\""),
        DONE};

    check_known(steps, UINT32_MAX);
}

// Its first BAR is not mapped.
static void a_legacy_pci_device_has_it_in_its_ports(void **state)
{
    static const struct step steps[] = {
        X86,
        BUS("/machine/i440fx/pci.0"),
        CHILDREN(NAMED("virtio-pci[0]") ", " NAMED("virtio-pci[1]")),
        ASKED("/machine/peripheral/b/virtio-pci[0]"),
        ANSWER(4, "\"\""),
        ASKED("\"addr\""),
        ANSWER(5, "0"),
        ASKED("/machine/peripheral/b/virtio-pci[1]"),
        ANSWER(6, "\"/machine/unattached/io[0]\""),
        ASKED("\"addr\""),
        ANSWER(7, "49152"),
        ASKED("/machine/unattached/io[0]"),
        ANSWER(8, "\"\""),
        ASKED("\"addr\""),
        ANSWER(9, "0"),
        ASKED("\"i /w 0xc014\""),
        ANSWER(10, "\"portl[0xc014] = 0x00000000\\r\\n\""),
        DONE};

    check_known(steps, 0);
}

static void where_msix_may_have_moved_it_is_not_guessed(void **state)
{
    static const struct step steps[] = {
        X86, BUS("/machine/i440fx/pci.0"),
        CHILDREN(
            NAMED("virtio-pci[1]") ", " NAMED("virtio-balloon-pci-msix[0]")),
        DONE};

    check_unknown(steps, "MSI-X");
}

static void registers_that_nobody_has_mapped_are_named(void **state)
{
    static const struct step slot[] = {X86,
                                       BUS("/machine/d/virtio-mmio-bus.0"),
                                       ASKED("container"),
                                       ANSWER(3, "\"\""),
                                       ASKED("\"addr\""),
                                       ANSWER(4, "0"),
                                       DONE};
    static const struct step none[] = {X86, BUS("/machine/ccw"),
                                       CHILDREN(NAMED("other")), DONE};

    check_unknown(slot, "virtio-mmio is not mapped");
    check_unknown(none, "not mapped, or not");
}

// A region that is neither in memory nor in ports.
static void an_address_in_another_space_is_none(void **state)
{
    static const struct step steps[] = {X86,
                                        BUS("/machine/d/virtio-mmio-bus.0"),
                                        ASKED("container"),
                                        ANSWER(3, "\"/machine/strange[0]\""),
                                        ASKED("\"addr\""),
                                        ANSWER(4, "4096"),
                                        ASKED("container"),
                                        ANSWER(5, "\"\""),
                                        ASKED("\"addr\""),
                                        ANSWER(6, "0"),
                                        DONE};

    check_unknown(steps, "virtio-mmio is not mapped");
}

static void what_is_refused_or_nonsense_is_unknown(void **state)
{
    static const struct step arch[] = {OPENING, ASKED("query-target"),
                                       ANSWER(1, "{\"arch\": \"s390x\"}"),
                                       DONE};
    static const struct step no_arch[] = {OPENING, ASKED("query-target"),
                                          REFUSED(1), DONE};
    static const struct step no_list[] = {X86,        ASKED("parent_bus"),
                                          REFUSED(2), ASKED("qom-list"),
                                          REFUSED(3), DONE};
    static const struct step no_address[] = {
        X86,
        BUS("/machine/d/virtio-mmio-bus.0"),
        ASKED("container"),
        ANSWER(3, "\"/machine/system[0]\""),
        ASKED("\"addr\""),
        ANSWER(4, "\"far\""),
        DONE};
    static const struct step no_text[] = {
        X86, BUS("/machine/d/virtio-mmio-bus.0"), ASKED("container"),
        ANSWER(3, "7"), DONE};

    check_unknown(arch, "x86");
    check_unknown(no_arch, "x86");
    check_unknown(no_list, "does not list");
    check_unknown(no_address, "not mapped");
    check_unknown(no_text, "not mapped");
}

#define AT_4352                                                                \
    X86, BUS("/machine/d/virtio-mmio-bus.0"), ASKED("container"),              \
        ANSWER(3, "\"/machine/system[0]\""), ASKED("\"addr\""),                \
        ANSWER(4, "4096"), ASKED("container"), ANSWER(5, "\"\""),              \
        ASKED("\"addr\""), ANSWER(6, "0"), ASKED("xp /1xw 0x1100")

static void a_register_that_cannot_be_read_is_unknown(void **state)
{
    static const struct step refused[] = {AT_4352, REFUSED(7), DONE};
    static const struct step unmapped[] = {
        AT_4352, ANSWER(7, "\"0000000000001100: Cannot access memory\\r\\n\""),
        DONE};
    static const struct step number[] = {AT_4352, ANSWER(7, "5"), DONE};

    check_unknown(refused, "no human monitor");
    check_unknown(unmapped, "could not read");
    check_unknown(number, "could not read");
}

// Containers without an end, which no QEMU has.
static void a_tree_that_goes_in_circles_is_left(void **state)
{
    static struct step steps[3 + 2 + 4 * 16 + 1 + 8];
    static char answers[2 * 16][64];
    static const struct step begin[] = {X86,
                                        BUS("/machine/d/virtio-mmio-bus.0")};
    size_t count = sizeof begin / sizeof begin[0];

    memcpy(steps, begin, sizeof begin);
    for (unsigned i = 0; i < 2 * 16; i++) {
        snprintf(answers[i], sizeof answers[i], "{\"id\": @%u, \"return\": %s}",
                 i + 3, i % 2 == 0 ? "\"/machine/system[0]\"" : "0");
        steps[count++] =
            (struct step){HEAR, i % 2 == 0 ? "container" : "addr", 0};
        steps[count++] = (struct step){SAY, answers[i], 0};
    }
    steps[count] = (struct step){LISTEN, NULL, 0};
    check_unknown(steps, "not mapped");
}

static void the_monitors_words_are_read_strictly(void **state)
{
    static const char *const bad[] = {
        "",           "0x1\r\n",          " 0x\r\n",  " 0x1",
        " 0x1 \r\n",  " 0x123456789\r\n", " 0xg\r\n", " 1\r\n",
        " 0x1\r\n\n", "f00: 0x1 0x2\r\n",
    };
    uint64_t word = 7;

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(registers_word(bad[i], &word));
    }
    assert_int_equal(word, 7);
    assert_true(registers_word("00000000feb02f00: 0xfedcba98\r\n", &word));
    assert_int_equal(word, 0xfedcba98);
    assert_true(registers_word("portl[0xc014] = 0x0\r\n", &word));
    assert_int_equal(word, 0);
}

static void a_size_is_what_the_target_leaves(void **state)
{
    const struct target half = {.known = true, .pages = 0x8000};
    const struct target all = {.known = true, .pages = UINT32_MAX};

    assert_int_equal(target_size(&half, 256 << 20), 128 << 20);
    assert_int_equal(target_size(&all, 4096), 8192 - (INT64_C(1) << 44));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_slot_of_virtio_mmio_has_it_at_256),
        cmocka_unit_test(a_modern_pci_device_has_a_region_for_it),
        cmocka_unit_test(a_legacy_pci_device_has_it_in_its_ports),
        cmocka_unit_test(where_msix_may_have_moved_it_is_not_guessed),
        cmocka_unit_test(registers_that_nobody_has_mapped_are_named),
        cmocka_unit_test(an_address_in_another_space_is_none),
        cmocka_unit_test(what_is_refused_or_nonsense_is_unknown),
        cmocka_unit_test(a_register_that_cannot_be_read_is_unknown),
        cmocka_unit_test(a_tree_that_goes_in_circles_is_left),
        cmocka_unit_test(the_monitors_words_are_read_strictly),
        cmocka_unit_test(a_size_is_what_the_target_leaves),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
