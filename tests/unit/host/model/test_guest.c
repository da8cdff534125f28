// SPDX-License-Identifier: MIT
// The guest's own code and the model do the same random scripts: after each
// step all sixteen numbers are equal, after each order the answers too.
// docs/memory.md.
// Limits: VM_SCRIPTS and VM_SEED in the environment change which scripts run.
#include <stdlib.h>

#include "fakes/fake_report.h"
#include "unit/host/model/script.h"

#define SCRIPTS 50u
#define RUNS_MOST 2048u

// --- Both sides --------------------------------------------------------------

// What the scripts of a run have caused.
static uint64_t scripts_with[MODEL_NUMBERS];

static char difference[4096];
static struct model *model;
static struct buffer answer;

__attribute__((format(printf, 1, 2))) static bool differ(const char *format,
                                                         ...)
{
    va_list values;

    va_start(values, format);
    vsnprintf(difference, sizeof difference, format, values);
    va_end(values);
    return false;
}

static void start_rig(const struct script *script)
{
    const struct vm_rig_setup setup = {
        .runs = script->runs,
        .run_count = 2,
        .deflate_on_oom = script->deflate_on_oom,
        .swap_pages = script->swap_pages,
        .swap_last_page = script->swap_last_page,
        .bad = script->bad,
        .bad_count = script->bad_count,
        .file_pages = script->file_pages,
        .seed = script->seed + 1,
    };

    vm_rig_start(&setup);
    for (unsigned i = 0; i < script->fault_count; i++) {
        const struct model_fault *fault = &script->faults[i];

        vm_rig_fail((enum vm_rig_access)fault->access, fault->by_number,
                    fault->value);
    }
}

static void start_model(const struct script *script)
{
    const struct model_run runs[2] = {
        {script->runs[0].first, script->runs[0].count},
        {script->runs[1].first, script->runs[1].count},
    };

    model = model_new(&(const struct model_machine){
        .managed = script->managed,
        .free_runs = runs,
        .free_run_count = 2,
        .disks = 2,
        .swap_disk = script->swap_pages > 0,
        .swap_marked = script->swap_last_page > 0,
        .swap_last_page = script->swap_last_page,
        .bad_pages = script->bad,
        .bad_page_count = script->bad_count,
        .file_disk = script->file_pages > 0,
        .file_pages = script->file_pages,
        .deflate_on_oom = script->deflate_on_oom,
        .faults = script->faults,
        .fault_count = script->fault_count,
    });
}

static bool numbers_agree(void)
{
    struct model_numbers theirs;
    uint64_t ours[VM_RIG_NUMBERS];
    bool same = true;

    model_numbers(model, &theirs);
    vm_rig_numbers(ours);
    difference[0] = '\0';
    for (unsigned i = 0; i < VM_RIG_NUMBERS; i++) {
        if (ours[i] != theirs.value[i]) {
            const size_t used = strlen(difference);

            snprintf(difference + used, sizeof difference - used,
                     "%s: guest %" PRIu64 ", model %" PRIu64 "\n", model_key(i),
                     ours[i], theirs.value[i]);
            same = false;
        }
    }
    if (*fake_violations() != '\0') {
        return differ("violations:\n%s", fake_violations());
    }
    return same;
}

static bool frames_agree(void)
{
    static struct vm_rig_run ours[RUNS_MOST];
    static struct model_run theirs[RUNS_MOST];
    const size_t count = vm_rig_free_runs(ours, RUNS_MOST);
    const size_t their_count = model_free_runs(model, theirs, RUNS_MOST);

    if (!model_frames_known(model)) {
        return true;
    }
    for (size_t i = 0; i < count && i < their_count; i++) {
        if (ours[i].first != theirs[i].first ||
            ours[i].count != theirs[i].count) {
            return differ("run %zu: guest %" PRIu64 "+%" PRIu64
                          ", model %" PRIu64 "+%" PRIu64 "\n",
                          i, ours[i].first, ours[i].count, theirs[i].first,
                          theirs[i].count);
        }
    }
    return count == their_count ||
           differ("runs: guest %zu, model %zu\n", count, their_count);
}

static bool move_balloon(uint64_t target)
{
    const uint64_t ours = vm_rig_balloon(target);
    const uint64_t theirs = model_balloon(model, target);

    return ours == theirs
               ? numbers_agree()
               : differ("balloon: guest %" PRIu64 ", model %" PRIu64 "\n", ours,
                        theirs);
}

static bool answers_agree(void)
{
    const char *theirs = buffer_string(&answer);
    const size_t length = strlen(theirs);

    return (length > 0 && theirs[length - 1] == '\n' &&
            strncmp(vm_rig_answer(), theirs, length - 1) == 0 &&
            vm_rig_answer()[length - 1] == '\0') ||
           differ("guest: %s\nmodel: %s", vm_rig_answer(), theirs);
}

static bool do_order(const struct item *item, const char *word)
{
    unsigned steps = 0;

    buffer_free(&answer);
    if (!model_begin(model, word)) {
        return differ("the model can't read it\n");
    }
    vm_rig_begin(&item->order);
    while (vm_rig_step()) {
        if (!model_until(model, vm_rig_done(), &answer)) {
            return differ(
                "step at done=%" PRIu64 ": the model is at %" PRIu64 ", %s\n",
                vm_rig_done(), model_order_done(model), buffer_string(&answer));
        }
        if (!numbers_agree()) {
            return false;
        }
        if (++steps == item->moves_behind && !move_balloon(item->moves_to)) {
            return false;
        }
    }
    model_finish(model, &answer);
    return answers_agree() && numbers_agree() && frames_agree();
}

static bool do_item(const struct item *item)
{
    char word[128];

    if (item->removed || (item->order.kind == VM_RIG_HUGE &&
                          !item->is_balloon && !model_frames_known(model))) {
        return true;
    }
    if (item->is_balloon) {
        return move_balloon(item->order.number) && frames_agree();
    }
    word_of(item, word, sizeof word);
    if (!do_order(item, word)) {
        return false;
    }
    vm_rig_audit();
    return numbers_agree();
}

// Returns the first item whose results differ; ITEMS: none.
static unsigned run_items(const struct script *script)
{
    unsigned i = 0;

    while (i < ITEMS && do_item(&script->items[i])) {
        i++;
    }
    return i;
}

// A panic of the guest is a difference.
static unsigned run_script(const struct script *script)
{
    static volatile unsigned failed;

    start_rig(script);
    start_model(script);
    failed = 0;
    global_expecting_assert = 1;
    if (setjmp(global_expect_assert_env) == 0) {
        failed = run_items(script);
    } else {
        (void)differ("panic: %s\n", global_last_failed_assert);
    }
    global_expecting_assert = 0;
    struct model_numbers numbers;

    model_numbers(model, &numbers);
    for (unsigned i = 0; i < MODEL_NUMBERS; i++) {
        scripts_with[i] += numbers.value[i] > 0;
    }
    buffer_free(&answer);
    model_end(model);
    vm_rig_end();
    return failed;
}

// --- A failing script --------------------------------------------------------

// Removes items as long as the script still fails.
static void shrink(struct script *script)
{
    bool smaller = true;

    while (smaller) {
        smaller = false;
        for (unsigned i = 0; i < ITEMS; i++) {
            struct item *item = &script->items[i];

            if (item->removed) {
                continue;
            }
            item->removed = true;
            if (run_script(script) < ITEMS) {
                smaller = true;
            } else {
                item->removed = false;
            }
        }
    }
}

static uint64_t number_of(const char *variable, uint64_t otherwise)
{
    const char *text = getenv(variable);

    return text ? strtoull(text, NULL, 10) : otherwise;
}

static void guest_and_model_agree_on_random_scripts(void **state)
{
    static struct script script;
    const uint64_t first = number_of("VM_SEED", 1);
    const uint64_t count = number_of("VM_SCRIPTS", SCRIPTS);

    for (uint64_t seed = first; seed < first + count; seed++) {
        draw_script(seed, &script);
        unsigned failed = run_script(&script);

        if (failed < ITEMS) {
            print_message("seed %" PRIu64 ", item %u: %s", seed, failed,
                          difference);
            shrink(&script);
            failed = run_script(&script);
            print_script(&script);
            fail_msg("seed %" PRIu64 ", item %u: %s", seed, failed, difference);
        }
    }
    for (unsigned i = 0; i < MODEL_NUMBERS; i++) {
        print_message("%s: in %" PRIu64 " of %" PRIu64 " scripts\n",
                      model_key(i), scripts_with[i], count);
    }
    if (count >= SCRIPTS) {
        assert_true(scripts_with[MODEL_OOM_KILLS] > count / 2);
        assert_true(scripts_with[MODEL_SWAP_IN] > count / 2);
        assert_true(scripts_with[MODEL_ALLOC_STALLS] > count / 2);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(guest_and_model_agree_on_random_scripts),
    };

    return cmocka_run_group_tests_name("model: the guest's code", tests, NULL,
                                       NULL);
}
