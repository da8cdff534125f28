// SPDX-License-Identifier: MIT
// Giving the guest a script.
#include "cli/run_script.h"

#include <string.h>

#include "balloon/size_query.h"
#include "base/text.h"
#include "cli/run_disks.h"
#include "cli/text_file.h"
#include "model/model.h"

bool run_script_read(struct run_script *run, const char *path,
                     struct failure *failure)
{
    if (!path) {
        buffer_text(&run->script.text, script_of_run);
    } else if (!text_file_read(path, &run->script.text, failure)) {
        return false;
    }
    run->wanted = true;
    return script_cut(&run->script, failure);
}

void run_script_free(struct run_script *run)
{
    script_free(&run->script);
    follow_end(&run->follow);
    run->wanted = false;
}

// --- What cannot be predicted ------------------------------------------------

static const char *unpredicted_word(const char *word)
{
    static char why[120];
    char shown[64];

    text_escape(shown, sizeof shown, word, strlen(word));
    if (strncmp(word, "touch=", 6) == 0 && strcmp(word, "touch=0") != 0) {
        text_format(why, sizeof why,
                    "the guest has %s, and the model needs touch=0", shown);
        return why;
    }
    if (model_is_order(word)) {
        text_format(why, sizeof why,
                    "the guest has an order on its command line: %s", shown);
        return why;
    }
    return NULL;
}

// The next word of a command line.
static bool next_word(const char **at, char *word, size_t size)
{
    *at += strspn(*at, " ");
    const size_t length = strcspn(*at, " ");

    text_format(word, size, "%.*s", (int)length, *at);
    *at += length;
    return length > 0;
}

const char *run_script_unpredicted(const char *append, const char *device)
{
    char word[256];

    while (append && next_word(&append, word, sizeof word)) {
        const char *why = unpredicted_word(word);

        if (why) {
            return why;
        }
    }
    return device && strstr(device, "free-page-reporting=on")
               ? "the order of free frames depends on free-page-reporting"
               : NULL;
}

void run_script_append(const char *append, struct buffer *out)
{
    const char *at = append ? append : "";
    char word[256];

    while (next_word(&at, word, sizeof word)) {
        if (strncmp(word, "touch=", 6) == 0) {
            buffer_text(out, append);
            return;
        }
    }
    buffer_format(out, "touch=0%s%s", append ? " " : "", append ? append : "");
}

// --- The words ---------------------------------------------------------------

bool run_script_has_more(const struct run_script *run)
{
    return run->wanted && run->next < run->script.count;
}

bool run_script_in_part(const struct run_script *run)
{
    return run_script_has_more(run) &&
           run->script.words[run->next].part == run->part;
}

static bool send_order(struct run_script *run, struct machine *machine,
                       const char *word, struct deadline deadline,
                       struct failure *failure)
{
    struct buffer line = {0};

    buffer_format(&line, "%s\n", word);
    follow_order(&run->follow, word);
    const bool ok =
        machine_send(machine, buffer_string(&line), deadline, failure);

    buffer_free(&line);
    return ok;
}

bool run_script_send(struct run_script *run, struct machine *machine,
                     const struct balloon *balloon, struct failure *failure)
{
    const struct script_word *word = &run->script.words[run->next++];
    uint64_t size;

    run->part = word->part;
    if (!script_is_size(word->text, &size)) {
        return send_order(run, machine, word->text, balloon->deadline, failure);
    }
    return !follow_size(&run->follow, word->text,
                        script_balloon(run->ram, size)) ||
           balloon_set_target(balloon, size, failure);
}

// --- The begin ---------------------------------------------------------------

static bool is_answered(void *context)
{
    const struct run_script *run = context;

    return follow_answered(&run->follow);
}

const char *run_script_awaited(const struct run_script *run)
{
    static char awaited[160];

    text_format(awaited, sizeof awaited, "the guest's answer to '%s'",
                run->follow.word ? run->follow.word : "");
    return awaited;
}

static bool ask(struct run_script *run, struct machine *machine,
                const char *word, struct deadline deadline,
                struct failure *failure)
{
    return send_order(run, machine, word, deadline, failure) &&
           machine_await(machine, is_answered, run, deadline,
                         run_script_awaited(run), failure);
}

bool run_script_begin(struct run_script *run, struct machine *machine,
                      const struct balloon *balloon, struct failure *failure)
{
    const struct predict_sizes sizes = {.memory = UINT64_C(256) << 20,
                                        .swap = RUN_DISKS_SWAP,
                                        .file = RUN_DISKS_FILE};
    struct follow *follow = &run->follow;

    if (follow->predicts) {
        predict_machine_of_sizes(&sizes, &follow->machine);
    }
    return balloon_ram(balloon, &run->ram, failure) &&
           balloon_offers(balloon, "deflate-on-oom",
                          &follow->machine.model.deflate_on_oom, failure) &&
           ask(run, machine, "disks", balloon->deadline, failure) &&
           ask(run, machine, "frames", balloon->deadline, failure) &&
           follow_begin(follow, failure);
}
