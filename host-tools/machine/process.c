// SPDX-License-Identifier: MIT
// Starts, signals and reaps a program through its keeper.
#include "machine/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "machine/keeper.h"

struct pipes {
    int out[2];
    int err[2];
    int report[2];  // CLOEXEC: closed by exec; a failed exec writes its errno
    int control[2]; // sockets: the tool's end, the keeper's end
    int null;
};

static void close_fd(int *fd)
{
    if (*fd >= 0) {
        close(*fd);
        *fd = -1;
    }
}

// Moves the fd out of `pipes`: the caller owns it from now on.
static int take(int *fd)
{
    int taken = *fd;

    *fd = -1;
    return taken;
}

static void close_pipes(struct pipes *pipes)
{
    for (int i = 0; i < 2; i++) {
        close_fd(&pipes->out[i]);
        close_fd(&pipes->err[i]);
        close_fd(&pipes->report[i]);
        close_fd(&pipes->control[i]);
    }
    close_fd(&pipes->null);
}

static bool open_pipes(struct pipes *pipes, struct failure *failure)
{
    *pipes = (struct pipes){{-1, -1}, {-1, -1}, {-1, -1}, {-1, -1}, -1};
    pipes->null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (pipes->null >= 0 && pipe2(pipes->out, O_CLOEXEC) == 0 &&
        pipe2(pipes->err, O_CLOEXEC) == 0 &&
        pipe2(pipes->report, O_CLOEXEC) == 0 &&
        socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pipes->control) ==
            0) {
        // Only the tool's ends: QEMU may rely on blocking writes.
        fcntl(pipes->out[0], F_SETFL, O_NONBLOCK);
        fcntl(pipes->err[0], F_SETFL, O_NONBLOCK);
        return true;
    }
    failure_set(failure, CODE_HOST, "cannot make the pipes for QEMU: %s",
                strerror(errno));
    close_pipes(pipes);
    return false;
}

// Forks with all signals blocked, so that no signal handler of the tool runs in
// the child and writes to the tool's self-pipe.
static pid_t fork_quietly(sigset_t *before)
{
    sigset_t all;

    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, before);
    return fork();
}

// The errno of a failed start; 0: success.
static int read_report(int fd)
{
    int error = 0;
    ssize_t got;

    do {
        got = read(fd, &error, sizeof error);
    } while (got < 0 && errno == EINTR);
    return got == sizeof error ? error : 0;
}

// Forks the keeper, which starts the program. Returns an errno; 0: success.
static int start(struct process *process, const struct keeper *keeper,
                 struct pipes *pipes)
{
    sigset_t before;
    pid_t pid = fork_quietly(&before);

    if (pid == 0) {
        keeper_run(keeper);
    }
    int error = pid < 0 ? errno : 0;
    sigprocmask(SIG_SETMASK, &before, NULL);
    if (pid > 0) {
        close_fd(&pipes->report[1]);
        error = read_report(pipes->report[0]);
    }
    if (pid > 0 && error) {
        waitpid(pid, NULL, 0); // the keeper exits after such a failure
    }
    process->keeper = error ? 0 : pid;
    return error;
}

bool process_start(struct process *process, char *const *argv,
                   const int *inherit, int inherit_count,
                   struct failure *failure)
{
    struct pipes pipes;

    *process = (struct process){.out = -1, .err = -1, .control = -1};
    // The keeper needs this file to find the processes to end.
    if (access("/proc/thread-self/children", R_OK) < 0) {
        return failure_set(failure, CODE_HOST,
                           "cannot start %s: /proc/thread-self/children: %s",
                           argv[0], strerror(errno));
    }
    if (!open_pipes(&pipes, failure)) {
        return false;
    }
    // If the keeper itself is killed, the tool adopts its children.
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    const struct keeper keeper = {
        .argv = argv,
        .inherit = inherit,
        .inherit_count = inherit_count,
        .in = pipes.null,
        .out = pipes.out[1],
        .err = pipes.err[1],
        .report = pipes.report[1],
        .tool = pipes.control[1],
    };
    int error = start(process, &keeper, &pipes);
    if (error == 0) {
        process->out = take(&pipes.out[0]);
        process->err = take(&pipes.err[0]);
        process->control = take(&pipes.control[0]);
    }
    close_pipes(&pipes);
    return error == 0 || failure_set(failure, CODE_HOST, "cannot start %s: %s",
                                     argv[0], strerror(error));
}

bool process_ended(struct process *process)
{
    struct keeper_outcome outcome;
    int status = 0;

    if (process->keeper == 0) {
        return process->ended;
    }
    if (waitpid(process->keeper, &status, WNOHANG) != process->keeper) {
        return false;
    }
    process->keeper = 0;
    process->ended = true;
    if (read(process->control, &outcome, sizeof outcome) == sizeof outcome) {
        process->status = outcome.status;
        process->left = outcome.left;
    } else {
        // The keeper was killed. So the program died too (PDEATHSIG), and the
        // tool has adopted their children.
        process->status = status;
        keeper_end_children();
    }
    return true;
}

void process_signal(const struct process *process, int signal_number)
{
    const unsigned char number = (unsigned char)signal_number;

    if (process->keeper > 0) {
        (void)!send(process->control, &number, 1, MSG_NOSIGNAL);
        kill(process->keeper, SIGCONT); // the keeper may be stopped, too
    }
}

void process_close(struct process *process)
{
    close_fd(&process->out);
    close_fd(&process->err);
    close_fd(&process->control);
}
