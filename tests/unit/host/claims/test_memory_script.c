// SPDX-License-Identifier: MIT
// The random scripts of memory.random, done by the model alone, and the search
// for a smaller script.
#include "claims/memory_script.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/model.h"
#include "unit/checks.h"

enum {
    SEEDS = 50,
    FRAMES = 3738, // of a machine of 16 MiB
    FIRST = 358,
};

// --- The generator -----------------------------------------------------------

static struct memory_script script_of(uint64_t seed)
{
    struct memory_script script = {.count = 0};

    memory_script_make(seed, &script);
    return script;
}

static bool same(const struct memory_script *a, const struct memory_script *b)
{
    bool equal = a->count == b->count;

    for (size_t i = 0; equal && i < a->count; i++) {
        equal = strcmp(a->words[i], b->words[i]) == 0;
    }
    return equal;
}

static void a_seed_has_one_script(void **state)
{
    struct memory_script first = script_of(7);
    struct memory_script again = script_of(7);
    struct memory_script other = script_of(8);

    (void)state;
    assert_true(same(&first, &again));
    assert_false(same(&first, &other));
    memory_script_free(&first);
    memory_script_free(&again);
    memory_script_free(&other);
}

static void a_script_is_appended(void **state)
{
    struct memory_script alone = script_of(7);
    struct memory_script both = {.count = 0};

    (void)state;
    memory_script_add(&both, "pace=%u", 3u);
    memory_script_make(7, &both);
    assert_int_equal(both.count, alone.count + 1);
    assert_string_equal(both.words[0], "pace=3");
    assert_string_equal(both.words[1], alone.words[0]);
    memory_script_free(&alone);
    memory_script_free(&both);
}

static bool begins(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

static struct model *new_model(void)
{
    static const struct model_run free_run = {FIRST, FRAMES};

    return model_new(&(struct model_machine){
        .managed = FRAMES,
        .free_runs = &free_run,
        .free_run_count = 1,
        .disks = 2,
        .swap_disk = true,
        .swap_marked = true,
        .swap_last_page = SCRIPT_SWAP_PAGES - 1,
        .file_disk = true,
        .file_pages = SCRIPT_FILE_PAGES,
    });
}

// Held memory without regard to its tables: near enough.
static void make_room(struct model *model, const char *value)
{
    const int64_t more = model_room(model) - strtoll(value, NULL, 10);
    struct buffer unused = {0};
    char word[SCRIPT_WORD];

    if (more > 0) {
        (void)snprintf(word, sizeof word, "alloc=%lldK", 4 * (long long)more);
        assert_true(model_order(model, word, &unused));
    }
    buffer_free(&unused);
}

static void tell(struct model *model, const char *word)
{
    struct buffer unused = {0};
    char order[SCRIPT_WORD];

    (void)snprintf(order, sizeof order, "%s", word);
    order[strcspn(order, "!")] = '\0';
    if (begins(word, "room=")) {
        make_room(model, word + strlen("room="));
    } else if (begins(word, "balloon=")) {
        (void)model_balloon(model, strtoull(word + 8, NULL, 10));
    } else if (strcmp(word, "poll") != 0) {
        assert_true(model_order(model, order, &unused));
    }
    buffer_free(&unused);
}

static struct model_numbers numbers_of(uint64_t seed)
{
    struct memory_script script = script_of(seed);
    struct model *model = new_model();
    struct model_numbers numbers;

    for (size_t i = 0; i < script.count; i++) {
        tell(model, script.words[i]);
    }
    model_numbers(model, &numbers);
    model_end(model);
    memory_script_free(&script);
    return numbers;
}

static void most_scripts_swap_stall_and_kill(void **state)
{
    unsigned swapped = 0;
    unsigned stalled = 0;
    unsigned killed = 0;

    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        const struct model_numbers numbers = numbers_of(seed);

        swapped += numbers.value[MODEL_SWAP_IN] > 0;
        stalled += numbers.value[MODEL_ALLOC_STALLS] > 0;
        killed += numbers.value[MODEL_OOM_KILLS] > 0;
    }
    assert_in_range(swapped, SEEDS / 2 + 1, SEEDS);
    assert_in_range(stalled, SEEDS / 2 + 1, SEEDS);
    assert_in_range(killed, SEEDS / 2 + 1, SEEDS);
}

static void every_counter_moves_in_some_script(void **state)
{
    uint64_t sum[MODEL_NUMBERS] = {0};

    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        const struct model_numbers numbers = numbers_of(seed);

        for (unsigned i = 0; i < MODEL_NUMBERS; i++) {
            sum[i] += numbers.value[i];
        }
    }
    for (unsigned i = 0; i < MODEL_NUMBERS; i++) {
        assert_int_not_equal(sum[i], 0);
    }
}

// --- The search --------------------------------------------------------------

struct trials {
    const char *const *needed; // words without which it does not fail
    unsigned count;            // of trials
};

// Fails if the needed words are there in this order.
static bool has_needed(void *context, const struct memory_script *script)
{
    struct trials *trials = context;
    const char *const *next = trials->needed;

    trials->count++;
    for (size_t i = 0; *next && i < script->count; i++) {
        next += strcmp(script->words[i], *next) == 0;
    }
    return !*next;
}

static struct memory_script numbered(unsigned count)
{
    struct memory_script script = {.count = 0};

    for (unsigned i = 0; i < count; i++) {
        memory_script_add(&script, "w%u", i);
    }
    return script;
}

static void expect_shrunk(unsigned words, const char *const *needed,
                          size_t count)
{
    struct memory_script script = numbered(words);
    struct trials trials = {.needed = needed};

    memory_script_shrink(&script, 1000, has_needed, &trials);
    assert_int_equal(script.count, count);
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(script.words[i], needed[i]);
    }
    memory_script_free(&script);
}

static void only_the_needed_words_stay(void **state)
{
    static const char *const one[] = {"w37", NULL};
    static const char *const three[] = {"w0", "w50", "w99", NULL};
    static const char *const none[] = {NULL};

    (void)state;
    expect_shrunk(100, one, 1);
    expect_shrunk(100, three, 3);
    expect_shrunk(100, none, 0);
    expect_shrunk(1, none, 0);
    expect_shrunk(0, none, 0);
}

static void halves_are_tried_first(void **state)
{
    static const char *const needed[] = {"w3", NULL};
    struct memory_script script = numbered(64);
    struct trials trials = {.needed = needed};

    (void)state;
    memory_script_shrink(&script, 2, has_needed, &trials);
    assert_int_equal(trials.count, 2);
    assert_int_equal(script.count, 32);
    memory_script_free(&script);
}

static void the_trials_are_bounded(void **state)
{
    static const char *const needed[] = {"w1", "w9", "w33", "w90", NULL};
    struct memory_script script = numbered(100);
    struct trials trials = {.needed = needed};

    (void)state;
    memory_script_shrink(&script, 10, has_needed, &trials);
    assert_int_equal(trials.count, 10);
    assert_true(has_needed(&trials, &script));
    memory_script_free(&script);
}

// --- Printing ----------------------------------------------------------------

static void a_move_of_the_balloon_is_a_comment(void **state)
{
    struct memory_script script = {.count = 0};
    struct buffer text = {0};

    (void)state;
    memory_script_add_words(&script, " swapon count balloon=512 write=3:1");
    memory_script_print(&script, "  ", &text);
    assert_string_equal(buffer_string(&text),
                        "  swapon\n  # balloon=512\n  write=3:1\n");
    buffer_free(&text);
    memory_script_free(&script);
}

static void lines_have_72_characters_at_most(void **state)
{
    struct memory_script script = numbered(100);
    struct buffer text = {0};
    size_t words = 0;

    (void)state;
    memory_script_print(&script, "", &text);
    for (const char *line = buffer_string(&text); *line;) {
        const size_t length = strcspn(line, "\n");

        assert_in_range(length, 2, 72);
        for (size_t i = 0; i < length; i++) {
            words += line[i] == 'w';
        }
        line += length + 1;
    }
    assert_int_equal(words, 100);
    buffer_free(&text);
    memory_script_free(&script);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_seed_has_one_script),
        cmocka_unit_test(a_script_is_appended),
        cmocka_unit_test(most_scripts_swap_stall_and_kill),
        cmocka_unit_test(every_counter_moves_in_some_script),
        cmocka_unit_test(only_the_needed_words_stay),
        cmocka_unit_test(halves_are_tried_first),
        cmocka_unit_test(the_trials_are_bounded),
        cmocka_unit_test(a_move_of_the_balloon_is_a_comment),
        cmocka_unit_test(lines_have_72_characters_at_most),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
