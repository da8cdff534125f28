// SPDX-License-Identifier: MIT
// The sixteen statistics from what the model knows. docs/memory.md, "The
// sixteen".
#include "model/state.h"

#define PAGE_BYTES UINT64_C(4096)

static const struct {
    const char *key;
    uint64_t unit; // of the counts that are kept; the others are computed
} keys[MODEL_NUMBERS] = {
    [MODEL_SWAP_IN] = {"swap-in", PAGE_BYTES},
    [MODEL_SWAP_OUT] = {"swap-out", PAGE_BYTES},
    [MODEL_MAJOR_FAULTS] = {"major-faults", 1},
    [MODEL_MINOR_FAULTS] = {"minor-faults", 1},
    [MODEL_FREE_MEMORY] = {"free-memory", 0},
    [MODEL_TOTAL_MEMORY] = {"total-memory", 0},
    [MODEL_AVAILABLE_MEMORY] = {"available-memory", 0},
    [MODEL_DISK_CACHES] = {"disk-caches", 0},
    [MODEL_HTLB_PGALLOC] = {"htlb-pgalloc", 1},
    [MODEL_HTLB_PGFAIL] = {"htlb-pgfail", 1},
    [MODEL_OOM_KILLS] = {"oom-kills", 1},
    [MODEL_ALLOC_STALLS] = {"alloc-stalls", 1},
    [MODEL_ASYNC_SCANS] = {"async-scans", PAGE_BYTES},
    [MODEL_DIRECT_SCANS] = {"direct-scans", PAGE_BYTES},
    [MODEL_ASYNC_RECLAIMS] = {"async-reclaims", PAGE_BYTES},
    [MODEL_DIRECT_RECLAIMS] = {"direct-reclaims", PAGE_BYTES},
};

const char *model_key(unsigned number)
{
    return keys[number].key;
}

// The largest n whose pages and tables fit: more pages never need fewer
// tables, so the range can be halved.
static uint64_t available(const struct model *model)
{
    const int64_t mark = model->swap_on ? MARK_HIGH : MARK_MIN;
    const int64_t most =
        model_room(model) + (int64_t)model->file.memory.count - mark;
    uint64_t low = 0;
    uint64_t high = most > 0 ? (uint64_t)most : 0;

    while (low < high) {
        const uint64_t n = low + (high - low + 1) / 2;

        if (n + tables_lacking(model->held_pages + n, model->held_tables) <=
            (uint64_t)most) {
            low = n;
        } else {
            high = n - 1;
        }
    }
    return low;
}

void model_numbers(const struct model *model, struct model_numbers *out)
{
    const uint64_t away =
        model->machine.deflate_on_oom ? 0 : model->balloon.count;
    uint64_t *value = out->value;

    for (unsigned i = 0; i < MODEL_NUMBERS; i++) {
        value[i] = model->counted[i] * keys[i].unit;
    }
    value[MODEL_FREE_MEMORY] = model->free.count * PAGE_BYTES;
    value[MODEL_TOTAL_MEMORY] = (model->machine.managed - away) * PAGE_BYTES;
    value[MODEL_AVAILABLE_MEMORY] = available(model) * PAGE_BYTES;
    value[MODEL_DISK_CACHES] = model->file.memory.count * PAGE_BYTES;
}
