// SPDX-License-Identifier: MIT
// The bytes of mkswap's mark.
#include "machine/swap_mark.h"

#include <assert.h>
#include <string.h>

//        0 +--------------------+  boot sector: unused
//     1024 | version, le32: 1   |
//     1028 | last page, le32    |
//     1032 | bad pages, le32    |  their number
//     1036 | UUID, label        |  zero
//     1536 | bad pages, le32 .. |  their list
//     4086 | "SWAPSPACE2"       |
//     4096 +--------------------+
enum {
    AT_VERSION = 1024,
    AT_LAST_PAGE = 1028,
    AT_BAD_COUNT = 1032,
    AT_BAD_PAGES = 1536,
    AT_SIGNATURE = 4086,
    VERSION = 1
};

static const char signature[] = "SWAPSPACE2";

static_assert(AT_SIGNATURE + sizeof signature - 1 == SWAP_MARK_BYTES,
              "the signature ends the page");
static_assert(AT_BAD_PAGES + 4 * SWAP_MARK_BAD <= AT_SIGNATURE,
              "the list ends before the signature");

static void put_le32(unsigned char *at, uint32_t value)
{
    for (int i = 0; i < 4; i++) {
        at[i] = (unsigned char)(value >> (8 * i));
    }
}

void swap_mark_make(uint32_t last_page, const uint32_t *bad, size_t bad_count,
                    unsigned char mark[SWAP_MARK_BYTES])
{
    assert(bad_count <= SWAP_MARK_BAD);
    memset(mark, 0, SWAP_MARK_BYTES);
    put_le32(mark + AT_VERSION, VERSION);
    put_le32(mark + AT_LAST_PAGE, last_page);
    put_le32(mark + AT_BAD_COUNT, (uint32_t)bad_count);
    for (size_t i = 0; i < bad_count; i++) {
        put_le32(mark + AT_BAD_PAGES + 4 * i, bad[i]);
    }
    memcpy(mark + AT_SIGNATURE, signature, sizeof signature - 1);
}
