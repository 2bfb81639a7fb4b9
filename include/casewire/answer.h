/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_ANSWER_H
#define CASEWIRE_ANSWER_H

#include <casewire/error.h>
#include <casewire/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * A daemon's answer, checked and held until cw_answer_close(). Everything read from it lives as long.
 *
 * What it holds is message Answer of proto/client.proto; a path names one thing in it: "status.in_sync",
 * "view.fields[2].values[0].text". Bindings that have protobuf themselves take the bytes.
 */
struct cw_answer;

CW_PUBLIC void cw_answer_close(struct cw_answer *answer);
/**
 * The cw.Answer protobuf bytes, with all that the daemon said once for several values said of each. Empty: no memory
 * for them. Threads: any.
 */
CW_PUBLIC struct cw_slice cw_answer_bytes(const struct cw_answer *answer);
/** How many the repeated thing at `path` has; 1 or 0 for a single one that is there or not. Threads: any. */
CW_PUBLIC size_t cw_answer_count(const struct cw_answer *answer, const char *path);
/** Bytes or text at `path`. CW_LOCAL_NOT_FOUND: absent; CW_USAGE_ARGUMENT: no such path. Threads: any. */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_answer_text(const struct cw_answer *answer, const char *path,
                                                   struct cw_slice *out_text);
/** Number or flag (0, 1) at `path`; errors as cw_answer_text(). Threads: any. */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_answer_number(const struct cw_answer *answer, const char *path,
                                                     int64_t *out_number);

#ifdef __cplusplus
}
#endif

#endif
