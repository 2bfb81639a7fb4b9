/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_UNIT_NODE_PAIR_H
#define TESTS_UNIT_NODE_PAIR_H

/*
 * One division with two children's cases, a and b, and a phone: what links them, and what says that they are one child.
 * Everything is said by an inspector; what is asked is asked by an officer.
 */

#include "node/answer.h"
#include "proto/wire.h"
#include "tests/unit/node/lab.h"

#define ASSOCIATE_OF 8
#define USED_BY 13

struct pair {
    struct lab *lab;
    struct lab_node *north;
    struct cw_case_id a, b, phone;
    uint32_t number; /* of the last submission */
};
extern struct pair pair;

void pair_begin(void); /* lab_free(pair.lab) ends it */
struct cw_op_id pair_say(const struct cw_case_id *id, const struct op *op, struct cw_case_id *out_id);
/* Written, and not handed in: lab_ask does that. */
void pair_write_phone(const char *number, struct lab_op *out);
struct op_value pair_id(const struct cw_case_id *id);
struct op_value pair_number(int64_t n);
#define WRITE(of, what)                                                     \
    {                                                                       \
        .field = (of), .verb = VERB_SET, .has_value = true, .value = (what) \
    }

struct cw_op_id pair_link_to(const struct cw_case_id *from, const struct cw_case_id *to, int64_t type, bool one_side);
void pair_retitle(const struct cw_case_id *id, const char *title);
/* Takes back what `made` said, by an event of this number. */
void pair_take_back(const struct cw_case_id *id, uint32_t event, const struct cw_op_id *made);
struct cw_op_id pair_merge(const struct cw_case_id *loser, const struct cw_case_id *survivor);
/* Written, and not handed in. */
void pair_write_merge(const struct cw_case_id *loser, const struct cw_case_id *survivor, struct lab_op *out);
/* It comes by sync, from another division's log, and counts. */
void pair_hear(const struct lab_op *op);
/* Names, a birth date and a reference; the same but for the date. */
void pair_identify(const struct cw_case_id *id, const char *born);

/* The answer stands until the next question. */
const Cw__Answer *pair_ask(Cw__Request *request);
/* An id names a record, a reference names a child. */
const Cw__CaseView *pair_view_of(const struct cw_case_id *id, bool as_recorded);
bool pair_is(ProtobufCBinaryData data, const struct cw_case_id *id);

#endif
