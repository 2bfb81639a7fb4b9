/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_MAIN_SERVE_H
#define CASEWIRE_MAIN_SERVE_H

/* A daemon's life: started, serving until a signal says stop or something that it cannot do without has ended, stopped. */

#include "main/daemon.h"

/* Settings are read. Returns the process's exit code (say.h). Main thread; blocks for as long as it serves. */
int serve_run(struct daemon *d);
/* They cannot be read, or are wrong: that is said wherever somebody listens. Returns EXIT_CONFIG. */
int serve_refused(struct daemon *d, const struct problems *problems, enum cw_err err);

#endif
