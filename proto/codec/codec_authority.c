/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/codec.h"

#define MEMBERS_MAX 512
#define POLICY_VALUE_LEN_MAX 512
#define REVOKE_NUMBER_MAX 255

/* --- the record -------------------------------------------------------------------------------- */

static const struct field authority_record_fields[] = {
    SHORT_FIELD(2, struct authority_record, act, 1, CLASS_NUMBER_MAX, 0),
    FLAG_FIELD(3, struct authority_record, critical),
    BYTES_FIELD(4, struct authority_record, body, 1, FRAME_LEN_MAX, 0),
};

static const struct grammar authority_record_grammar =
    RECORD_GRAMMAR(authority_record_fields, struct authority_record, FRAME_LEN_MAX, NULL);

enum cw_err authority_record_parse(struct cw_slice bytes, struct authority_record *out)
{
    return grammar_parse(&authority_record_grammar, bytes, NULL, out);
}

void authority_record_encode(const struct authority_record *in, struct writer *out)
{
    grammar_encode(&authority_record_grammar, in, out);
}

/* --- acts of an authority ---------------------------------------------------------------------- */

static const struct field act_issue_fields[] = {
    BYTES_FIELD(1, struct act_issue, certificate, 1, CERT_LEN_MAX, FIELD_REQUIRED),
    FIXED_FIELD(2, struct act_issue, issuer, FIELD_REQUIRED),
    FIXED_FIELD(3, struct act_issue, possession, FIELD_REQUIRED),
};

static const struct grammar act_issue_grammar = PLAIN_GRAMMAR(act_issue_fields, struct act_issue, FRAME_LEN_MAX, NULL);

enum cw_err act_issue_parse(struct cw_slice body, struct act_issue *out)
{
    return grammar_parse(&act_issue_grammar, body, NULL, out);
}

void act_issue_encode(const struct act_issue *in, struct writer *out)
{
    grammar_encode(&act_issue_grammar, in, out);
}

static const struct field act_revoke_fields[] = {
    FIXED_FIELD(1, struct act_revoke, cert, FIELD_REQUIRED),
    SHORT_FIELD(2, struct act_revoke, kind, 1, REVOKE_NUMBER_MAX, 0),
    POSITIONS_FIELD(3, struct act_revoke, cut),
};

static const struct grammar act_revoke_grammar =
    PLAIN_GRAMMAR(act_revoke_fields, struct act_revoke, FRAME_LEN_MAX, NULL);

enum cw_err act_revoke_parse(struct cw_slice body, struct act_revoke *out)
{
    return grammar_parse(&act_revoke_grammar, body, NULL, out);
}

void act_revoke_encode(const struct act_revoke *in, struct writer *out)
{
    grammar_encode(&act_revoke_grammar, in, out);
}

static const struct field act_policy_fields[] = {
    BYTES_FIELD(1, struct act_policy, name, 1, NAME_LEN_MAX, FIELD_REQUIRED | FIELD_TEXT),
    BYTES_FIELD(2, struct act_policy, value, 1, POLICY_VALUE_LEN_MAX, FIELD_TEXT),
};

static const struct grammar act_policy_grammar =
    PLAIN_GRAMMAR(act_policy_fields, struct act_policy, FRAME_LEN_MAX, NULL);

enum cw_err act_policy_parse(struct cw_slice body, struct act_policy *out)
{
    return grammar_parse(&act_policy_grammar, body, NULL, out);
}

void act_policy_encode(const struct act_policy *in, struct writer *out)
{
    grammar_encode(&act_policy_grammar, in, out);
}

static const struct field act_membership_fields[] = {
    BYTES_FIELD(1, struct act_membership, audience, 1, NAME_LEN_MAX, FIELD_REQUIRED | FIELD_TEXT),
    FIXEDS_ARENA_FIELD(2, struct act_membership, added, added_count, MEMBERS_MAX),
    FIXEDS_ARENA_FIELD(3, struct act_membership, removed, removed_count, MEMBERS_MAX),
};

static const struct grammar act_membership_grammar =
    PLAIN_GRAMMAR(act_membership_fields, struct act_membership, FRAME_LEN_MAX, NULL);

enum cw_err act_membership_parse(struct cw_slice body, struct arena *arena, struct act_membership *out)
{
    return grammar_parse(&act_membership_grammar, body, arena, out);
}

void act_membership_encode(const struct act_membership *in, struct writer *out)
{
    grammar_encode(&act_membership_grammar, in, out);
}

/* --- acts of the root -------------------------------------------------------------------------- */

static const struct field act_admit_authority_fields[] = {
    BYTES_FIELD(1, struct act_admit_authority, certificate, 1, CERT_LEN_MAX, FIELD_REQUIRED),
    FIXED_FIELD(2, struct act_admit_authority, issuer, FIELD_REQUIRED),
    FIXED_FIELD(3, struct act_admit_authority, log, FIELD_REQUIRED),
};

static const struct grammar act_admit_authority_grammar =
    PLAIN_GRAMMAR(act_admit_authority_fields, struct act_admit_authority, FRAME_LEN_MAX, NULL);

enum cw_err act_admit_authority_parse(struct cw_slice body, struct act_admit_authority *out)
{
    return grammar_parse(&act_admit_authority_grammar, body, NULL, out);
}

void act_admit_authority_encode(const struct act_admit_authority *in, struct writer *out)
{
    grammar_encode(&act_admit_authority_grammar, in, out);
}

static bool act_rotate_root_holds(const void *record)
{
    const struct act_rotate_root *act = record;

    return act->threshold <= act->root_key_count &&
           root_keys_differ((const uint8_t *)act->root_keys, act->root_key_count);
}

static const struct field act_rotate_root_fields[] = {
    FIXEDS_FIELD(1, struct act_rotate_root, root_keys, root_key_count, 1, ROOT_KEYS_MAX),
    SHORT_FIELD(2, struct act_rotate_root, threshold, 1, ROOT_KEYS_MAX, FIELD_REQUIRED),
};

static const struct grammar act_rotate_root_grammar =
    PLAIN_GRAMMAR(act_rotate_root_fields, struct act_rotate_root, FRAME_LEN_MAX, act_rotate_root_holds);

enum cw_err act_rotate_root_parse(struct cw_slice body, struct act_rotate_root *out)
{
    return grammar_parse(&act_rotate_root_grammar, body, NULL, out);
}

void act_rotate_root_encode(const struct act_rotate_root *in, struct writer *out)
{
    grammar_encode(&act_rotate_root_grammar, in, out);
}
