// SPDX-License-Identifier: MIT
// The fake device's handling of pages: inflate, deflate, reports, hints. It
// records a violation for every page whose state differs from the driver's
// claim.
// Written from the specification; uses no header of the driver's.
// VIRTIO 1.4, 5.5.6 "Device Operation".
#ifndef FAKES_FAKE_PAGES_H
#define FAKES_FAKE_PAGES_H

#include <stdbool.h>
#include <stdint.h>

#define FAKE_PAGES 20000u // the guest's pages, 4 KiB each
#define FAKE_PAGES_FIRST 0x100u
#define FAKE_HELD 512u // limit of chains held at once
// Content of a page that the device was free to change.
#define FAKE_JUNK 0xddddddddu

enum fake_page {
    FAKE_PAGE_GUEST = 0,
    FAKE_PAGE_INFLATING, // in an inflate request in flight
    FAKE_PAGE_BALLOONED,
    FAKE_PAGE_DEFLATING, // in a deflate request in flight
    FAKE_PAGE_REPORTED,
};

struct fake_device;
struct fake_chain;

struct fake_pages {
    uint32_t first; // page number of the guest's first page

    // Misbehaviour.
    bool keeps;         // takes requests, answers none: fake_pages_answer
    bool backwards;     // answers the newest first, if the ring allows
    bool hints_ignored; // takes no hints, kicked or not
    bool hints_asleep;  // takes none before a kick: fake_pages_move

    // Recorded.
    uint32_t ballooned; // pages in the balloon
    unsigned inflations;
    unsigned deflations; // requests
    unsigned most_held;  // most requests in flight
    uint32_t largest;    // most pages in one request
    unsigned reports;
    uint32_t reported; // pages, in all reports
    unsigned commands; // of free page hinting, ids and STOPs
    uint32_t newest_command;
    uint32_t hinted;  // pages
    uint32_t round;   // the id that the driver has sent; 0: none, or STOP
    uint32_t command; // what the driver reads in configuration space
    uint32_t poison;  // what the driver has written there
    unsigned poison_writes;

    enum fake_page state[FAKE_PAGES];
    uint32_t content[FAKE_PAGES]; // each page's first word
    // Held chains, in the order in which they were taken.
    struct fake_chain *held[FAKE_HELD];
    unsigned held_queue[FAKE_HELD];
    unsigned held_count;
};

// Index of a page number; FAKE_PAGES, and a violation, if the page is not the
// guest's to give.
uint32_t fake_pages_index(const struct fake_device *device, uint64_t number);

// Processes the page queues, and answers unless `keeps` is set.
void fake_pages_take(struct fake_device *device);
// Answers at most `most` of the held requests.
void fake_pages_answer(struct fake_device *device, unsigned most);
// At a reset: pages in flight return to the guest, pages in the balloon stay.
void fake_pages_reset(struct fake_device *device);
// The machine has migrated: the new device looks for hints only after the next
// kick, but the ring still asks for no kicks.
void fake_pages_move(struct fake_device *device);
// The queue was kicked: looks at it again.
void fake_pages_wake(struct fake_device *device, unsigned queue);
// Another command of free page hinting, with its interrupt.
void fake_pages_command(struct fake_device *device, uint32_t command);

#endif
