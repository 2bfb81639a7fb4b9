/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_MAIN_SAY_H
#define CASEWIRE_MAIN_SAY_H

/* What went wrong, in words for the administrator, and in the code that the process ends with. Main thread. */

#include "main/daemon.h"

#define EXIT_CONFIG 78 /* EX_CONFIG: starting again will not help; the unit does not try */

/* EXIT_SUCCESS, EXIT_CONFIG, EXIT_FAILURE. */
int say_exit_code(enum cw_err err);

/* *why, or the error's own sentence when *why is empty. */
const char *say_text(enum cw_err err, const struct refusal *why);

/*
 * Both print nothing when there is nothing to say and return err, so that a step and its words stand in one line.
 * say_why: say_text() as an alarm with this id in the journal, or on
 * standard error before there is one. say_problems: a line each on standard error.
 */
enum cw_err say_why(struct daemon *d, const char *id, enum cw_err err, const struct refusal *why);
enum cw_err say_problems(const struct problems *p, enum cw_err err);

#endif
