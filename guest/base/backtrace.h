// SPDX-License-Identifier: MIT
// The chain of callers, from frame pointers, with function names from the table
// that scripts/make-symbols makes. Reads only inside the known stacks, so
// corrupt frames cannot make it fault.
#ifndef BASE_BACKTRACE_H
#define BASE_BACKTRACE_H

#include "base/types.h"

// Sets the bounds of the stacks. Frames outside are not followed.
void backtrace_stacks(uintptr_t low, uintptr_t high);

// Writes one line ` at address name+offset`.
void backtrace_address(uint64_t address);

// The same for the return address stored at `place`, if that is in a stack.
void backtrace_return(uintptr_t place);

// The same for each caller, from the frame at this RBP on, innermost first, at
// most 16.
void backtrace_print(uintptr_t frame);

#endif
