// SPDX-License-Identifier: MIT
// The choice of an accelerator, by a boot of the guest.
// Limits: a reason is cut to ACCELERATOR_WHY characters.
#include "cli/accelerator.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/output.h"
#include "base/text.h"
#include "cli/run_samples.h"

enum {
    PVH_SECONDS = 5,
    UEFI_SECONDS = 15, // firmware may be slower with KVM than without
    DEATH_LINES = 4,   // the awaited event, the status, QEMU's last lines
};

bool accelerator_check(const struct accelerator_wish *wish,
                       struct failure *failure)
{
    const char *asked = wish->asked;
    char shown[64];

    if (!asked || strcmp(asked, "auto") == 0 || strcmp(asked, "tcg") == 0 ||
        strcmp(asked, "kvm") == 0 || strncmp(asked, "tcg,", 4) == 0 ||
        strncmp(asked, "kvm,", 4) == 0) {
        return true;
    }
    text_escape(shown, sizeof shown, asked, strlen(asked));
    return failure_set(failure, CODE_USAGE,
                       "--accel must be tcg, kvm or auto, not '%s'", shown);
}

static void choose(struct accelerator *chosen, const char *name,
                   const char *format, const char *what)
{
    chosen->name = name;
    text_format(chosen->why, sizeof chosen->why, format, what);
}

// The first lines of a failure's text, joined into one.
static void join_lines(const char *text, size_t lines, char *out, size_t size)
{
    struct buffer joined = {0};

    for (size_t i = 0; i < lines && *text; i++) {
        text += strspn(text, " ");
        size_t length = strcspn(text, "\n");
        bool title = joined.length && joined.data[joined.length - 1] == ':';
        buffer_text(&joined, joined.length ? title ? " " : "; " : "");
        buffer_add(&joined, text, length);
        text += length + (text[length] == '\n');
    }
    text_format(out, size, "%s", buffer_string(&joined));
    buffer_free(&joined);
}

static void give_up(struct accelerator *chosen, const struct failure *failure)
{
    bool died = failure->code == CODE_QEMU_DIED;
    char what[ACCELERATOR_WHY];

    join_lines(failure->text, died ? DEATH_LINES : 1, what, sizeof what);
    choose(chosen, "tcg",
           failure->code == CODE_TIMEOUT ? "a boot with kvm did not end: %s"
                                         : "a boot with kvm failed: %s",
           what);
}

static void on_console(void *context, const struct line *line)
{
    struct run_samples *samples = context;

    truth_feed_line(&samples->feed, line->text,
                    line->cut || strlen(line->text) != line->length);
}

static void on_command(void *context, const char *line)
{
    (void)context;
    message("accel: trying %s", line);
}

static bool boots(struct loop *loop, const struct machine_options *like,
                  struct run_samples *samples, struct failure *failure)
{
    const struct machine_hooks hooks = {
        .context = samples,
        .console = on_console,
        .command = on_command,
    };
    const struct machine_options options = {
        .qemu = like->qemu,
        .machine = like->machine,
        .form = like->form,
        .accel = "kvm",
        .firmware = like->firmware,
        .guest = like->guest,
        .paused = true,
    };

    samples->machine = machine_start(loop, &options, &hooks,
                                     deadline_in_ms(samples->timeout), failure);
    if (!samples->machine) {
        return false;
    }
    bool ok = run_samples_take(samples, failure);
    machine_stop(samples->machine);
    return ok;
}

static bool try_kvm(struct loop *loop, unsigned seconds,
                    const struct machine_options *like,
                    struct accelerator *chosen, struct failure *failure)
{
    unsigned usual = like->form.boot == BOOT_PVH ? PVH_SECONDS : UEFI_SECONDS;
    struct failure problem;
    struct run_samples samples = {
        .count = 1,
        .interval = 1,
        .timeout = (uint64_t)(seconds ? seconds : usual) * MS_PER_S,
        .silent = true,
    };

    if (!boots(loop, like, &samples, &problem)) {
        give_up(chosen, &problem);
        if (exit_code_is_signal(problem.code)) {
            *failure = problem;
            return false;
        }
    } else if (summary_judge(&samples.summary) != COMPARED_EQUAL) {
        choose(chosen, "tcg", "a boot with kvm gave a sample that is %s",
               compared_name(summary_judge(&samples.summary)));
    } else {
        choose(chosen, "kvm", "%s", "a boot with it worked");
    }
    return true;
}

bool accelerator_choose(struct loop *loop, const struct accelerator_wish *wish,
                        const struct machine_options *like,
                        struct accelerator *chosen, struct failure *failure)
{
    const char *device = wish->device ? wish->device : "/dev/kvm";
    char what[ACCELERATOR_WHY];

    if (!wish->asked || strcmp(wish->asked, "auto") != 0) {
        choose(chosen, wish->asked ? wish->asked : "tcg", "%s",
               wish->asked ? "asked for" : "the default");
        return true;
    }
    int fd = open(device, O_RDWR | O_CLOEXEC);
    if (fd < 0) {
        text_format(what, sizeof what, "%s: %s", device, strerror(errno));
        choose(chosen, "tcg", "%s", what);
        return true;
    }
    close(fd);
    return try_kvm(loop, wish->seconds, like, chosen, failure);
}
