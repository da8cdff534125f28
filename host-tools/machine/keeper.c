// SPDX-License-Identifier: MIT
// Starts a program, and ends it and all its descendants.
// Limits: needs /proc/thread-self/children (proc(5)). A process of another user
// cannot be killed; the keeper waits for its end.
#include "machine/keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    CHILDREN = 4096 // bytes of the list that are read at once
};

struct keeping {
    pid_t program;
    bool ended; // the program has ended: outcome.status is valid
    struct keeper_outcome outcome;
};

static void reset_signals(void)
{
    struct sigaction action = {.sa_handler = SIG_DFL};
    sigset_t none;

    for (int number = 1; number < NSIG; number++) {
        sigaction(number, &action, NULL); // fails for SIGKILL and SIGSTOP
    }
    // At the size limit of a file (RLIMIT_FSIZE), a write fails as on a full
    // disk, and QEMU continues.
    action.sa_handler = SIG_IGN;
    sigaction(SIGXFSZ, &action, NULL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

// In the program's process: everything up to exec. Returns only on failure,
// with errno set.
static void become(const struct keeper *keeper, pid_t parent)
{
    if (setpgid(0, 0) < 0 || prctl(PR_SET_PDEATHSIG, SIGKILL) < 0) {
        return;
    }
    if (getppid() != parent) {
        _exit(1); // the keeper died before PDEATHSIG was set
    }
    if (dup2(keeper->in, STDIN_FILENO) < 0 ||
        dup2(keeper->out, STDOUT_FILENO) < 0 ||
        dup2(keeper->err, STDERR_FILENO) < 0) {
        return;
    }
    // Also closes the files that the tool itself inherited.
    close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
    for (int i = 0; i < keeper->inherit_count; i++) {
        if (fcntl(keeper->inherit[i], F_SETFD, 0) < 0) {
            return;
        }
    }
    reset_signals();
    execv(keeper->argv[0], keeper->argv);
}

// Closes all files that the keeper does not need: QEMU or the tool's caller may
// wait for the end of such a file.
static void close_others(const struct keeper *keeper, int signals)
{
    const int low = keeper->tool < signals ? keeper->tool : signals;
    const int high = keeper->tool < signals ? signals : keeper->tool;

    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        dup2(keeper->in, fd);
    }
    // For an empty range close_range fails, without harm.
    close_range(STDERR_FILENO + 1, (unsigned)low - 1, 0);
    close_range((unsigned)low + 1, (unsigned)high - 1, 0);
    close_range((unsigned)high + 1, ~0U, 0);
}

// Kills each child in the list; false when the list is empty. Only the calling
// process reaps its children, so no listed pid can be reused meanwhile.
static bool kill_children(void)
{
    char list[CHILDREN];
    int fd = open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
    ssize_t got = fd < 0 ? 0 : read(fd, list, sizeof list - 1);
    bool any = false;
    char *at = list;
    char *end = list;

    if (fd >= 0) {
        close(fd);
    }
    list[got > 0 ? got : 0] = '\0';
    for (long pid = strtol(at, &end, 10); *end == ' ';
         pid = strtol(at, &end, 10)) {
        kill((pid_t)pid, SIGKILL);
        any = true;
        at = end + 1; // a number cut by the buffer has no blank after it
    }
    return any;
}

static void note(struct keeping *keeping, pid_t pid, int status)
{
    if (pid == keeping->program) {
        keeping->ended = true;
        keeping->outcome.status = status;
    } else if (keeping->ended && WIFSIGNALED(status) &&
               WTERMSIG(status) == SIGKILL) {
        keeping->outcome.left++;
    }
}

// Kills and reaps until no child is left. When a child dies, its children
// become the keeper's and enter the list.
static void end_all(struct keeping *keeping)
{
    int status = 0;
    pid_t pid = 0;

    do {
        // The list may miss a child while another child ends (proc(5)).
        pid = waitpid(-1, &status, kill_children() ? 0 : WNOHANG);
        note(keeping, pid, status);
    } while (pid >= 0 || errno == EINTR);
}

void keeper_end_children(void)
{
    struct keeping keeping = {0};

    end_all(&keeping);
}

static void reap(struct keeping *keeping, int signals)
{
    struct signalfd_siginfo info;
    int status = 0;
    pid_t pid = 0;

    (void)!read(signals, &info, sizeof info);
    while (!keeping->ended && (pid = waitpid(-1, &status, WNOHANG)) > 0) {
        note(keeping, pid, status);
    }
}

// Carries out a request from the tool. False: end all processes.
static bool obey(const struct keeping *keeping, int tool)
{
    unsigned char number = SIGKILL;

    if (read(tool, &number, 1) != 1 || number == SIGKILL) {
        return false;
    }
    kill(-keeping->program, number);
    return true;
}

static void keep(struct keeping *keeping, int tool, int signals)
{
    struct pollfd files[] = {{.fd = signals, .events = POLLIN},
                             {.fd = tool, .events = POLLIN}};
    bool wanted = true;

    while (wanted && !keeping->ended) {
        if (poll(files, sizeof files / sizeof *files, -1) < 0) {
            continue; // EINTR: the keeper was stopped and continued
        }
        if (files[0].revents) {
            reap(keeping, signals);
        }
        if (files[1].revents && !keeping->ended) {
            wanted = obey(keeping, tool);
        }
    }
    end_all(keeping);
    (void)!send(tool, &keeping->outcome, sizeof keeping->outcome, MSG_NOSIGNAL);
}

void keeper_run(const struct keeper *keeper)
{
    struct keeping keeping = {0};
    sigset_t child;
    pid_t own = getpid();

    setpgid(0, 0); // signals from the terminal do not reach the keeper
    prctl(PR_SET_NAME, "qemu-keeper");
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    int signals = signalfd(-1, &child, SFD_CLOEXEC);
    if (signals >= 0 && prctl(PR_SET_CHILD_SUBREAPER, 1) == 0) {
        keeping.program = fork();
        if (keeping.program == 0) {
            become(keeper, own);
        }
    } else {
        keeping.program = -1;
    }
    if (keeping.program <= 0) {
        int error = errno;
        _exit(write(keeper->report, &error, sizeof error) < 0 ? 126 : 127);
    }
    // The program does this too: either of the two may run first.
    setpgid(keeping.program, keeping.program);
    close_others(keeper, signals);
    keep(&keeping, keeper->tool, signals);
    _exit(0);
}
