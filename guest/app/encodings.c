// SPDX-License-Identifier: MIT
// One function for each unusual or invalid encoding of a buffer. Values are
// stored in the CPU's order, which is little-endian.
#include "app/encodings.h"

#include <string.h>

#include "base/panic.h"

// Tags that no device knows, and the value that goes with them.
#define UNKNOWN_TAG_FIRST 0x7fffu
#define UNKNOWN_TAG_LAST 0xfffeu
#define RUBBISH UINT64_C(0x5a5a5a5a5a5a5a5a)

// The largest value that a host does not read as absent.
#define LARGEST (UINT64_MAX - 1)

// An entry and three bytes of the next one, so that descriptors end inside
// entries.
#define PIECE_BYTES 13u

static void put_bytes(struct balloon_buffer *buffer, const void *bytes,
                      uint32_t count)
{
    memcpy((unsigned char *)buffer->bytes + buffer->length, bytes, count);
    buffer->length += count;
}

static void put_entry(struct balloon_buffer *buffer, uint16_t tag,
                      uint64_t value)
{
    put_bytes(buffer, &tag, sizeof tag);
    put_bytes(buffer, &value, sizeof value);
}

// The correct encoding; most behaviours end with it.
static void encode(struct balloon_buffer *buffer)
{
    buffer->length = balloon_stats_encode(&buffer->stats, buffer->bytes);
}

static void by_the_book(struct balloon_buffer *buffer, uint64_t number)
{
    (void)number;
    encode(buffer);
}

static void leave_out(struct balloon_stats *stats, enum balloon_tag tag)
{
    unsigned kept = 0;

    for (unsigned i = 0; i < stats->count; i++) {
        if (stats->entries[i].tag != tag) {
            stats->entries[kept] = stats->entries[i];
            kept++;
        }
    }
    stats->count = kept;
}

static void prime_short(struct balloon_buffer *buffer, uint64_t number)
{
    const uint64_t rubbish = RUBBISH;

    (void)number;
    if (buffer->seq == 1) {
        put_bytes(buffer, &rubbish, sizeof rubbish);
    } else {
        encode(buffer);
    }
}

static void unknown_tags(struct balloon_buffer *buffer, uint64_t number)
{
    (void)number;
    put_entry(buffer, UNKNOWN_TAG_FIRST, RUBBISH);
    for (unsigned i = 0; i < buffer->stats.count; i++) {
        const struct balloon_stat *stat = &buffer->stats.entries[i];

        put_entry(buffer, (uint16_t)stat->tag, stat->value);
    }
    put_entry(buffer, UNKNOWN_TAG_LAST, RUBBISH);
}

// The layout of the struct when it is not declared packed.
static void entry16(struct balloon_buffer *buffer, uint64_t number)
{
    (void)number;
    for (unsigned i = 0; i < buffer->stats.count; i++) {
        const uint64_t tag = buffer->stats.entries[i].tag;

        put_bytes(buffer, &tag, sizeof tag);
        put_bytes(buffer, &buffer->stats.entries[i].value, sizeof(uint64_t));
    }
}

static void duplicate(struct balloon_buffer *buffer, uint64_t number)
{
    (void)number;
    for (unsigned i = 0; i < buffer->stats.count; i++) {
        const struct balloon_stat *stat = &buffer->stats.entries[i];

        put_entry(buffer, (uint16_t)stat->tag, stat->value + 1);
        put_entry(buffer, (uint16_t)stat->tag, stat->value);
    }
}

static void reversed(struct balloon_buffer *buffer, uint64_t number)
{
    (void)number;
    for (unsigned i = buffer->stats.count; i-- > 0;) {
        const struct balloon_stat *stat = &buffer->stats.entries[i];

        put_entry(buffer, (uint16_t)stat->tag, stat->value);
    }
}

static void in_pieces(struct balloon_buffer *buffer, uint64_t number)
{
    (void)number;
    encode(buffer);
    buffer->piece = PIECE_BYTES;
}

static void subset(struct balloon_buffer *buffer, uint64_t number)
{
    (void)number;
    leave_out(&buffer->stats, VIRTIO_BALLOON_S_MEMFREE);
    encode(buffer);
}

static void skip_one(struct balloon_buffer *buffer, uint64_t number)
{
    if (buffer->seq == number) {
        leave_out(&buffer->stats, VIRTIO_BALLOON_S_MEMFREE);
    }
    encode(buffer);
}

static void skip_all(struct balloon_buffer *buffer, uint64_t number)
{
    if (buffer->seq == number) {
        put_entry(buffer, UNKNOWN_TAG_FIRST, RUBBISH);
    } else {
        encode(buffer);
    }
}

static void alternate(struct balloon_buffer *buffer, uint64_t number)
{
    (void)number;
    if (buffer->seq % 2 == 0) {
        leave_out(&buffer->stats, VIRTIO_BALLOON_S_MEMFREE);
    }
    encode(buffer);
}

static void falling(struct balloon_buffer *buffer, uint64_t number)
{
    (void)number;
    for (unsigned i = 0; i < buffer->stats.count; i++) {
        struct balloon_stat *stat = &buffer->stats.entries[i];

        stat->value = ((uint64_t)stat->tag + 1) << 40;
        stat->value -= buffer->seq;
    }
    encode(buffer);
}

static void pattern(struct balloon_buffer *buffer, uint64_t number)
{
    buffer->stats.count = 0;
    for (unsigned tag = 0; tag < VIRTIO_BALLOON_S_NR; tag++) {
        const bool room = number <= LARGEST && tag <= LARGEST - number;

        balloon_stats_add(&buffer->stats, (enum balloon_tag)tag,
                          room ? number + tag : number);
    }
    encode(buffer);
}

static void late(struct balloon_buffer *buffer, uint64_t number)
{
    if (buffer->seq == number) {
        for (uint32_t i = 0; i < LATE_TURNS; i++) {
            __asm__ volatile("");
        }
    }
    encode(buffer);
}

static void panic_now(struct balloon_buffer *buffer, uint64_t number)
{
    if (buffer->seq == number) {
        panic("asked to in the answer to a request");
    }
    encode(buffer);
}

behaviour_form *behaviour_form_of(enum behave_kind kind)
{
    static behaviour_form *const forms[BEHAVE_KINDS] = {
        [BEHAVE_PRIME_SHORT] = prime_short,
        [BEHAVE_UNKNOWN_TAGS] = unknown_tags,
        [BEHAVE_ENTRY16] = entry16,
        [BEHAVE_DUPLICATE] = duplicate,
        [BEHAVE_REVERSED] = reversed,
        [BEHAVE_SPLIT] = in_pieces,
        [BEHAVE_INDIRECT] = in_pieces,
        [BEHAVE_SUBSET] = subset,
        [BEHAVE_SKIP_ONE] = skip_one,
        [BEHAVE_SKIP_ALL] = skip_all,
        [BEHAVE_ALTERNATE] = alternate,
        [BEHAVE_FALLING] = falling,
        [BEHAVE_PATTERN] = pattern,
        [BEHAVE_LATE] = late,
        [BEHAVE_PANIC] = panic_now,
    };

    return forms[kind] != NULL ? forms[kind] : by_the_book;
}
