// SPDX-License-Identifier: MIT
// Linux's side of scripts/bench-memory: the only program of its initramfs.
// Executes the words that arrive on the serial port and answers each with a
// line. The counts in an answer are what /proc/vmstat grew by.
#include <err.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

#define PAGE 4096ul
#define DISK "/dev/vda"

// The newest mapping, which the words concern, and the one before it.
static struct mapping {
    unsigned char *at;
    unsigned long pages;
} maps[2];

static void load_module(const char *name)
{
    char path[128];

    snprintf(path, sizeof path, "/modules/%s.ko", name);
    const int file = open(path, O_RDONLY | O_CLOEXEC);

    if (file < 0 || syscall(SYS_finit_module, file, "", 0) != 0) {
        err(1, "%s", path);
    }
    close(file);
}

static void load_modules(void)
{
    char name[64];
    FILE *order = fopen("/modules/order", "re");

    while (order != NULL && fscanf(order, "%63s", name) == 1) {
        load_module(name);
    }
}

// Without echo: the answers are the only lines.
static void open_console(void)
{
    struct termios mode;
    const int console = open("/dev/ttyS0", O_RDWR);

    tcgetattr(console, &mode);
    mode.c_lflag &= ~(tcflag_t)ECHO;
    tcsetattr(console, TCSANOW, &mode);
    for (int to = 0; to <= 2; to++) {
        dup2(console, to);
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
}

static long vmstat(const char *wanted)
{
    char name[64];
    long value = 0;
    long found = -1;
    FILE *file = fopen("/proc/vmstat", "re");

    while (file != NULL && fscanf(file, "%63s %ld", name, &value) == 2) {
        found = strcmp(name, wanted) == 0 ? value : found;
    }
    if (file != NULL) {
        fclose(file);
    }
    return found;
}

static void set_cluster(unsigned long cluster)
{
    FILE *file = fopen("/proc/sys/vm/page-cluster", "we");

    if (file == NULL || fprintf(file, "%lu\n", cluster) < 0) {
        err(1, "page-cluster");
    }
    fclose(file);
}

// A huge page would be one fault for 512.
static void map(unsigned long pages)
{
    void *place = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (place == MAP_FAILED ||
        madvise(place, pages * PAGE, MADV_NOHUGEPAGE) != 0) {
        err(1, "map");
    }
    maps[1] = maps[0];
    maps[0] = (struct mapping){place, pages};
}

static void unmap_all(unsigned long number)
{
    (void)number;
    for (int i = 0; i < 2; i++) {
        munmap(maps[i].at, maps[i].pages * PAGE);
    }
}

static volatile uint64_t *word_of(unsigned long page)
{
    return (volatile uint64_t *)(maps[0].at + page * PAGE);
}

// The first word only. Linux does not write pages of zeros to the disk.
static void write_words(unsigned long pages)
{
    for (unsigned long page = 0; page < pages; page++) {
        *word_of(page) = page + 1;
    }
}

static void read_words(unsigned long pages)
{
    for (unsigned long page = 0; page < pages; page++) {
        (void)*word_of(page);
    }
}

// Writes the mapped pages, which stay in the swap cache; clean ones leave it.
static void page_out(unsigned long pages)
{
    if (madvise(maps[0].at, pages * PAGE, MADV_PAGEOUT) != 0) {
        err(1, "pageout");
    }
}

// Past the page cache, one page at a time: what a fault must wait for.
static void read_disk(unsigned long pages)
{
    const int disk = open(DISK, O_RDONLY | O_DIRECT | O_CLOEXEC);
    void *to = aligned_alloc(PAGE, PAGE);

    for (unsigned long page = 1; page <= pages; page++) {
        if (pread(disk, to, PAGE, (off_t)(page * PAGE)) != (ssize_t)PAGE) {
            err(1, "disk");
        }
    }
    free(to);
    close(disk);
}

static void swap_on(unsigned long number)
{
    (void)number;
    if (swapon(DISK, 0) != 0) {
        err(1, "swapon");
    }
}

static const struct {
    const char *word;
    void (*run)(unsigned long number);
} words[] = {
    {"swapon", swap_on},   {"cluster", set_cluster}, {"map", map},
    {"unmap", unmap_all},  {"write", write_words},   {"read", read_words},
    {"pageout", page_out}, {"disk", read_disk},
};

static void answer(const char *word, unsigned long number)
{
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(word, words[i].word) == 0) {
            const long major = vmstat("pgmajfault");
            const long in = vmstat("pswpin");
            const long out = vmstat("pswpout");

            printf("begin %s\n", word);
            words[i].run(number);
            printf("end %s\n", word);
            printf("counts %s major=%ld in=%ld out=%ld\n", word,
                   vmstat("pgmajfault") - major, vmstat("pswpin") - in,
                   vmstat("pswpout") - out);
        }
    }
}

int main(void)
{
    char word[32];
    unsigned long number = 0;

    mkdir("/dev", 0755);
    mkdir("/proc", 0755);
    mount("none", "/dev", "devtmpfs", 0, NULL);
    mount("none", "/proc", "proc", 0, NULL);
    load_modules();
    open_console();
    printf("linux ready\n");
    while (scanf("%31s %lu", word, &number) == 2) {
        answer(word, number);
    }
    return 1;
}
