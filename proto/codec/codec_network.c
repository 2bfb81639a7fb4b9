/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/codec.h"

#define SUBJECT_NUMBER_MAX 255
#define ROLE_NUMBER_MAX 65535

/* --- network genesis --------------------------------------------------------------------------- */

bool root_keys_differ(const uint8_t *keys, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t j = 0; j < i; j++) {
            if (memcmp(keys + (size_t)i * KEY_LEN, keys + (size_t)j * KEY_LEN, KEY_LEN) == 0)
                return false;
        }
    }
    return true;
}

static bool network_genesis_holds(const void *record)
{
    const struct network_genesis *g = record;

    return g->threshold <= g->root_key_count && root_keys_differ((const uint8_t *)g->root_keys, g->root_key_count);
}

static const struct field network_genesis_fields[] = {
    FIXED_FIELD(2, struct network_genesis, nonce, FIELD_REQUIRED),
    BYTES_FIELD(3, struct network_genesis, name, 1, NAME_LEN_MAX, FIELD_REQUIRED | FIELD_TEXT),
    FIXEDS_FIELD(4, struct network_genesis, root_keys, root_key_count, 1, ROOT_KEYS_MAX),
    SHORT_FIELD(5, struct network_genesis, threshold, 1, ROOT_KEYS_MAX, 0),
};

static const struct grammar network_genesis_grammar =
    RECORD_GRAMMAR(network_genesis_fields, struct network_genesis, NETWORK_GENESIS_LEN_MAX, network_genesis_holds);

enum cw_err network_genesis_parse(struct cw_slice bytes, struct network_genesis *out)
{
    return grammar_parse(&network_genesis_grammar, bytes, NULL, out);
}

void network_genesis_encode(const struct network_genesis *in, struct writer *out)
{
    grammar_encode(&network_genesis_grammar, in, out);
}

/* --- certificate ------------------------------------------------------------------------------- */

/* A root act admits an authority, so it names no issuer; every other subject has one. */
static bool certificate_holds(const void *record)
{
    const struct certificate *c = record;

    return c->not_before.ms <= c->not_after.ms && (c->subject == SUBJECT_AUTHORITY) == ID_IS_ZERO(&c->issuer);
}

static const struct field certificate_fields[] = {
    FIXED_FIELD(2, struct certificate, network, FIELD_REQUIRED),
    FIXED_FIELD(3, struct certificate, serial, FIELD_REQUIRED),
    SHORT_FIELD(4, struct certificate, subject, 1, SUBJECT_NUMBER_MAX, 0),
    BYTES_FIELD(5, struct certificate, division, 1, DIVISION_LEN_MAX, FIELD_REQUIRED | FIELD_CODE),
    BYTES_FIELD(6, struct certificate, name, 1, NAME_LEN_MAX, FIELD_REQUIRED | FIELD_TEXT),
    FIXED_FIELD(7, struct certificate, sign_key, FIELD_REQUIRED),
    FIXED_FIELD(8, struct certificate, seal_key, 0),
    FIXED_FIELD(9, struct certificate, curve_key, 0),
    SHORTS_FIELD(10, struct certificate, roles, role_count, ROLES_MAX, 1, ROLE_NUMBER_MAX, FIELD_ASCENDING),
    FLAG_FIELD(11, struct certificate, may_bundle),
    NUMBER_FIELD(12, struct certificate, not_before, 0, INT64_MAX, 0),
    NUMBER_FIELD(13, struct certificate, not_after, 1, INT64_MAX, 0),
    FIXED_FIELD(14, struct certificate, issuer, 0),
};

static const struct grammar certificate_grammar =
    RECORD_GRAMMAR(certificate_fields, struct certificate, CERT_LEN_MAX, certificate_holds);

enum cw_err certificate_parse(struct cw_slice bytes, struct certificate *out)
{
    return grammar_parse(&certificate_grammar, bytes, NULL, out);
}

void certificate_encode(const struct certificate *in, struct writer *out)
{
    grammar_encode(&certificate_grammar, in, out);
}
