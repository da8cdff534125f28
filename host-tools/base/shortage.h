// SPDX-License-Identifier: MIT
// What a host can lack, recognised in a program's words.
// Limits: the C locale's words for an errno, which QEMU and libc use.
#ifndef BASE_SHORTAGE_H
#define BASE_SHORTAGE_H

// The words for the errno of a full or failing disk, of a quota or a limit
// that is used up, of too little memory, or of too many open files, if `text`
// has them; else NULL.
const char *shortage_in(const char *text);

#endif
