// SPDX-License-Identifier: MIT
// Encoding of a block request, and the checks of its answer.
// VIRTIO 1.4, 5.2.6 "Device Operation".
#include "drivers/block/request.h"

#include "base/shared.h"

static paddr address_in(const struct dma_block *shared, const void *member)
{
    return paddr_add(shared->device, (uint64_t)((const unsigned char *)member -
                                                (unsigned char *)shared->cpu));
}

void block_request_encode(const struct dma_block *shared, unsigned index,
                          uint32_t type, const struct block_io *io,
                          struct block_buffer *out)
{
    struct block_shared *at = shared->cpu;
    struct block_header *header = &at->headers[index];

    shared_write32(&header->type, le32_of(type));
    shared_write32(&header->reserved, le32_of(0));
    shared_write64(&header->sector, le64_of(io->page * BLOCK_SECTORS_PER_PAGE));
    shared_write8(&at->status[index], BLOCK_STATUS_NONE);
    *out = (struct block_buffer){
        .buffer = {.segments = out->segments,
                   .readable = type == VIRTIO_BLK_T_OUT ? 2 : 1,
                   .writable = type == VIRTIO_BLK_T_OUT ? 1 : 2,
                   .table = &out->table},
        .segments = {{address_in(shared, header), sizeof *header},
                     {io->frame, PAGE_SIZE},
                     {address_in(shared, &at->status[index]), 1}},
        .table = {.cpu = at->tables[index],
                  .device = address_in(shared, at->tables[index]),
                  .bytes = sizeof at->tables[index]},
    };
}

// The status is the last byte that the device writes, so a read that did not
// reach it has not filled the page either (2.7.8.3).
const char *block_request_answer(const struct dma_block *shared, unsigned index,
                                 uint32_t type, bool reliable, uint32_t written,
                                 enum block_status *status)
{
    const struct block_shared *at = shared->cpu;
    const uint8_t read = shared_read8(&at->status[index]);

    if (reliable && written == 0) {
        return "used_length";
    }
    if (read > VIRTIO_BLK_S_UNSUPP) {
        return read == BLOCK_STATUS_NONE ? "status_missing" : "status_unknown";
    }
    *status = (enum block_status)read;
    if (reliable && type == VIRTIO_BLK_T_IN && read == VIRTIO_BLK_S_OK &&
        written <= PAGE_SIZE) {
        return "used_length";
    }
    return NULL;
}
