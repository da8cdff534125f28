// SPDX-License-Identifier: MIT
// A QEMU of the tool's own: start, wait, explain, stop.
// Limits: the steps of the end are bounded: QUIT_MS, TERM_MS, KILL_MS.
#include "machine/machine.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/output.h"
#include "machine/channel.h"
#include "machine/process.h"
#include "machine/sandbox.h"
#include "machine/verdict.h"
#include "qmp/json.h"

enum {
    QUIT_MS = 2000,
    TERM_MS = 1000,
    KILL_MS = 5000,
    REAP_MS = 5000, // from the monitor's EOF to the end of the process
    DRAIN_ROUNDS = 128,
    TAIL = 24, // lines shown of QEMU's output and of the console
};

struct machine {
    struct loop *loop;
    struct process process;
    struct session *session;
    int console_fd;
    int orders_fd; // -1: COM1 has no input
    struct lines *console;
    struct lines *output;
    bool output_shown; // the hook has shown each line already
    bool explained;
    bool sandboxed; // by an option that the tool has added
};

// Reads all pending bytes of fd. A socket or pipe holds fewer than DRAIN_ROUNDS
// blocks, so bytes remain only if more are written meanwhile. True at EOF; the
// fd is then no longer watched.
static bool drain(struct machine *machine, int fd, struct lines *lines)
{
    char bytes[4096];
    ssize_t got = 1;

    for (int i = 0; fd >= 0 && i < DRAIN_ROUNDS &&
                    (got > 0 || (got < 0 && errno == EINTR));
         i++) {
        got = read(fd, bytes, sizeof bytes);
        if (got > 0) {
            lines_push(lines, bytes, (size_t)got, clock_now());
        } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
            loop_unwatch(machine->loop, fd);
            return true;
        }
    }
    return fd < 0;
}

void machine_drain(struct machine *machine)
{
    if (drain(machine, machine->console_fd, machine->console)) {
        lines_end(machine->console, clock_now());
    }
}

// stdout and stderr are one text. The end of one does not end a line of the
// other, where QEMU may have left the second half of a line.
static void drain_output(struct machine *machine)
{
    const bool out = drain(machine, machine->process.out, machine->output);
    const bool err = drain(machine, machine->process.err, machine->output);

    if (out && err) {
        lines_end(machine->output, clock_now());
    }
}

static void on_console(void *context, short revents)
{
    (void)revents;
    machine_drain(context);
}

static void on_output(void *context, short revents)
{
    (void)revents;
    drain_output(context);
}

// Runs the loop until QEMU is reaped; false when it takes longer.
static bool wait_ended(struct machine *machine, unsigned milliseconds)
{
    struct deadline deadline = deadline_in_ms(milliseconds);
    enum loop_result result = LOOP_EVENT;

    while (!process_ended(&machine->process) && result == LOOP_EVENT) {
        result = loop_step(machine->loop, deadline);
    }
    return process_ended(&machine->process);
}

static void add_tail(struct failure *failure, const char *title,
                     const struct lines *lines)
{
    struct buffer text = {0};

    lines_tail(lines, TAIL, "  ", &text);
    if (text.length) {
        failure_add(failure, "\n%s%s", title, buffer_string(&text));
    }
    buffer_free(&text);
}

bool machine_explain(struct machine *machine, struct failure *failure)
{
    char end[160];

    if (failure->code != CODE_QEMU_DIED || machine->explained) {
        return false;
    }
    machine->explained = true;
    if (wait_ended(machine, REAP_MS)) {
        verdict_text(machine->process.status, machine->process.left, end,
                     sizeof end);
        failure_add(failure, "\n%s", end);
    } else {
        failure_add(failure, "\nQEMU itself has not ended");
    }
    drain_output(machine);
    machine_drain(machine);
    lines_end(machine->output, clock_now()); // a child may still hold its pipes
    if (machine->sandboxed) {
        sandbox_explain(machine->process.status, machine->output, failure);
    }
    if (!machine->output_shown) {
        add_tail(failure, "QEMU's last words:", machine->output);
    }
    add_tail(failure, "the guest's last lines:", machine->console);
    return false;
}

static bool is_over(struct machine *machine)
{
    return process_ended(&machine->process) ||
           session_state(machine->session) == SESSION_BROKEN;
}

bool machine_await(struct machine *machine, machine_condition *condition,
                   void *context, struct deadline deadline, const char *awaited,
                   struct failure *failure)
{
    enum loop_result result = LOOP_EVENT;

    while (!condition(context)) {
        if (is_over(machine)) {
            machine_drain(machine); // the last lines may fulfil the condition
            if (condition(context)) {
                break;
            }
            failure_set(failure, CODE_QEMU_DIED,
                        "QEMU ended while the tool waited for %s", awaited);
            return machine_explain(machine, failure);
        }
        if (result != LOOP_EVENT) {
            loop_failure(machine->loop, result, awaited, failure);
            if (result == LOOP_TIMEOUT) {
                add_tail(failure, "the guest's last lines:", machine->console);
            }
            return false;
        }
        result = loop_step(machine->loop, deadline);
    }
    return true;
}

// Collects the files that QEMU inherits; returns their number.
static int list_files(const struct machine_options *options,
                      const struct machine_files *files, int *inherit)
{
    int count = 0;

    assert(options->disk_count <= MACHINE_DISKS);
    inherit[count++] = files->qmp;
    inherit[count++] = files->console;
    if (options->orders) {
        inherit[count++] = files->orders;
    }
    for (size_t i = 0; i < options->disk_count; i++) {
        inherit[count++] = options->disks[i].fd;
    }
    return count;
}

static bool start_process(struct machine *machine,
                          const struct machine_options *options,
                          const struct machine_hooks *hooks,
                          const struct machine_files *files,
                          struct failure *failure)
{
    int inherit[3 + MACHINE_DISKS];
    int count = list_files(options, files, inherit);
    struct machine_command command;
    struct buffer line = {0};

    machine_command_make(options, files, &command);
    if (hooks->command) {
        machine_command_show(&command, &line);
        hooks->command(hooks->context, buffer_string(&line));
        buffer_free(&line);
    }
    bool ok =
        process_start(&machine->process, command.argv, inherit, count, failure);
    machine_command_free(&command);
    return ok;
}

// Gives COM1 its input: a new character device in the place of the first one,
// with the same output.
static bool connect_orders(struct machine *machine, struct deadline deadline,
                           struct failure *failure)
{
    const char *reason = NULL;
    static const char arguments[] =
        "{\"id\": \"com1\", \"backend\": {\"type\": \"file\", \"data\": "
        "{\"out\": \"" MACHINE_CONSOLE_PATH "\", \"append\": true, "
        "\"in\": \"" MACHINE_ORDERS_PATH "\"}}}";

    return session_execute(machine->session, "chardev-change",
                           json_parse(arguments, sizeof arguments - 1, &reason),
                           deadline, NULL, failure);
}

// From a running QEMU to an open session. Takes qmp_fd over.
static bool open_session(struct machine *machine,
                         const struct machine_hooks *hooks, int qmp_fd,
                         struct deadline deadline, struct failure *failure)
{
    loop_watch(machine->loop, machine->console_fd, POLLIN, on_console, machine);
    loop_watch(machine->loop, machine->process.out, POLLIN, on_output, machine);
    loop_watch(machine->loop, machine->process.err, POLLIN, on_output, machine);
    machine->session = session_open(machine->loop, qmp_fd, deadline,
                                    hooks->transcript, hooks->context, failure);
    if (machine->session) {
        return machine->orders_fd < 0 ||
               connect_orders(machine, deadline, failure) ||
               machine_explain(machine, failure);
    }
    if (failure->code == CODE_MONITOR_BUSY) {
        // Only the tool has a socket to this monitor, so it cannot be busy.
        failure_set(failure, CODE_TIMEOUT,
                    "timeout: waited for the greeting of the QEMU that was "
                    "started");
    }
    return machine_explain(machine, failure);
}

// NULL on failure; *refused, from memory_get, has the reason if QEMU refused
// the -sandbox.
static struct machine *try_start(struct loop *loop,
                                 const struct machine_options *options,
                                 const struct machine_hooks *hooks,
                                 struct deadline deadline, char **refused,
                                 struct failure *failure)
{
    struct machine *machine = memory_get(sizeof *machine);
    int qmp[2] = {-1, -1};
    int console[2] = {-1, -1};
    int orders[2] = {-1, -1};

    machine->loop = loop;
    machine->process = (struct process){.out = -1, .err = -1, .control = -1};
    machine->console_fd = -1;
    machine->console = lines_create(hooks->console, hooks->context);
    machine->output = lines_create(hooks->output, hooks->context);
    machine->output_shown = hooks->output && !hooks->output_repeated;
    machine->sandboxed = sandbox_is_given(options);
    bool ok = channel_sockets(qmp, failure) && channel_pipe(console, failure) &&
              (!options->orders || channel_input(orders, failure));
    machine->console_fd = console[0];
    machine->orders_fd = orders[0];
    ok = ok &&
         start_process(machine, options, hooks,
                       &(struct machine_files){qmp[1], console[1], orders[1]},
                       failure);
    // If QEMU's ends stayed open here, its end would give no EOF.
    channel_close(qmp[1]);
    channel_close(console[1]);
    channel_close(orders[1]);
    if (!ok) {
        channel_close(qmp[0]);
    }
    ok = ok && open_session(machine, hooks, qmp[0], deadline, failure);
    if (ok) {
        return machine;
    }
    if (machine->sandboxed && failure->code == CODE_QEMU_DIED) {
        *refused = sandbox_refusal(machine->output);
    }
    machine_stop(machine);
    return NULL;
}

struct machine *machine_start(struct loop *loop,
                              const struct machine_options *options,
                              const struct machine_hooks *hooks,
                              struct deadline deadline, struct failure *failure)
{
    struct machine_options plain = *options;
    char *refused = NULL;
    struct machine *machine =
        try_start(loop, options, hooks, deadline, &refused, failure);

    if (!refused) {
        return machine;
    }
    if (hooks->no_sandbox) {
        hooks->no_sandbox(hooks->context, refused);
    }
    free(refused);
    plain.no_sandbox = true;
    return try_start(loop, &plain, hooks, deadline, &refused, failure);
}

struct sending {
    struct machine *machine;
    const char *text; // not sent yet
    int error;
};

// Sends what QEMU has room for.
static bool all_sent(void *context)
{
    struct sending *sending = context;
    ssize_t got = 0;

    do {
        got = write(sending->machine->orders_fd, sending->text,
                    strlen(sending->text));
        sending->text += got > 0 ? got : 0;
    } while (*sending->text && (got > 0 || errno == EINTR));
    sending->error = got < 0 && errno != EAGAIN ? errno : 0;
    return !*sending->text || sending->error;
}

static void on_room(void *context, short revents)
{
    (void)context; // machine_await tries again after each event
    (void)revents;
}

bool machine_send(struct machine *machine, const char *text,
                  struct deadline deadline, struct failure *failure)
{
    struct sending sending = {machine, text, 0};

    assert(machine->orders_fd >= 0);
    loop_watch(machine->loop, machine->orders_fd, POLLOUT, on_room, NULL);
    bool ok = machine_await(machine, all_sent, &sending, deadline,
                            "room in COM1's input", failure);
    loop_unwatch(machine->loop, machine->orders_fd);
    if (ok && sending.error) {
        failure_set(failure, CODE_QEMU_DIED, "COM1's input: %s",
                    strerror(sending.error));
        return machine_explain(machine, failure);
    }
    return ok;
}

struct session *machine_session(struct machine *machine)
{
    return machine->session;
}

const struct lines *machine_console(const struct machine *machine)
{
    return machine->console;
}

int machine_exit_status(struct machine *machine)
{
    return process_ended(&machine->process) &&
                   WIFEXITED(machine->process.status)
               ? WEXITSTATUS(machine->process.status)
               : -1;
}

static void end_process(struct machine *machine)
{
    struct failure failure;

    if (machine->process.keeper == 0) {
        return; // never started, or reaped
    }
    if (machine->session && session_state(machine->session) == SESSION_READY) {
        // A lost answer is no failure: QEMU ends.
        bool heard = session_execute(machine->session, "quit", NULL,
                                     deadline_in_ms(QUIT_MS), NULL, &failure);
        if ((heard || failure.code != CODE_TIMEOUT) &&
            wait_ended(machine, QUIT_MS)) {
            return;
        }
    }
    process_signal(&machine->process, SIGTERM);
    if (wait_ended(machine, TERM_MS)) {
        return;
    }
    process_signal(&machine->process, SIGKILL);
    if (!wait_ended(machine, KILL_MS)) {
        message("aerostat: QEMU (below process %d) has not ended after "
                "SIGKILL",
                (int)machine->process.keeper);
    }
}

void machine_stop(struct machine *machine)
{
    if (!machine) {
        return;
    }
    // Another machine may follow in this loop.
    bool held = loop_hold_interrupts(machine->loop, true);
    end_process(machine);
    drain_output(machine);
    machine_drain(machine);
    session_close(machine->session);
    loop_unwatch(machine->loop, machine->console_fd);
    loop_unwatch(machine->loop, machine->process.out);
    loop_unwatch(machine->loop, machine->process.err);
    channel_close(machine->console_fd);
    channel_close(machine->orders_fd);
    process_close(&machine->process);
    loop_hold_interrupts(machine->loop, held);
    lines_destroy(machine->console);
    lines_destroy(machine->output);
    free(machine);
}
