// SPDX-License-Identifier: MIT
// The way in: standard files, signals, and the command.
// Limits: everything that can be tested without a process is elsewhere.
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "cli/command.h"

// With a standard file closed, the next socket would take its number, and a
// message to stderr would go to QEMU.
static void open_standard_files(void)
{
    int fd;

    do {
        fd = open("/dev/null", O_RDWR);
    } while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd > STDERR_FILENO) {
        close(fd);
    }
}

int main(int argc, char **argv)
{
    open_standard_files();
    signal(SIGXFSZ, SIG_IGN); // a limit on files is an error of a write
    return cli_run(argc, argv);
}
