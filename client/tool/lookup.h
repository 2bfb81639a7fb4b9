/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_TOOL_LOOKUP_H
#define CASEWIRE_TOOL_LOOKUP_H

#include "tool/context.h"

/*
 * What people type for a case: its id, a beginning of it, its reference - which the daemon knows - or the
 * seven characters of the reference, or an operation's name, which are looked for in the list here.
 * *out_id: 64 hexadecimal digits and a NUL; the name itself when it is for the daemon to judge.
 */
#define LOOKUP_LEN_MAX 200
enum cw_err lookup_case(struct context *context, const char *name, int32_t timeout_ms, char out[static LOOKUP_LEN_MAX]);

/* Its view, closed by the caller. Complains: with the nearest reference when there is no such case. */
enum exit_code lookup_view(const struct cli *cli, struct context *context, const char *name,
                           struct cw_answer **out_answer);

/*
 * lookup_view shows a child by whatever reference: of an alias, the case that survives. lookup_record shows the very case
 * that was named.
 */
enum exit_code lookup_record(const struct cli *cli, struct context *context, const char *name,
                             struct cw_answer **out_answer);

/* "K7Q2M4X" out of "MC/NTH/2026/K7Q2M4X-C": what people say; the whole when it has another form. */
#define CHARS_LEN_MAX 40
void lookup_chars(struct cw_slice reference, char out[static CHARS_LEN_MAX]);

#endif
