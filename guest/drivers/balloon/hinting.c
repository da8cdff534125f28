// SPDX-License-Identifier: MIT
// A round of hints: its id, free pages, STOP, then waiting for DONE. A page
// that is reused before DONE is written before it is read (mm zeroes pages on
// first touch), as 5.5.6.5.1 demands. VIRTIO 1.4, 5.5.6.5 "Free Page Hinting".
#include "drivers/balloon/internal.h"

#include "base/log.h"
#include "base/panic.h"
#include "base/shared.h"

#define COMMAND_STOP 0u
#define COMMAND_DONE 1u // ids of rounds start at 2

enum {
    ID_BUFFER = 0,
    STOP_BUFFER = 1,
    COMMAND_BUFFERS = 2,
};

static struct driver_queue *hint_queue(struct balloon *balloon)
{
    return &balloon->queues[BALLOON_FREE_PAGE_VQ];
}

static bool has_room(struct balloon *balloon)
{
    return balloon->hint.in_flight < driver_queue_room(hint_queue(balloon));
}

enum error balloon_hinting_set_up(struct balloon *balloon, uint16_t number)
{
    const enum error error = balloon_queue_set_up_if(
        balloon, VIRTIO_BALLOON_F_FREE_PAGE_HINT, BALLOON_FREE_PAGE_VQ, number,
        2 * BALLOON_HINTS);

    if (error != OK || hint_queue(balloon)->virtqueue == NULL) {
        return error;
    }
    if (balloon->env.hint_polls_max != 0) {
        virtqueue_interrupts_off(hint_queue(balloon)->virtqueue);
    }
    return mm_alloc_dma(COMMAND_BUFFERS * sizeof(le32),
                        &balloon->hint.commands);
}

static bool round_began(const struct balloon *balloon)
{
    return balloon->hint.state == HINT_SENDING ||
           balloon->hint.state == HINT_SENT;
}

static void end_round(struct balloon *balloon)
{
    struct balloon_hint *hint = &balloon->hint;

    if (round_began(balloon)) {
        const uint64_t pages = mm_hint_release_all();

        log_line("balloon hint id=%#x ended released=%u", (unsigned)hint->id,
                 (unsigned)pages);
    }
    hint->state = HINT_NONE;
}

// After a migration in mid-round, the device on the destination does not know
// of the hints in its queue, and the ring still carries the source device's
// request for no notifications, made while it was busy. So each round begins
// and ends with a notification, whatever the ring requests; also a round that
// never began, while earlier buffers are in flight. An idle device ignores it.
static void notify(struct balloon *balloon)
{
    virtio_device_notify(balloon->device, hint_queue(balloon)->number);
}

static void end_live_round(struct balloon *balloon)
{
    if (round_began(balloon) || balloon->hint.in_flight != 0) {
        notify(balloon);
    }
    end_round(balloon);
}

void balloon_hinting_reset(struct balloon *balloon)
{
    struct balloon_hint *hint = &balloon->hint;

    for (unsigned i = 0; hint->in_flight > 0 && i < BALLOON_HINTS; i++) {
        if (hint->runs[i].count != 0) {
            mm_hint_cancel(hint->runs[i]);
            hint->runs[i].count = 0;
        }
    }
    hint->in_flight = 0;
    hint->slow = false;
    for (unsigned i = 0; i < COMMAND_BUFFERS; i++) {
        hint->command_in_flight[i] = false;
    }
    end_round(balloon);
}

uint32_t balloon_hinting_release(struct balloon *balloon)
{
    return round_began(balloon) ? (uint32_t)mm_hint_release_all() : 0;
}

static void add(struct balloon *balloon, const struct queue_buffer *buffer)
{
    const enum error error =
        virtqueue_add(hint_queue(balloon)->virtqueue, buffer);

    assert_that(error == OK, "balloon: a hint that does not fit");
    balloon->hint.in_flight++;
}

// 5.5.6.5.1: a device-readable buffer of exactly 4 bytes. False: no room, or
// the previous command of this kind is still in flight.
static bool send_command(struct balloon *balloon, unsigned index,
                         uint32_t command)
{
    struct balloon_hint *hint = &balloon->hint;
    le32 *words = hint->commands.cpu;
    const struct queue_segment segment = {
        .address = paddr_add(hint->commands.device, index * sizeof(le32)),
        .bytes = sizeof(le32),
    };
    const struct queue_buffer buffer = {
        .segments = &segment,
        .readable = 1,
        .token = &hint->command_in_flight[index],
    };

    if (hint->command_in_flight[index] || !has_room(balloon)) {
        return false;
    }
    shared_write32(&words[index], le32_of(command));
    add(balloon, &buffer);
    hint->command_in_flight[index] = true;
    return true;
}

// Sends the id in the first step with room for it: the previous round's id may
// still be in flight.
static bool begin_round(struct balloon *balloon)
{
    struct balloon_hint *hint = &balloon->hint;

    if (hint->state != HINT_REQUESTED ||
        !send_command(balloon, ID_BUFFER, hint->id)) {
        return false;
    }
    hint->state = HINT_SENDING;
    log_line("balloon hint id=%#x", (unsigned)hint->id);
    return true;
}

// QEMU shows STOP while a round runs, too. So STOP is ignored if the target has
// changed with it; the device ignores hints that it no longer wants.
const char *balloon_hinting_read_command(struct balloon *balloon,
                                         bool target_unchanged)
{
    struct balloon_hint *hint = &balloon->hint;
    uint32_t command = 0;

    if (hint_queue(balloon)->virtqueue == NULL) {
        return NULL;
    }
    const enum error error = balloon_read_command(balloon, &command);
    if (error != OK) {
        return error_name(error);
    }
    if (command == COMMAND_DONE) {
        end_live_round(balloon);
    } else if (command == COMMAND_STOP) {
        if (target_unchanged && hint->state != HINT_NONE) {
            hint->state = round_began(balloon) ? HINT_SENT : HINT_NONE;
        }
    } else if (hint->state == HINT_NONE || command != hint->id) {
        end_live_round(balloon);
        hint->id = command;
        hint->state = HINT_REQUESTED;
    }
    return NULL;
}

static void complete_one(struct balloon *balloon, void *token)
{
    struct balloon_hint *hint = &balloon->hint;

    hint->in_flight--;
    hint->slow = false;
    balloon->idle_wakeups = 0;
    for (unsigned i = 0; i < COMMAND_BUFFERS; i++) {
        if (token == &hint->command_in_flight[i]) {
            hint->command_in_flight[i] = false;
            return;
        }
    }
    struct page_run *run = token;

    mm_hint_done(*run);
    run->count = 0;
    if (!round_began(balloon)) {
        (void)mm_hint_release_all(); // after its round
    }
}

const char *balloon_hinting_complete(struct balloon *balloon)
{
    struct virtqueue *queue = hint_queue(balloon)->virtqueue;
    enum error error = OK;

    if (queue == NULL) {
        return NULL;
    }
    for (unsigned i = 0; i <= BALLOON_HINTS + COMMAND_BUFFERS && error == OK;
         i++) {
        void *token = NULL;
        uint32_t written = 0;

        error = virtqueue_pop(queue, &token, &written);
        if (error == OK) {
            complete_one(balloon, token);
        }
    }
    return error == ERR_DEVICE ? virtqueue_fault(queue) : NULL;
}

// A run of free pages as a device-writable buffer.
static void send_hint(struct balloon *balloon, struct page_run *run)
{
    const struct queue_segment segment = balloon_run_segment(*run);
    const struct queue_buffer buffer = {
        .segments = &segment,
        .writable = 1,
        .token = run,
    };

    add(balloon, &buffer);
}

static void send_hints(struct balloon *balloon)
{
    struct balloon_hint *hint = &balloon->hint;

    for (unsigned i = 0; i < BALLOON_HINTS; i++) {
        struct page_run *run = &hint->runs[i];

        if (run->count != 0) {
            continue;
        }
        if (!has_room(balloon)) {
            return;
        }
        if (!mm_hint_pick(run)) {
            run->count = 0;
            // 5.5.6.5.1: STOP, once there are no more hints.
            if (send_command(balloon, STOP_BUFFER, COMMAND_STOP)) {
                hint->state = HINT_SENT;
            }
            return;
        }
        send_hint(balloon, run);
    }
}

void balloon_hinting_submit(struct balloon *balloon)
{
    struct driver_queue *queue = hint_queue(balloon);

    if (queue->virtqueue == NULL) {
        return;
    }
    const bool begins = begin_round(balloon);

    if (balloon->hint.state == HINT_SENDING) {
        send_hints(balloon);
    }
    if (virtqueue_publish(queue->virtqueue) || begins) {
        notify(balloon);
    }
}

// In a split queue with EVENT_IDX, QEMU interrupts for the first used buffer
// after a start or a migration, whatever the driver requested. This
// notification provokes that interrupt now, before a migration's round: see
// balloon_hinting_wait.
void balloon_hinting_start(struct balloon *balloon)
{
    if (hint_queue(balloon)->virtqueue != NULL &&
        balloon->env.hint_polls_max != 0) {
        notify(balloon);
    }
}

// QEMU uses hints in a thread of its own; its interrupts can race with others
// and with the end of a migration. Seen on 7.2 and 10.0: on the destination,
// the pin's I/O APIC entry waited for an end of interrupt that the guest never
// sends, and no later interrupt of the device arrived. The driver therefore
// polls the ring. If the device is slow, the driver requests an interrupt until
// a buffer is used, so that buffers in flight are not forgotten.
bool balloon_hinting_wait(struct balloon *balloon, bool poll)
{
    const unsigned before = balloon->hint.in_flight;

    if (balloon->env.hint_polls_max == 0 || before == 0 || balloon->hint.slow) {
        return false;
    }
    virtqueue_interrupts_off(hint_queue(balloon)->virtqueue);
    for (uint32_t i = 0; poll && i < balloon->env.hint_polls_max; i++) {
        if (balloon_hinting_complete(balloon) != NULL ||
            balloon->hint.in_flight != before) {
            return true;
        }
    }
    balloon->hint.slow = true;
    return virtqueue_interrupts_on(hint_queue(balloon)->virtqueue);
}

static uint32_t hint_pages_in_flight(const struct balloon *balloon)
{
    uint32_t pages = 0;

    for (unsigned i = 0; i < BALLOON_HINTS; i++) {
        pages += balloon->hint.runs[i].count;
    }
    return pages;
}

static unsigned buffers_in_flight(const struct balloon *balloon)
{
    return balloon->hint.in_flight;
}

// Notifies at intervals, for the reason given at notify.
uint32_t balloon_hinting_await(struct balloon *balloon)
{
    static const struct balloon_awaited awaited = {
        .what = "balloon_hint",
        .unit = "buffers",
        .in_flight = buffers_in_flight,
        .complete = balloon_hinting_complete,
        .notify = notify,
    };
    const uint32_t pages = hint_pages_in_flight(balloon);

    if (buffers_in_flight(balloon) != 0 && !balloon_await(balloon, &awaited)) {
        return 0;
    }
    (void)balloon_hinting_release(balloon);
    return pages;
}
