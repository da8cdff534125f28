// SPDX-License-Identifier: MIT
// The device status field: its bits, and the states of a device under a driver.
// VIRTIO 1.4, 2.1 "Device Status Field".
#ifndef VIRTIO_STATUS_H
#define VIRTIO_STATUS_H

#define VIRTIO_STATUS_ACKNOWLEDGE 0x01u // seen by the guest
#define VIRTIO_STATUS_DRIVER 0x02u      // a driver is known
#define VIRTIO_STATUS_DRIVER_OK 0x04u   // being driven
#define VIRTIO_STATUS_FEATURES_OK 0x08u // features settled; not on legacy
#define VIRTIO_STATUS_DEVICE_NEEDS_RESET 0x40u // by the device; not on legacy
#define VIRTIO_STATUS_FAILED 0x80u             // by the driver

// The status machine (2.1). `status` is the value written by the driver.
//
//  state        status   entered by                       goes to
//  FOUND        as found a probe function                 RESET
//  RESET        0        step 1, status read back as 0    ACKNOWLEDGE
//  ACKNOWLEDGE  1        step 2                           DRIVER
//  DRIVER       3        step 3                           FEATURES_OK
//  FEATURES_OK  11       steps 4-6; legacy: still 3       DRIVER_OK
//  DRIVER_OK    15       step 8; legacy: 7                NEEDS_RESET
//  NEEDS_RESET  |64      the device gave up; not legacy   (RESET)
//  FAILED       |128     the driver gave up               (RESET)
//
// RESET and FAILED can be entered from every state.
enum virtio_state {
    VIRTIO_FOUND = 0,
    VIRTIO_RESET,
    VIRTIO_ACKNOWLEDGE,
    VIRTIO_DRIVER,
    VIRTIO_FEATURES_OK,
    VIRTIO_DRIVER_OK,
    VIRTIO_NEEDS_RESET,
    VIRTIO_FAILED,
};

#endif
