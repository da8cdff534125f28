// SPDX-License-Identifier: MIT
// What newlib asks of an operating system here: memory for malloc and a place
// for output. The only file that knows these names; the linker tells when
// newlib asks for more. newlib's documentation, "System Calls".
#include "base/emit.h"
#include "mm/mm.h"

#include <errno.h>
#include <stddef.h>
#include <sys/types.h>

// newlib calls these and declares neither in a header of its own.
void *sbrk(ptrdiff_t bytes);
ssize_t write(int file, const void *text, size_t bytes);

// The heap grows and is never given back: newlib's malloc asks in steps and
// reuses what is freed.
void *sbrk(ptrdiff_t bytes)
{
    uintptr_t at = mm_heap.base + mm_heap.bytes;

    if (bytes < 0 ||
        (bytes > 0 && window_grow(&mm_heap, (uint64_t)bytes, &at) != OK)) {
        errno = ENOMEM;
        return (void *)-1;
    }
    return (void *)at;
}

ssize_t write(int file, const void *text, size_t bytes)
{
    (void)file; // stdout and stderr are the same wire
    emit_bytes(text, bytes);
    return (ssize_t)bytes;
}
