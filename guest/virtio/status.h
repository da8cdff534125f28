// SPDX-License-Identifier: MIT
// The bits of the device status field. VIRTIO 1.4, 2.1 "Device Status Field".
#ifndef VIRTIO_STATUS_H
#define VIRTIO_STATUS_H

#define VIRTIO_STATUS_ACKNOWLEDGE 0x01u // seen by the guest
#define VIRTIO_STATUS_DRIVER 0x02u      // known to it
#define VIRTIO_STATUS_DRIVER_OK 0x04u   // being driven
#define VIRTIO_STATUS_FEATURES_OK 0x08u // features settled; not on legacy
#define VIRTIO_STATUS_DEVICE_NEEDS_RESET 0x40u // by the device; not on legacy
#define VIRTIO_STATUS_FAILED 0x80u             // given up by the driver

#endif
