// SPDX-License-Identifier: MIT
// The balloon device is found and used over QMP, against a scripted object
// tree.
#include "balloon/balloon.h"

#include "unit/host/client.h"

#define NO_FOLDER(N)                                                           \
    {                                                                          \
        SAY,                                                                   \
            "{\"id\": @" #N ", \"error\": {\"class\": \"DeviceNotFound\", "    \
            "\"desc\": \"no\"}}",                                              \
            0                                                                  \
    }
#define ANSWER(N, VALUE)                                                       \
    {                                                                          \
        SAY, "{\"id\": @" #N ", \"return\": " VALUE "}", 0                     \
    }
#define CHILD(NAME, TYPE)                                                      \
    "{\"name\": \"" NAME "\", \"type\": \"child<" TYPE ">\"}"
#define PROPERTIES                                                             \
    "[{\"name\": \"type\", \"type\": \"string\"}, "                            \
    "{\"name\": \"guest-stats\", \"type\": \"guest statistics\"}]"
#define PERIPHERAL                                                             \
    {                                                                          \
        HEAR, "\"/machine/peripheral\"", 0                                     \
    }
#define ANON                                                                   \
    {                                                                          \
        HEAR, "\"/machine/peripheral-anon\"", 0                                \
    }
#define DONE                                                                   \
    {                                                                          \
        LISTEN, NULL, 0                                                        \
    }

static void check_found(const struct step *steps, const char *path,
                        const char *type)
{
    struct client *client = client_opened(steps);
    struct balloon balloon = {client->session,
                              .deadline = deadline_in_ms(PLENTY)};

    if (!balloon_find(&balloon, &client->failure)) {
        fail_msg("%s", client->failure.text);
    }
    assert_string_equal(balloon.device.path, path);
    assert_string_equal(balloon.device.type, type);
    client_end(client);
}

static void check_not_found(const struct step *steps, enum exit_code code,
                            const char *words)
{
    struct client *client = client_opened(steps);
    struct balloon balloon = {client->session,
                              .deadline = deadline_in_ms(PLENTY)};

    assert_false(balloon_find(&balloon, &client->failure));
    assert_int_equal(client->failure.code, code);
    check_contains(client->failure.text, words);
    client_end(client);
}

static void a_balloon_with_an_id_is_found(void **state)
{
    static const struct step steps[] = {
        OPENING,
        PERIPHERAL,
        ANSWER(1, "[" CHILD("rng0", "virtio-rng-pci") ", " CHILD(
                      "b0", "virtio-balloon-pci") "]"),
        {HEAR, "\"/machine/peripheral/b0\"", 0},
        ANSWER(2, PROPERTIES),
        DONE};

    check_found(steps, "/machine/peripheral/b0", "virtio-balloon-pci");
}

static void a_balloon_without_an_id_is_found(void **state)
{
    static const struct step steps[] = {
        OPENING,
        PERIPHERAL,
        NO_FOLDER(1),
        ANON,
        ANSWER(2, "[{\"name\": \"type\", \"type\": \"string\"}, " CHILD(
                      "device[0]", "virtio-balloon-device") "]"),
        {HEAR, "\"/machine/peripheral-anon/device[0]\"", 0},
        ANSWER(3, PROPERTIES),
        DONE};

    check_found(steps, "/machine/peripheral-anon/device[0]",
                "virtio-balloon-device");
}

static void a_balloon_by_name_alone_is_none(void **state)
{
    static const struct step steps[] = {
        OPENING,
        PERIPHERAL,
        ANSWER(1, "[" CHILD("b", "virtio-balloon-thing") "]"),
        {HEAR, "\"/machine/peripheral/b\"", 0},
        ANSWER(2, "[]"),
        ANON,
        ANSWER(3, "[]"),
        {HEAR, "\"/machine\"", 0},
        ANSWER(4, "[]"),
        DONE};

    check_not_found(steps, CODE_NO_BALLOON, "no virtio-balloon device");
}

static void
a_balloon_deep_in_the_machine_is_found_and_links_are_not_followed(void **state)
{
    static const struct step steps[] = {
        OPENING,
        PERIPHERAL,
        ANSWER(1, "[]"),
        ANON,
        ANSWER(2, "[]"),
        {HEAR, "\"/machine\"", 0},
        ANSWER(3,
               "[" CHILD("soc", "container") ", {\"name\": \"loop\", "
                                             "\"type\": \"link<machine>\"}]"),
        {HEAR, "\"/machine/soc\"", 0},
        ANSWER(4, "[" CHILD("dev", "strange-balloon") "]"),
        {HEAR, "\"/machine/soc/dev\"", 0},
        ANSWER(5, PROPERTIES),
        DONE};

    check_found(steps, "/machine/soc/dev", "strange-balloon");
}

static void a_hyper_v_balloon_is_refused_by_name(void **state)
{
    static const struct step steps[] = {
        OPENING,
        PERIPHERAL,
        ANSWER(1, "[" CHILD("hv", "hv-balloon") "]"),
        ANON,
        ANSWER(2, "[]"),
        {HEAR, "\"/machine\"", 0},
        ANSWER(3, "[]"),
        DONE};

    check_not_found(steps, CODE_NO_BALLOON, "hv-balloon");
}

static void nonsense_in_the_tree_is_no_crash(void **state)
{
    static const struct step steps[] = {
        OPENING,
        PERIPHERAL,
        ANSWER(1, "[null, 1, {}, {\"name\": 1, \"type\": 2}, {\"name\": "
                  "\"x\", \"type\": \"\"}, {\"name\": \"x\", \"type\": "
                  "\"child<\"}, {\"name\": \"x\", \"type\": \"child<>\"}, "
                  "{\"type\": \"child<virtio-balloon-pci>\"}]"),
        ANON,
        ANSWER(2, "[[]]"),
        {HEAR, "\"/machine\"", 0},
        ANSWER(3, "[{}]"),
        DONE};
    static const struct step no_array[] = {OPENING, PERIPHERAL, ANSWER(1, "{}"),
                                           DONE};

    check_not_found(steps, CODE_NO_BALLOON, "no virtio-balloon");
    check_not_found(no_array, CODE_PROTOCOL, "qom-list");
}

static void another_refusal_ends_the_search(void **state)
{
    static const struct step steps[] = {
        OPENING,
        PERIPHERAL,
        {SAY,
         "{\"id\": @1, \"error\": {\"class\": \"GenericError\", \"desc\": "
         "\"broken\"}}",
         0},
        DONE};

    check_not_found(steps, CODE_PROTOCOL, "broken");
}

static struct balloon balloon_of(struct client *client)
{
    return (struct balloon){
        .session = client->session,
        .device = {"/machine/peripheral/b0", "virtio-balloon-device"},
        .deadline = deadline_in_ms(PLENTY),
    };
}

static void set_interval(const struct step *steps, uint32_t seconds,
                         const char *reason)
{
    struct client *client = client_opened(steps);
    const struct balloon balloon = balloon_of(client);
    bool ok = balloon_set_interval(&balloon, seconds, &client->failure);

    assert_int_equal(ok, reason == NULL);
    if (reason) {
        assert_int_equal(client->failure.code, CODE_PROTOCOL);
        check_contains(client->failure.text, reason);
    }
    client_end(client);
}

static void an_interval_is_set_and_read_back(void **state)
{
    static const struct step same[] = {OPENING,
                                       {HEAR, "\"value\":4294967295", 0},
                                       ANSWER(1, "{}"),
                                       {HEAR, "\"qom-get\"", 0},
                                       ANSWER(2, "4294967295"),
                                       DONE};
    static const struct step other[] = {
        OPENING,         {HEAR, "\"qom-set\"", 0},
        ANSWER(1, "{}"), {HEAR, "\"qom-get\"", 0},
        ANSWER(2, "0"),  DONE};
    static const struct step strange[] = {OPENING,
                                          {HEAR, "\"qom-set\"", 0},
                                          ANSWER(1, "{}"),
                                          {HEAR, "\"qom-get\"", 0},
                                          ANSWER(2, "4294967296"),
                                          DONE};

    set_interval(same, UINT32_MAX, NULL);
    set_interval(other, 5, "has 0 now");
    set_interval(strange, 5, "integer");
}

static void statistics_are_read_from_the_device_that_was_found(void **state)
{
    static const struct step steps[] = {
        OPENING,
        {HEAR,
         "\"arguments\":{\"path\":\"/machine/peripheral/b0\","
         "\"property\":\"guest-stats\"}",
         0},
        ANSWER(1, "{\"stats\": {\"stat-swap-in\": 3}, \"last-update\": 9}"),
        {HEAR, "\"guest-stats\"", 0},
        ANSWER(2, "[]"),
        DONE};
    struct client *client = client_opened(steps);
    const struct balloon balloon = balloon_of(client);
    struct sample sample;

    assert_true(balloon_read(&balloon, &sample, &client->failure));
    assert_int_equal(sample.last_update, 9);
    assert_int_equal(sample_find(&sample, "swap-in")->value, 3);
    assert_false(balloon_read(&balloon, &sample, &client->failure));
    assert_int_equal(client->failure.code, CODE_PROTOCOL);
    client_end(client);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_balloon_with_an_id_is_found),
        cmocka_unit_test(a_balloon_without_an_id_is_found),
        cmocka_unit_test(a_balloon_by_name_alone_is_none),
        cmocka_unit_test(
            a_balloon_deep_in_the_machine_is_found_and_links_are_not_followed),
        cmocka_unit_test(a_hyper_v_balloon_is_refused_by_name),
        cmocka_unit_test(nonsense_in_the_tree_is_no_crash),
        cmocka_unit_test(another_refusal_ends_the_search),
        cmocka_unit_test(an_interval_is_set_and_read_back),
        cmocka_unit_test(statistics_are_read_from_the_device_that_was_found),
    };

    return cmocka_run_group_tests_name("host_device", tests, NULL, NULL);
}
