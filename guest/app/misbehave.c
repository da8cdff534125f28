// SPDX-License-Identifier: MIT
// The table of misbehaviours, below the functions that its rows name. Values
// are encoded in the CPU's order, which is little-endian.
// VIRTIO 1.4, 5.5.6.3 "Memory Statistics".
#include "app/misbehave.h"

#include <string.h>

#include "app/cmdline.h"
#include "base/log.h"
#include "base/panic.h"
#include "virtio/features.h"

// --- Encodings: other statistics, other values, other bytes ------------------

// Tags of no known statistic, and their value.
#define UNKNOWN_TAG_FIRST 0x7fffu
#define UNKNOWN_TAG_LAST 0xfffeu
#define UNKNOWN_VALUE UINT64_C(0x5a5a5a5a5a5a5a5a)

// The largest value that a host does not read as absent.
#define VALUE_MAX (UINT64_MAX - 1)

// Two entries and three bytes of the next one, so that descriptors end inside
// entries; eight of these hold all statistics.
#define PIECE_BYTES 23u

// Iterations of the loop that delays an answer: some tenths of a second.
#define LATE_TURNS 50000000u

static void encode_bytes(struct balloon_buffer *buffer, const void *bytes,
                         uint32_t count)
{
    memcpy((unsigned char *)buffer->bytes + buffer->length, bytes, count);
    buffer->length += count;
}

static void encode_entry(struct balloon_buffer *buffer, uint16_t tag,
                         uint64_t value)
{
    encode_bytes(buffer, &tag, sizeof tag);
    encode_bytes(buffer, &value, sizeof value);
}

// The correct encoding; most kinds end with it.
static void encode_correctly(struct balloon_buffer *buffer)
{
    buffer->length = balloon_stats_encode(&buffer->stats, buffer->bytes);
}

static void encode_prime_short(struct balloon_buffer *buffer, uint64_t number)
{
    const uint64_t bytes = UNKNOWN_VALUE;

    (void)number;
    if (buffer->seq == 1) {
        encode_bytes(buffer, &bytes, sizeof bytes);
    } else {
        encode_correctly(buffer);
    }
}

static void encode_unknown_tags(struct balloon_buffer *buffer, uint64_t number)
{
    (void)number;
    encode_entry(buffer, UNKNOWN_TAG_FIRST, UNKNOWN_VALUE);
    for (unsigned i = 0; i < buffer->stats.count; i++) {
        const struct balloon_stat *stat = &buffer->stats.entries[i];

        encode_entry(buffer, (uint16_t)stat->tag, stat->value);
    }
    encode_entry(buffer, UNKNOWN_TAG_LAST, UNKNOWN_VALUE);
}

// The layout of the struct when it is not declared packed.
static void encode_entry16(struct balloon_buffer *buffer, uint64_t number)
{
    (void)number;
    for (unsigned i = 0; i < buffer->stats.count; i++) {
        const uint64_t tag = buffer->stats.entries[i].tag;

        encode_bytes(buffer, &tag, sizeof tag);
        encode_bytes(buffer, &buffer->stats.entries[i].value, sizeof(uint64_t));
    }
}

static void encode_duplicate(struct balloon_buffer *buffer, uint64_t number)
{
    (void)number;
    for (unsigned i = 0; i < buffer->stats.count; i++) {
        const struct balloon_stat *stat = &buffer->stats.entries[i];

        encode_entry(buffer, (uint16_t)stat->tag, stat->value + 1);
        encode_entry(buffer, (uint16_t)stat->tag, stat->value);
    }
}

static void encode_reversed(struct balloon_buffer *buffer, uint64_t number)
{
    (void)number;
    for (unsigned i = buffer->stats.count; i-- > 0;) {
        const struct balloon_stat *stat = &buffer->stats.entries[i];

        encode_entry(buffer, (uint16_t)stat->tag, stat->value);
    }
}

static void encode_in_pieces(struct balloon_buffer *buffer, uint64_t number)
{
    (void)number;
    encode_correctly(buffer);
    buffer->piece = PIECE_BYTES;
}

static void encode_subset(struct balloon_buffer *buffer, uint64_t number)
{
    (void)number;
    balloon_stats_remove(&buffer->stats, VIRTIO_BALLOON_S_MEMFREE);
    encode_correctly(buffer);
}

static void encode_skip_one(struct balloon_buffer *buffer, uint64_t number)
{
    if (buffer->seq == number) {
        balloon_stats_remove(&buffer->stats, VIRTIO_BALLOON_S_MEMFREE);
    }
    encode_correctly(buffer);
}

static void encode_skip_all(struct balloon_buffer *buffer, uint64_t number)
{
    if (buffer->seq == number) {
        encode_entry(buffer, UNKNOWN_TAG_FIRST, UNKNOWN_VALUE);
    } else {
        encode_correctly(buffer);
    }
}

static void encode_alternate(struct balloon_buffer *buffer, uint64_t number)
{
    (void)number;
    if (buffer->seq % 2 == 0) {
        balloon_stats_remove(&buffer->stats, VIRTIO_BALLOON_S_MEMFREE);
    }
    encode_correctly(buffer);
}

static void encode_falling(struct balloon_buffer *buffer, uint64_t number)
{
    (void)number;
    for (unsigned i = 0; i < buffer->stats.count; i++) {
        struct balloon_stat *stat = &buffer->stats.entries[i];

        stat->value = ((uint64_t)stat->tag + 1) << 40;
        stat->value -= buffer->seq;
    }
    encode_correctly(buffer);
}

static void encode_pattern(struct balloon_buffer *buffer, uint64_t number)
{
    for (unsigned i = 0; i < buffer->stats.count; i++) {
        struct balloon_stat *stat = &buffer->stats.entries[i];
        const bool fits =
            number <= VALUE_MAX && stat->tag <= VALUE_MAX - number;

        stat->value = fits ? number + stat->tag : number;
    }
    encode_correctly(buffer);
}

// Linux counts every fault as PGFAULT, and sends that as minor faults.
static void encode_major_twice(struct balloon_buffer *buffer, uint64_t number)
{
    const struct balloon_stat *major =
        balloon_stats_find(&buffer->stats, VIRTIO_BALLOON_S_MAJFLT);
    struct balloon_stat *minor =
        balloon_stats_find(&buffer->stats, VIRTIO_BALLOON_S_MINFLT);

    (void)number;
    if (major != NULL && minor != NULL) {
        minor->value += major->value;
    }
    encode_correctly(buffer);
}

// A driver that forgets the unit of what its system counts in pages.
static void encode_pages(struct balloon_buffer *buffer, uint64_t number)
{
    static const enum balloon_tag tags[] = {VIRTIO_BALLOON_S_SWAP_IN,
                                            VIRTIO_BALLOON_S_SWAP_OUT,
                                            VIRTIO_BALLOON_S_CACHES};

    (void)number;
    for (size_t i = 0; i < sizeof tags / sizeof tags[0]; i++) {
        struct balloon_stat *stat = balloon_stats_find(&buffer->stats, tags[i]);

        if (stat != NULL) {
            stat->value /= PAGE_SIZE;
        }
    }
    encode_correctly(buffer);
}

// Values of an earlier sample; a guest has one kind at a time.
static struct balloon_stats earlier;

// A driver that adds the old buffer once more, without a measurement.
static void encode_stale(struct balloon_buffer *buffer, uint64_t number)
{
    if (buffer->seq != 1 && buffer->seq == number) {
        buffer->stats = earlier;
    }
    earlier = buffer->stats;
    encode_correctly(buffer);
}

// Tags of values that are no counters: they may fall.
#define GAUGES                                                                 \
    (1u << VIRTIO_BALLOON_S_MEMFREE | 1u << VIRTIO_BALLOON_S_MEMTOT |          \
     1u << VIRTIO_BALLOON_S_AVAIL | 1u << VIRTIO_BALLOON_S_CACHES)

// A driver that was loaded again, and whose counters began with it.
static void encode_recount(struct balloon_buffer *buffer, uint64_t number)
{
    if (buffer->seq == number) {
        earlier = buffer->stats;
    }
    for (unsigned i = 0; buffer->seq >= number && i < earlier.count; i++) {
        if ((GAUGES & 1u << earlier.entries[i].tag) == 0) {
            buffer->stats.entries[i].value -= earlier.entries[i].value;
        }
    }
    encode_correctly(buffer);
}

static void encode_late(struct balloon_buffer *buffer, uint64_t number)
{
    if (buffer->seq == number) {
        for (uint32_t i = 0; i < LATE_TURNS; i++) {
            __asm__ volatile("");
        }
    }
    encode_correctly(buffer);
}

static void encode_panic(struct balloon_buffer *buffer, uint64_t number)
{
    if (buffer->seq == number) {
        panic("requested by behave=panic");
    }
    encode_correctly(buffer);
}

// --- Policies ----------------------------------------------------------------

static const struct misbehave *misbehave_of(const void *ctx)
{
    const struct cmdline *cmdline = ctx;

    return &cmdline->misbehave;
}

// Encodes, then decodes the bytes: the `stats` line shows what a host reads,
// not what was measured.
static void compose_encoded(void *ctx, struct balloon_buffer *buffer)
{
    misbehave_encode(misbehave_of(ctx), buffer);
    balloon_stats_decode(buffer->bytes, buffer->length, &buffer->stats);
}

// The queue accepts no empty buffer, so a valid one is added; clear_length
// clears its length in the ring.
static void compose_empty(void *ctx, struct balloon_buffer *buffer)
{
    (void)ctx;
    buffer->length = balloon_stats_encode(&buffer->stats, buffer->bytes);
    buffer->stats = (struct balloon_stats){0};
}

// 2.7.5, 2.8.13: in both formats a descriptor has 16 bytes, begins with le64
// addr, le32 len, and the descriptors are first in the ring's memory.
static void clear_length(void *ctx, struct dma_block ring, paddr buffer)
{
    unsigned char *descriptor = ring.cpu;
    uint64_t addr = 0;

    (void)ctx;
    for (size_t left = ring.bytes / 16; left > 0; left--) {
        memcpy(&addr, descriptor, sizeof addr);
        if (addr == buffer.value) {
            memset(descriptor + 8, 0, 4);
            return;
        }
        descriptor += 16;
    }
    panic("behave: the buffer is not in the ring");
}

static bool sends_none(void *ctx, uint64_t seq, uint16_t held)
{
    (void)ctx;
    (void)seq;
    (void)held;
    return false;
}

static bool sends_first_only(void *ctx, uint64_t seq, uint16_t held)
{
    (void)ctx;
    return held == 0 && seq == 1;
}

static bool sends_until_n(void *ctx, uint64_t seq, uint16_t held)
{
    return held == 0 && seq <= misbehave_of(ctx)->number;
}

// A sample with an even number follows one with an odd number, unrequested.
// The device then returns one of the two buffers. That is no request; an
// answer to it would repeat without end.
static bool sends_two(void *ctx, uint64_t seq, uint16_t held)
{
    (void)ctx;
    return held == 0 || (held == 1 && seq % 2 == 0);
}

static bool is_sample_n(void *ctx, uint64_t seq)
{
    return seq == misbehave_of(ctx)->number;
}

// --- The table ---------------------------------------------------------------

enum misbehave_takes {
    TAKES_NOTHING = 0,
    TAKES_SAMPLE, // :N, a sample's number, from 1
    TAKES_VALUE,  // :V, any number
};

enum misbehave_needs {
    NEEDS_ONE = 0,     // any statistic
    NEEDS_FREE_MEMORY, // which it leaves out, and one that stays
    NEEDS_THREE,       // any three: more than one descriptor
};

struct misbehaviour {
    const char *word; // KIND
    enum misbehave_takes takes;
    enum misbehave_needs needs;
    bool without_driver;
    struct balloon_policy policy;
    // NULL: the correct encoding. Otherwise the policy composes with it.
    void (*encode)(struct balloon_buffer *buffer, uint64_t number);
};

static const struct misbehaviour misbehaviours[] = {
    {"no-prime", .policy = {.sends = sends_none}},
    {"prime-short", .encode = encode_prime_short},
    {"unknown-tags", .encode = encode_unknown_tags},
    {"zero-length", .policy = {.compose = compose_empty,
                               .before_publish = clear_length,
                               .sends = sends_first_only,
                               .never_recovers = true}},
    {"entry16", .encode = encode_entry16},
    {"duplicate", .encode = encode_duplicate},
    {"reversed", .encode = encode_reversed},
    {"split", .needs = NEEDS_THREE, .encode = encode_in_pieces},
    {"indirect", .needs = NEEDS_THREE,
     .policy = {.features_also = UINT64_C(1) << VIRTIO_F_INDIRECT_DESC},
     .encode = encode_in_pieces},
    {"subset", .needs = NEEDS_FREE_MEMORY, .encode = encode_subset},
    {"skip-one", TAKES_SAMPLE, NEEDS_FREE_MEMORY, .encode = encode_skip_one},
    {"skip-all", TAKES_SAMPLE, .encode = encode_skip_all},
    {"alternate", .needs = NEEDS_FREE_MEMORY, .encode = encode_alternate},
    {"falling", .encode = encode_falling},
    {"pattern", TAKES_VALUE, .encode = encode_pattern},
    {"major-twice", .encode = encode_major_twice},
    {"pages", .encode = encode_pages},
    {"stale", TAKES_SAMPLE, .encode = encode_stale},
    {"recount", TAKES_SAMPLE, .encode = encode_recount},
    {"late", TAKES_SAMPLE, .encode = encode_late},
    {"silent", TAKES_SAMPLE, .policy = {.sends = sends_until_n}},
    {"two-buffers", .policy = {.sends = sends_two, .waits_until_taken = true}},
    {"bad-actual", .policy = {.actual = UINT32_MAX}},
    {"no-kick", .policy = {.never_notifies = true}},
    {"no-stats-vq",
     .policy = {.features_declined = UINT64_C(1) << VIRTIO_BALLOON_F_STATS_VQ}},
    {"no-driver", .without_driver = true},
    {"reset-holding", TAKES_SAMPLE,
     .policy = {.starts_over = is_sample_n, .waits_until_taken = true}},
    {"panic", TAKES_SAMPLE, .encode = encode_panic},
};

static const struct misbehaviour *find_misbehaviour(struct slice word)
{
    for (size_t i = 0; i < sizeof misbehaviours / sizeof misbehaviours[0];
         i++) {
        if (slice_is(word, misbehaviours[i].word)) {
            return &misbehaviours[i];
        }
    }
    return NULL;
}

enum error misbehave_parse(struct slice text, struct misbehave *misbehave)
{
    struct slice number;
    const bool has_number = slice_cut(&text, ':', &number);

    *misbehave = (struct misbehave){0};
    if (!has_number && slice_is(text, "by-the-book")) {
        return OK;
    }
    const struct misbehaviour *kind = find_misbehaviour(text);

    if (kind == NULL || has_number != (kind->takes != TAKES_NOTHING)) {
        return ERR_INVALID;
    }
    misbehave->kind = kind;
    if (!has_number) {
        return OK;
    }
    const enum error error =
        slice_number(number, UINT64_MAX, &misbehave->number);
    const bool sample_0 = kind->takes == TAKES_SAMPLE && misbehave->number == 0;

    return error == OK && sample_0 ? ERR_INVALID : error;
}

struct balloon_policy misbehave_policy(const struct misbehave *misbehave)
{
    struct balloon_policy policy = {0};

    if (misbehave->kind != NULL) {
        policy = misbehave->kind->policy;
        if (misbehave->kind->encode != NULL) {
            policy.compose = compose_encoded;
        }
    }
    return policy;
}

void misbehave_encode(const struct misbehave *misbehave,
                      struct balloon_buffer *buffer)
{
    if (misbehave->kind != NULL && misbehave->kind->encode != NULL) {
        misbehave->kind->encode(buffer, misbehave->number);
    } else {
        encode_correctly(buffer);
    }
}

const char *misbehave_lacks(const struct misbehave *misbehave, uint32_t subset,
                            struct slice *word)
{
    const struct misbehaviour *kind = misbehave->kind;
    const uint32_t others = subset & ~(1u << VIRTIO_BALLOON_S_MEMFREE);
    const uint32_t one_less = subset & (subset - 1);

    if (kind == NULL) {
        return NULL;
    }
    *word = (struct slice){kind->word, strlen(kind->word)};
    if (kind->needs == NEEDS_FREE_MEMORY && (others == subset || others == 0)) {
        return "this behave= needs free-memory and one more statistic";
    }
    if (kind->needs == NEEDS_THREE && (one_less & (one_less - 1)) == 0) {
        return "this behave= needs three statistics";
    }
    return NULL;
}

bool misbehave_without_driver(const struct misbehave *misbehave)
{
    return misbehave->kind != NULL && misbehave->kind->without_driver;
}

void misbehave_log(const struct misbehave *misbehave)
{
    const struct misbehaviour *kind = misbehave->kind;

    if (kind == NULL) {
        return;
    }
    if (kind->takes == TAKES_NOTHING) {
        log_line("balloon behave=%s", kind->word);
    } else {
        log_line("balloon behave=%s:%llu", kind->word,
                 (unsigned long long)misbehave->number);
    }
}
