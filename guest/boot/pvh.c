// SPDX-License-Identifier: MIT
// Copies the loader's start info to boot_info. Runs on the boot tables, which
// map the first GiB only: data above it is treated as missing.
// The x86/HVM direct boot ABI (Xen's docs/misc/pvh.pandoc).
#include "boot/start_info.h"

#include "arch/x86_64/layout.h"
#include "boot/handover.h"

#include <string.h>

extern char image_start[];
extern char image_end[];

_Noreturn void guest_main(struct boot_info *boot);
_Noreturn void pvh_main(uint64_t start_info_address);

struct boot_info the_boot_info;

// Pointer to the loader's data, or NULL if the boot tables don't map it.
static const void *loader_memory(uint64_t address, uint64_t bytes)
{
    const uint64_t reach = 1u << 30;

    if (address == 0 || bytes > reach || address > reach - bytes) {
        return NULL;
    }
    return (const void *)(DIRECT_BASE + address);
}

static void copy_memory_map(struct boot_info *boot,
                            const struct start_info *info)
{
    uint32_t count = info->memory_map_entries;
    uint64_t bytes = count * sizeof(struct start_info_memory);
    const struct start_info_memory *map =
        loader_memory(info->memory_map, bytes);

    if (info->version < 1 || !map) {
        return; // an empty map, which mm reports as an error
    }
    boot->ranges_given = count;
    for (uint32_t i = 0; i < count && i < BOOT_RANGES_MAX; i++) {
        boot->ranges[i].start = map[i].address;
        boot->ranges[i].bytes = map[i].bytes;
        boot->ranges[i].type = map[i].type;
        boot->range_count = i + 1;
    }
}

static void copy_cmdline(struct boot_info *boot, uint64_t address)
{
    const char *text = loader_memory(address, BOOT_CMDLINE_MAX);

    if (!text) {
        return;
    }
    const char *end = memchr(text, 0, BOOT_CMDLINE_MAX);

    if (!end) {
        boot->problem = BOOT_CMDLINE_LONG;
    }
    memcpy(boot->cmdline, text,
           end ? (size_t)(end - text) : BOOT_CMDLINE_MAX - 1);
}

_Noreturn void pvh_main(uint64_t start_info_address)
{
    struct boot_info *boot = &the_boot_info;
    const struct start_info *info =
        loader_memory(start_info_address, sizeof *info);

    memcpy(boot->entry, "pvh", sizeof "pvh");
    boot->image_start = paddr_of((uint64_t)image_start - IMAGE_BASE);
    boot->image_bytes = (uint64_t)(image_end - image_start);
    if (info && info->magic == START_INFO_MAGIC) {
        copy_memory_map(boot, info);
        copy_cmdline(boot, info->cmdline);
        boot->rsdp = paddr_of(info->rsdp);
    } else {
        boot->problem = BOOT_START_INFO_INVALID;
    }
    guest_main(boot);
}
