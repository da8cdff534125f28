// SPDX-License-Identifier: MIT
// An accelerator for each column.
#include "cli/verify_accelerator.h"

#include <string.h>

#include "base/output.h"

// Whether an earlier case has the same machine type.
static bool is_known(const struct runner *runner, size_t index)
{
    const char *machine = runner->cases[index].form->machine;

    for (size_t i = 0; i < index; i++) {
        if (strcmp(runner->cases[i].form->machine, machine) == 0) {
            return true;
        }
    }
    return false;
}

// Ends at the first machine type for which KVM does not work; `like` has it.
static bool choose(const struct runner *runner,
                   const struct accelerator_wish *wish,
                   struct machine_options *like, struct accelerator *chosen,
                   struct failure *failure)
{
    *chosen = (struct accelerator){.name = ""};
    for (size_t i = 0; i < runner->verification->subject_count &&
                       strcmp(chosen->name, "tcg") != 0;
         i++) {
        const struct fixture_form *form = runner->cases[i].form;
        if (is_known(runner, i)) {
            continue;
        }
        like->machine = form->machine;
        like->form = form->form;
        if (!accelerator_choose(runner->loop, wish, like, chosen, failure)) {
            return false;
        }
    }
    return true;
}

static bool choose_for_column(const struct runner *runner,
                              const struct accelerator_wish *wish,
                              struct column *column, struct failure *failure)
{
    struct machine_options like = {.qemu = column->program,
                                   .guest = runner->guest};
    struct accelerator chosen;

    if (!choose(runner, wish, &like, &chosen, failure)) {
        runner->verification->interrupted = true;
        return false;
    }
    column->accelerator = chosen.name;
    message("accel: %s (%s), %s -M %s", chosen.name, chosen.why, column->qemu,
            like.machine);
    return true;
}

bool verify_accelerators(const struct runner *runner,
                         const struct accelerator_wish *wish,
                         struct failure *failure)
{
    struct verification *verification = runner->verification;
    bool try = wish->asked && strcmp(wish->asked, "auto") == 0;

    if (!try) {
        message("accel: %s (%s)", wish->asked ? wish->asked : "tcg",
                wish->asked ? "asked for" : "the default");
    }
    for (size_t i = 0; i < verification->column_count; i++) {
        struct column *column = &verification->columns[i];
        if (!try) {
            column->accelerator = wish->asked;
        } else if (!choose_for_column(runner, wish, column, failure)) {
            return false;
        }
    }
    return true;
}
