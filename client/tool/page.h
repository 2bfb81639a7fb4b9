/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_TOOL_PAGE_H
#define CASEWIRE_TOOL_PAGE_H

/* What a daemon answers programs that watch it (casewire-metrics(7)), asked at its socket and read. */

#include "proto/buf.h"

#define PAGE_LEN_MAX ((size_t)2 << 20)

/*
 * where: a socket's path, or tcp://127.0.0.1:PORT, tcp://[::1]:PORT. One of "metrics", "healthz", "readyz", appended to *out; *out_status: 200 or 503. Blocks up to timeout_ms.
 * CW_AGAIN_NO_DAEMON nobody answers there; CW_PEER_MALFORMED; CW_REFUSED_SIZE above PAGE_LEN_MAX.
 */
enum cw_err page_get(const char *where, const char *page, int32_t timeout_ms, unsigned *out_status, struct buf *out);

/* The value of the sample that begins with `sample` ("casewire_cases", "casewire_peer_up{peer=\"EST\"}"); false: there is none. */
bool page_number(struct cw_slice text, const char *sample, double *out);

#endif
