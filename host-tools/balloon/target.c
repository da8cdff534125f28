// SPDX-License-Identifier: MIT
// The target: read from a register, and converted to a size.
#include "balloon/target.h"

#include "balloon/registers.h"
#include "balloon/size.h"
#include "base/text.h"

int64_t target_size(const struct target *target, uint64_t ram)
{
    return (int64_t)ram - (int64_t)(target->pages * SIZE_PAGE);
}

void target_read(const struct balloon *balloon, struct target *target)
{
    struct registers_value value = {0};

    registers_read(balloon, REGISTERS_NUM_PAGES, &value);
    *target = (struct target){.known = value.known, .pages = value.value};
    text_format(target->reason, sizeof target->reason, "%s", value.reason);
}
