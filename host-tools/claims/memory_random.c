// SPDX-License-Identifier: MIT
// Claims about random scripts of orders.
// Limits: the scripts of a case are done one behind the other on one machine.
// A script that fails is tried again behind a reset, alone and then with those
// before it, and made smaller.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/deadline.h"
#include "claims/memory.h"
#include "claims/registry.h"
#include "fixture/keep.h"

#define SCRIPT_FILE "script.txt" // in the case's folder

enum {
    TRIALS = 120,
    TRIALS_MS = 30000,
    HUNDRED = 100,
    DEFLATE_STEP = 5, // of the scripts with DEFLATE_ON_OOM
};

static const uint32_t bad[] = {7, 8, 31};

static const struct fixture_disks disks = {
    .swap_pages = SCRIPT_SWAP_PAGES,
    .bad = bad,
    .bad_count = sizeof bad / sizeof *bad,
    .file_pages = SCRIPT_FILE_PAGES,
};

// --- Scripts -----------------------------------------------------------------

static bool do_words(struct memory *memory, const struct memory_script *script,
                     size_t first)
{
    bool ok = true;

    for (size_t i = first; ok && i < script->count; i++) {
        ok = memory_do(memory, script->words[i]);
    }
    return ok && memory_poll(memory) && memory_compare_frames(memory);
}

// A trial of the search for a smaller script.
struct search {
    struct memory *memory;
    struct deadline deadline;
};

static bool fails_again(void *context, const struct memory_script *script)
{
    struct search *search = context;
    struct memory *memory = search->memory;

    if (deadline_passed(search->deadline)) {
        return false;
    }
    buffer_free(&memory->difference);
    memory->difference = (struct buffer){0};
    memory->counts_rarely = false; // finds the order
    return memory_reset(memory) && !do_words(memory, script, 0) &&
           memory->difference.length > 0;
}

// The words that the model was told: `room=N` is an order for memory there.
static void show(struct search *search, uint64_t seed, const char *what,
                 struct memory_script *script)
{
    struct memory *memory = search->memory;
    char *first = memory_text(buffer_string(&memory->difference));
    struct buffer text = {0};

    if (fails_again(search, script)) {
        memory_script_free(script);
        memory_script_add_words(script, buffer_string(&memory->history));
    }
    buffer_format(&text,
                  "seed %" PRIu64 ", %s\n%s, for aerostat predict --console "
                  "console.log:\n",
                  seed,
                  memory->difference.length ? buffer_string(&memory->difference)
                                            : first,
                  what);
    memory_script_print(script, "  ", &text);
    (void)fixture_fail(fixture_of(memory->vm), "%s", buffer_string(&text));
    buffer_free(&text);
    free(first);
}

// The last script, alone or with all before it, as small as it gets.
static void explain(struct memory *memory, uint64_t seed,
                    struct memory_script *all)
{
    struct search search = {memory, deadline_in_ms(TRIALS_MS)};
    struct memory_script last = {.count = 0};

    memory_script_make(seed, &last);
    if (fails_again(&search, &last)) {
        memory_script_shrink(&last, TRIALS, fails_again, &search);
        show(&search, seed, "the script, made smaller", &last);
    } else if (fails_again(&search, all)) {
        memory_script_shrink(all, TRIALS, fails_again, &search);
        show(&search, seed, "with the scripts before it, made smaller", all);
    } else {
        show(&search, seed, "this script did not fail again", &last);
    }
    memory_script_free(&last);
}

// The script that runs, for the reader of the case's folder after a crash.
static bool keep_script(struct fixture *fixture,
                        const struct memory_script *all, size_t first)
{
    struct buffer text = {0};
    const struct memory_script last = {
        .count = all->count - first,
        .words = all->words + first,
    };

    if (!fixture_remove_file(fixture, SCRIPT_FILE)) {
        return false;
    }
    FILE *file = fopen(SCRIPT_FILE, "wx");
    if (file) { // else the fixture notes that the disk is full
        memory_script_print(&last, "", &text);
        (void)fputs(buffer_string(&text), file);
        (void)fclose(file);
        buffer_free(&text);
    }
    return true;
}

// --- The claim ---------------------------------------------------------------

static bool conclude(const struct memory *memory,
                     const struct fixture_seeds *seeds, uint64_t step)
{
    const struct model_numbers numbers = memory_numbers(memory);
    const uint64_t scripts = (seeds->last - seeds->first) / step + 1;
    const uint64_t *value = numbers.value;

    return fixture_conclude(fixture_of(memory->vm), FINDING_HOLDS,
                            "In a hundred scripts: %" PRIu64 " kills, %" PRIu64
                            " pages swapped in, %" PRIu64 " stalls.",
                            value[MODEL_OOM_KILLS] * HUNDRED / scripts,
                            value[MODEL_SWAP_IN] / MEMORY_PAGE * HUNDRED /
                                scripts,
                            value[MODEL_ALLOC_STALLS] * HUNDRED / scripts);
}

// Every `step`-th script.
static bool do_scripts(struct memory *memory, const struct fixture_seeds *seeds,
                       uint64_t step)
{
    struct memory_script all = {.count = 0};
    bool ok = true;

    for (uint64_t seed = seeds->first; ok && seed <= seeds->last;
         seed += step) {
        const size_t first = all.count;

        memory_script_make(seed, &all);
        ok = keep_script(fixture_of(memory->vm), &all, first) &&
             do_words(memory, &all, first);
        if (!ok && memory->difference.length > 0) {
            explain(memory, seed, &all);
        }
    }
    memory_script_free(&all);
    return ok;
}

static bool check(struct fixture *fixture, const struct memory_wish *wish,
                  uint64_t step)
{
    const struct fixture_seeds seeds = fixture_seeds(fixture);
    struct memory memory = {.counts_rarely = true};
    bool ok = memory_boot(fixture, wish, &memory) &&
              do_scripts(&memory, &seeds, step) &&
              conclude(&memory, &seeds, step);

    return memory_end(&memory, ok);
}

static bool check_random(struct fixture *fixture)
{
    return check(fixture, &(struct memory_wish){.disks = &disks}, 1);
}

static bool check_deflate(struct fixture *fixture)
{
    return check(fixture,
                 &(struct memory_wish){

                     .disks = &disks,
                     .property = "deflate-on-oom=on",
                     .deflate_on_oom = true,
                 },
                 DEFLATE_STEP);
}

static const struct claim claims[] = {
    {
        .id = "memory.random",
        .place = "beyond",
        .statement =
            "Whatever a script of orders does, with tasks, a file, swap, huge "
            "pages, held memory and the balloon, each of the sixteen is what "
            "the model computes, in samples at any time.",
        .check = check_random,
    },
    {
        .id = "memory.random-deflate",
        .place = "beyond",
        .statement = "The same, for one script in five, with DEFLATE_ON_OOM: "
                     "the balloon gives pages before a task is killed.",
        .check = check_deflate,
    },
};

const struct claim_list claims_memory_random = {
    claims,
    sizeof claims / sizeof *claims,
};
