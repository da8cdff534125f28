// SPDX-License-Identifier: MIT
// The entry point: standard files, signals, and the command.
// Limits: all code that can be tested without a process is elsewhere.
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "cli/command.h"

// If a standard file is closed, the next socket would get its number, and a
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
    signal(SIGXFSZ, SIG_IGN); // a limit on file size then fails the write
    return cli_run(argc, argv);
}
