// SPDX-License-Identifier: MIT
// `aerostat set` and `stats` against monitors whose replies no QEMU gives, and
// against QEMU's replies for guests that are not available here.
#include <signal.h>
#include <time.h>

#include "unit/host/monitor.h"

#define MIB (UINT64_C(1) << 20)
#define STATS(UPDATE, VALUES)                                                  \
    {                                                                          \
        "\"guest-stats\"",                                                     \
            "{\"last-update\": " UPDATE ", \"stats\": {" VALUES "}}"           \
    }
#define AVAILABLE(NUMBER) "\"stat-available-memory\": " NUMBER
#define TOTAL(NUMBER) "\"stat-total-memory\": " NUMBER
#define FREE(NUMBER) "\"stat-free-memory\": " NUMBER
#define ACTUAL(NUMBER)                                                         \
    {                                                                          \
        "\"query-balloon\"", "{\"actual\": " NUMBER "}"                        \
    }
#define BASE(NUMBER)                                                           \
    {                                                                          \
        "\"query-memory-size-summary\"", "{\"base-memory\": " NUMBER "}"       \
    }
#define END                                                                    \
    {                                                                          \
        NULL, NULL                                                             \
    }
#define INT64_EDGE "9223372036854775808" // 2^63
#define INT64_LARGEST "9223372036854775807"

// A machine of 256 MiB whose guest has all of it; unlisted commands are
// refused.
static const struct answer machine[] = {
    {"\"qmp_capabilities\"", "{}"},
    {"\"path\":\"/machine/peripheral\"}",
     "[{\"name\": \"b\", \"type\": \"child<virtio-balloon-device>\"}]"},
    {"\"qom-list\"", "[{\"name\": \"guest-stats\", \"type\": \"x\"}]"},
    {"\"query-status\"", "{\"status\": \"running\", \"running\": true}"},
    {"\"guest-stats-polling-interval\"", "0"},
    {"\"query-memory-devices\"", "[]"},
    ACTUAL("268435456"),
    BASE("268435456"),
    {"\"balloon\"", "{}"},
    END};

static int run(const struct answer *rows, const char *const *words)
{
    return monitor_run((const struct answer *const[]){rows, machine, NULL},
                       words);
}

#define RUN(ROWS, ...) run(ROWS, (const char *const[]){__VA_ARGS__, NULL})
#define SET(ROWS, SIZE) RUN(ROWS, "set", "--no-wait", "--json", "@", SIZE)

static bool was_asked(void)
{
    return strstr(monitor_heard, "\"balloon\",");
}

static void check_refused(int code, const char *reason)
{
    if (code != CODE_REFUSED) {
        fail_msg("exit code %d: %s%s", code, monitor_out, monitor_err);
    }
    check_contains(monitor_out, "\"outcome\":\"refused\"");
    check_contains(monitor_out, reason);
    assert_false(was_asked());
}

static void check_asked(int code)
{
    if (code != CODE_OK) {
        fail_msg("exit code %d: %s%s", code, monitor_out, monitor_err);
    }
    assert_true(was_asked());
}

// Windows, and Linux before 4.6. Free memory is less than available memory.
static void free_memory_permits_and_does_not_refuse(void **state)
{
    char stats[256];
    const struct answer rows[] = {{"\"guest-stats\"", stats}, END};

    snprintf(stats, sizeof stats,
             "{\"last-update\": %lld, \"stats\": {" TOTAL(
                 "260000000") ", " FREE("209715200") "}}",
             (long long)time(NULL));
    check_asked(SET(rows, "64M"));
    check_contains(monitor_out, "\"available\":209715200");
    check_refused(SET(rows, "16M"), "\"reason\":\"stats-partial\"");
    check_contains(monitor_err, "no available-memory");
    check_asked(RUN(rows, "set", "--no-wait", "--force", "@", "16M"));
}

// The sample claims enough memory, but its time is unknown.
static void a_sample_from_the_future_is_not_fresh(void **state)
{
    static const struct answer rows[] = {
        STATS("4102444800", AVAILABLE("260000000")), END};

    check_asked(SET(rows, "64M"));
    check_contains(monitor_err, "s in the future");
    check_refused(SET(rows, "48M"), "\"reason\":\"stale\"");
    check_contains(monitor_err, "s in the future");
}

// An age that does not fit: no arithmetic is done with it.
static void a_last_update_that_no_clock_has_is_no_age(void **state)
{
    static const char *const updates[] = {INT64_EDGE, INT64_LARGEST,
                                          "18446744073709551615", "1"};
    char stats[512];

    for (size_t i = 0; i < sizeof updates / sizeof updates[0]; i++) {
        const struct answer rows[] = {{"\"guest-stats\"", stats}, END};

        snprintf(stats, sizeof stats,
                 "{\"last-update\": %s, \"stats\": {" TOTAL(
                     "260000000") ", " AVAILABLE("4096") "}}",
                 updates[i]);
        check_refused(SET(rows, "128M"), "\"reason\":\"beyond-available\"");
        if (i == 0) {
            check_contains(monitor_err, "an unknown time");
            check_contains(monitor_out, "\"stats_age_seconds\":null");
        }
        assert_int_equal(RUN(rows, "stats", "@"), CODE_OK);
        assert_int_equal(RUN(rows, "stats", "--json", "@"), CODE_OK);
        check_contains(monitor_out, updates[i]);
    }
}

// The guest reports its size, the monitor reports the RAM.
static void sizes_at_the_edge_of_64_bits_are_no_overflow(void **state)
{
    static const char *const sizes[] = {"-9223372036854775807", "-1", "0",
                                        INT64_LARGEST};
    char actual[64];

    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        const struct answer rows[] = {
            {"\"query-balloon\"", actual},
            BASE(INT64_LARGEST),
            STATS("1", TOTAL(INT64_LARGEST) ", " AVAILABLE(INT64_LARGEST)),
            {"\"deflate-on-oom\"", "true"},
            END};

        snprintf(actual, sizeof actual, "{\"actual\": %s}", sizes[i]);
        check_asked(RUN(rows, "set", "--force", "--no-wait", "@", "1M"));
        check_asked(RUN(rows, "set", "--force", "--no-wait", "@", "1000%"));
        check_asked(RUN(rows, "set", "--force", "--no-wait", "@",
                        "9223372036854775807"));
        (void)SET(rows, "1M");
        assert_int_equal(RUN(rows, "stats", "@"), CODE_OK);
        (void)RUN(rows, "set", "--force", "--timeout=1ms", "@", "1M");
    }
}

static void sizes_above_63_bits_are_nonsense(void **state)
{
    static const struct answer edge[] = {ACTUAL(INT64_EDGE), STATS("0", ""),
                                         END};
    static const struct answer below[] = {ACTUAL("-" INT64_EDGE),
                                          STATS("0", ""), END};
    static const struct answer ram[] = {BASE(INT64_EDGE), STATS("0", ""), END};

    assert_int_equal(SET(edge, "64M"), CODE_PROTOCOL);
    assert_int_equal(SET(below, "64M"), CODE_PROTOCOL);
    assert_int_equal(SET(ram, "64M"), CODE_PROTOCOL);
    assert_int_equal(RUN(ram, "stats", "@"), CODE_PROTOCOL);
}

// Queues whose indices no device has.
static void queues_that_cannot_be_are_no_trouble(void **state)
{
    static const struct answer rows[] = {
        STATS("0", ""),
        {"\"x-query-virtio-queue-status\"",
         "{\"vring-desc\": 18446744073709551615, \"vring-num\": "
         "18446744073709551615, \"last-avail-idx\": 18446744073709551615, "
         "\"used-idx\": 18446744073709551614, \"inuse\": "
         "18446744073709551614}"},
        END};
    static const struct answer none[] = {
        STATS("0", ""),
        {"\"x-query-virtio-queue-status\"", "{\"vring-num\": 0}"},
        END};

    assert_int_equal(RUN(rows, "stats", "@"), CODE_NO_STATISTICS);
    assert_int_equal(RUN(none, "stats", "--json", "@"), CODE_NO_STATISTICS);
    check_contains(monitor_out, "\"stats\":null");
    check_contains(monitor_out, "\"reason\":\"stats-never-offered\"");
}

// Statistics larger than the RAM give no permission.
static void a_guest_that_has_more_than_the_ram_is_not_believed(void **state)
{
    static const struct answer rows[] = {
        STATS("4102444800", AVAILABLE("18446744073709551614")), END};

    check_refused(SET(rows, "16M"), "\"available\":null");
}

static void a_monitor_that_dies_in_the_middle_is_told(void **state)
{
    static const struct answer before[] = {
        STATS("0", ""), {"\"deflate-on-oom\"", HANG_UP}, END};
    static const struct answer asked[] = {
        STATS("0", ""), {"\"balloon\",", HANG_UP}, END};

    assert_int_equal(RUN(before, "set", "@", "128M"), CODE_QEMU_DIED);
    assert_string_equal(monitor_out, "");
    assert_int_equal(SET(asked, "128M"), CODE_QEMU_DIED);
    check_contains(monitor_out, "\"outcome\":\"qemu-died\"");
    check_contains(monitor_err, "QEMU may have taken the target");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(free_memory_permits_and_does_not_refuse),
        cmocka_unit_test(a_sample_from_the_future_is_not_fresh),
        cmocka_unit_test(a_last_update_that_no_clock_has_is_no_age),
        cmocka_unit_test(sizes_at_the_edge_of_64_bits_are_no_overflow),
        cmocka_unit_test(sizes_above_63_bits_are_nonsense),
        cmocka_unit_test(queues_that_cannot_be_are_no_trouble),
        cmocka_unit_test(a_guest_that_has_more_than_the_ram_is_not_believed),
        cmocka_unit_test(a_monitor_that_dies_in_the_middle_is_told),
    };

    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests_name("host_set", tests, NULL, NULL);
}
