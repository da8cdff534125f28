// SPDX-License-Identifier: MIT
// A block request as the device sees it, and the driver's reading of its
// answer. For the driver and its tests only. VIRTIO 1.4, 5.2.6 "Device
// Operation".
#ifndef DRIVERS_BLOCK_REQUEST_H
#define DRIVERS_BLOCK_REQUEST_H

#include "base/types.h"
#include "drivers/block/block.h"
#include "virtio/queue/queue.h"

//   segment 1, readable   header: type, reserved, sector
//   segment 2             the page itself: readable for a write, writable for
//                         a read
//   segment 3, writable   status, one byte
//
// A legacy device may rely on exactly these three segments (5.2.6.4).
#define BLOCK_SEGMENTS 3u

enum block_type {
    VIRTIO_BLK_T_IN = 0,  // read
    VIRTIO_BLK_T_OUT = 1, // write
};

enum block_status {
    VIRTIO_BLK_S_OK = 0,
    VIRTIO_BLK_S_IOERR = 1,
    VIRTIO_BLK_S_UNSUPP = 2,
    BLOCK_STATUS_NONE = 0xff, // the driver's, before the device writes one
};

// 512 bytes, whatever the disk's block size is.
#define BLOCK_SECTORS_PER_PAGE 8u

struct block_header {
    le32 type;
    le32 reserved; // 0
    le64 sector;
};

_Static_assert(sizeof(struct block_header) == 16, "5.2.6 request");

// What driver and device share beside the ring and the pages, one entry for
// each request; in one page.
struct block_shared {
    unsigned char tables[BLOCK_REQUESTS][BLOCK_SEGMENTS * 16]; // indirect
    struct block_header headers[BLOCK_REQUESTS];
    uint8_t status[BLOCK_REQUESTS];
};

_Static_assert(sizeof(struct block_shared) <= PAGE_SIZE, "one page");

// The buffer of a request, with the memory that its members point at.
struct block_buffer {
    struct queue_buffer buffer;
    struct queue_segment segments[BLOCK_SEGMENTS];
    struct dma_block table;
};

// Writes header and status of request `index`, and describes its buffer.
void block_request_encode(const struct dma_block *shared, unsigned index,
                          uint32_t type, const struct block_io *io,
                          struct block_buffer *out);

// Reads the status of request `index`, once. `written`: bytes that the device
// has written by its own account; `reliable`: that account counts. Returns NULL
// and the status, or the device's fault.
const char *block_request_answer(const struct dma_block *shared, unsigned index,
                                 uint32_t type, bool reliable, uint32_t written,
                                 enum block_status *status);

#endif
