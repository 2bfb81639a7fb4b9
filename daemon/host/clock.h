/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_HOST_CLOCK_H
#define CASEWIRE_HOST_CLOCK_H

#include "proto/base.h"

/* Two clocks of two types: deadlines are counted on the first, records are dated with the second. Any thread. */
struct cw_mono clock_mono(void);
struct cw_wall clock_wall(void);

/* "2026-03-19T08:05:09.123Z"; a year outside 0 to 9999 gives the nearest end. */
#define CLOCK_TEXT_LEN 25 /* the final NUL included */
void clock_text(struct cw_wall t, char out[static CLOCK_TEXT_LEN]);

#endif
