// SPDX-License-Identifier: MIT
// The block driver: reads and writes whole pages of a disk, and waits for them.
// One queue; no flush, since no data need outlive the guest. VIRTIO 1.4, 5.2
// "Block Device".
#ifndef DRIVERS_BLOCK_BLOCK_H
#define DRIVERS_BLOCK_BLOCK_H

#include "base/error.h"
#include "base/types.h"
#include "drivers/queue.h"
#include "virtio/device.h"

#define VIRTIO_ID_BLOCK 2u

// Pages that one call reads or writes at most, all in flight at once if the
// queue has room.
#define BLOCK_REQUESTS 16u

// Resets in a row, without an answer in between, after which the driver gives
// up.
#define BLOCK_RESETS_MAX 3u

struct block_env {
    void *ctx;
    unsigned number; // of the disk, for the log
    // Sleeps until an interrupt, of this device or another, and handles it. An
    // interrupt that is pending already ends the sleep at once. Called in
    // normal context with interrupts off, perhaps inside a page fault: an
    // interrupt handler may therefore only record its event, as
    // virtio_device_interrupt does.
    void (*wait)(void *ctx);
};

// A page of the disk, 4096 bytes, and the frame to read it into or to write it
// from.
struct block_io {
    uint64_t page;
    paddr frame;
    bool done; // set by the driver: read or written without an error
};

enum block_state {
    BLOCK_STOPPED = 0, // no device, or the driver has given it up
    BLOCK_LIVE,
    BLOCK_PAUSED, // reset; the next call starts the device again
};

//  a request           UNUSED --call--> WAITING --add--> IN_FLIGHT --used--.
//                        ^                 ^                 |             |
//                        |                 '--device reset---'             |
//                        '------------------status read--------------------'
enum block_request_state {
    BLOCK_UNUSED = 0,
    BLOCK_WAITING,
    BLOCK_IN_FLIGHT,
};

struct block_request {
    struct block_io *io;
    enum block_request_state state;
};

// The caller owns the memory (zeroed before block_start), the driver the
// fields; the caller may read `pages`, `read_only` and `resets_total`.
struct block {
    struct virtio_device *device;
    struct block_env env;
    enum block_state state;
    struct driver_queue queue;
    struct dma_block shared; // struct block_shared, see request.h
    uint64_t pages;          // whole pages that the disk has, as last read
    bool read_only;          // every write fails
    uint32_t type;           // of the requests below
    struct block_request requests[BLOCK_REQUESTS];
    unsigned in_flight;
    unsigned unfinished; // in flight or waiting
    unsigned foreign;    // wake-ups in a row by other devices
    unsigned resets;     // in a row, since the last answer
    unsigned resets_total;
};

// Brings a probed device (id 2) up and reads its capacity; takes all memory
// that the driver ever needs. No request is sent. On an error the device is
// FAILED and holds no memory, unless its reset timed out. Errors are those of
// virtio_device_begin and mm_alloc_dma; ERR_UNSUPPORTED also if there is no
// queue, or one too small for a request.
enum error block_start(struct block *block, struct virtio_device *device,
                       const struct block_env *env) MUST_USE;

// Reads or writes up to BLOCK_REQUESTS pages and waits until each has an
// answer; `done` says which of them succeeded. A page beyond the end of the
// disk fails, and so does every write to a read-only disk. A device that breaks
// the protocol or asks for a reset gets one, and the same requests again.
// ERR_DEVICE: the driver has given up, and the requests without an answer have
// failed; if the reset has timed out the device may still write into their
// frames. ERR_EMPTY: the same, because the device is gone from its bus. Later
// calls then fail with ERR_DEVICE. A device that neither answers nor asks for
// a reset is waited for without limit, since this guest has no clock; a line
// says so.
enum error block_read(struct block *block, struct block_io *list,
                      unsigned count) MUST_USE;
enum error block_write(struct block *block, struct block_io *list,
                       unsigned count) MUST_USE;

// Resets the device, which then accesses no memory. The next call of
// block_read or block_write starts it again.
void block_pause(struct block *block);

// Resets the device in any state and frees all memory. ERR_EMPTY: the same, and
// the device is gone. ERR_TIMEOUT: the reset did not end and the device keeps
// the memory; the caller calls again once the device is gone.
enum error block_stop(struct block *block) MUST_USE;

#endif
