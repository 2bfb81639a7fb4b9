/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_CASES_MACHINE_H
#define CASEWIRE_CASES_MACHINE_H

/* What the entry check and the fold share about steps. */

#include "proto/schema.h"

enum step_match { STEP_NONE, STEP_NOT_FROM_HERE, STEP_ALREADY_THERE, STEP_MATCHES };

/*
 * The row of (machine, event) whose `from` contains state; *out_first is the first row of (machine, event) when
 * none does. STEP_NONE: the event never moves this machine.
 */
enum step_match step_find(enum machine machine, uint32_t event, uint32_t state, const struct schema_step **out_row);

#define RISK_HIGH 4 /* of the scale missing_risk */

#endif
