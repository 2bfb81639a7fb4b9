/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_CASES_DEATHS_H
#define CASEWIRE_CASES_DEATHS_H

/*
 * What tells of a child's death. One inspector reports it and another confirms it; until then the episode stays live and
 * no feed tells of it (DOMAIN §9.3, §15.24), by whatever event, field or note it is said.
 */

#include "cases/state.h"

/* The value says that the child is dead. */
bool value_tells_death(uint32_t field, const struct op_value *value);
bool event_tells_death(uint32_t event);
/* The op reports or confirms a death, or writes a value that says so. */
bool op_tells_death(const struct op *op);
bool note_tells_death(const struct case_note *note);
/* An episode ended by a death that was confirmed: a child dies once, whichever episode it was. */
bool state_death_confirmed(const struct case_state *state);

#endif
