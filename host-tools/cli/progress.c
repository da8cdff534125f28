// SPDX-License-Identifier: MIT
// Progress in one line. Pure.
#include "cli/progress.h"

#include <stdbool.h>

#include "balloon/size.h"
#include "base/text.h"

enum {
    NS_PER_MS = 1000000,
    MS_PER_S = 1000
};

static uint64_t apart(int64_t a, int64_t b)
{
    return a > b ? (uint64_t)a - (uint64_t)b : (uint64_t)b - (uint64_t)a;
}

// The number of bytes moved so far in the direction of the target.
static uint64_t moved(const struct progress *progress)
{
    const bool down = (int64_t)progress->target < progress->before;
    const bool right = down ? progress->actual < progress->before
                            : progress->actual > progress->before;

    return right ? apart(progress->actual, progress->before) : 0;
}

unsigned progress_percent(const struct progress *progress)
{
    uint64_t whole = apart(progress->before, (int64_t)progress->target);
    uint64_t part = moved(progress);

    if (progress->actual == (int64_t)progress->target) {
        return 100;
    }
    while (whole > UINT64_MAX / 100) { // so that the product fits
        whole /= 2;
        part /= 2;
    }
    const uint64_t percent = whole ? part * 100 / whole : 0;
    return percent < 100 ? (unsigned)percent : 99;
}

static uint64_t per_second(uint64_t bytes, uint64_t milliseconds)
{
    return bytes > UINT64_MAX / MS_PER_S ? bytes / milliseconds * MS_PER_S
                                         : bytes * MS_PER_S / milliseconds;
}

void progress_text(char *out, size_t size, const struct progress *progress)
{
    char before[SIZE_TEXT];
    char target[SIZE_TEXT];
    char actual[SIZE_TEXT];
    char speed[SIZE_TEXT];
    const uint64_t bytes = moved(progress);
    const uint64_t milliseconds = progress->elapsed > NS_PER_MS
                                      ? (uint64_t)progress->elapsed / NS_PER_MS
                                      : 1;

    size_text(before, sizeof before, progress->before);
    size_text(target, sizeof target, (int64_t)progress->target);
    size_text(actual, sizeof actual, progress->actual);
    text_size(speed, sizeof speed, per_second(bytes, milliseconds));
    text_format(out, size, "%s -> %s: %s, %u %%%s%s%s", before, target, actual,
                progress_percent(progress), bytes ? ", " : "",
                bytes ? speed : "", bytes ? "/s" : "");
}
