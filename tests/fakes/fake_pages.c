// SPDX-License-Identifier: MIT
// Requests for pages, reports and hints, from the device's side.
// VIRTIO 1.4, 5.5.6 "Device Operation", 5.5.6.5, 5.5.6.7.
#include "fakes/fake_pages.h"

#include <string.h>

#include "fakes/fake_device.h"
#include "fakes/fake_memory.h"
#include "fakes/fake_report.h"

#define INFLATEQ 0u
#define DEFLATEQ 1u
#define HINTQ 3u
#define REPORTQ 4u

uint32_t fake_pages_index(const struct fake_device *device, uint64_t number)
{
    if (number < device->pages.first ||
        number - device->pages.first >= FAKE_PAGES) {
        fake_violation("pages: 0x%llx is not a page of the guest",
                       (unsigned long long)number);
        return FAKE_PAGES;
    }
    return (uint32_t)(number - device->pages.first);
}

static void move_page(struct fake_device *device, uint64_t number,
                      enum fake_page from, enum fake_page to)
{
    const uint32_t at = fake_pages_index(device, number);

    if (at == FAKE_PAGES) {
        return;
    }
    if (device->pages.state[at] != from) {
        fake_violation("pages: 0x%llx is %d and not %d",
                       (unsigned long long)number, device->pages.state[at],
                       from);
    }
    device->pages.state[at] = to;
}

// 5.5.6: a device-readable array of 32-bit page numbers.
static void move_pages(struct fake_device *device,
                       const struct fake_chain *chain, enum fake_page from,
                       enum fake_page to)
{
    for (unsigned s = 0; s < chain->count; s++) {
        const struct fake_segment *segment = &chain->segments[s];

        for (uint32_t at = 0; at + 4 <= segment->bytes; at += 4) {
            move_page(device, fake_peek(segment->address + at, 4), from, to);
        }
    }
}

static void take_request(struct fake_device *device, unsigned queue,
                         const struct fake_chain *chain)
{
    struct fake_pages *pages = &device->pages;

    if (chain->writable_bytes != 0 || chain->readable_bytes == 0 ||
        chain->readable_bytes % 4 != 0) {
        fake_violation("pages: a request of %u bytes, %u writable",
                       chain->readable_bytes, chain->writable_bytes);
    }
    if (chain->readable_bytes / 4 > pages->largest) {
        pages->largest = chain->readable_bytes / 4;
    }
    if (queue == INFLATEQ) {
        pages->inflations++;
        move_pages(device, chain, FAKE_PAGE_GUEST, FAKE_PAGE_INFLATING);
    } else {
        pages->deflations++;
        move_pages(device, chain, FAKE_PAGE_BALLOONED, FAKE_PAGE_DEFLATING);
    }
}

static bool has_poison(const struct fake_device *device)
{
    return (device->accepted & 1u << 4) != 0;
}

// 5.5.6.7.1: with PAGE_POISON a reported page holds the value.
static void take_reported(struct fake_device *device, uint64_t number)
{
    const uint32_t at = fake_pages_index(device, number);

    if (at != FAKE_PAGES && has_poison(device) &&
        device->pages.content[at] != device->pages.poison) {
        fake_violation("report: 0x%llx holds 0x%x", (unsigned long long)number,
                       device->pages.content[at]);
    }
    move_page(device, number, FAKE_PAGE_GUEST, FAKE_PAGE_REPORTED);
}

// Pages as device-writable buffers; `each` is called for each page.
static uint32_t each_page(struct fake_device *device,
                          const struct fake_chain *chain,
                          void (*each)(struct fake_device *, uint64_t number))
{
    uint32_t count = 0;

    for (unsigned s = 0; s < chain->count; s++) {
        const struct fake_segment *segment = &chain->segments[s];

        if (segment->address % 4096 != 0 || segment->bytes % 4096 != 0 ||
            !segment->writable) {
            fake_violation("pages: free ones at 0x%llx, %u bytes",
                           (unsigned long long)segment->address,
                           segment->bytes);
            return count;
        }
        for (uint32_t i = 0; i < segment->bytes / 4096; i++) {
            each(device, segment->address / 4096 + i);
            count++;
        }
    }
    return count;
}

// The driver must not access the pages until they are used; the device may then
// have changed their content, except as PAGE_POISON guarantees.
static void finish_reported(struct fake_device *device, uint64_t number)
{
    const uint32_t at = fake_pages_index(device, number);

    move_page(device, number, FAKE_PAGE_REPORTED, FAKE_PAGE_GUEST);
    if (at != FAKE_PAGES && !has_poison(device)) {
        device->pages.content[at] = FAKE_JUNK;
    }
}

static void hint_one(struct fake_device *device, uint64_t number)
{
    const uint32_t at = fake_pages_index(device, number);

    move_page(device, number, FAKE_PAGE_GUEST, FAKE_PAGE_GUEST);
    if (at != FAKE_PAGES) {
        device->pages.content[at] = FAKE_JUNK;
    }
}

// 5.5.6.5.1: 4 bytes; the id of a round first and only once, STOP last.
static void take_command(struct fake_device *device,
                         const struct fake_chain *chain)
{
    struct fake_pages *pages = &device->pages;
    const uint32_t command = (uint32_t)fake_peek(chain->segments[0].address, 4);

    if (chain->count != 1 || chain->readable_bytes != 4) {
        fake_violation("hint: a command of %u bytes", chain->readable_bytes);
    }
    if (command == 1 || (command != 0 && command == pages->newest_command) ||
        (command == 0 && pages->round == 0)) {
        fake_violation("hint: command 0x%x", command);
    }
    pages->newest_command = command;
    pages->round = command;
    pages->commands++;
}

static void take_hint(struct fake_device *device,
                      const struct fake_chain *chain)
{
    if (chain->readable_bytes != 0) {
        take_command(device, chain);
    } else if (device->pages.round == 0) {
        fake_violation("hint: pages outside a round");
    } else {
        device->pages.hinted += each_page(device, chain, hint_one);
    }
}

// QEMU leaves no gap in its queues: without hints, reports use the fourth.
static unsigned role_of(const struct fake_device *device, unsigned queue)
{
    return queue == HINTQ && device->queue_max[REPORTQ] == 0 &&
                   (device->offered & 1u << 3) == 0
               ? REPORTQ
               : queue;
}

static void take_chain(struct fake_device *device, unsigned queue,
                       const struct fake_chain *chain)
{
    switch (role_of(device, queue)) {
    case INFLATEQ:
    case DEFLATEQ:
        take_request(device, queue, chain);
        break;
    case HINTQ:
        take_hint(device, chain);
        break;
    default:
        device->pages.reports++;
        device->pages.reported += each_page(device, chain, take_reported);
    }
}

static void overwrite(struct fake_device *device,
                      const struct fake_chain *chain)
{
    for (uint32_t at = 0; at < chain->readable_bytes; at += 4) {
        const uint64_t number = fake_peek(chain->segments[0].address + at, 4);
        const uint32_t page = fake_pages_index(device, number);

        if (page != FAKE_PAGES) {
            device->pages.content[page] = FAKE_JUNK;
        }
    }
}

static void finish_chain(struct fake_device *device, unsigned queue,
                         const struct fake_chain *chain)
{
    struct fake_pages *pages = &device->pages;

    if (queue == INFLATEQ) {
        move_pages(device, chain, FAKE_PAGE_INFLATING, FAKE_PAGE_BALLOONED);
        overwrite(device, chain);
        pages->ballooned += chain->readable_bytes / 4;
    } else if (queue == DEFLATEQ) {
        move_pages(device, chain, FAKE_PAGE_DEFLATING, FAKE_PAGE_GUEST);
        pages->ballooned -= chain->readable_bytes / 4;
    } else if (role_of(device, queue) == REPORTQ) {
        (void)each_page(device, chain, finish_reported);
    }
}

static void hold_chain(struct fake_device *device, unsigned queue,
                       struct fake_chain *chain)
{
    struct fake_pages *pages = &device->pages;

    pages->held[pages->held_count] = chain;
    pages->held_queue[pages->held_count] = queue;
    pages->held_count++;
    if (pages->held_count > pages->most_held) {
        pages->most_held = pages->held_count;
    }
}

static void answer_nth(struct fake_device *device, unsigned nth)
{
    struct fake_pages *pages = &device->pages;
    struct fake_chain *chain = pages->held[nth];
    const unsigned queue = pages->held_queue[nth];
    const unsigned behind = pages->held_count - nth - 1;

    pages->held_count--;
    memmove(&pages->held[nth], &pages->held[nth + 1],
            behind * sizeof(pages->held[0]));
    memmove(&pages->held_queue[nth], &pages->held_queue[nth + 1],
            behind * sizeof(pages->held_queue[0]));
    finish_chain(device, queue, chain);
    // BAL-OP-17: the length from a legacy device is meaningless; it is junk
    // here.
    if (fake_ring_use(&device->queues[queue].ring, chain,
                      fake_device_legacy(device) ? 0xabcdef : 0)) {
        fake_device_raise(device, 1);
    }
}

void fake_pages_answer(struct fake_device *device, unsigned most)
{
    struct fake_pages *pages = &device->pages;

    const bool newest =
        pages->backwards && (device->accepted & UINT64_C(1) << 35) == 0;

    while (most-- > 0 && pages->held_count != 0 && !device->dead) {
        answer_nth(device, newest ? pages->held_count - 1 : 0);
    }
}

static bool ignores(const struct fake_device *device, unsigned queue)
{
    return role_of(device, queue) == HINTQ &&
           (device->pages.hints_ignored || device->pages.hints_asleep);
}

static void take_from(struct fake_device *device, unsigned queue)
{
    struct fake_ring *ring = &device->queues[queue].ring;

    while (!ignores(device, queue) && ring->attached &&
           device->pages.held_count < FAKE_HELD) {
        struct fake_chain *chain = fake_ring_take(ring);

        if (chain == NULL) {
            break;
        }
        take_chain(device, queue, chain);
        hold_chain(device, queue, chain);
    }
}

void fake_pages_take(struct fake_device *device)
{
    for (unsigned queue = 0; queue < FAKE_QUEUES; queue++) {
        if (queue != FAKE_STATSQ) {
            take_from(device, queue);
        }
    }
    if (!device->pages.keeps) {
        fake_pages_answer(device, UINT32_MAX);
    }
}

// The state left by a device that was polling the queue: the flag is set, and
// avail_event no longer moves.
void fake_pages_move(struct fake_device *device)
{
    struct fake_ring *ring = &device->queues[HINTQ].ring;

    device->pages.hints_ignored = false;
    if (ring->attached && role_of(device, HINTQ) == HINTQ) {
        device->pages.hints_asleep = true;
        fake_ring_set_no_kicks(ring, true);
        if (!ring->packed) {
            fake_split_set_avail_event(
                ring, (uint16_t)(fake_split_avail_idx(ring) - 2));
        }
    }
}

void fake_pages_wake(struct fake_device *device, unsigned queue)
{
    if (queue == HINTQ && device->pages.hints_asleep) {
        device->pages.hints_asleep = false;
        fake_ring_set_no_kicks(&device->queues[HINTQ].ring, false);
    }
}

void fake_pages_reset(struct fake_device *device)
{
    struct fake_pages *pages = &device->pages;

    pages->hints_asleep = false;
    take_from(device, DEFLATEQ); // the guest's, once its request was taken
    pages->held_count = 0;
    pages->ballooned = 0;
    pages->round = 0;
    pages->newest_command = 0;
    for (uint32_t i = 0; i < FAKE_PAGES; i++) {
        if (pages->state[i] == FAKE_PAGE_BALLOONED) {
            pages->ballooned++;
        } else {
            pages->state[i] = FAKE_PAGE_GUEST;
        }
    }
}

void fake_pages_command(struct fake_device *device, uint32_t command)
{
    device->pages.command = command;
    device->generation++;
    fake_device_raise(device, fake_device_legacy(device) ? 3 : 2);
}
