// SPDX-License-Identifier: MIT
// The number of each of a balloon's queues. Pure; for the driver only. VIRTIO
// 1.4, 5.5.2 "Virtqueues".
#ifndef DRIVERS_BALLOON_NUMBERS_H
#define DRIVERS_BALLOON_NUMBERS_H

#include "base/types.h"

#define BALLOON_NO_QUEUE UINT16_MAX

struct balloon_numbers {
    uint16_t inflate;
    uint16_t deflate;
    uint16_t stats;
    uint16_t hint;
    uint16_t reporting;
};

// Numbers of the queues that the offered features imply and that exist; bit n
// of `existing` is set if queue n exists.
//
//  queue      number by 5.5.2   exists with
//  inflate    0
//  deflate    1
//  stats      2                 STATS_VQ
//  hint       3                 FREE_PAGE_HINT
//  reporting  4                 PAGE_REPORTING
//
// QEMU leaves no gap: if it does not offer FREE_PAGE_HINT, whatever the driver
// accepts, the reporting queue is number 3.
struct balloon_numbers balloon_number_queues(uint64_t offered,
                                             uint32_t existing);

#endif
