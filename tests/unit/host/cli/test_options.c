// SPDX-License-Identifier: MIT
// Options that are sizes and durations, for every command.
#include "cli/options.h"

#include "balloon/interval.h"
#include "unit/checks.h"

static const struct option options[] = {
    {"timeout", "TIME", ""},
    {"memory", "SIZE", ""},
    {NULL, NULL, NULL},
};

static struct parsed parsed_of(const char *word)
{
    char *argv[] = {"command", (char *)word, NULL};
    struct parsed parsed;
    struct failure failure;

    if (!options_parse(options, word ? 2 : 1, argv, &parsed, &failure)) {
        fail_msg("%s", failure.text);
    }
    return parsed;
}

static void check_duration(const char *word, uint64_t milliseconds)
{
    const struct parsed parsed = parsed_of(word);
    struct failure failure;
    uint64_t found = 0;

    if (!options_duration(options, &parsed, "timeout", 1234, &found,
                          &failure)) {
        fail_msg("%s", failure.text);
    }
    assert_int_equal(found, milliseconds);
}

static void check_no_duration(const char *word, const char *reason)
{
    const struct parsed parsed = parsed_of(word);
    struct failure failure;
    uint64_t found = 0;

    assert_false(
        options_duration(options, &parsed, "timeout", 1234, &found, &failure));
    assert_int_equal(failure.code, CODE_USAGE);
    check_contains(failure.text, "--timeout");
    check_contains(failure.text, reason);
}

static void a_timeout_is_a_duration(void **state)
{
    check_duration(NULL, 1234);
    check_duration("--timeout=2", 2000);
    check_duration("--timeout=0.5", 500);
    check_duration("--timeout=500ms", 500);
    check_duration("--timeout=2s", 2000);
    check_duration("--timeout=2m", 120000);
    check_duration("--timeout=1ms", 1);
    check_duration("--timeout=4294967295", UINT64_C(4294967295000));
    check_no_duration("--timeout=", "has no number");
    check_no_duration("--timeout=0", "'0' is less");
    check_no_duration("--timeout=0.0009", "is less");
    check_no_duration("--timeout=-1", "has no number");
    check_no_duration("--timeout=2d", "'2d' has no unit");
    check_no_duration("--timeout=0.5ms", "a fraction");
    check_no_duration("--timeout=4294967295.001", "is more than");
    check_no_duration("--timeout=18446744073709551616ms", "is too large");
}

static void check_memory(const char *word, const char *qemus)
{
    const struct parsed parsed = parsed_of(word);
    struct failure failure;
    char memory[48];

    if (!options_memory(options, &parsed, "memory", memory, sizeof memory,
                        &failure)) {
        fail_msg("%s", failure.text);
    }
    assert_string_equal(memory, qemus);
}

static void check_no_memory(const char *word, const char *reason)
{
    const struct parsed parsed = parsed_of(word);
    struct failure failure;
    char memory[48];

    assert_false(options_memory(options, &parsed, "memory", memory,
                                sizeof memory, &failure));
    assert_int_equal(failure.code, CODE_USAGE);
    check_contains(failure.text, "--memory");
    check_contains(failure.text, reason);
}

static void memory_reaches_qemu_in_its_own_spelling(void **state)
{
    check_memory(NULL, "");
    check_memory("--memory=256M", "256M");
    check_memory("--memory=256", "256"); // MiB, as in QEMU's -m
    check_memory("--memory=64MiB", "64M");
    check_memory("--memory=0.5G", "512M");
    check_memory("--memory=512MB", "500000K");
    check_memory("--memory=256MiB,slots=2,maxmem=4G", "256M,slots=2,maxmem=4G");
    check_memory("--memory=size=5Q", "size=5Q"); // QEMU's suffixes
    check_no_memory("--memory=5Q", "'5Q' has no unit");
    check_no_memory("--memory=,slots=2", "has no number");
    check_no_memory("--memory=17179869184G", "is too large");
    check_no_memory("--memory=00000000000000000000000000000000064M",
                    "is too large");
    check_no_memory("--memory=64M,a=123456789012345678901234567890123456789",
                    "is too large");
}

static void an_interval_is_whole_seconds(void **state)
{
    static const struct {
        const char *text;
        uint32_t seconds;
    } right[] = {{"2", 2},
                 {"2s", 2},
                 {"5m", 300},
                 {"3000ms", 3},
                 {"0.5m", 30},
                 {"1", 1},
                 {"4294967295", UINT32_MAX}};
    static const char *const wrong[] = {"0",          "0.5",      "2500ms",
                                        "4294967296", "-1",       "",
                                        "off",        "1193047h", "1.5s"};
    struct failure failure;
    uint32_t seconds;

    for (size_t i = 0; i < sizeof right / sizeof right[0]; i++) {
        assert_true(interval_parse(right[i].text, "x", 1, &seconds, &failure));
        assert_int_equal(seconds, right[i].seconds);
    }
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        if (interval_parse(wrong[i], "--interval", 1, &seconds, &failure)) {
            fail_msg("'%s' is taken", wrong[i]);
        }
        assert_int_equal(failure.code, CODE_USAGE);
        check_contains(failure.text, "--interval must be whole seconds 1..");
    }
    assert_true(interval_parse("0", "x", 0, &seconds, &failure));
    assert_int_equal(seconds, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_timeout_is_a_duration),
        cmocka_unit_test(memory_reaches_qemu_in_its_own_spelling),
        cmocka_unit_test(an_interval_is_whole_seconds),
    };

    return cmocka_run_group_tests_name("host_options", tests, NULL, NULL);
}
