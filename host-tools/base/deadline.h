// SPDX-License-Identifier: MIT
// Deadlines on the monotonic clock.
// Limits: nanoseconds in 63 bits, about 292 years; adding saturates.
#ifndef BASE_DEADLINE_H
#define BASE_DEADLINE_H

#include <stdbool.h>
#include <stdint.h>

enum {
    MS_PER_S = 1000
};

// Nanoseconds on CLOCK_MONOTONIC.
int64_t clock_now(void);

// A point on CLOCK_MONOTONIC; INT64_MAX is never.
struct deadline {
    int64_t at;
};

struct deadline deadline_never(void);
// `seconds` and `milliseconds` may be huge: the result saturates at never.
struct deadline deadline_in_seconds(uint64_t seconds);
struct deadline deadline_in_ms(uint64_t milliseconds);
struct deadline deadline_sooner(struct deadline a, struct deadline b);
bool deadline_passed(struct deadline deadline);

// The timeout for poll(2): -1 for never, 0 when the deadline has passed, else
// milliseconds rounded up, so that a wait never ends before its deadline; at
// most INT_MAX.
int deadline_poll_ms(struct deadline deadline);

#endif
