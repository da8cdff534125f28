// SPDX-License-Identifier: MIT
// Start, transfers, waiting and recovery of the block driver. A transfer adds
// its requests, looks at the ring for a bounded number of times, then sleeps.
// No memory is taken after block_start. VIRTIO 1.4, 5.2 "Block Device".
#include "drivers/block/block.h"

#include "base/log.h"
#include "base/panic.h"
#include "drivers/block/request.h"
#include "virtio/features.h"
#include "virtio/queue/queue.h"

#define REQUESTQ 0u      // 5.2.2
#define QUEUE_WANTED 64u // entries: 16 requests of three segments, and room

// Configuration space, 5.2.4.
#define CONFIG_CAPACITY 0u // R  512-byte sectors, 64 bits

// Looks at the ring before the driver sleeps: a disk in memory answers sooner
// than an interrupt would arrive.
#define LOOKS_MAX 300u

// --- Start -------------------------------------------------------------------

// The allow-list, with what each changes:
// RO             the disk is read-only: the driver sends no write (5.2.6.1)
// EVENT_IDX      fewer notifications
// INDIRECT_DESC  a request takes one descriptor of the ring instead of three
// Declined:
// FLUSH, CONFIG_WCE      no data need outlive the guest; without both a write
//                        is stable when it is used (5.2.6.2)
// MQ                     one CPU needs one queue
// SIZE_MAX, SEG_MAX, BLK_SIZE, TOPOLOGY, GEOMETRY  every request is one page
// DISCARD, WRITE_ZEROES, SECURE_ERASE, LIFETIME, ZONED  not needed
static uint64_t wanted_features(void)
{
    return feature_bit(VIRTIO_BLK_F_RO) | feature_bit(VIRTIO_F_EVENT_IDX) |
           feature_bit(VIRTIO_F_INDIRECT_DESC);
}

// A device that is gone reads as all ones, which is no capacity.
static enum error read_capacity(struct block *block)
{
    uint64_t sectors = 0;
    const enum error error =
        virtio_config_read64(block->device, CONFIG_CAPACITY, &sectors);

    if (error != OK) {
        return error;
    }
    if (virtio_device_gone(block->device)) {
        return ERR_EMPTY;
    }
    block->pages = sectors / BLOCK_SECTORS_PER_PAGE;
    return OK;
}

// Without a table a request needs three entries, and with one no table may be
// longer than the queue (2.7.5.3.1).
static enum error set_up_queue(struct block *block)
{
    const enum error error = driver_queue_set_up(&block->queue, block->device,
                                                 REQUESTQ, QUEUE_WANTED);

    if (error == OK && driver_queue_room(&block->queue) >= BLOCK_SEGMENTS) {
        return OK;
    }
    return error == OK || error == ERR_EMPTY ? ERR_UNSUPPORTED : error;
}

// Step 7 of 3.1.1, with 5.2.5: everything that precedes DRIVER_OK.
static enum error prepare(struct block *block)
{
    const enum error error = set_up_queue(block);

    return error == OK ? read_capacity(block) : error;
}

// The reset has returned every request that the device held.
static void take_requests_back(struct block *block)
{
    for (unsigned i = 0; i < BLOCK_REQUESTS; i++) {
        if (block->requests[i].state == BLOCK_IN_FLIGHT) {
            block->requests[i].state = BLOCK_WAITING;
        }
    }
    block->in_flight = 0;
}

// From any state to a live device (3.1.1 and 5.2.5).
static enum error bring_up(struct block *block)
{
    // 1. to 6. Reset, status, features.
    enum error error = virtio_device_begin(block->device, wanted_features());

    if (error != OK) {
        return error;
    }
    take_requests_back(block);
    // 7. The queue, and the capacity.
    error = prepare(block);
    if (error != OK) {
        virtio_device_fail(block->device);
        return error;
    }
    block->read_only = feature_in(block->device->features, VIRTIO_BLK_F_RO);
    // 8. DRIVER_OK.
    virtio_device_ready(block->device);
    virtqueue_interrupts_off(block->queue.virtqueue);
    block->state = BLOCK_LIVE;
    return OK;
}

// If the reset times out the memory is not freed: the device may still use it.
static enum error reset_and_release(struct block *block)
{
    const enum error error = virtio_device_reset(block->device);

    block->state = BLOCK_STOPPED;
    if (error != ERR_TIMEOUT) {
        driver_queue_release(&block->queue);
        driver_block_release(&block->shared);
    }
    return error;
}

enum error block_stop(struct block *block)
{
    return reset_and_release(block);
}

enum error block_start(struct block *block, struct virtio_device *device,
                       const struct block_env *env)
{
    assert_that(device->device_id == VIRTIO_ID_BLOCK, "block: device id");
    block->device = device;
    block->env = *env;

    enum error error =
        mm_alloc_dma(sizeof(struct block_shared), &block->shared);
    if (error == OK) {
        error = bring_up(block);
    }
    if (error != OK) {
        (void)reset_and_release(block);
        virtio_device_fail(device);
    }
    return error;
}

void block_pause(struct block *block)
{
    if (block->state == BLOCK_LIVE) {
        block->state = virtio_device_reset(block->device) == OK ? BLOCK_PAUSED
                                                                : BLOCK_STOPPED;
    }
}

// --- Recovery ----------------------------------------------------------------

// The memory stays, so that nothing is freed while the caller waits. The device
// is left FAILED whether its reset ends or not.
static void give_up(struct block *block)
{
    block->state = BLOCK_STOPPED;
    if (virtio_device_reset(block->device) != ERR_TIMEOUT) {
        virtio_device_fail(block->device);
    }
}

// The requests without an answer are sent again by the next step. The registers
// of a device that is gone may read as zeros, which is the end of a reset.
static enum error recover(struct block *block, const char *reason)
{
    while (block->resets < BLOCK_RESETS_MAX) {
        if (virtio_device_gone(block->device)) {
            return ERR_EMPTY;
        }
        block->resets++;
        block->resets_total++;
        log_line("disk recovery disk=%u reason=%s in_a_row=%u requests=%u",
                 block->env.number, reason, block->resets, block->unfinished);
        const enum error error = bring_up(block);
        if (error == OK || error == ERR_EMPTY) {
            return error;
        }
        reason = error_name(error);
    }
    log_line("error what=disk_recovery disk=%u reason=%s in_a_row=%u",
             block->env.number, reason, block->resets);
    give_up(block);
    return ERR_DEVICE;
}

// Handles everything that the events can mean, once. Returns NULL, or the
// reason to reset the device. A disk may change its capacity (5.2.6.1).
static const char *serve_events(struct block *block, uint32_t events)
{
    if ((events & VIRTIO_EVENT_CONFIG) == 0) {
        return NULL;
    }
    if (virtio_device_needs_reset(block->device)) {
        return "needs_reset";
    }
    const enum error error = read_capacity(block);

    return error == OK ? NULL : error_name(error);
}

// --- Requests ----------------------------------------------------------------

static void finish(struct block *block, struct block_request *request,
                   bool done)
{
    request->io->done = done;
    request->state = BLOCK_UNUSED;
    block->unfinished--;
}

static const char *status_name(enum block_status status)
{
    return status == VIRTIO_BLK_S_IOERR ? "ioerr" : "unsupp";
}

static void log_failure(const struct block *block, const struct block_io *io,
                        const char *status)
{
    log_line("error what=\"disk %s\" disk=%u page=%llu status=%s",
             block->type == VIRTIO_BLK_T_OUT ? "write" : "read",
             block->env.number, (unsigned long long)io->page, status);
}

// Whether the used length counts: not on a legacy interface (5.2.6.3), and not
// the 0 that QEMU (7.2 to 11.1) writes into every descriptor of a packed ring.
static bool length_reliable(const struct block *block, uint32_t written)
{
    const uint64_t features = block->device->features;

    return feature_in(features, VIRTIO_F_VERSION_1) &&
           !(written == 0 && feature_in(features, VIRTIO_F_RING_PACKED));
}

// Returns NULL, or the device's fault; the request then has no answer.
static const char *take_answer(struct block *block,
                               struct block_request *request, uint32_t written)
{
    const unsigned index = (unsigned)(request - block->requests);
    enum block_status status = BLOCK_STATUS_NONE;
    const char *fault =
        block_request_answer(&block->shared, index, block->type,
                             length_reliable(block, written), written, &status);

    if (fault != NULL) {
        return fault;
    }
    block->in_flight--;
    block->resets = 0;
    block->foreign = 0;
    if (status != VIRTIO_BLK_S_OK) {
        log_failure(block, request->io, status_name(status));
    }
    finish(block, request, status == VIRTIO_BLK_S_OK);
    return NULL;
}

// Takes every answer in the ring. Returns NULL, or the device's fault.
static const char *take_answers(struct block *block)
{
    for (;;) {
        void *token = NULL;
        uint32_t written = 0;
        const enum error error =
            virtqueue_pop(block->queue.virtqueue, &token, &written);

        if (error != OK) {
            return error == ERR_DEVICE ? virtqueue_fault(block->queue.virtqueue)
                                       : NULL;
        }
        const char *fault = take_answer(block, token, written);

        if (fault != NULL) {
            return fault;
        }
    }
}

// The reason why no device may see the request (5.2.6.1), or NULL.
static const char *refusal(const struct block *block, const struct block_io *io)
{
    if (io->page >= block->pages) {
        return "beyond_end";
    }
    return block->type == VIRTIO_BLK_T_OUT && block->read_only ? "read_only"
                                                               : NULL;
}

static bool has_room(const struct block *block)
{
    const unsigned entries =
        feature_in(block->device->features, VIRTIO_F_INDIRECT_DESC)
            ? 1
            : BLOCK_SEGMENTS;

    return (block->in_flight + 1) * entries <= driver_queue_room(&block->queue);
}

static void add(struct block *block, struct block_request *request)
{
    struct block_buffer buffer;

    block_request_encode(&block->shared, (unsigned)(request - block->requests),
                         block->type, request->io, &buffer);
    buffer.buffer.token = request;
    const enum error error =
        virtqueue_add(block->queue.virtqueue, &buffer.buffer);

    assert_that(error == OK, "block: a request that does not fit");
    request->state = BLOCK_IN_FLIGHT;
    block->in_flight++;
}

// Adds the waiting requests, as far as there is room, and publishes them
// together.
static void submit(struct block *block)
{
    for (unsigned i = 0; i < BLOCK_REQUESTS && has_room(block); i++) {
        struct block_request *request = &block->requests[i];

        if (request->state != BLOCK_WAITING) {
            continue;
        }
        const char *reason = refusal(block, request->io);

        if (reason == NULL) {
            add(block, request);
        } else {
            log_failure(block, request->io, reason);
            finish(block, request, false);
        }
    }
    if (virtqueue_publish(block->queue.virtqueue)) {
        virtio_device_notify(block->device, block->queue.number);
    }
}

// --- Waiting -----------------------------------------------------------------

// A device that lets other interrupts pass without an answer may never answer.
static void count_foreign(struct block *block)
{
    if (++block->foreign == 2) {
        log_line("disk waits requests=%u disk=%u", block->unfinished,
                 block->env.number);
    }
}

// Sleeps until an interrupt, unless an answer is there already. Returns NULL,
// or the reason to reset the device.
static const char *sleep(struct block *block)
{
    struct virtqueue *queue = block->queue.virtqueue;

    if (virtio_device_gone(block->device)) {
        return "gone";
    }
    const bool answered = virtqueue_interrupts_on(queue);

    if (!answered) {
        block->env.wait(block->env.ctx);
    }
    virtqueue_interrupts_off(queue);
    const uint32_t events = virtio_device_take_events(block->device);

    if (!answered && events == 0) {
        count_foreign(block);
    }
    return serve_events(block, events);
}

// Sends what is waiting and waits, once, for answers. Returns NULL, or the
// reason to reset the device.
static const char *step(struct block *block)
{
    submit(block);
    const unsigned before = block->unfinished;

    for (unsigned i = 0; i < LOOKS_MAX && block->in_flight != 0; i++) {
        const char *fault = take_answers(block);

        if (fault != NULL || block->unfinished != before) {
            return fault;
        }
    }
    return block->in_flight != 0 ? sleep(block) : NULL;
}

static void begin(struct block *block, enum block_type type,
                  struct block_io *list, unsigned count)
{
    block->type = type;
    block->unfinished = count;
    block->in_flight = 0;
    block->foreign = 0;
    for (unsigned i = 0; i < BLOCK_REQUESTS; i++) {
        block->requests[i] = (struct block_request){0};
    }
    for (unsigned i = 0; i < count; i++) {
        list[i].done = false;
        block->requests[i] =
            (struct block_request){.io = &list[i], .state = BLOCK_WAITING};
    }
}

// The device may have changed while no request was in flight.
static const char *look_up(struct block *block)
{
    if (block->state == BLOCK_PAUSED) {
        const enum error error = bring_up(block);

        return error == OK ? NULL : error_name(error);
    }
    return serve_events(block, virtio_device_take_events(block->device));
}

static enum error transfer(struct block *block, enum block_type type,
                           struct block_io *list, unsigned count)
{
    enum error error = OK;

    assert_that(count <= BLOCK_REQUESTS, "block: too many requests");
    begin(block, type, list, count);
    if (block->state == BLOCK_STOPPED) {
        return ERR_DEVICE;
    }
    const char *reason = look_up(block);

    while (error == OK && (reason != NULL || block->unfinished != 0)) {
        if (reason != NULL) {
            error = recover(block, reason);
            reason = NULL;
        } else {
            reason = step(block);
        }
    }
    if (error != OK) {
        block->state = BLOCK_STOPPED;
    }
    return error;
}

enum error block_read(struct block *block, struct block_io *list,
                      unsigned count)
{
    return transfer(block, VIRTIO_BLK_T_IN, list, count);
}

enum error block_write(struct block *block, struct block_io *list,
                       unsigned count)
{
    return transfer(block, VIRTIO_BLK_T_OUT, list, count);
}
