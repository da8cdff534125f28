// SPDX-License-Identifier: MIT
// Claims about each of the sixteen: what moves it, and what stays.
// Limits: the numbers follow from docs/memory.md by hand: marks of 64, 128 and
// 192 frames, groups of 8 pages of the file, a goal of 32 frames.
#include "claims/memory.h"
#include "claims/registry.h"

#define P INT64_C(4096)

static const struct fixture_disks disks = {.swap_pages = 257, .file_pages = 64};

// With page tables for all that held memory can be, `alloc` takes none later.
#define TABLES "room=64 free "

// The words before the move, those that make it, and the change of each
// statistic by them; 0: it stays.
struct move {
    const char *before;
    const char *words;
    const char *after; // words that show more of it; NULL: none
    int64_t moved[MODEL_NUMBERS];
};

static bool expect_move(struct fixture *fixture, struct memory_wish wish,
                        const struct move *move)
{
    struct memory memory = {0};
    struct model_numbers before = {{0}};

    wish.disks = &disks;
    bool ok = memory_boot(fixture, &wish, &memory) &&
              memory_do(&memory, move->before);
    if (ok) {
        before = memory_numbers(&memory);
    }
    ok = ok && memory_do(&memory, move->words) &&
         memory_expect_moved(&memory, &before, move->moved) &&
         memory_do(&memory, move->after ? move->after : "");
    return memory_end(&memory, ok);
}

static bool expect(struct fixture *fixture, const struct move *move)
{
    return expect_move(fixture, (struct memory_wish){0}, move);
}

// Eight pages that the background has written are read.
static bool check_swap_in(struct fixture *fixture)
{
    return expect(fixture, &(const struct move){
                               .before = "swapon map=1M room=200 write=200:1 "
                                         "free",
                               .words = "read=8",
                               .moved =
                                   {
                                       [MODEL_SWAP_IN] = 8 * P,
                                       [MODEL_MAJOR_FAULTS] = 8,
                                       [MODEL_FREE_MEMORY] = -8 * P,
                                       [MODEL_AVAILABLE_MEMORY] = -8 * P,
                                   },
                           });
}

// Room of 128 becomes 120: the background looks at 180 pages, then at the first
// 72 of them again, which it writes. Room is 192 then.
static bool check_swap_out(struct fixture *fixture)
{
    return expect(fixture, &(const struct move){
                               .before = "swapon map=1M room=300 write=172:1",
                               .words = "write=8@172:1",
                               .moved =
                                   {
                                       [MODEL_SWAP_OUT] = 72 * P,
                                       [MODEL_MINOR_FAULTS] = 8,
                                       [MODEL_FREE_MEMORY] = 64 * P,
                                       [MODEL_ASYNC_SCANS] = 252 * P,
                                       [MODEL_ASYNC_RECLAIMS] = 72 * P,
                                   },
                           });
}

// A group of eight pages with one fault.
static bool check_major_faults(struct fixture *fixture)
{
    return expect(fixture, &(const struct move){
                               .before = "load=1@56",
                               .words = "load=1",
                               .moved =
                                   {
                                       [MODEL_MAJOR_FAULTS] = 1,
                                       [MODEL_FREE_MEMORY] = -8 * P,
                                       [MODEL_DISK_CACHES] = 8 * P,
                                   },
                           });
}

// The seven that were read ahead.
static bool check_minor_faults(struct fixture *fixture)
{
    return expect(fixture, &(const struct move){
                               .before = "load=1",
                               .words = "load=7@1",
                               .moved = {[MODEL_MINOR_FAULTS] = 7},
                           });
}

static bool check_free_memory(struct fixture *fixture)
{
    return expect(fixture, &(const struct move){
                               .before = TABLES "map=400K write=100:1",
                               .words = "unmap",
                               .moved =
                                   {
                                       [MODEL_FREE_MEMORY] = 100 * P,
                                       [MODEL_AVAILABLE_MEMORY] = 100 * P,
                                   },
                           });
}

static bool check_total_memory(struct fixture *fixture)
{
    return expect(fixture, &(const struct move){
                               .before = TABLES,
                               .words = "balloon=512",
                               .moved =
                                   {
                                       [MODEL_FREE_MEMORY] = -512 * P,
                                       [MODEL_TOTAL_MEMORY] = -512 * P,
                                       [MODEL_AVAILABLE_MEMORY] = -512 * P,
                                   },
                           });
}

// A promise takes no frame.
static bool check_available_memory(struct fixture *fixture)
{
    return expect(fixture, &(const struct move){
                               .before = TABLES,
                               .words = "alloc=1M",
                               .moved = {[MODEL_AVAILABLE_MEMORY] = -256 * P},
                           });
}

static bool check_disk_caches(struct fixture *fixture)
{
    return expect(fixture, &(const struct move){
                               .before = "load=1",
                               .words = "drop",
                               .moved =
                                   {
                                       [MODEL_FREE_MEMORY] = 8 * P,
                                       [MODEL_DISK_CACHES] = -8 * P,
                                   },
                           });
}

static bool check_htlb_pgalloc(struct fixture *fixture)
{
    return expect(fixture, &(const struct move){
                               .before = TABLES "huge=1 huge=0",
                               .words = "huge=2",
                               .moved =
                                   {
                                       [MODEL_FREE_MEMORY] = -1024 * P,
                                       [MODEL_AVAILABLE_MEMORY] = -1024 * P,
                                       [MODEL_HTLB_PGALLOC] = 2,
                                   },
                           });
}

static bool check_htlb_pgfail(struct fixture *fixture)
{
    return expect(fixture, &(const struct move){
                               .before = "huge=1000",
                               .words = "huge=1000",
                               .moved = {[MODEL_HTLB_PGFAIL] = 1},
                           });
}

// Nothing can be reclaimed without swap: of tasks 2, 3 and 4, of which two have
// 200 pages, task 3 is killed for a page of task 1.
static bool check_oom_kills(struct fixture *fixture)
{
    return expect(fixture,
                  &(const struct move){
                      .before = TABLES
                      "task=3 map=800K write=200:3 task=2 map=800K write=200:2 "
                      "task=4 map=800K write=199:4 task=1 map=400K room=64",
                      .words = "write=1:2",
                      .after = "task=2 read=200 task=4 read=199 task=3 read=1",
                      .moved =
                          {
                              [MODEL_MINOR_FAULTS] = 1,
                              [MODEL_FREE_MEMORY] = 199 * P,
                              [MODEL_AVAILABLE_MEMORY] = 199 * P,
                              [MODEL_OOM_KILLS] = 1,
                              [MODEL_ALLOC_STALLS] = 1,
                          },
                  });
}

// The balloon gives 32 pages before a task is killed; total-memory is without
// them from the beginning, so it stays.
static bool check_alloc_stalls(struct fixture *fixture)
{
    return expect_move(fixture,
                       (struct memory_wish){
                           .property = "deflate-on-oom=on",
                           .deflate_on_oom = true,
                       },
                       &(const struct move){
                           .before = TABLES "map=4K balloon=512 room=64",
                           .words = "write=1:1",
                           .moved =
                               {
                                   [MODEL_MINOR_FAULTS] = 1,
                                   [MODEL_FREE_MEMORY] = 31 * P,
                                   [MODEL_AVAILABLE_MEMORY] = 31 * P,
                                   [MODEL_ALLOC_STALLS] = 1,
                               },
                       });
}

// Room of 128 becomes 120. All pages of the file are in use: each is looked at
// twice.
static bool check_async_scans(struct fixture *fixture)
{
    return expect(fixture, &(const struct move){
                               .before = TABLES "map=1M load=64 room=128",
                               .words = "write=8:1",
                               .moved =
                                   {
                                       [MODEL_MINOR_FAULTS] = 8,
                                       [MODEL_FREE_MEMORY] = 56 * P,
                                       [MODEL_AVAILABLE_MEMORY] = -8 * P,
                                       [MODEL_DISK_CACHES] = -64 * P,
                                       [MODEL_ASYNC_SCANS] = 128 * P,
                                       [MODEL_ASYNC_RECLAIMS] = 64 * P,
                                   },
                           });
}

// Of each group one page is in use, and seven were read ahead: those go at the
// first look.
static bool check_async_reclaims(struct fixture *fixture)
{
    return expect(fixture,
                  &(const struct move){
                      .before = TABLES
                      "map=1M load=1@0 load=1@8 load=1@16 load=1@24 load=1@32 "
                      "load=1@40 load=1@48 load=1@56 room=128",
                      .words = "write=8:1",
                      .moved =
                          {
                              [MODEL_MINOR_FAULTS] = 8,
                              [MODEL_FREE_MEMORY] = 56 * P,
                              [MODEL_AVAILABLE_MEMORY] = -8 * P,
                              [MODEL_DISK_CACHES] = -64 * P,
                              [MODEL_ASYNC_SCANS] = 72 * P,
                              [MODEL_ASYNC_RECLAIMS] = 64 * P,
                          },
                  });
}

// With room of 140 an order for 100 pages lacks 24, which are all the pages of
// the file. The background then finds nothing.
static bool check_direct_scans(struct fixture *fixture)
{
    return expect(fixture, &(const struct move){
                               .before = TABLES
                               "map=1M load=24 room=240 free=400K write=200:1",
                               .words = "alloc=400K",
                               .moved =
                                   {
                                       [MODEL_FREE_MEMORY] = 24 * P,
                                       [MODEL_AVAILABLE_MEMORY] = -100 * P,
                                       [MODEL_DISK_CACHES] = -24 * P,
                                       [MODEL_ALLOC_STALLS] = 1,
                                       [MODEL_DIRECT_SCANS] = 48 * P,
                                       [MODEL_DIRECT_RECLAIMS] = 24 * P,
                                   },
                           });
}

// The same with pages that were read ahead.
static bool check_direct_reclaims(struct fixture *fixture)
{
    return expect(fixture, &(const struct move){
                               .before = TABLES
                               "map=1M load=1@0 load=1@8 load=1@16 room=240 "
                               "free=400K write=200:1",
                               .words = "alloc=400K",
                               .moved =
                                   {
                                       [MODEL_FREE_MEMORY] = 24 * P,
                                       [MODEL_AVAILABLE_MEMORY] = -100 * P,
                                       [MODEL_DISK_CACHES] = -24 * P,
                                       [MODEL_ALLOC_STALLS] = 1,
                                       [MODEL_DIRECT_SCANS] = 27 * P,
                                       [MODEL_DIRECT_RECLAIMS] = 24 * P,
                                   },
                           });
}

static const struct claim claims[] = {
    {
        .id = "memory.swap-in",
        .place = "beyond",
        .statement = "A page that is read from swap moves swap-in, major- "
                     "faults, free-memory and available-memory; the other "
                     "twelve stay.",
        .check = check_swap_in,
    },
    {
        .id = "memory.swap-out",
        .place = "beyond",
        .statement = "Pages that the background writes to swap move swap-out, "
                     "async-scans, async-reclaims and free-memory, the touches "
                     "before that minor-faults; the others stay.",
        .check = check_swap_out,
    },
    {
        .id = "memory.major-faults",
        .place = "beyond",
        .statement = "A page of a file that is read from the disk moves major- "
                     "faults by one, disk-caches and free-memory by the eight "
                     "pages of its group; the others stay.",
        .check = check_major_faults,
    },
    {
        .id = "memory.minor-faults",
        .place = "beyond",
        .statement =
            "The first touch of a page that is in memory already moves "
            "minor-faults; the other fifteen stay.",
        .check = check_minor_faults,
    },
    {
        .id = "memory.free-memory",
        .place = "beyond",
        .statement = "What a task gives back moves free-memory and available- "
                     "memory; the others stay.",
        .check = check_free_memory,
    },
    {
        .id = "memory.total-memory",
        .place = "beyond",
        .statement = "Without DEFLATE_ON_OOM the balloon's pages move total- "
                     "memory, free-memory and available-memory; the others "
                     "stay.",
        .check = check_total_memory,
    },
    {
        .id = "memory.available-memory",
        .place = "beyond",
        .statement = "Memory that is promised and not touched moves available- "
                     "memory; the other fifteen stay.",
        .check = check_available_memory,
    },
    {
        .id = "memory.disk-caches",
        .place = "beyond",
        .statement =
            "Pages of a file that are dropped move from disk-caches to "
            "free-memory; the others stay, available-memory too.",
        .check = check_disk_caches,
    },
    {
        .id = "memory.htlb-pgalloc",
        .place = "beyond",
        .statement = "Blocks for the pool of huge pages move htlb-pgalloc by "
                     "one, free-memory and available-memory by 2 MiB each; the "
                     "others stay.",
        .check = check_htlb_pgalloc,
    },
    {
        .id = "memory.htlb-pgfail",
        .place = "beyond",
        .statement = "A pool that can't grow moves htlb-pgfail by one, however "
                     "many blocks are missing; the other fifteen stay.",
        .check = check_htlb_pgfail,
    },
    {
        .id = "memory.oom-kills",
        .place = "beyond",
        .statement = "If nothing can be reclaimed the largest task is killed, "
                     "of several the last: oom-kills and alloc-stalls grow by "
                     "one, free-memory and available-memory by its pages, "
                     "minor-faults by the touch; the others stay.",
        .check = check_oom_kills,
    },
    {
        .id = "memory.alloc-stalls",
        .place = "beyond",
        .statement = "With DEFLATE_ON_OOM a touch that stalls gets 32 pages of "
                     "the balloon: alloc-stalls and minor-faults grow by one, "
                     "free-memory and available-memory by the rest; the others "
                     "stay, oom-kills and total-memory too.",
        .check = check_alloc_stalls,
    },
    {
        .id = "memory.async-scans",
        .place = "beyond",
        .statement =
            "Each look of the background at a page is in async-scans, "
            "also one that frees nothing: pages of a file in use are "
            "looked at twice. The two counters of direct reclaim stay.",
        .check = check_async_scans,
    },
    {
        .id = "memory.direct-scans",
        .place = "beyond",
        .statement =
            "Each look at a page in an allocation that stalls is in "
            "direct-scans: pages of a file in use are looked at twice. "
            "The two counters of the background stay.",
        .check = check_direct_scans,
    },
    {
        .id = "memory.async-reclaims",
        .place = "beyond",
        .statement =
            "Each frame that the background frees is in async- "
            "reclaims: pages that were only read ahead go at the first "
            "look. The two counters of direct reclaim stay.",
        .check = check_async_reclaims,
    },
    {
        .id = "memory.direct-reclaims",
        .place = "beyond",
        .statement = "Each frame that an allocation frees for itself is in "
                     "direct-reclaims: pages that were only read ahead go at "
                     "the first look. The two counters of the background stay.",
        .check = check_direct_reclaims,
    },
};

const struct claim_list claims_memory_each = {
    claims,
    sizeof claims / sizeof *claims,
};
