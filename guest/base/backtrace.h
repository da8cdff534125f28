// SPDX-License-Identifier: MIT
// Who called whom, from frame pointers, with function names from the table
// that the build makes out of its map. Reads only inside the stacks that it
// was told of, so it can't fault however broken the frames are.
#ifndef BASE_BACKTRACE_H
#define BASE_BACKTRACE_H

#include "base/types.h"

// The memory in which frames are believed.
void backtrace_stacks(uintptr_t low, uintptr_t high);

// One line ` at address name+offset`.
void backtrace_address(uint64_t address);

// The same for a return address that lies at the place in a stack.
void backtrace_return(uintptr_t place);

// The callers above the frame whose RBP is given, innermost first, at most 16.
void backtrace_print(uintptr_t frame);

#endif
