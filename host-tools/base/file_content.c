// SPDX-License-Identifier: MIT
// The formula of the file disk's content.
#include "base/file_content.h"

uint64_t file_content_word(uint64_t page, unsigned index)
{
    return UINT64_C(0x9e3779b97f4a7c15) +
           (page * FILE_PAGE_WORDS + index) * UINT64_C(0xd1342543de82ef95);
}
