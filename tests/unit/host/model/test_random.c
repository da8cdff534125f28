// SPDX-License-Identifier: MIT
// Random scripts on a machine of 16 MiB: whatever is ordered, no frame and no
// slot is lost or in two places, and the numbers agree with each other. And the
// balloon's batches do not matter.
#include "unit/host/model/rig.h"

#include "model/state.h"

enum {
    FRAMES = 3300,
    SLOTS = 1500,
    SCRIPTS = 60,
    ORDERS = 60,
};

static uint64_t random_state;

static unsigned below(unsigned limit)
{
    return (unsigned)(next_random(&random_state) >> 33) % limit;
}

// --- Invariants --------------------------------------------------------------

static bool taken[FIRST + FRAMES];

static void mark(uint64_t first, uint64_t count)
{
    for (uint64_t frame = first; frame < first + count; frame++) {
        assert_in_range(frame, FIRST, FIRST + FRAMES - 1);
        if (taken[frame]) {
            fail_msg("frame %" PRIu64 " is in two places", frame);
        }
        taken[frame] = true;
    }
}

// `count`: frames of each entry; 0: the entry's place is the length of a run.
static uint64_t mark_list(const struct sorted *list, uint64_t count)
{
    const struct sorted_entry *entry = sorted_from(list, 0);
    uint64_t marked = 0;

    for (; entry; entry = sorted_from(list, entry->key + 1)) {
        mark(count > 0 ? entry->place : entry->key,
             count > 0 ? count : entry->place);
        marked += count > 0 ? count : entry->place;
    }
    return marked;
}

// Each frame is in one place; those in no list are page tables.
static void check_frames(void)
{
    uint64_t tables =
        model->held_tables + model->file_tables + model->pool_tables;
    uint64_t marked = 0;

    memset(taken, 0, sizeof taken);
    for (unsigned task = 1; task <= MODEL_TASKS; task++) {
        tables += model->tasks[task].tables;
    }
    marked += mark_list(&model->free.list, 0);
    marked += mark_list(&model->balloon.list, 0);
    marked += mark_list(&model->swap_frames.list, 0);
    marked += mark_list(&model->anonymous.memory, 1);
    marked += mark_list(&model->file.memory, 1);
    marked += mark_list(&model->held, 1);
    marked += mark_list(&model->pool, RUNS_BLOCK);
    assert_int_equal(marked + tables, FRAMES);
}

static void check_slots(uint64_t failed)
{
    static bool used[SLOTS + 1];
    const struct sorted_entry *out = sorted_from(&model->out, 0);

    memset(used, 0, sizeof used);
    for (; out; out = sorted_from(&model->out, out->key + 1)) {
        assert_in_range(out->place, 1, SLOTS);
        assert_false(used[out->place]);
        used[out->place] = true;
        assert_null(sorted_find(&model->anonymous.memory, out->key));
    }
    if (model->swap_on) {
        assert_in_range(model->slots.count + model->out.count + failed, SLOTS,
                        SLOTS + failed);
    } else {
        assert_int_equal(model->slots.count + model->out.count, 0);
    }
}

static void check_ring(const struct ring *ring)
{
    const struct sorted_entry *entry = sorted_from(&ring->resting, 0);

    for (; entry; entry = sorted_from(&ring->resting, entry->key + 1)) {
        assert_non_null(sorted_find(&ring->memory, entry->key));
    }
}

static void check_tasks(void)
{
    uint64_t in_memory = 0;
    uint64_t in_slots = 0;

    for (unsigned task = 1; task <= MODEL_TASKS; task++) {
        const struct owner *owner = &model->tasks[task];

        in_memory += owner->in_memory;
        in_slots += owner->in_slots;
        assert_true(owner->in_memory + owner->in_slots <= owner->pages);
    }
    assert_int_equal(in_memory, model->anonymous.memory.count);
    assert_int_equal(in_slots, model->out.count);
}

static void check_counts(const struct model_numbers *before)
{
    struct model_numbers now;

    model_numbers(model, &now);
    for (unsigned i = 0; i < MODEL_NUMBERS; i++) {
        const bool falls = i >= MODEL_FREE_MEMORY && i <= MODEL_DISK_CACHES;

        assert_true(falls || now.value[i] >= before->value[i]);
    }
    assert_true(now.value[MODEL_SWAP_IN] <=
                now.value[MODEL_MAJOR_FAULTS] * PAGE);
    assert_true(now.value[MODEL_SWAP_OUT] <=
                now.value[MODEL_ASYNC_RECLAIMS] +
                    now.value[MODEL_DIRECT_RECLAIMS]);
    assert_true(now.value[MODEL_ASYNC_RECLAIMS] <=
                now.value[MODEL_ASYNC_SCANS]);
    assert_true(now.value[MODEL_DIRECT_RECLAIMS] <=
                now.value[MODEL_DIRECT_SCANS]);
    assert_true(now.value[MODEL_AVAILABLE_MEMORY] <=
                now.value[MODEL_FREE_MEMORY] + now.value[MODEL_DISK_CACHES]);
    assert_true(model_room(model) >= MARK_MIN - 1);
    assert_int_equal(model->promised + model->held.count, model->held_pages);
}

// --- Scripts -----------------------------------------------------------------

static const char *random_order(void)
{
    static char word[64];
    const unsigned pages = below(600);
    const unsigned place = below(2000);

    switch (below(20)) {
    case 0:
    case 1:
        snprintf(word, sizeof word, "task=%u", 1 + below(8));
        break;
    case 2:
    case 3:
    case 4:
        snprintf(word, sizeof word, "map=%uK", 4 * (1 + below(3000)));
        break;
    case 5:
        return "unmap";
    case 6:
    case 7:
    case 8:
        snprintf(word, sizeof word, "write=%u@%u:%u", pages, place, pages);
        break;
    case 9:
    case 10:
        snprintf(word, sizeof word, "read=%u@%u", pages, place);
        break;
    case 11:
    case 12:
    case 13:
        snprintf(word, sizeof word, "walk=%u:%u", 3 * pages, place);
        break;
    case 14:
        snprintf(word, sizeof word, "load=%u@%u", pages, place % 1500);
        break;
    case 15:
        return below(2) ? "drop" : "swapoff";
    case 16:
        snprintf(word, sizeof word, "huge=%u", below(4));
        break;
    case 17:
        snprintf(word, sizeof word, "pace=%u", 1u << below(10));
        break;
    case 18:
        snprintf(word, sizeof word, "alloc=%uK", 4 * pages);
        break;
    default:
        return below(2) ? "swapon" : below(2) ? "fill=5" : "free";
    }
    return word;
}

static void start_random(uint64_t seed)
{
    random_state = seed;
    set_up_machine(FRAMES);
    machine.pace = 32;
    machine.swap_last_page = SLOTS;
    machine.file_pages = 2000;
    machine.deflate_on_oom = seed % 2 == 0;
    if (seed % 3 == 0) {
        fail_pages(MODEL_SWAP_WRITE, 40, 60);
        fail_pages(MODEL_SWAP_READ, 700, 702);
        fail_pages(MODEL_FILE_READ, 90, 91);
    }
    start();
}

static void do_random_order(void)
{
    struct model_numbers before;
    struct buffer out = {0};

    model_numbers(model, &before);
    if (below(8) == 0) {
        (void)model_balloon(model, below(FRAMES));
    } else {
        assert_true(model_order(model, random_order(), &out));
        assert_true(out.length > 0);
    }
    buffer_free(&out);
    check_frames();
    check_slots(machine.fault_count);
    check_ring(&model->anonymous);
    check_ring(&model->file);
    check_tasks();
    check_counts(&before);
}

// Every statistic that only grows moves in some script, or the scripts show
// little.
static void random_scripts_keep_the_books(void **state)
{
    struct model_numbers numbers;
    bool moved[MODEL_NUMBERS] = {false};

    for (uint64_t seed = 1; seed <= SCRIPTS; seed++) {
        start_random(seed);
        for (unsigned i = 0; i < ORDERS; i++) {
            do_random_order();
        }
        model_numbers(model, &numbers);
        for (unsigned i = 0; i < MODEL_NUMBERS; i++) {
            moved[i] = moved[i] || numbers.value[i] > 0;
        }
    }
    for (unsigned i = 0; i < MODEL_NUMBERS; i++) {
        if (!moved[i]) {
            fail_msg("%s never moved", model_key(i));
        }
    }
}

// --- The balloon's batches ---------------------------------------------------

static void start_for_batches(uint64_t seed)
{
    set_up_machine(FRAMES);
    machine.file_pages = 2000;
    start();
    random_state = seed;
    run_orders("swapon load=300 map=12M write=1800 task=2 map=4M walk=700:5");
}

// The target is reached at once, or in batches of any size.
static void batches_of_inflation_do_not_matter(void **state)
{
    for (uint64_t seed = 1; seed <= 50; seed++) {
        struct model_numbers once;
        struct model_numbers batches;

        start_for_batches(seed);
        const unsigned target = below(FRAMES);
        const uint64_t reached = model_balloon(model, target);

        model_numbers(model, &once);
        start_for_batches(seed);
        for (unsigned part = 0; part < target; part += 1 + below(200)) {
            (void)model_balloon(model, part);
        }
        assert_int_equal(model_balloon(model, target), reached);
        model_numbers(model, &batches);
        assert_memory_equal(&once, &batches, sizeof once);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, end_machine)
    const struct CMUnitTest tests[] = {
        TEST(random_scripts_keep_the_books),
        TEST(batches_of_inflation_do_not_matter),
    };

    return cmocka_run_group_tests_name("host_model_random", tests, NULL, NULL);
}
