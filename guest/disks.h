// SPDX-License-Identifier: MIT
// The machine's virtio-blk disks: found and started when they are first needed,
// used through struct vm_store, released when their device is unplugged.
#ifndef DISKS_H
#define DISKS_H

#include "base/types.h"
#include "platform/machine.h"
#include "vm/store.h"

#define DISKS_MAX 4u

// The first call finds and starts every disk, at most DISKS_MAX; a line each. A
// disk that can't be started is logged and left alone. Reads the capacity and
// feature bits of a disk, and nothing else of it. Later calls do nothing.
// Before the first call no disk is looked for.
void disks_start(const struct machine *machine);

// The disks that were started, also those whose device is gone by now.
unsigned disks_count(void);
// Disk `index`, below that number. Its calls sleep with interrupts on; they may
// be made inside a page fault, and not in an interrupt.
const struct vm_store *disks_store(unsigned index);

// The frames that disks_start has taken: memory of the driver, and page tables
// for registers. Nothing is taken later.
uint64_t disks_frames(void);

// Hot-plug, between hotplug_read and hotplug_eject, and after hotplug_eject
// (platform/hotplug/hotplug.h): disks that may be removed access no memory
// meanwhile. A removed one is released; a disk that stays is used again.
void disks_before_eject(void);
void disks_after_eject(void);

// The caller calls this after every wake-up: releases the devices of disks that
// have failed for good, at a time when no memory is being looked for.
void disks_serve(void);

// Resets every disk, for an orderly end of the guest.
void disks_stop(void);

#endif
