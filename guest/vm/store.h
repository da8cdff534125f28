// SPDX-License-Identifier: MIT
// A disk as vm sees it: pages that can be read and written. The app fills it
// in. The calls wait; they are made in the page fault handler too.
#ifndef VM_STORE_H
#define VM_STORE_H

#include "base/types.h"

#define VM_IO_MAX 16u // entries of a call

struct vm_io {
    uint64_t page; // of the disk, below vm_store.pages
    paddr frame;
    bool done; // set by the call: transferred without an error
};

struct vm_store {
    void *ctx;
    uint64_t pages;
    bool read_only;
    void (*read)(void *ctx, struct vm_io *list, unsigned count);
    void (*write)(void *ctx, struct vm_io *list, unsigned count);
};

#endif
