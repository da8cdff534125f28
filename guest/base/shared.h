// SPDX-License-Identifier: MIT
// Access to memory that the driver and the device use at the same time. Each
// access is one load or store of the field's own width, never cached, split or
// repeated by the compiler. The fences order accesses; a caller names the two
// accesses that each fence orders.
#ifndef BASE_SHARED_H
#define BASE_SHARED_H

#include "base/types.h"

static inline uint8_t shared_read8(const uint8_t *field)
{
    return *(const volatile uint8_t *)field;
}

static inline le16 shared_read16(const le16 *field)
{
    return (le16){*(const volatile uint16_t *)&field->raw};
}

static inline le32 shared_read32(const le32 *field)
{
    return (le32){*(const volatile uint32_t *)&field->raw};
}

static inline void shared_write8(uint8_t *field, uint8_t value)
{
    *(volatile uint8_t *)field = value;
}

static inline void shared_write16(le16 *field, le16 value)
{
    *(volatile uint16_t *)&field->raw = value.raw;
}

static inline void shared_write32(le32 *field, le32 value)
{
    *(volatile uint32_t *)&field->raw = value.raw;
}

static inline void shared_write64(le64 *field, le64 value)
{
    *(volatile uint64_t *)&field->raw = value.raw;
}

// Stores before the fence are visible before stores after it.
static inline void fence_write(void)
{
    __atomic_thread_fence(__ATOMIC_RELEASE);
}

// Loads before the fence are done before loads after it.
static inline void fence_read(void)
{
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
}

// A store before the fence is visible before a load after it is done: the only
// order that x86 does not guarantee without a fence.
static inline void fence_full(void)
{
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

#endif
