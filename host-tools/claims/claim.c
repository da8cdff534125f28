// SPDX-License-Identifier: MIT
// QEMU versions, and a claim's expected finding for each. Pure.
// Limits: knows only the versions with recorded expectations.
#include "claims/claim.h"

#include <stdlib.h>

static unsigned number(const char **text)
{
    char *end;
    unsigned long value = strtoul(*text, &end, 10);

    *text = *end == '.' ? end + 1 : end;
    return value > 9999 ? 0 : (unsigned)value;
}

struct qemu_version version_of(const char *text)
{
    struct qemu_version version;

    version.major = number(&text);
    version.minor = number(&text);
    version.micro = number(&text);
    return version;
}

bool version_known(const struct qemu_version *version)
{
    return (version->major == 7 && version->minor == 2) ||
           version->major == 10 || version->major == 11;
}

enum finding claim_expected(const struct claim *claim,
                            const struct qemu_version *version)
{
    return claim->since && version->major >= claim->since ? claim->then
                                                          : claim->expected;
}
