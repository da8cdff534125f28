// SPDX-License-Identifier: MIT
// Deadlines on the monotonic clock.
// Limits: Linux, which always has CLOCK_MONOTONIC.
#include "base/deadline.h"

#include <limits.h>
#include <time.h>

enum {
    NS_PER_MS = 1000000
};

int64_t clock_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * MS_PER_S * NS_PER_MS + now.tv_nsec;
}

struct deadline deadline_never(void)
{
    return (struct deadline){.at = INT64_MAX};
}

struct deadline deadline_in_ms(uint64_t milliseconds)
{
    int64_t now = clock_now();

    if (milliseconds > (uint64_t)(INT64_MAX - now) / NS_PER_MS) {
        return deadline_never();
    }
    return (struct deadline){.at = now + (int64_t)milliseconds * NS_PER_MS};
}

struct deadline deadline_in_seconds(uint64_t seconds)
{
    if (seconds > UINT64_MAX / MS_PER_S) {
        return deadline_never();
    }
    return deadline_in_ms(seconds * MS_PER_S);
}

struct deadline deadline_sooner(struct deadline a, struct deadline b)
{
    return a.at < b.at ? a : b;
}

bool deadline_passed(struct deadline deadline)
{
    return deadline.at != INT64_MAX && clock_now() >= deadline.at;
}

int deadline_poll_ms(struct deadline deadline)
{
    if (deadline.at == INT64_MAX) {
        return -1;
    }
    int64_t left = deadline.at - clock_now();
    if (left <= 0) {
        return 0;
    }
    int64_t ms = left / NS_PER_MS + (left % NS_PER_MS != 0);
    return ms > INT_MAX ? INT_MAX : (int)ms;
}
