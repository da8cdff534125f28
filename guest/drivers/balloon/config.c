// SPDX-License-Identifier: MIT
// Feature negotiation, and the configuration fields that driver and device
// share. VIRTIO 1.4, 5.5.3 "Feature bits", 5.5.4 "Device configuration layout".
#include "drivers/balloon/internal.h"

#include "base/log.h"
#include "virtio/features.h"

// Configuration space, 5.5.4: fields of 32 bits, each consistent by itself.
#define CONFIG_NUM_PAGES 0u // R  target size of the balloon, 4 KiB pages
#define CONFIG_ACTUAL 4u    // RW its actual size, written by the driver
#define CONFIG_COMMAND 8u   // R  free_page_hint_cmd_id
#define CONFIG_POISON 12u   // W  poison_val: value of returned pages

// The allow-list, with what each changes:
// STATS_VQ         queue 2 exists and carries statistics
// MUST_TELL_HOST   deflated pages are touched only once the request was used;
//                  the driver always does so, so nothing changes, and 5.5.3.1
//                  recommends it, so that the device may rely on it
// DEFLATE_ON_OOM   pages are deflated below the target before the guest runs
//                  out of memory; ballooned pages still count as the guest's
// EVENT_IDX        fewer notifications; a split ring shows what the device has
//                  taken
// FREE_PAGE_HINT   free pages are hinted during a migration, which then does
//                  not send them
// PAGE_REPORTING   free pages are reported; their contents are then undefined
// PAGE_POISON      if the env has a value: pages hold it when they are
//                  reported and when they are deflated. Costs a write of every
//                  page and gives the guest no advantage
// Declined:
// INDIRECT_DESC    as specified, every statistics buffer is one descriptor
uint64_t balloon_wanted_features(const struct balloon *balloon)
{
    const struct balloon_policy *policy = balloon->env.policy;
    uint64_t conforming = feature_bit(VIRTIO_BALLOON_F_STATS_VQ) |
                          feature_bit(VIRTIO_BALLOON_F_MUST_TELL_HOST) |
                          feature_bit(VIRTIO_BALLOON_F_DEFLATE_ON_OOM) |
                          feature_bit(VIRTIO_BALLOON_F_FREE_PAGE_HINT) |
                          feature_bit(VIRTIO_BALLOON_F_PAGE_REPORTING) |
                          feature_bit(VIRTIO_F_EVENT_IDX);

    if (balloon->env.poison != NULL) {
        conforming |= feature_bit(VIRTIO_BALLOON_F_PAGE_POISON);
    }
    return (conforming | policy->features_also) & ~policy->features_declined;
}

// Reads the target when it may have changed; one field, so one read.
enum error balloon_read_target(struct balloon *balloon)
{
    uint32_t pages = 0;
    const enum error error =
        virtio_config_read32(balloon->device, CONFIG_NUM_PAGES, &pages);

    if (error == OK && pages != balloon->target) {
        if (virtio_device_gone(balloon->device)) {
            return ERR_EMPTY; // the value read is not a target
        }
        balloon->target = pages;
        balloon->pages.relieved = false;
        balloon->pages.log_target_reached = true;
        log_line("balloon target pages=%u", (unsigned)pages);
    }
    return error;
}

enum error balloon_read_command(struct balloon *balloon, uint32_t *command)
{
    return virtio_config_read32(balloon->device, CONFIG_COMMAND, command);
}

enum error balloon_write_actual(struct balloon *balloon, uint32_t pages)
{
    return virtio_config_write32(balloon->device, CONFIG_ACTUAL, pages);
}

static bool has_poison(const struct balloon *balloon)
{
    return feature_in(balloon->device->features, VIRTIO_BALLOON_F_PAGE_POISON);
}

enum error balloon_write_poison(struct balloon *balloon)
{
    return has_poison(balloon)
               ? virtio_config_write32(balloon->device, CONFIG_POISON,
                                       *balloon->env.poison)
               : OK;
}

void balloon_fill_poison(struct balloon *balloon, struct page_run run)
{
    if (has_poison(balloon)) {
        mm_fill(run, *balloon->env.poison);
    }
}
