// SPDX-License-Identifier: MIT
// The modern interface's structures, located by the function's capabilities. A
// capability is read once, and trusted only up to the BAR's size. VIRTIO 1.4,
// 4.1.4 "Virtio Structure PCI Capabilities".
#include "virtio/pci/internal.h"
#include "virtio/pci/registers.h"

#include "base/log.h"

//  a virtio capability, in configuration space
//
//  +0   0x09   next   cap_len   cfg_type
//  +4   bar    id     padding
//  +8   offset in the BAR
//  +12  length
//  +16  notify_off_multiplier (type 2 only)
#define CAPABILITY_LENGTH 2u
#define CAPABILITY_TYPE 3u
#define CAPABILITY_BAR 4u
#define CAPABILITY_OFFSET 8u
#define CAPABILITY_BYTES 12u
#define CAPABILITY_MULTIPLIER 16u

// A list without cycles has no more entries: 4 bytes each after the header.
#define CAPABILITIES_MAX ((PCI_CONFIG_BYTES - 0x40u) / 4)

#define BARS 6u

// cfg_type, 4.1.4. Others (5, 8, 9, ...) are not used.
enum structure {
    STRUCTURE_COMMON = 1,
    STRUCTURE_NOTIFY = 2,
    STRUCTURE_ISR = 3,
    STRUCTURE_DEVICE = 4,
    STRUCTURES
};

static const struct structure_rule {
    const char *name;
    bool needed;        // required to drive the device
    uint8_t capability; // bytes of the capability that are read
    uint32_t alignment; // of the structure
    uint32_t min_bytes; // minimum bytes of the structure
    uint32_t max_bytes; // bytes that are used: no more are mapped
} rules[STRUCTURES] = {
    [STRUCTURE_COMMON] = {"common", true, 16, 4, COMMON_BYTES, COMMON_BYTES},
    [STRUCTURE_NOTIFY] = {"notify", true, 20, 2, 2, 1u << 20},
    [STRUCTURE_ISR] = {"isr", true, 16, 1, 1, 1},
    [STRUCTURE_DEVICE] = {"device", false, 16, 4, 4, PAGE_SIZE},
};

// State of one walk over the list.
struct walk {
    struct pci_address at;
    struct pci_bar bars[BARS];
    enum error bar_errors[BARS];
    bool bar_read[BARS];
    bool seen[STRUCTURES];
    struct io_region found[STRUCTURES];
    uint32_t multiplier;
};

// Sizing disables the BAR for a moment, so each is sized once.
static enum error read_bar(struct walk *walk, unsigned bar)
{
    if (!walk->bar_read[bar]) {
        walk->bar_read[bar] = true;
        walk->bar_errors[bar] = pci_bar_read(walk->at, bar, &walk->bars[bar]);
    }
    return walk->bar_errors[bar];
}

// Maps the used part of a structure. NULL, or the reason why it is unusable.
static const char *open_structure(struct walk *walk,
                                  const struct structure_rule *rule,
                                  unsigned bar, uint32_t offset,
                                  uint32_t length, struct io_region *region)
{
    if (bar >= BARS) {
        return "bar_reserved";
    }
    if (read_bar(walk, bar) != OK) {
        return "bar_missing";
    }
    const uint64_t bar_bytes = walk->bars[bar].bytes;
    if (length < rule->min_bytes) {
        return "too_small";
    }
    if (offset >= bar_bytes || bar_bytes - offset < rule->min_bytes) {
        return "beyond_bar";
    }
    if (offset % rule->alignment != 0) {
        return "unaligned";
    }
    // 4.1.4.1: a length may be larger than expected.
    uint64_t bytes = length < rule->max_bytes ? length : rule->max_bytes;
    bytes = bytes < bar_bytes - offset ? bytes : bar_bytes - offset;
    switch (pci_bar_open(walk->at, &walk->bars[bar], offset, (uint32_t)bytes,
                         region)) {
    case OK:
        return NULL;
    case ERR_INVALID:
        return "bar_unprogrammed";
    default:
        return "bar_unreachable";
    }
}

// NULL, or the reason why the capability is unusable.
static const char *open_capability(struct walk *walk, uint32_t capability,
                                   enum structure type,
                                   struct io_region *region)
{
    const struct pci_address at = walk->at;
    const struct structure_rule *rule = &rules[type];

    if (pci_read8(at, capability + CAPABILITY_LENGTH) < rule->capability ||
        capability + rule->capability > PCI_CONFIG_BYTES) {
        return "cut_short";
    }
    const char *problem =
        open_structure(walk, rule, pci_read8(at, capability + CAPABILITY_BAR),
                       pci_read32(at, capability + CAPABILITY_OFFSET),
                       pci_read32(at, capability + CAPABILITY_BYTES), region);
    if (problem == NULL && type == STRUCTURE_NOTIFY) {
        walk->multiplier = pci_read32(at, capability + CAPABILITY_MULTIPLIER);
    }
    return problem;
}

// 4.1.4.1: the first usable one of each type counts.
static void read_capability(struct walk *walk, uint32_t capability)
{
    const unsigned type = pci_read8(walk->at, capability + CAPABILITY_TYPE);

    if (type == 0 || type >= STRUCTURES || walk->found[type].bytes != 0) {
        return;
    }
    walk->seen[type] = true;
    const char *problem = open_capability(
        walk, capability, (enum structure)type, &walk->found[type]);
    if (problem != NULL) {
        walk->found[type] = (struct io_region){0};
        log_line("virtio capability pci=%02x:%02x.%x offset=0x%x type=%s "
                 "unusable=%s",
                 walk->at.bus, walk->at.device, walk->at.function,
                 (unsigned)capability, rules[type].name, problem);
    }
}

// Visits every vendor capability. ERR_INVALID: the list never ends.
static enum error read_capabilities(struct walk *walk)
{
    uint8_t capability = 0;

    for (unsigned i = 0; i <= CAPABILITIES_MAX; i++) {
        const enum error error = pci_next_capability(
            walk->at, PCI_CAPABILITY_VENDOR, capability, &capability);

        if (error != OK) {
            return error == ERR_EMPTY ? OK : error;
        }
        read_capability(walk, capability);
    }
    return ERR_INVALID;
}

static enum error refuse_modern(struct pci_address at, const char *what,
                                const char *which, enum error error)
{
    log_line("error what=virtio_pci pci=%02x:%02x.%x %s=%s", at.bus, at.device,
             at.function, what, which);
    return error;
}

static enum error check_complete(const struct walk *walk)
{
    for (unsigned type = 1; type < STRUCTURES; type++) {
        if (rules[type].needed && walk->found[type].bytes == 0) {
            return walk->seen[type]
                       ? refuse_modern(walk->at, "unusable", rules[type].name,
                                       ERR_INVALID)
                       : refuse_modern(walk->at, "missing", rules[type].name,
                                       ERR_UNSUPPORTED);
        }
    }
    return OK;
}

static bool any_seen(const struct walk *walk)
{
    bool any = false;

    for (unsigned type = 1; type < STRUCTURES; type++) {
        any = any || walk->seen[type];
    }
    return any;
}

enum error pci_modern_find(struct pci_address at,
                           struct virtio_regions *regions)
{
    struct walk walk = {.at = at};
    enum error error = read_capabilities(&walk);

    if (error != OK) {
        return refuse_modern(at, "capabilities", "broken", ERR_INVALID);
    }
    if (!any_seen(&walk)) {
        return ERR_EMPTY;
    }
    error = check_complete(&walk);
    *regions = (struct virtio_regions){
        .common = walk.found[STRUCTURE_COMMON],
        .config = walk.found[STRUCTURE_DEVICE],
        .isr = walk.found[STRUCTURE_ISR],
        .notify = walk.found[STRUCTURE_NOTIFY],
        .notify_multiplier = walk.multiplier,
    };
    return error;
}
