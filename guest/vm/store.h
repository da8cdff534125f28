// SPDX-License-Identifier: MIT
// A disk as the virtual memory manager sees it: numbered pages that can be read
// into frames and written from frames. Its supplier fills the struct in.
#ifndef VM_STORE_H
#define VM_STORE_H

#include "base/types.h"

#define VM_IO_MAX 16u // entries of one call

struct vm_io {
    uint64_t page; // of the store
    paddr frame;
    bool done; // set by the call: read or written without an error
};

// Both calls wait until every entry is done or has failed, and take no memory.
// A store whose device is gone stays valid: its calls fail.
struct vm_store {
    void *ctx;
    uint64_t pages; // of 4096 bytes
    bool read_only; // write fails
    void (*read)(void *ctx, struct vm_io *list, unsigned count);
    void (*write)(void *ctx, struct vm_io *list, unsigned count);
};

#endif
