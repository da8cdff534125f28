// SPDX-License-Identifier: MIT
// The parser of one slot's text.
#include "platform/machine_slot.h"

enum error machine_slot_parse(struct slice text, struct machine_slot *slot)
{
    struct slice base;
    struct slice irq;
    struct slice id;
    uint64_t bytes = 0;
    uint64_t address = 0;
    uint64_t gsi = 0;

    if (!slice_cut(&text, '@', &base) || !slice_cut(&base, ':', &irq)) {
        return ERR_INVALID;
    }
    slice_cut(&irq, ':', &id);
    enum error error = slice_number(text, UINT32_MAX, &bytes);

    if (error == OK) {
        error = slice_number(base, UINT64_MAX, &address);
    }
    if (error == OK) {
        error = slice_number(irq, UINT32_MAX, &gsi);
    }
    *slot = (struct machine_slot){paddr_of(address), (uint32_t)bytes,
                                  (uint32_t)gsi};
    return error;
}
