// SPDX-License-Identifier: MIT
// A folder removed with all that it holds.
#ifndef BASE_TREE_H
#define BASE_TREE_H

// Removes the folder and everything below it, as far as that is permitted. No
// link is followed, and no other file system is entered.
void tree_remove(const char *path);

#endif
