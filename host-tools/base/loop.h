// SPDX-License-Identifier: MIT
// The one place where the tool waits: poll(2) over every file that somebody
// watches, with signals and a deadline.
// Limits: LOOP_WATCHES files; one loop and one thread a process.
#ifndef BASE_LOOP_H
#define BASE_LOOP_H

#include <stdbool.h>
#include <sys/socket.h>

#include "base/attributes.h"
#include "base/deadline.h"
#include "base/failure.h"

enum {
    LOOP_WATCHES = 12
};

// Called with what poll(2) reported; may add and remove watches.
typedef void loop_handler(void *context, short revents);

struct loop;

// Handles SIGHUP (unless it was ignored), SIGINT, SIGQUIT, SIGTERM and SIGCHLD
// through a self-pipe and ignores SIGPIPE from here on. NULL (failure:
// CODE_HOST) when the system gives no pipe.
struct loop *loop_create(struct failure *failure);
// Gives the signals back to their defaults. NULL is allowed.
void loop_destroy(struct loop *loop);

// Watches fd for `events` (POLLIN, POLLOUT); one watch a file.
void loop_watch(struct loop *loop, int fd, short events, loop_handler *handler,
                void *context);
// Changes what is watched for on an fd that is watched already.
void loop_events(struct loop *loop, int fd, short events);
// Harmless when fd is not watched.
void loop_unwatch(struct loop *loop, int fd);

enum loop_result {
    LOOP_EVENT,       // a handler ran or a child changed its state
    LOOP_TIMEOUT,     // the deadline has passed; handlers may have run too,
                      // so look first whether what you want has come
    LOOP_INTERRUPTED, // a signal that ends the tool is pending
};

// Waits until something happens, once; handlers run in here. An interrupt is
// reported again and again unless loop_hold_interrupts.
MUST_USE enum loop_result loop_step(struct loop *loop,
                                    struct deadline deadline);

// connect(2) for a socket of which poll(2) can't tell when it could be
// connected: a unix one, for whose peer's queue to have room the kernel waits
// inside the call. Handlers do not run meanwhile. 0 or an errno; EAGAIN when
// the wait ended without a decision, and *result says why. The socket is
// non-blocking afterwards.
MUST_USE int loop_connect(struct loop *loop, int fd,
                          const struct sockaddr *name, socklen_t length,
                          struct deadline deadline, enum loop_result *result);

// Fills the failure for a result other than LOOP_EVENT: CODE_TIMEOUT with the
// text "timeout: waited for AWAITED", or the code of the signal.
// Always false.
bool loop_failure(const struct loop *loop, enum loop_result result,
                  const char *awaited, struct failure *failure);

// While they are held no signal ends a wait: for tidying up. One that comes
// meanwhile ends the first wait after it. Returns whether they were held.
bool loop_hold_interrupts(struct loop *loop, bool hold);

// The first signal that came to end the tool, 0 for none.
int loop_signal(const struct loop *loop);

#endif
