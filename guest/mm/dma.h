// SPDX-License-Identifier: MIT
// Memory that a device reads and writes. VIRTIO 1.4, 2.6 "Virtqueues".
#ifndef MM_DMA_H
#define MM_DMA_H

#include "base/error.h"
#include "base/types.h"

// Page-aligned, contiguous memory for a device, with undefined contents: a
// queue clears its own ring.
MUST_USE enum error mm_alloc_dma(size_t bytes, struct dma_block *block);
// Frees it; a device that had it was reset before.
void mm_free_dma(struct dma_block block);

#endif
