/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/codec.h"

#include <stdalign.h>

#define MEMBERS_MAX 512
#define POLICY_VALUE_LEN_MAX 512
#define REVOKE_NUMBER_MAX 255

/* --- the record -------------------------------------------------------------------------------- */

static const struct field authority_record_fields[] = {
    SHORT_FIELD(2, struct authority_record, act, 1, CLASS_NUMBER_MAX, 0),
    FLAG_FIELD(3, struct authority_record, critical),
    BYTES_FIELD(4, struct authority_record, body, 1, FRAME_LEN_MAX, 0),
};

static const struct grammar authority_record_grammar = {
    GRAMMAR_FIELDS(authority_record_fields),
    .version = 1,
    .len_max = FRAME_LEN_MAX,
    .size = sizeof(struct authority_record),
};

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

static const struct grammar act_issue_grammar = {
    GRAMMAR_FIELDS(act_issue_fields),
    .len_max = FRAME_LEN_MAX,
    .size = sizeof(struct act_issue),
};

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

static const struct grammar act_revoke_grammar = {
    GRAMMAR_FIELDS(act_revoke_fields),
    .len_max = FRAME_LEN_MAX,
    .size = sizeof(struct act_revoke),
};

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

static const struct grammar act_policy_grammar = {
    GRAMMAR_FIELDS(act_policy_fields),
    .len_max = FRAME_LEN_MAX,
    .size = sizeof(struct act_policy),
};

enum cw_err act_policy_parse(struct cw_slice body, struct act_policy *out)
{
    return grammar_parse(&act_policy_grammar, body, NULL, out);
}

void act_policy_encode(const struct act_policy *in, struct writer *out)
{
    grammar_encode(&act_policy_grammar, in, out);
}

#define MEMBERS_FIELD(n, member, members_count)                                                              \
    {.number = (n), .type = FIELD_FIXED, .bits = FIELD_ARENA, .min = ID_LEN, .max = ID_LEN,                  \
     .count_max = MEMBERS_MAX, .offset = offsetof(struct act_membership, member),                            \
     .stride = sizeof(struct cert_id), .align = alignof(struct cert_id),                                     \
     .count_offset = offsetof(struct act_membership, members_count)}

static const struct field act_membership_fields[] = {
    BYTES_FIELD(1, struct act_membership, audience, 1, NAME_LEN_MAX, FIELD_REQUIRED | FIELD_TEXT),
    MEMBERS_FIELD(2, added, added_count),
    MEMBERS_FIELD(3, removed, removed_count),
};

static const struct grammar act_membership_grammar = {
    GRAMMAR_FIELDS(act_membership_fields),
    .len_max = FRAME_LEN_MAX,
    .size = sizeof(struct act_membership),
};

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

static const struct grammar act_admit_authority_grammar = {
    GRAMMAR_FIELDS(act_admit_authority_fields),
    .len_max = FRAME_LEN_MAX,
    .size = sizeof(struct act_admit_authority),
};

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
    {.number = 1, .type = FIELD_FIXED, .min = KEY_LEN, .max = KEY_LEN, .count_min = 1, .count_max = ROOT_KEYS_MAX,
     .offset = offsetof(struct act_rotate_root, root_keys), .stride = KEY_LEN,
     .count_offset = offsetof(struct act_rotate_root, root_key_count)},
    SHORT_FIELD(2, struct act_rotate_root, threshold, 1, ROOT_KEYS_MAX, FIELD_REQUIRED),
};

static const struct grammar act_rotate_root_grammar = {
    GRAMMAR_FIELDS(act_rotate_root_fields),
    .len_max = FRAME_LEN_MAX,
    .size = sizeof(struct act_rotate_root),
    .check = act_rotate_root_holds,
};

enum cw_err act_rotate_root_parse(struct cw_slice body, struct act_rotate_root *out)
{
    return grammar_parse(&act_rotate_root_grammar, body, NULL, out);
}

void act_rotate_root_encode(const struct act_rotate_root *in, struct writer *out)
{
    grammar_encode(&act_rotate_root_grammar, in, out);
}
