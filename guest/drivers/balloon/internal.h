// SPDX-License-Identifier: MIT
// The functions that the driver's files share, file by file. For these files
// and their tests only. VIRTIO 1.4, 5.5 "Traditional Memory Balloon
// Device".
#ifndef DRIVERS_BALLOON_INTERNAL_H
#define DRIVERS_BALLOON_INTERNAL_H

#include "drivers/balloon/balloon.h"
#include "mm/balloon.h"
#include "mm/dma.h"
#include "virtio/features.h"
#include "virtio/queue/queue.h"

// --- config.c: features (5.5.3) and configuration space (5.5.4) --------------

// The features to request: the driver's own list, as the env and the policy
// change it.
uint64_t balloon_wanted_features(const struct balloon *balloon);

// Reads the target. Errors as virtio_config_read32's; ERR_EMPTY: the device is
// gone.
MUST_USE enum error balloon_read_target(struct balloon *balloon);

// Reads the command of free page hinting (5.5.6.5): 0 STOP, 1 DONE, else the id
// of a round. Only if FREE_PAGE_HINT was negotiated.
MUST_USE enum error balloon_read_command(struct balloon *balloon,
                                         uint32_t *command);

// Writes `actual`, the number of pages in the balloon, in one store (5.5.6).
MUST_USE enum error balloon_write_actual(struct balloon *balloon,
                                         uint32_t pages);

// Writes poison_val, the value that deflated and reported pages hold, before
// DRIVER_OK (5.5.6.6.1). Does nothing without PAGE_POISON.
MUST_USE enum error balloon_write_poison(struct balloon *balloon);

// Fills the pages with that value, if PAGE_POISON was negotiated.
void balloon_fill_poison(struct balloon *balloon, struct page_run run);

// --- queues.c: queues (5.5.2), their memory, and waiting ---------------------

#define BALLOON_NO_QUEUE UINT16_MAX

struct balloon_numbers {
    uint16_t inflate;
    uint16_t deflate;
    uint16_t stats;
    uint16_t hint;
    uint16_t reporting;
};

// Numbers of the queues that the offered features imply and that exist; bit n
// of `existing` is set if queue n exists. Pure.
//
//  queue      number by 5.5.2   exists with
//  inflate    0
//  deflate    1
//  stats      2                 STATS_VQ
//  hint       3                 FREE_PAGE_HINT
//  reporting  4                 PAGE_REPORTING
//
// QEMU leaves no gap: if it does not offer FREE_PAGE_HINT, whatever the driver
// accepts, the reporting queue is number 3.
struct balloon_numbers balloon_queue_numbers(uint64_t offered,
                                             uint32_t existing);

// The numbers of the device's queues, logged; once queues 0 to 2 are set up.
struct balloon_numbers balloon_find_numbers(const struct balloon *balloon);

// Sets up the queue under the device's number, of `wanted` entries unless the
// device dictates another size; between FEATURES_OK and DRIVER_OK. ERR_EMPTY:
// the device has no such queue. After an error memory may be held.
MUST_USE enum error balloon_queue_set_up(struct balloon *balloon,
                                         enum balloon_queue_index index,
                                         uint16_t number, uint16_t wanted);
// The same, if the feature was negotiated. ERR_UNSUPPORTED: it was, and
// `number` is BALLOON_NO_QUEUE.
MUST_USE enum error balloon_queue_set_up_if(struct balloon *balloon,
                                            enum virtio_feature feature,
                                            enum balloon_queue_index index,
                                            uint16_t number, uint16_t wanted);

// Frees all memory, of queues and of buffers. Only while the device is reset:
// before that it may access every byte.
void balloon_queues_release(struct balloon *balloon);

bool balloon_queues_hold_memory(const struct balloon *balloon);

// Whether there is a statistics queue, and so a statistics buffer.
static inline bool balloon_has_statistics(const struct balloon *balloon)
{
    return balloon->queues[BALLOON_STATSQ].virtqueue != NULL;
}

// Free pages as a segment of a buffer: the pages themselves, not their numbers.
static inline struct queue_segment balloon_run_segment(struct page_run run)
{
    return (struct queue_segment){
        .address = paddr_of((uint64_t)run.first * PAGE_SIZE),
        .bytes = run.count * PAGE_SIZE,
    };
}

// One kind of buffer in flight, with its name in the log.
struct balloon_awaited {
    const char *what;
    const char *unit;
    unsigned (*in_flight)(const struct balloon *balloon);
    // Handles acknowledgements. Returns NULL, or the device's fault.
    const char *(*complete)(struct balloon *balloon);
    // Notifies the device, at the start and then at intervals; NULL: never.
    void (*notify)(struct balloon *balloon);
};

// Waits, for a bounded time, until no buffer of that kind is in flight: the
// device may serve its queue in another thread. Nothing else is served
// meanwhile. False: the device broke the protocol, which the next step detects
// again, or the time ran out, which is logged.
MUST_USE bool balloon_await(struct balloon *balloon,
                            const struct balloon_awaited *awaited);

// --- statistics.c: samples (5.5.6.3) -----------------------------------------

// Sets up the statistics queue and its buffers. OK without them too: then the
// driver runs without statistics.
MUST_USE enum error balloon_statistics_set_up(struct balloon *balloon);

// Before DRIVER_OK: adds the first sample to the queue.
void balloon_statistics_prime(struct balloon *balloon);

// After DRIVER_OK: notifies the device of it.
void balloon_statistics_start(struct balloon *balloon);

// Answers every used buffer. ERR_EMPTY: all are answered. OK: one step's
// maximum was reached. ERR_DEVICE: the device broke the protocol.
MUST_USE enum error balloon_statistics_answer(struct balloon *balloon);

// Counts the wake-ups that find the newest sample not taken, if the device
// shows what it takes. May be called without a statistics queue.
void balloon_statistics_check_taken(struct balloon *balloon);

// --- inflate.c: the balloon's pages (5.5.6) ----------------------------------

// Passes to mm whether DEFLATE_ON_OOM was negotiated; sets up both queues, and
// the memory for page numbers. ERR_UNSUPPORTED: the device lacks a queue.
MUST_USE enum error balloon_inflate_set_up(struct balloon *balloon);

// One bounded step towards the target: handles acknowledgements, writes
// `actual` and sends the next requests. Returns NULL, or the device's fault.
// Cheap when there is nothing to do.
const char *balloon_inflate_step(struct balloon *balloon);

// After a reset: pages in flight, in either direction, belong to the guest.
void balloon_inflate_reset(struct balloon *balloon);

// After the last reset: every page of the balloon belongs to the guest again.
void balloon_inflate_forget(void);

// For relief.c: whether DEFLATE_ON_OOM was negotiated.
bool balloon_deflates_on_oom(const struct balloon *balloon);

// For relief.c: requests up to `difference` pages, as many as there is room for
// and the guest can spare; returns their number. Asserts that none is in flight
// in the other direction, unless `difference` is 0.
uint32_t balloon_request_pages(struct balloon *balloon, bool inflate,
                               uint32_t difference);

// For relief.c: handles all acknowledgements and writes `actual`. Returns NULL,
// or the device's fault.
const char *balloon_inflate_complete(struct balloon *balloon);

// --- reporting.c: free page reporting (5.5.6.7) ------------------------------

// Sets up the queue of that number, if PAGE_REPORTING was negotiated.
// ERR_UNSUPPORTED: the device lacks it.
MUST_USE enum error balloon_reporting_set_up(struct balloon *balloon,
                                             uint16_t number);

// One bounded step. complete handles the acknowledgement and returns NULL, or
// the device's fault; submit sends the next report unless one is in flight.
// Both do nothing without PAGE_REPORTING.
const char *balloon_reporting_complete(struct balloon *balloon);
void balloon_reporting_submit(struct balloon *balloon);

// Waits, for a bounded time, until no report is in flight, for a caller that
// needs its pages. Returns how many pages were freed.
uint32_t balloon_reporting_await(struct balloon *balloon);

// After a reset: pages of a report in flight belong to the guest, unreported.
void balloon_reporting_reset(struct balloon *balloon);

// --- hinting.c: free page hinting, during a migration (5.5.6.5) --------------

// Sets up the queue of that number and the commands' memory, if FREE_PAGE_HINT
// was negotiated. ERR_UNSUPPORTED: the device lacks the queue.
MUST_USE enum error balloon_hinting_set_up(struct balloon *balloon,
                                           uint16_t number);

// Called once the device is live.
void balloon_hinting_start(struct balloon *balloon);

// Handles a configuration change; `target_unchanged`: the change is not the
// target's. Returns NULL, or the reason of an error.
const char *balloon_hinting_read_command(struct balloon *balloon,
                                         bool target_unchanged);

// One bounded step of a round. complete handles acknowledgements and returns
// NULL, or the device's fault; submit sends the hints that are due. Both do
// nothing without FREE_PAGE_HINT.
const char *balloon_hinting_complete(struct balloon *balloon);
void balloon_hinting_submit(struct balloon *balloon);

// After each step: polls for hints in flight for a short time; without `poll`,
// not at all. True: a buffer was used, the next step is due now. False: no hint
// is in flight, or an interrupt will announce the next used buffer.
bool balloon_hinting_wait(struct balloon *balloon, bool poll);

// Frees acknowledged hinted pages before the round ends, as the specification
// permits. Returns their number.
uint32_t balloon_hinting_release(struct balloon *balloon);

// Waits, for a bounded time, until the device has acknowledged every hint in
// flight, then releases them. Returns their number.
uint32_t balloon_hinting_await(struct balloon *balloon);

// After a reset: ends the round; all pages belong to the guest.
void balloon_hinting_reset(struct balloon *balloon);

#endif
