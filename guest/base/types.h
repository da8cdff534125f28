// SPDX-License-Identifier: MIT
// Distinct types for addresses and wire fields: a physical address cannot be
// dereferenced, a little-endian field cannot be used in arithmetic. The
// compiler checks this; conversions have names.
#ifndef BASE_TYPES_H
#define BASE_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A guest-physical address, as devices and page tables use it.
typedef struct {
    uint64_t value;
} paddr;

static inline paddr paddr_of(uint64_t value)
{
    return (paddr){value};
}

static inline paddr paddr_add(paddr base, uint64_t bytes)
{
    return (paddr){base.value + bytes};
}

// Wire fields. Virtio 1.x is little-endian; a legacy device uses the guest's
// byte order, which is the same on x86 (VIRTIO 1.4, 2.7.3).
typedef struct {
    uint16_t raw;
} le16;
typedef struct {
    uint32_t raw;
} le32;
typedef struct {
    uint64_t raw;
} le64;

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the conversions below are written for a little-endian CPU"
#endif

static inline le16 le16_of(uint16_t v)
{
    return (le16){v};
}

static inline le32 le32_of(uint32_t v)
{
    return (le32){v};
}

static inline le64 le64_of(uint64_t v)
{
    return (le64){v};
}

static inline uint16_t le16_value(le16 v)
{
    return v.raw;
}

static inline uint32_t le32_value(le32 v)
{
    return v.raw;
}

static inline uint64_t le64_value(le64 v)
{
    return v.raw;
}

// Memory that a device may read and write: its address for the CPU, its address
// for the device, its length. Contiguous in both address spaces.
struct dma_block {
    void *cpu;
    paddr device;
    size_t bytes;
};

#define PAGE_SIZE 4096u

static inline uint64_t round_up(uint64_t value, uint64_t power_of_two)
{
    return (value + power_of_two - 1) & ~(power_of_two - 1);
}

static inline uint64_t round_down(uint64_t value, uint64_t power_of_two)
{
    return value & ~(power_of_two - 1);
}

static inline bool is_power_of_two(uint64_t value)
{
    return value != 0 && (value & (value - 1)) == 0;
}

#endif
