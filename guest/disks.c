// SPDX-License-Identifier: MIT
// Stub until merged.
#include "disks.h"
void disks_start(const struct machine *machine){(void)machine;}
unsigned disks_count(void){return 0;}
const struct vm_store *disks_store(unsigned i){(void)i;return 0;}
uint64_t disks_frames(void){return 0;}
