// SPDX-License-Identifier: MIT
// What the driver keeps about pages that travel. For its own files only; sizes
// are in pages of 4 KiB. VIRTIO 1.4, 5.5.6 "Device Operation".
#ifndef DRIVERS_BALLOON_STATE_H
#define DRIVERS_BALLOON_STATE_H

#include "drivers/balloon_env.h"

// Requests for pages that can be in flight.
#define BALLOON_REQUESTS 16u
// Runs of pages in one request at most.
#define BALLOON_REQUEST_RUNS 64u

// One buffer of page numbers, and our own record of what it says.
struct balloon_request {
    struct balloon_run runs[BALLOON_REQUEST_RUNS];
    uint32_t run_count;
    uint32_t pages; // 0: not in use
    bool inflate;   // else deflate
};

// The balloon's inside. Sizes in pages of 4 KiB.
struct balloon_pages {
    struct dma_block memory; // the requests' page numbers
    struct balloon_request requests[BALLOON_REQUESTS];
    unsigned requests_usable; // as many as both queues take
    uint32_t in_flight;       // pages requested and not acknowledged, all in
    bool inflating;           // this direction
    uint32_t count;           // with the device, acknowledged
    uint32_t told;            // what `actual` says
    bool unsaid;              // the target is new: log once it is reached
    bool relieved;            // gave pages back in need: no more until another
                              // target
    uint32_t floor_target;    // the target last logged as out of reach ...
    uint32_t floor_count;     // ... with so many pages given
};

struct balloon_queue {
    struct virtqueue *queue; // NULL: not set up
    uint16_t size;           // entries
    uint16_t number;         // what the device calls it
    struct dma_block ring;
    struct dma_block books; // the queue's private memory
};

// Runs of pages in one report at most.
#define BALLOON_REPORT_RUNS 32u

struct balloon_report {
    struct balloon_run runs[BALLOON_REPORT_RUNS];
    unsigned count; // 0: none in flight
};

// Free pages that can be on their way as hints at once.
#define BALLOON_HINTS 64u

enum balloon_hint_state {
    HINT_NONE = 0, // no round
    HINT_ASKED,    // for one whose id was not sent yet
    HINT_GIVING,   // its id was sent, pages follow
    HINT_GIVEN,    // STOP was sent: there are no more
};

struct balloon_hint {
    enum balloon_hint_state state;
    uint32_t id;               // the round's
    struct dma_block commands; // two of 4 bytes: the id, STOP
    bool command_away[2];
    struct balloon_run runs[BALLOON_HINTS]; // no pages: not in use
    unsigned in_flight;                     // buffers of either kind
    bool slow; // looking for them took too long: an interrupt will tell
};

#endif
