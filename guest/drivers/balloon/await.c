// SPDX-License-Identifier: MIT
// Bounded waiting for buffers in flight. Nothing else is served meanwhile.
// VIRTIO 1.4, 5.5.6 "Device Operation".
#include "drivers/balloon/await.h"

#include "base/log.h"

// Polls of the ring before buffers in flight count as lost, and polls between
// two notifications of the device.
#define READS_MAX 50000000u
#define READS_ASK 500000u

bool balloon_await(struct balloon *balloon,
                   const struct balloon_outstanding *out)
{
    for (uint32_t i = 0; i < READS_MAX; i++) {
        if (out->ask != NULL && i % READS_ASK == 0) {
            out->ask(balloon);
        }
        if (out->take_in(balloon) != NULL) {
            return false;
        }
        if (out->count(balloon) == 0) {
            return true;
        }
    }
    log_line("error what=%s awaited=acknowledgement %s=%u", out->what,
             out->unit, out->count(balloon));
    return false;
}
