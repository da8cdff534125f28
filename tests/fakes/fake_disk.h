// SPDX-License-Identifier: MIT
// The fake device as a disk: reads and writes pages of its own memory, checks
// each request byte by byte, and can fail, lie or fall silent.
// Written from the specification; uses no header of the driver's.
// VIRTIO 1.4, 5.2 "Block Device".
#ifndef FAKES_FAKE_DISK_H
#define FAKES_FAKE_DISK_H

#include <stdbool.h>
#include <stdint.h>

#define FAKE_DISK_PAGES 64u
#define FAKE_DISK_BYTES (FAKE_DISK_PAGES * 4096u)
#define FAKE_DISK_HELD 64u
#define FAKE_NO_PAGE UINT32_MAX

struct fake_device;
struct fake_chain;
struct fake_type;

// What the next answers are like.
enum fake_disk_lie {
    FAKE_DISK_TRUE = 0,
    FAKE_DISK_NO_STATUS,   // used, and the status byte never written
    FAKE_DISK_JUNK_STATUS, // a status that does not exist
    FAKE_DISK_LONG,        // used length above the buffer's
    FAKE_DISK_SHORT,       // a read's used length without the status
    FAKE_DISK_ZERO,        // used length 0
    FAKE_DISK_WRONG_ID,    // id of a buffer that is not in flight
    FAKE_DISK_WILD_ID,     // id outside the ring
    FAKE_DISK_TWICE,       // the buffer is used a second time
    FAKE_DISK_NEEDS_RESET, // instead of an answer, an internal error
};

struct fake_disk {
    uint64_t capacity; // 512-byte sectors

    // Misbehaviour.
    bool keeps;           // takes requests, answers none: fake_disk_answer
    bool backwards;       // answers the newest first, if the ring allows
    uint32_t bad_page;    // IOERR; FAKE_NO_PAGE: none
    uint32_t unsupported; // UNSUPP
    enum fake_disk_lie lie;
    uint32_t lies;    // answers that are like that
    uint32_t truths;  // answers before those
    uint64_t growing; // capacity after the next read of its first half
    unsigned grows;   // times that this happens

    // Recorded.
    unsigned reads;
    unsigned writes; // pages
    unsigned most_held;
    unsigned tables; // requests that came in an indirect table

    uint8_t content[FAKE_DISK_BYTES];
    // Held chains, in the order in which they were taken.
    struct fake_chain *held[FAKE_DISK_HELD];
    unsigned held_count;
};

extern const struct fake_type fake_disk_type;

// Answers at most `most` of the held requests.
void fake_disk_answer(struct fake_device *device, unsigned most);

// Fills the disk: each byte tells its page.
void fake_disk_fill(struct fake_device *device);

// Another capacity, with its interrupt.
void fake_disk_resize(struct fake_device *device, uint64_t sectors);

#endif
