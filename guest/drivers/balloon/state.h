// SPDX-License-Identifier: MIT
// The driver's records of pages in flight and in the balloon: in a header
// because the caller owns their memory, and for the driver only. Sizes are in
// pages of 4 KiB. VIRTIO 1.4, 5.5.6 "Device Operation".
#ifndef DRIVERS_BALLOON_STATE_H
#define DRIVERS_BALLOON_STATE_H

#include "base/page_run.h"
#include "base/types.h"

// Requests that can be in flight.
#define BALLOON_REQUESTS 16u
// Runs of pages in one request at most.
#define BALLOON_REQUEST_RUNS 64u

// One buffer of page numbers, with a private record of its contents.
struct balloon_request {
    struct page_run runs[BALLOON_REQUEST_RUNS];
    uint32_t run_count;
    uint32_t pages; // 0: not in use
    bool inflate;   // else deflate
};

// The balloon's state. Sizes in pages of 4 KiB.
struct balloon_pages {
    struct dma_block memory; // page numbers of all requests
    struct balloon_request requests[BALLOON_REQUESTS];
    unsigned requests_usable; // those that fit into both queues
    uint32_t in_flight;       // pages requested and not acknowledged
    bool inflating;           // direction of the pages in flight
    uint32_t count;           // pages in the balloon, acknowledged
    uint32_t actual_written;  // `actual` as last written
    bool log_target_reached;  // the target is new: log once it is reached
    bool relieved; // gave pages back under memory pressure: no inflation until
                   // the target changes
    uint32_t floor_target; // the target last logged as out of reach ...
    uint32_t floor_count;  // ... and `count` at that time
};

// Runs of pages in one report at most.
#define BALLOON_REPORT_RUNS 32u

struct balloon_report {
    struct page_run runs[BALLOON_REPORT_RUNS];
    unsigned count; // 0: none in flight
};

// Hints that can be in flight.
#define BALLOON_HINTS 64u

enum balloon_hint_state {
    HINT_NONE = 0,  // no round
    HINT_REQUESTED, // the device requested one; its id was not sent yet
    HINT_SENDING,   // its id was sent, hints follow
    HINT_SENT,      // STOP was sent: there are no more hints
};

struct balloon_hint {
    enum balloon_hint_state state;
    uint32_t id;               // of the round
    struct dma_block commands; // two of 4 bytes: the id, STOP
    bool command_in_flight[2];
    struct page_run runs[BALLOON_HINTS]; // 0 pages: entry not in use
    unsigned in_flight;                  // buffers: hints and commands
    bool slow; // polling took too long: an interrupt is requested
};

#endif
