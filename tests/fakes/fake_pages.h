// SPDX-License-Identifier: MIT
// The fake device's way with pages: it takes them, gives them back, hears of
// free ones, and notes every page that is not where the driver says. Written
// from the specification; no header of the driver's.
// VIRTIO 1.4, 5.5.6 "Device Operation".
#ifndef FAKES_FAKE_PAGES_H
#define FAKES_FAKE_PAGES_H

#include <stdbool.h>
#include <stdint.h>

#define FAKE_PAGES 20000u // of 4 KiB, that the guest may give away
#define FAKE_PAGES_FIRST 0x100u
#define FAKE_HELD 512u // chains that it holds at most
// What a page holds once the device was free to do with it as it likes.
#define FAKE_JUNK 0xddddddddu

enum fake_page {
    FAKE_PAGE_OUT = 0, // the guest's
    FAKE_PAGE_GOING,   // in a request to inflate that was not answered
    FAKE_PAGE_IN,
    FAKE_PAGE_COMING, // in a request to deflate that was not answered
    FAKE_PAGE_REPORTED,
};

struct fake_device;
struct fake_chain;

struct fake_pages {
    uint32_t first; // the number of the guest's first page

    // How it misbehaves.
    bool keeps;        // takes requests and answers none: fake_pages_answer
    bool backwards;    // answers the newest first, where the ring lets it
    bool hints_left;   // takes no hints, whether kicked or not
    bool hints_asleep; // takes none before it is kicked: fake_pages_move

    // What it has seen.
    uint32_t in; // pages in the balloon
    unsigned inflations;
    unsigned deflations; // requests
    unsigned most_held;  // requests at once
    uint32_t largest;    // pages in one request
    unsigned reports;
    uint32_t reported; // pages, in all reports
    unsigned commands; // of free page hinting, ids and STOPs
    uint32_t newest_command;
    uint32_t hinted;  // pages
    uint32_t round;   // the id that the driver has sent; 0: none, or STOP
    uint32_t command; // what the driver reads in configuration space
    uint32_t poison;  // what it has written there
    unsigned poison_writes;

    enum fake_page state[FAKE_PAGES];
    uint32_t content[FAKE_PAGES]; // each page's first word
    // Chains it holds, in the order in which it took them.
    struct fake_chain *held[FAKE_HELD];
    unsigned held_queue[FAKE_HELD];
    unsigned held_count;
};

// Where a page number is in the books; FAKE_PAGES, and a violation, if it is
// no page that the guest may give.
uint32_t fake_pages_index(const struct fake_device *device, uint64_t number);

// Takes what lies in the queues for pages, and answers unless it keeps.
void fake_pages_take(struct fake_device *device);
// Answers at most so many of the kept requests.
void fake_pages_answer(struct fake_device *device, unsigned most);
// At a reset: what was under way is the guest's, what is in stays in.
void fake_pages_reset(struct fake_device *device);
// The machine has moved to another host, whose device knows of no hints before
// the next kick for them; the ring still says that none is wanted.
void fake_pages_move(struct fake_device *device);
// Kicked for that queue: looks at it again.
void fake_pages_wake(struct fake_device *device, unsigned queue);
// Another command of free page hinting, with its interrupt.
void fake_pages_command(struct fake_device *device, uint32_t command);

#endif
