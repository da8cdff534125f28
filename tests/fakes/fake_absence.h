// SPDX-License-Identifier: MIT
// Registers of a device that is no longer there: they read all ones, and what
// is written goes nowhere. A violation to nobody, unlike what was never claimed
// (fake_io.h).
#ifndef FAKES_FAKE_ABSENCE_H
#define FAKES_FAKE_ABSENCE_H

#include "base/io.h"

// From here on nobody answers in the region.
void fake_absence_claim(struct io_region region);
// Reads of such registers since the last fake_absence_end.
unsigned fake_absence_reads(void);
// Forgets all regions.
void fake_absence_end(void);

#endif
