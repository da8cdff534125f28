// SPDX-License-Identifier: MIT
// One slot after the other, from the last to the first, which is the order in
// which QEMU fills them: the usual case ends at the first look. A placeholder,
// or a device of another type, is passed over without a word; none of its
// other registers is touched. VIRTIO 1.4, 4.2.2 "MMIO Device Register Layout".
#include "virtio/probe.h"

#include "arch/x86_64/paging.h"
#include "base/log.h"
#include "platform/irq.h"
#include "virtio/mmio.h"

static void on_interrupt(void *context)
{
    virtio_device_interrupt(context);
}

static enum error look_at(const struct machine_slot *slot, uint32_t device_id,
                          struct virtio_device *device, const char **what)
{
    struct io_region region;
    enum error error = paging_map_device(slot->base, slot->bytes, &region);

    *what = "slot can't be mapped";
    if (error != OK) {
        return error;
    }
    if (virtio_mmio_probe(device, region) != OK ||
        device->device_id != device_id) {
        return ERR_EMPTY;
    }
    *what = "slot's interrupt has no route";
    error = irq_connect(slot->gsi, on_interrupt, device);
    if (error == OK) {
        log_line("virtio found id=%u address=%#llx gsi=%u", device_id,
                 (unsigned long long)slot->base.value, slot->gsi);
    }
    return error;
}

enum error virtio_probe(const struct machine *machine, uint32_t device_id,
                        struct virtio_device *device, const char **what)
{
    for (uint32_t i = machine->slot_count; i-- > 0;) {
        enum error error = look_at(&machine->slots[i], device_id, device, what);

        if (error != ERR_EMPTY) {
            return error;
        }
    }
    return ERR_EMPTY;
}
