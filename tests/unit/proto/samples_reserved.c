/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/proto/samples.h"

#include "proto/reserved.h"

#define FILL(member, salt) sample_fill(&(member), sizeof(member), (salt))

/* Two parts of one op, then one of another. */
static void some_parts(struct op_part out[3], uint32_t first_part)
{
    for (uint8_t i = 0; i < 3; i++) {
        FILL(out[i].op, (uint8_t)(i < 2 ? 2 : 3));
        out[i].part = first_part + i % 2;
    }
}

static void make_wraps_record(uint32_t v, struct writer *out)
{
    struct op_part parts[3];
    struct wraps_record r = {.part_count = v == 1 ? 1 : 3, .parts = parts};

    some_parts(parts, v == 2 ? 6 : 0);
    FILL(r.key, 1);
    FILL(r.wraps, 4);
    wraps_record_encode(&r, out);
}

static void make_envelopes_record(uint32_t v, struct writer *out)
{
    struct cert_id recipients[3];
    struct envelopes_record r = {.recipient_count = v == 1 ? 1 : 3, .recipients = recipients};

    for (uint8_t i = 0; i < 3; i++)
        FILL(recipients[i], (uint8_t)(2 + i));
    FILL(r.key, 1);
    FILL(r.envelopes, (uint8_t)(5 + v));
    envelopes_record_encode(&r, out);
}

/* Variants 0 and 1 name parts; 2 a case and its cut. */
static void make_erasure_record(uint32_t v, struct writer *out)
{
    struct op_part parts[3];
    struct positions cut;
    struct erasure_record r = {.basis = v == 0 ? ERASURE_REQUEST : ERASURE_MISTAKE};

    some_parts(parts, 1);
    r.parts = parts;
    r.part_count = v == 2 ? 0 : v == 1 ? 1 : 3;
    sample_positions(&cut, 2, 5);
    r.has_case = v == 2;
    r.cut = cut.at;
    r.cut_count = v == 2 ? 2 : 0;
    FILL(r.case_id, 4);
    FILL(r.requester, 8);
    FILL(r.approver, 9);
    FILL(r.approval, 1);
    erasure_record_encode(&r, out);
}

static void make_erased_record(uint32_t v, struct writer *out)
{
    struct erased_record r = {.erased_at = {1790000000123}, .backups_until = {v == 1 ? 0 : 1797776000000 + v}};

    FILL(r.erasure, 1);
    erased_record_encode(&r, out);
}

static void make_audience_record(uint32_t v, struct writer *out)
{
    static const struct cw_slice added[] = {{(const uint8_t *)"force", 5}, {(const uint8_t *)"missing-child", 13}},
                                 removed[] = {{(const uint8_t *)"armed", 5}, {(const uint8_t *)"armed-west", 10}};
    struct cw_op_id after[2];
    struct audience_record r = {.added = added, .removed = removed, .after = after};

    FILL(r.case_id, 1);
    FILL(after[0], 2);
    FILL(after[1], 3);
    r.added_count = v == 2 ? 0 : v == 1 ? 1 : 2;
    r.removed_count = v == 1 ? 0 : 2;
    r.after_count = v == 0 ? 2 : 0;
    audience_record_encode(&r, out);
}

static void make_act_reinstate(uint32_t v, struct writer *out)
{
    struct cw_op_id ops[3];
    struct act_reinstate a = {.op_count = v == 1 ? 1 : 3, .ops = ops};

    for (uint8_t i = 0; i < 3; i++)
        FILL(ops[i], (uint8_t)(2 + v + i));
    FILL(a.cert, 1);
    act_reinstate_encode(&a, out);
}

static void make_act_fork_judgement(uint32_t v, struct writer *out)
{
    struct act_fork_judgement a = {.from = 300, .key = v == 0 ? JUDGED_KEY_COMPROMISED : JUDGED_KEY_STANDS};

    FILL(a.log, 1);
    a.head_count = v == 0 ? 3 : v == 1 ? 0 : 1;
    for (uint8_t i = 0; i < 3; i++) {
        a.heads[i].seq = i < 2 ? 300 : 412; /* two branches may end at one seq */
        FILL(a.heads[i].seal, (uint8_t)(2 + i));
    }
    act_fork_judgement_encode(&a, out);
}

static void make_act_versions(uint32_t v, struct writer *out)
{
    struct act_versions a = {.writers_min = v == 1 ? 0 : 7, .object_count = v == 0 ? 2 : v == 1 ? 1 : 0};

    a.objects[0] = (struct object_versions){1, 1, 2};
    a.objects[1] = (struct object_versions){3, 2, 2};
    act_versions_encode(&a, out);
}

const struct sample_maker reserved_makers[] = {
    {"wraps_record", make_wraps_record},
    {"envelopes_record", make_envelopes_record},
    {"erasure_record", make_erasure_record},
    {"erased_record", make_erased_record},
    {"audience_record", make_audience_record},
    {"act_reinstate", make_act_reinstate},
    {"act_fork_judgement", make_act_fork_judgement},
    {"act_versions", make_act_versions},
};
const size_t reserved_maker_count = CW_COUNT(reserved_makers);
