// SPDX-License-Identifier: MIT
// A QEMU that belongs to the tool: started, watched, ended, always reaped.
// Limits: one monitor, COM1, MACHINE_DISKS disks; QEMU has ended when
// machine_stop returns, and ends when the tool is killed.
#ifndef MACHINE_MACHINE_H
#define MACHINE_MACHINE_H

#include <stdbool.h>

#include "base/attributes.h"
#include "base/deadline.h"
#include "base/failure.h"
#include "base/loop.h"
#include "machine/command.h"
#include "machine/lines.h"
#include "qmp/session.h"

enum {
    MACHINE_DISKS = 4
};

struct machine_hooks {
    void *context;
    lines_handler *console; // each line of COM1; may be NULL
    lines_handler *output;  // each line of QEMU's stdout and stderr
    bool output_repeated;   // and a failure's text has the last ones once more
    session_transcript *transcript; // may be NULL
    // The command line, quoted for a shell, before it is run; may be NULL.
    void (*command)(void *context, const char *line);
    // QEMU's message that it has no -sandbox, printable, before QEMU is
    // started again without it; may be NULL.
    void (*no_sandbox)(void *context, const char *words);
};

struct machine;

// Starts QEMU in a sandbox (sandbox.h), where it has one, and opens the session
// with its monitor. On failure everything is released; if QEMU died, the
// failure has its status and its last lines (CODE_QEMU_DIED; CODE_HOST when it
// could not start).
MUST_USE struct machine *machine_start(struct loop *loop,
                                       const struct machine_options *options,
                                       const struct machine_hooks *hooks,
                                       struct deadline deadline,
                                       struct failure *failure);

// The session with its monitor, alive as long as the machine.
struct session *machine_session(struct machine *machine);

typedef bool machine_condition(void *context);

// Waits until the condition holds; it is tested first, and then after each
// event of the loop. CODE_QEMU_DIED with the whole explanation when QEMU has
// ended, CODE_TIMEOUT with "waited for AWAITED", or an interrupt.
MUST_USE bool machine_await(struct machine *machine,
                            machine_condition *condition, void *context,
                            struct deadline deadline, const char *awaited,
                            struct failure *failure);

// Reads all pending bytes of COM1, without waiting.
void machine_drain(struct machine *machine);

// Writes text to COM1's input, of a machine with the option `orders`: from the
// guest's sample 1 on, since before it a guest that starts its serial port may
// drop characters. Waits until QEMU has room for all of it. Fails as
// machine_await does.
MUST_USE bool machine_send(struct machine *machine, const char *text,
                           struct deadline deadline, struct failure *failure);

// COM1, for its unfinished line and for its last ones.
const struct lines *machine_console(const struct machine *machine);

// Completes the failure of a QMP call: on CODE_QEMU_DIED, QEMU is reaped
// (bounded), and its status, the guest's verdict, its last lines of output
// (unless the hook `output` has received them) and the last console lines are
// added. Other failures, and all failures from the second call on, are
// unchanged. Always false.
bool machine_explain(struct machine *machine, struct failure *failure);

// QEMU's exit status if it ended by itself, -1 if it runs or was killed.
int machine_exit_status(struct machine *machine);

// Ends QEMU in steps (QMP quit, SIGTERM, SIGKILL to the group, each with a
// deadline of its own), reaps it, frees everything. NULL is allowed.
void machine_stop(struct machine *machine);

#endif
