// SPDX-License-Identifier: MIT
// Starting, signalling and reaping a child.
// Limits: between fork and exec only what POSIX calls async-signal-safe.
#include "machine/process.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

struct pipes {
    int out[2];
    int err[2];
    int report[2]; // CLOEXEC: exec closes it, a failing exec writes its errno
    int null;
};

static void close_fd(int *fd)
{
    if (*fd >= 0) {
        close(*fd);
        *fd = -1;
    }
}

static void close_pipes(struct pipes *pipes)
{
    for (int i = 0; i < 2; i++) {
        close_fd(&pipes->out[i]);
        close_fd(&pipes->err[i]);
        close_fd(&pipes->report[i]);
    }
    close_fd(&pipes->null);
}

static bool open_pipes(struct pipes *pipes, struct failure *failure)
{
    *pipes = (struct pipes){{-1, -1}, {-1, -1}, {-1, -1}, -1};
    pipes->null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (pipes->null >= 0 && pipe2(pipes->out, O_CLOEXEC) == 0 &&
        pipe2(pipes->err, O_CLOEXEC) == 0 &&
        pipe2(pipes->report, O_CLOEXEC) == 0) {
        // Only the tool's ends: QEMU may expect to wait in a write.
        fcntl(pipes->out[0], F_SETFL, O_NONBLOCK);
        fcntl(pipes->err[0], F_SETFL, O_NONBLOCK);
        return true;
    }
    failure_set(failure, CODE_HOST, "cannot make the pipes for QEMU: %s",
                strerror(errno));
    close_pipes(pipes);
    return false;
}

static void reset_signals(void)
{
    struct sigaction action = {.sa_handler = SIG_DFL};
    sigset_t none;

    for (int number = 1; number < NSIG; number++) {
        sigaction(number, &action, NULL); // refuses what cannot be set
    }
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

// The child's side, up to exec. Returns only when that failed; errno says why.
static void become(char *const *argv, const struct pipes *pipes,
                   const int *inherit, int inherit_count, pid_t parent)
{
    if (setpgid(0, 0) < 0 || prctl(PR_SET_PDEATHSIG, SIGKILL) < 0) {
        return;
    }
    if (getppid() != parent) {
        _exit(1); // the tool died before the line above: nobody would kill us
    }
    if (dup2(pipes->null, STDIN_FILENO) < 0 ||
        dup2(pipes->out[1], STDOUT_FILENO) < 0 ||
        dup2(pipes->err[1], STDERR_FILENO) < 0) {
        return;
    }
    // Also what the tool was given by whoever started it.
    close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
    for (int i = 0; i < inherit_count; i++) {
        if (fcntl(inherit[i], F_SETFD, 0) < 0) {
            return;
        }
    }
    reset_signals();
    execv(argv[0], argv);
}

// Forks with all signals blocked, so that no handler of the tool's runs in
// the child and writes into the tool's self-pipe.
static pid_t fork_quietly(sigset_t *before)
{
    sigset_t all;

    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, before);
    return fork();
}

// The errno of a failing exec, 0 when it went well.
static int read_report(int fd)
{
    int error = 0;
    ssize_t got;

    do {
        got = read(fd, &error, sizeof error);
    } while (got < 0 && errno == EINTR);
    return got == sizeof error ? error : 0;
}

bool process_start(struct process *process, char *const *argv,
                   const int *inherit, int inherit_count,
                   struct failure *failure)
{
    struct pipes pipes;
    sigset_t before;
    pid_t parent = getpid();

    *process = (struct process){.out = -1, .err = -1};
    if (!open_pipes(&pipes, failure)) {
        return false;
    }
    pid_t pid = fork_quietly(&before);
    if (pid == 0) {
        become(argv, &pipes, inherit, inherit_count, parent);
        int error = errno;
        _exit(write(pipes.report[1], &error, sizeof error) < 0 ? 126 : 127);
    }
    int error = pid < 0 ? errno : 0;
    sigprocmask(SIG_SETMASK, &before, NULL);
    if (pid > 0) {
        setpgid(pid, pid); // the child does so too; who comes first is open
        close_fd(&pipes.report[1]);
        error = read_report(pipes.report[0]);
        if (error) {
            waitpid(pid, NULL, 0); // it is about to end
        }
    }
    if (error == 0) {
        *process = (struct process){
            .pid = pid, .out = pipes.out[0], .err = pipes.err[0]};
        pipes.out[0] = pipes.err[0] = -1;
    }
    close_pipes(&pipes);
    return error == 0 || failure_set(failure, CODE_HOST, "cannot start %s: %s",
                                     argv[0], strerror(error));
}

bool process_ended(struct process *process)
{
    siginfo_t info = {0};

    if (process->pid == 0) {
        return process->ended;
    }
    // First a look that leaves the zombie: while it is there its number can't
    // be given to a strange group.
    if (waitid(P_PID, (id_t)process->pid, &info, WEXITED | WNOHANG | WNOWAIT) <
            0 ||
        info.si_pid == 0) {
        return false;
    }
    kill(-process->pid, SIGKILL);
    if (waitpid(process->pid, &process->status, 0) == process->pid) {
        process->ended = true;
        process->pid = 0;
    }
    return process->ended;
}

void process_signal(const struct process *process, int signal_number)
{
    if (process->pid > 0) {
        kill(-process->pid, signal_number);
    }
}

void process_close(struct process *process)
{
    close_fd(&process->out);
    close_fd(&process->err);
}
