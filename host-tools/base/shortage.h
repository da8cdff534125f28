// SPDX-License-Identifier: MIT
// A shortage on the host, recognised in the text of an error message.
// Limits: the C locale's texts for an errno, which QEMU and libc use.
#ifndef BASE_SHORTAGE_H
#define BASE_SHORTAGE_H

// If `text` contains the text of an errno for a full, read-only or failing
// disk, an exhausted quota or limit, too little memory or too many open files:
// that text. Else NULL.
const char *shortage_in(const char *text);

#endif
