// SPDX-License-Identifier: MIT
// All ones for each read, counted.
#include "fakes/fake_absence.h"

#include "fakes/fake_io.h"

static unsigned reads;

static uint32_t read_ones(void *device, uint32_t offset, unsigned width)
{
    (void)device;
    (void)offset;
    (void)width;
    reads++;
    return UINT32_MAX;
}

static void write_nowhere(void *device, uint32_t offset, unsigned width,
                          uint32_t value)
{
    (void)device;
    (void)offset;
    (void)width;
    (void)value;
}

void fake_absence_claim(struct io_region region)
{
    fake_io_claim(&(struct fake_io_region){
        .space = region.space,
        .first = region.handle,
        .bytes = region.bytes,
        .device = &reads,
        .read = read_ones,
        .write = write_nowhere,
    });
}

unsigned fake_absence_reads(void)
{
    return reads;
}

void fake_absence_end(void)
{
    fake_io_disclaim(&reads);
    reads = 0;
}
