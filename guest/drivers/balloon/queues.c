// SPDX-License-Identifier: MIT
// The queues that the driver shares with its device: their numbers, the
// release of all memory, and bounded waiting for buffers in flight.
// VIRTIO 1.4, 5.5.2 "Virtqueues", 5.5.5 "Device Initialization".
#include "drivers/balloon/internal.h"

#include "base/log.h"
#include "virtio/features.h"

void balloon_queues_release(struct balloon *balloon)
{
    driver_block_release(&balloon->sample);
    driver_block_release(&balloon->pages.memory);
    driver_block_release(&balloon->hint.commands);
    for (unsigned i = 0; i < BALLOON_QUEUES; i++) {
        driver_queue_release(&balloon->queues[i]);
    }
}

bool balloon_queues_hold_memory(const struct balloon *balloon)
{
    bool holds = balloon->sample.bytes != 0 || balloon->pages.memory.bytes != 0;

    for (unsigned i = 0; i < BALLOON_QUEUES; i++) {
        holds = holds || driver_queue_holds_memory(&balloon->queues[i]);
    }
    return holds;
}

enum error balloon_queue_set_up(struct balloon *balloon,
                                enum balloon_queue_index index, uint16_t number,
                                uint16_t wanted)
{
    return driver_queue_set_up(&balloon->queues[index], balloon->device, number,
                               wanted);
}

static uint16_t if_there(uint32_t existing, uint16_t number)
{
    return (existing >> number & 1) != 0 ? number : BALLOON_NO_QUEUE;
}

static uint16_t if_offered(uint64_t offered, enum virtio_feature feature,
                           uint32_t existing, uint16_t number)
{
    return feature_in(offered, feature) ? if_there(existing, number)
                                        : BALLOON_NO_QUEUE;
}

static uint16_t reporting_number(uint64_t offered, uint32_t existing)
{
    const uint16_t conforming =
        if_offered(offered, VIRTIO_BALLOON_F_PAGE_REPORTING, existing, 4);

    if (conforming != BALLOON_NO_QUEUE ||
        feature_in(offered, VIRTIO_BALLOON_F_FREE_PAGE_HINT)) {
        return conforming;
    }
    return if_offered(offered, VIRTIO_BALLOON_F_PAGE_REPORTING, existing, 3);
}

struct balloon_numbers balloon_queue_numbers(uint64_t offered,
                                             uint32_t existing)
{
    return (struct balloon_numbers){
        .inflate = if_there(existing, 0),
        .deflate = if_there(existing, 1),
        .stats = if_offered(offered, VIRTIO_BALLOON_F_STATS_VQ, existing, 2),
        .hint =
            if_offered(offered, VIRTIO_BALLOON_F_FREE_PAGE_HINT, existing, 3),
        .reporting = reporting_number(offered, existing),
    };
}

// The queues that exist, one bit each: those that are set up, and 3 and 4 if
// the device offers a feature that may use them and has a queue of that number.
static uint32_t existing_queues(const struct balloon *balloon)
{
    const uint64_t more = feature_bit(VIRTIO_BALLOON_F_FREE_PAGE_HINT) |
                          feature_bit(VIRTIO_BALLOON_F_PAGE_REPORTING);
    const unsigned last =
        (balloon->device->offered & more) != 0 ? 4 : BALLOON_STATSQ;
    uint32_t existing = 0;

    for (unsigned i = 0; i <= last; i++) {
        uint16_t size = 0;
        const bool exists =
            i <= BALLOON_STATSQ
                ? balloon->queues[i].virtqueue != NULL
                : virtio_device_queue_size(balloon->device, (uint16_t)i,
                                           BALLOON_QUEUE_SIZE, &size) == OK;

        existing |= exists ? 1u << i : 0;
    }
    return existing;
}

static const char *number_text(uint16_t number)
{
    static const char *const texts[] = {"0", "1", "2", "3", "4"};

    return number == BALLOON_NO_QUEUE ? "none" : texts[number];
}

static void log_queues(const struct balloon_numbers *numbers)
{
    log_line("balloon queues inflate=%s deflate=%s stats=%s hint=%s "
             "reporting=%s",
             number_text(numbers->inflate), number_text(numbers->deflate),
             number_text(numbers->stats), number_text(numbers->hint),
             number_text(numbers->reporting));
}

struct balloon_numbers balloon_find_numbers(const struct balloon *balloon)
{
    const struct balloon_numbers numbers = balloon_queue_numbers(
        balloon->device->offered, existing_queues(balloon));

    log_queues(&numbers);
    return numbers;
}

enum error balloon_queue_set_up_if(struct balloon *balloon,
                                   enum virtio_feature feature,
                                   enum balloon_queue_index index,
                                   uint16_t number, uint16_t wanted)
{
    if (!feature_in(balloon->device->features, feature)) {
        return OK;
    }
    if (number == BALLOON_NO_QUEUE) {
        log_line("error what=balloon_queue_missing queue=%u", index);
        return ERR_UNSUPPORTED;
    }
    return balloon_queue_set_up(balloon, index, number, wanted);
}

// Polls of the ring before buffers in flight count as lost, and polls between
// two notifications of the device.
#define AWAIT_POLLS_MAX 50000000u
#define NOTIFY_POLLS 500000u

bool balloon_await(struct balloon *balloon,
                   const struct balloon_awaited *awaited)
{
    for (uint32_t i = 0; i < AWAIT_POLLS_MAX; i++) {
        if (awaited->notify != NULL && i % NOTIFY_POLLS == 0) {
            awaited->notify(balloon);
        }
        if (awaited->complete(balloon) != NULL) {
            return false;
        }
        if (awaited->in_flight(balloon) == 0) {
            return true;
        }
    }
    log_line("error what=%s awaited=acknowledgement %s=%u", awaited->what,
             awaited->unit, awaited->in_flight(balloon));
    return false;
}
