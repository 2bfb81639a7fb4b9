/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/enrol.h"

#include "proto/codec.h"

#define SIGNATURE_FIELD_LEN (2 + SIGNATURE_LEN) /* tag, length, bytes: always the last of the record */

/* --- what texts may hold ------------------------------------------------------------------------- */

static bool all_of(struct cw_slice text, const char *allowed)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] == 0 || strchr(allowed, text.data[i]) == NULL)
            return false;
    }
    return true;
}

bool enrol_title_ok(struct cw_slice title)
{
    return title.len >= 1 && title.len <= ENROL_TITLE_LEN_MAX && title.data[0] >= 'a' && title.data[0] <= 'z' &&
           all_of(title, "abcdefghijklmnopqrstuvwxyz0123456789-");
}

static bool port_ok(struct cw_slice text)
{
    uint32_t port = 0;

    if (text.len < 1 || text.len > 5 || text.data[0] == '0' || !all_of(text, "0123456789"))
        return false;
    for (size_t i = 0; i < text.len; i++)
        port = port * 10 + (uint32_t)(text.data[i] - '0');
    return port <= 65535;
}

/* A name, an IPv4 address, or an IPv6 address in brackets. */
static bool host_ok(struct cw_slice host)
{
    static const char name[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._";

    if (host.len > 2 && host.data[0] == '[' && host.data[host.len - 1] == ']')
        return all_of(slice(host.data + 1, host.len - 2), "0123456789abcdefABCDEF:.");
    return host.len > 0 && all_of(host, name);
}

bool enrol_address_ok(struct cw_slice address)
{
    static const char scheme[] = "tcp://";
    const size_t head = sizeof scheme - 1;
    size_t colon = address.len;

    if (address.len > ENROL_ADDRESS_LEN_MAX || address.len <= head || memcmp(address.data, scheme, head) != 0)
        return false;
    while (colon > head && address.data[colon - 1] != ':')
        colon--;
    return colon > head && host_ok(slice(address.data + head, colon - 1 - head)) &&
           port_ok(slice(address.data + colon, address.len - colon));
}

/* --- request ------------------------------------------------------------------------------------- */

static bool enrol_request_holds(const void *record)
{
    const struct enrol_request *r = record;

    return enrol_title_ok(r->title) && enrol_address_ok(r->address);
}

static const struct field enrol_request_fields[] = {
    BYTES_FIELD(2, struct enrol_request, certificate, 1, CERT_LEN_MAX, FIELD_REQUIRED),
    BYTES_FIELD(3, struct enrol_request, title, 1, ENROL_TITLE_LEN_MAX, FIELD_REQUIRED),
    BYTES_FIELD(4, struct enrol_request, address, 1, ENROL_ADDRESS_LEN_MAX, FIELD_REQUIRED),
    FIXED_FIELD(5, struct enrol_request, possession, FIELD_REQUIRED),
    FIXED_FIELD(6, struct enrol_request, holder, FIELD_REQUIRED),
};

static const struct grammar enrol_request_grammar =
    RECORD_GRAMMAR(enrol_request_fields, struct enrol_request, ENROL_LEN_MAX, enrol_request_holds);

enum cw_err enrol_request_parse(struct cw_slice bytes, struct enrol_request *out)
{
    return grammar_parse(&enrol_request_grammar, bytes, NULL, out);
}

void enrol_request_encode(const struct enrol_request *in, struct writer *out)
{
    grammar_encode(&enrol_request_grammar, in, out);
}

/* --- join ---------------------------------------------------------------------------------------- */

static bool member_ok(const struct join_member *m)
{
    return enrol_title_ok(m->title) && enrol_address_ok(m->address);
}

static bool join_holds(const void *record)
{
    const struct join *j = record;

    for (uint32_t i = 0; i < j->peer_count; i++) {
        if (!member_ok(&j->peers[i]) || (j->has_member && ID_EQ(&j->peers[i].cert, &j->member.cert)))
            return false;
        for (uint32_t k = 0; k < i; k++) {
            if (ID_EQ(&j->peers[i].cert, &j->peers[k].cert) || slice_eq(j->peers[i].title, j->peers[k].title))
                return false;
        }
    }
    return !j->has_member || member_ok(&j->member);
}

static const struct field member_fields[] = {
    FIXED_FIELD(1, struct join_member, cert, FIELD_REQUIRED),
    BYTES_FIELD(2, struct join_member, title, 1, ENROL_TITLE_LEN_MAX, FIELD_REQUIRED),
    BYTES_FIELD(3, struct join_member, address, 1, ENROL_ADDRESS_LEN_MAX, FIELD_REQUIRED),
};
static const struct grammar member_grammar = PART_GRAMMAR(member_fields);

static const struct field join_fields[] = {
    BYTES_FIELD(2, struct join, genesis, 1, NETWORK_GENESIS_LEN_MAX, FIELD_REQUIRED),
    FIXED_FIELD(3, struct join, authority, FIELD_REQUIRED),
    BYTES_ARENA_FIELD(4, struct join, segments, segment_count, JOIN_SEGMENTS_MAX, 1, MESSAGE_LEN_MAX),
    MESSAGE_HAS_FIELD(5, struct join, member, &member_grammar, has_member),
    MESSAGES_FIELD(6, struct join, peers, peer_count, 0, JOIN_PEERS_MAX, &member_grammar),
    FIXED_FIELD(7, struct join, signature, FIELD_REQUIRED),
};

static const struct grammar join_grammar = RECORD_GRAMMAR(join_fields, struct join, JOIN_LEN_MAX, join_holds);

enum cw_err join_parse(struct cw_slice bytes, struct arena *arena, struct join *out)
{
    return grammar_parse(&join_grammar, bytes, arena, out);
}

void join_encode(const struct join *in, struct writer *out)
{
    grammar_encode(&join_grammar, in, out);
}

/* --- signatures ---------------------------------------------------------------------------------- */

static struct cw_slice before_signature(struct cw_slice bytes)
{
    return slice(bytes.data, bytes.len - SIGNATURE_FIELD_LEN);
}

/* Fills the signature that was just encoded as whatever it was, at the end of what was written from `start` on. */
static void sign_last(enum label label, const struct network_id *network, const struct sign_secret *secret,
                      size_t start, struct writer *out, struct signature *signature)
{
    if (out->failed)
        return;
    sign_bytes(label, network, before_signature(slice(out->data + start, out->len - start)), secret, signature);
    memcpy(out->data + out->len - SIGNATURE_LEN, signature->b, SIGNATURE_LEN);
}

void enrol_request_sign(struct enrol_request *in, const struct network_id *network, const struct sign_secret *holder,
                        struct writer *out)
{
    size_t start = out->len;

    sign_bytes(LABEL_POSSESSION, network, in->certificate, holder, &in->possession);
    enrol_request_encode(in, out);
    sign_last(LABEL_ENROL, network, holder, start, out, &in->holder);
}

void join_sign(struct join *in, const struct network_id *network, const struct sign_secret *authority,
               struct writer *out)
{
    size_t start = out->len;

    join_encode(in, out);
    sign_last(LABEL_JOIN, network, authority, start, out, &in->signature);
}

static bool keys_ok(const struct certificate *cert)
{
    static const uint8_t zero[KEY_LEN];

    return sign_key_valid(cert->sign_key) && memcmp(cert->seal_key, zero, KEY_LEN) != 0 &&
           memcmp(cert->curve_key, zero, KEY_LEN) != 0;
}

enum cw_err enrol_request_verify(struct cw_slice bytes, const struct enrol_request *request,
                                 struct certificate *out_cert)
{
    struct certificate cert;

    if (certificate_parse(request->certificate, &cert) != CW_OK || cert.subject != SUBJECT_DAEMON)
        return CW_REFUSED_MALFORMED;
    if (!keys_ok(&cert))
        return CW_REFUSED_VALUE;
    if (!verify_bytes(LABEL_POSSESSION, &cert.network, request->certificate, cert.sign_key, &request->possession) ||
        !verify_bytes(LABEL_ENROL, &cert.network, before_signature(bytes), cert.sign_key, &request->holder))
        return CW_REFUSED_SIGNATURE;
    *out_cert = cert;
    return CW_OK;
}

bool join_verify(struct cw_slice bytes, const struct join *join, const struct network_id *network,
                 const uint8_t authority[static KEY_LEN])
{
    return verify_bytes(LABEL_JOIN, network, before_signature(bytes), authority, &join->signature);
}

void enrol_hash(struct cw_slice request, struct hash *out)
{
    hash_one(LABEL_ENROL, request, out->b);
}
