/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_CONF_COMMENTS_H
#define CASEWIRE_CONF_COMMENTS_H

#include "proto/base.h"

/*
 * Overwrites comments (# and // to the end of the line, and C's) with spaces, in place, lines kept.
 *
 * Only because libconfuse 3.3 counts a line with a comment as three (and one with a C comment as two), so that every
 * mistake below a comment would be shown at a wrong line. Where a comment begins inside a word it is left to
 * libconfuse. Returns 0, or the line of a fault: a C comment that never ends, a quoted text or a section that does not end,
 * which libconfuse would take for whatever follows, or a backslash outside quotes, which it would print to standard output
 * and otherwise pass over.
 */
int comments_remove(char *text, const char **out_fault);

#endif
