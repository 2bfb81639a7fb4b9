/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_LIB_WHEN_H
#define CASEWIRE_LIB_WHEN_H

/*
 * Times as people write and read them. People are in London; machines get RFC 3339 in UTC. The rule of
 * British Summer Time is written out, so that a machine without a zone database shows the same.
 */

#include "proto/base.h"

#define WHEN_TEXT_LEN_MAX 40

/* "2018-03-19T16:00:00.000Z" */
void when_utc(struct cw_wall t, char out[static WHEN_TEXT_LEN_MAX]);
/* "Mon 19 Mar 2018 16:00" in London; with `seconds`, "16:00:05" */
void when_london(struct cw_wall t, bool seconds, char out[static WHEN_TEXT_LEN_MAX]);
/* As short as it can be told apart: "16:00" today, "Mon 19 Mar 16:00" this year, "19 Mar 2018 16:00"; in London. */
void when_short(struct cw_wall t, struct cw_wall now, char out[static WHEN_TEXT_LEN_MAX]);
/* "3 s ago", "in 2 h", "just now" */
void when_relative(struct cw_wall t, struct cw_wall now, char out[static WHEN_TEXT_LEN_MAX]);

/*
 * "2018-03-19" (the whole day), "2018-03-19T16:00[:05][Z|+01:00]" (London time without a zone; also with a
 * space), "A/B" from A to B. A time alone has equal ends. false: none of these.
 */
bool when_parse(struct cw_slice text, struct cw_wall *out_earliest, struct cw_wall *out_latest);
struct cw_wall when_now(void);

#endif
