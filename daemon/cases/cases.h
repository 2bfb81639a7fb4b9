/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_CASES_CASES_H
#define CASEWIRE_CASES_CASES_H

/*
 * The meaning of what officers sign: check at the door (check.h), fold into a state (fold.h), read the state
 * (state.h, view.h), under the network's policy (policy.h). Pure: no heap, no I/O, no clock.
 */

#include "cases/check.h"
#include "cases/fold.h"
#include "cases/policy.h"
#include "cases/state.h"
#include "cases/view.h"

#endif
