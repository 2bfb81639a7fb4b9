/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_UNIT_PROTO_RECORD_KINDS_H
#define TESTS_UNIT_PROTO_RECORD_KINDS_H

/* Every strict record: how to read one and write what was read. Shared by unit tests and fuzz targets. */

#include "proto/enrol.h"
#include "proto/message.h"
#include "proto/reserved.h"

typedef enum cw_err (*reencode_fn)(struct cw_slice in, struct arena *arena, struct writer *out);

#define REENCODE(record)                                                                              \
    static enum cw_err reencode_##record(struct cw_slice in, struct arena *arena, struct writer *out) \
    {                                                                                                 \
        struct record value;                                                                          \
        enum cw_err err = record##_parse(in, &value);                                                 \
                                                                                                      \
        (void)arena;                                                                                  \
        if (err == CW_OK)                                                                             \
            record##_encode(&value, out);                                                             \
        return err;                                                                                   \
    }

REENCODE(network_genesis)
REENCODE(certificate)
REENCODE(authority_record)
REENCODE(act_issue)
REENCODE(act_revoke)
REENCODE(act_policy)
REENCODE(act_admit_authority)
REENCODE(act_rotate_root)
REENCODE(submission_header)
REENCODE(genesis)
REENCODE(entry_header)
REENCODE(seal)
REENCODE(key_record)
REENCODE(frontier_head)
REENCODE(frontier_item)
REENCODE(envelope_plain)
REENCODE(enrol_request)
REENCODE(erased_record)
REENCODE(act_fork_judgement)
REENCODE(act_versions)

static enum cw_err reencode_author_proof(struct cw_slice in, struct arena *arena, struct writer *out)
{
    struct author_proof value;
    enum cw_err err = author_proof_parse(in, slice(NULL, 0), &value);

    (void)arena;
    if (err == CW_OK)
        author_proof_encode(&value, out);
    return err;
}

#define REENCODE_ARENA(record)                                                                        \
    static enum cw_err reencode_##record(struct cw_slice in, struct arena *arena, struct writer *out) \
    {                                                                                                 \
        struct record value;                                                                          \
        enum cw_err err = record##_parse(in, arena, &value);                                          \
                                                                                                      \
        if (err == CW_OK)                                                                             \
            record##_encode(&value, out);                                                             \
        return err;                                                                                   \
    }

REENCODE_ARENA(act_membership)
REENCODE_ARENA(join)
REENCODE_ARENA(wraps_record)
REENCODE_ARENA(envelopes_record)
REENCODE_ARENA(erasure_record)
REENCODE_ARENA(audience_record)
REENCODE_ARENA(act_reinstate)

static enum cw_err reencode_envelopes(struct cw_slice in, struct arena *arena, struct writer *out)
{
    struct envelope *items = ARENA_ARRAY(arena, struct envelope, ENVELOPES_MAX);
    uint32_t count;
    enum cw_err err = envelopes_parse(in, items, ENVELOPES_MAX, &count);

    if (err == CW_OK)
        envelopes_encode(items, count, out);
    return err;
}

static const struct record_kind {
    const char *name;
    reencode_fn reencode;
} record_kinds[] = {
    {"network_genesis", reencode_network_genesis},
    {"certificate", reencode_certificate},
    {"authority_record", reencode_authority_record},
    {"act_issue", reencode_act_issue},
    {"act_revoke", reencode_act_revoke},
    {"act_policy", reencode_act_policy},
    {"act_membership", reencode_act_membership},
    {"act_admit_authority", reencode_act_admit_authority},
    {"act_rotate_root", reencode_act_rotate_root},
    {"submission_header", reencode_submission_header},
    {"author_proof", reencode_author_proof},
    {"genesis", reencode_genesis},
    {"entry_header", reencode_entry_header},
    {"seal", reencode_seal},
    {"key_record", reencode_key_record},
    {"frontier_head", reencode_frontier_head},
    {"frontier_item", reencode_frontier_item},
    {"envelope_plain", reencode_envelope_plain},
    {"envelopes", reencode_envelopes},
    {"enrol_request", reencode_enrol_request},
    {"join", reencode_join},
    {"wraps_record", reencode_wraps_record},
    {"envelopes_record", reencode_envelopes_record},
    {"erasure_record", reencode_erasure_record},
    {"erased_record", reencode_erased_record},
    {"audience_record", reencode_audience_record},
    {"act_reinstate", reencode_act_reinstate},
    {"act_fork_judgement", reencode_act_fork_judgement},
    {"act_versions", reencode_act_versions},
};

#endif
