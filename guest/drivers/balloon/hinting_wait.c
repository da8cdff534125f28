// SPDX-License-Identifier: MIT
// Hints in flight: polled during a round, and awaited when their pages are
// needed. VIRTIO 1.4, 5.5.6.5 "Free Page Hinting".
#include "drivers/balloon/hinting.h"

#include "drivers/balloon/await.h"
#include "drivers/balloon/queues.h"
#include "virtio/queue/queue.h"

static struct balloon_queue *queue_of(struct balloon *balloon)
{
    return &balloon->queues[BALLOON_FREE_PAGE_VQ];
}

static void kick(struct balloon *balloon)
{
    virtio_device_notify(balloon->device, queue_of(balloon)->number);
}

// In a split queue with EVENT_IDX, QEMU interrupts for the first used buffer
// after a start or a migration, whatever the driver requested. This kick
// provokes that interrupt now, before a migration's round: see
// balloon_hinting_wait.
void balloon_hinting_start(struct balloon *balloon)
{
    if (queue_of(balloon)->queue != NULL && balloon->env.patience != 0) {
        kick(balloon);
    }
}

// QEMU uses hints in a thread of its own; its interrupts can race with others
// and with the end of a migration. Seen on 7.2 and 10.0: on the destination,
// the pin's I/O APIC entry waited for an end of interrupt that the guest never
// sends, and no later interrupt of the device arrived. The driver therefore
// polls the ring. If the device is slow, the driver requests an interrupt until
// a buffer is used, so that buffers in flight are not forgotten.
bool balloon_hinting_wait(struct balloon *balloon, bool look)
{
    const unsigned before = balloon->hint.in_flight;

    if (balloon->env.patience == 0 || before == 0 || balloon->hint.slow) {
        return false;
    }
    virtqueue_interrupts_off(queue_of(balloon)->queue);
    for (uint32_t i = 0; look && i < balloon->env.patience; i++) {
        if (balloon_hinting_take_in(balloon) != NULL ||
            balloon->hint.in_flight != before) {
            return true;
        }
    }
    balloon->hint.slow = true;
    return virtqueue_interrupts_on(queue_of(balloon)->queue);
}

static uint32_t pages_out(const struct balloon *balloon)
{
    uint32_t pages = 0;

    for (unsigned i = 0; i < BALLOON_HINTS; i++) {
        pages += balloon->hint.runs[i].pages;
    }
    return pages;
}

static unsigned buffers_out(const struct balloon *balloon)
{
    return balloon->hint.in_flight;
}

// Kicks at intervals, for the reason given at kick in balloon/hinting.c.
uint32_t balloon_hinting_await(struct balloon *balloon)
{
    static const struct balloon_outstanding out = {
        .what = "balloon_hint",
        .unit = "buffers",
        .count = buffers_out,
        .take_in = balloon_hinting_take_in,
        .ask = kick,
    };
    const uint32_t pages = pages_out(balloon);

    if (buffers_out(balloon) != 0 && !balloon_await(balloon, &out)) {
        return 0;
    }
    (void)balloon_hinting_release(balloon);
    return pages;
}
