// SPDX-License-Identifier: MIT
// Text on its way to the sink: as it is, or dropped without one.
#include "base/emit.h"

#include "unit/emitted.h"

static void text(const char *text)
{
    emit_bytes(text, strlen(text));
}

static void without_a_sink_text_is_dropped(void **state)
{
    (void)state;
    emit_to(NULL);
    text("nobody listens");
}

static void bytes_go_out_as_they_are(void **state)
{
    (void)state;
    emitted_begin();
    emit_bytes("a\0b", 3);
    emit_bytes("", 0);
    assert_int_equal(emitted_length, 3);
    assert_memory_equal(emitted, "a\0b", 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_sink_text_is_dropped),
        cmocka_unit_test(bytes_go_out_as_they_are),
    };

    return cmocka_run_group_tests_name("base_emit", tests, NULL, NULL);
}
