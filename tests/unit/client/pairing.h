/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_UNIT_CLIENT_PAIRING_H
#define TESTS_UNIT_CLIENT_PAIRING_H

/* An authority with one division, and a host that wants to become the second: each step as a command does it. */

#include "tests/unit/client/history.h"

#include "tool/enrol.h"

struct pairing {
    char dir[64]; /* the authority's */
    char place[64];
    struct authority a;
    struct members *members;
    struct host east;
    struct cw_fault fault;
};
extern struct pairing pairing;

/* A checked fixture. */
void pairing_begin(void);
void pairing_end(void);

/* A path below `place`; good until the next call. */
const char *in_place(const char *name);
/* Keys and request of a host, from an invitation written for it. */
void request_at(const struct host *host, struct asking *out);
/* The same for the keys and the certificate that are there. */
void renewal_at(const struct host *host, struct asking *out);
/* The answer to it, in the file `bundle`. */
void answer_to(const struct asking *asking);
/* Both for east, and the answer opened. */
void answered(struct joining *out);
/* With a NUL behind it. */
void text_of_file(const char *path, struct buf *out);

#endif
