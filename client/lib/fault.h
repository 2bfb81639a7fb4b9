/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_LIB_FAULT_H
#define CASEWIRE_LIB_FAULT_H

/* Filling struct cw_fault: every text in it is clean, whoever the bytes came from. */

#include <casewire/fault.h>

#include "proto/bytes.h"

/* Fills *out (may be NULL) and returns code, so that a check can `return fault_set(...)`. */
enum cw_err fault_set(struct cw_fault *out, enum cw_err code, const char *where, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* The error table's own sentence. */
enum cw_err fault_plain(struct cw_fault *out, enum cw_err code, const char *where);
enum cw_err fault_of_refusal(struct cw_fault *out, enum cw_err code, const struct refusal *refusal);
/* Text from outside: what is not printable becomes '?', what is too long is cut. */
void fault_clean_text(struct cw_slice text, char *out, size_t cap);

#endif
