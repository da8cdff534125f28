// SPDX-License-Identifier: MIT
// Whether the device has taken the driver's buffer, for both ring formats, and
// every way in which QEMU does not show it. Against a scripted monitor.
#include "balloon/taken.h"

#include "unit/host/client.h"

#define STATUS(AVAIL)                                                          \
    OPENING, {HEAR, "x-query-virtio-queue-status", 0},                         \
    {                                                                          \
        SAY,                                                                   \
            "{\"id\": @1, \"return\": {\"inuse\": 0, "                         \
            "\"last-avail-idx\": " AVAIL ", \"vring-desc\": 4096}}",           \
            0                                                                  \
    }
#define DRIVER(IDX)                                                            \
    {HEAR, "x-query-virtio-queue-element", 0},                                 \
    {                                                                          \
        SAY,                                                                   \
            "{\"id\": @2, \"return\": {\"index\": 0, \"avail\": "              \
            "{\"idx\": " IDX ", \"flags\": 0}}}",                              \
            0                                                                  \
    }
#define PACKED                                                                 \
    {HEAR, "x-query-virtio-queue-element", 0},                                 \
    {                                                                          \
        SAY,                                                                   \
            "{\"id\": @2, \"error\": {\"class\": \"GenericError\", "           \
            "\"desc\": \"Packed ring not supported\"}}",                       \
            0                                                                  \
    }
#define PEEK(ADDRESS, TEXT)                                                    \
    {HEAR, "xp /1xh " ADDRESS "\"", 0},                                        \
    {                                                                          \
        SAY, "{\"id\": @3, \"return\": \"" TEXT "\\r\\n\"}", 0                 \
    }
#define DONE                                                                   \
    {                                                                          \
        LISTEN, NULL, 0                                                        \
    }

static void check(const struct step *steps, enum taken expected)
{
    struct client *client = client_opened(steps);
    const struct balloon balloon = {
        .session = client->session,
        .device = {"/machine/peripheral/b", "virtio-balloon-device"},
        .deadline = deadline_in_ms(PLENTY),
    };

    assert_int_equal(balloon_taken(&balloon), expected);
    client_end(client);
}

static void a_split_rings_indices_tell(void **state)
{
    static const struct step all[] = {STATUS("1"), DRIVER("1"), DONE};
    static const struct step one_more[] = {STATUS("1"), DRIVER("2"), DONE};
    static const struct step none[] = {STATUS("0"), DRIVER("1"), DONE};
    static const struct step around[] = {STATUS("65535"), DRIVER("0"), DONE};

    check(all, TAKEN_ALL);
    check(one_more, TAKEN_NOT);
    check(none, TAKEN_NOT);
    check(around, TAKEN_NOT);
}

static void a_packed_rings_descriptor_tells(void **state)
{
    static const struct step fresh[] = {
        STATUS("0"), PACKED, PEEK("0x100e", "000000000000100e: 0x0080"), DONE};
    static const struct step untouched[] = {
        STATUS("1"), PACKED, PEEK("0x101e", "000000000000101e: 0x0000"), DONE};
    static const struct step second_lap[] = {
        STATUS("7"), PACKED, PEEK("0x107e", "000000000000107e: 0x8000"), DONE};
    static const struct step used[] = {
        STATUS("7"), PACKED, PEEK("0x107e", "000000000000107e: 0x8080"), DONE};

    check(fresh, TAKEN_NOT);
    check(untouched, TAKEN_ALL);
    check(second_lap, TAKEN_NOT);
    check(used, TAKEN_ALL);
}

static void every_flag_but_two_means_nothing(void **state)
{
    for (uint64_t flags = 0; flags <= UINT16_MAX; flags++) {
        bool avail = flags & 0x80;
        bool used = flags & 0x8000;

        assert_int_equal(taken_packed_waits(flags), avail != used);
    }
}

static void a_qemu_that_does_not_tell_is_unknown(void **state)
{
    static const struct step old[] = {
        OPENING,
        {HEAR, "x-query-virtio-queue-status", 0},
        {SAY,
         "{\"id\": @1, \"error\": {\"class\": \"CommandNotFound\", \"desc\": "
         "\"no\"}}",
         0},
        DONE};
    static const struct step vague[] = {
        OPENING,
        {HEAR, "x-query-virtio-queue-status", 0},
        {SAY, "{\"id\": @1, \"return\": {\"vring-desc\": 4096}}", 0},
        DONE};
    static const struct step unread[] = {
        STATUS("0"), PACKED, PEEK("0x100e", "Cannot access memory"), DONE};

    check(old, TAKEN_UNKNOWN);
    check(vague, TAKEN_UNKNOWN);
    check(unread, TAKEN_UNKNOWN);
}

static void behind_pci_the_device_is_a_part(void **state)
{
    static const struct step steps[] = {
        OPENING,
        {HEAR, "/machine/peripheral/b/virtio-backend\",\"queue\":2", 0},
        {SAY, "{\"id\": @1, \"return\": {}}", 0},
        DONE};
    struct client *client = client_opened(steps);
    const struct balloon balloon = {
        .session = client->session,
        .device = {"/machine/peripheral/b", "virtio-balloon-pci-transitional"},
        .deadline = deadline_in_ms(PLENTY),
    };

    assert_int_equal(balloon_taken(&balloon), TAKEN_UNKNOWN);
    client_end(client);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_split_rings_indices_tell),
        cmocka_unit_test(a_packed_rings_descriptor_tells),
        cmocka_unit_test(every_flag_but_two_means_nothing),
        cmocka_unit_test(a_qemu_that_does_not_tell_is_unknown),
        cmocka_unit_test(behind_pci_the_device_is_a_part),
    };

    return cmocka_run_group_tests_name("host_taken", tests, NULL, NULL);
}
