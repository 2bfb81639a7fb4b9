/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_NODE_DIVISIONS_H
#define CASEWIRE_NODE_DIVISIONS_H

/*
 * Which divisions there are: those for which the authority has issued a certificate, to a daemon or to a person, that is
 * not revoked. One whose certificates have run out is late with its papers and is there.
 */

#include "core/authority.h"

bool division_exists(const struct authority *a, struct cw_slice code);
/* Each once, ascending; borrowed from the authority. NULL: the arena is full. */
const struct cw_slice *divisions_list(const struct authority *a, struct arena *arena, uint32_t *out_count);

#endif
