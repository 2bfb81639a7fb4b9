/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/proto/samples.h"

#include "proto/enrol.h"

#include <stdlib.h>

static uint8_t sample_memory[32768];

void sample_fill(void *out, size_t len, uint8_t salt)
{
    uint8_t *b = out;

    for (size_t i = 0; i < len; i++)
        b[i] = (uint8_t)((size_t)salt * 16 + i + 1);
}

#define FILL(member, salt) sample_fill(&(member), sizeof(member), (salt))

void sample_positions(struct positions *out, uint32_t count, uint8_t salt)
{
    out->count = count;
    for (uint32_t i = 0; i < count; i++) {
        FILL(out->at[i].log, (uint8_t)(salt + i));
        FILL(out->at[i].seal, (uint8_t)(salt + 7 + i));
        out->at[i].seq = 300 + i;
    }
}

static void make_network_genesis(uint32_t v, struct writer *out)
{
    struct network_genesis g = {
        .name = slice_of("lab network"), .root_key_count = v == 1 ? 1 : 3, .threshold = v == 1 ? 1 : 2};

    FILL(g.nonce, 1);
    for (uint8_t i = 0; i < 3; i++)
        sample_fill(g.root_keys[i], KEY_LEN, (uint8_t)(2 + i));
    network_genesis_encode(&g, out);
}

static void make_certificate(uint32_t v, struct writer *out)
{
    struct certificate c = {.subject = v == 1 ? SUBJECT_AUTHORITY : SUBJECT_PERSON,
                            .division = slice_of("NTH"),
                            .name = slice_of("duty inspector \xe2\x80\x93 north"),
                            .not_after = {1900000000000}};

    FILL(c.network, 1);
    FILL(c.serial, 2);
    FILL(c.sign_key, 3);
    if (v != 1) {
        FILL(c.seal_key, 4);
        FILL(c.curve_key, 5);
        FILL(c.issuer, 6);
        c.role_count = 3;
        c.roles[0] = 1;
        c.roles[1] = 7;
        c.roles[2] = 300;
        c.may_bundle = true;
        c.not_before.ms = 1700000000000;
    }
    certificate_encode(&c, out);
}

static void make_authority_record(uint32_t v, struct writer *out)
{
    struct authority_record r = {
        .act = ACT_POLICY, .critical = v == 0, .body = v == 1 ? slice(NULL, 0) : slice_of("body")};

    authority_record_encode(&r, out);
}

static void make_act_issue(uint32_t v, struct writer *out)
{
    struct act_issue a = {.certificate = slice_of("certificate bytes")};

    FILL(a.issuer, (uint8_t)(1 + v));
    FILL(a.possession, 2);
    act_issue_encode(&a, out);
}

static void make_act_revoke(uint32_t v, struct writer *out)
{
    struct act_revoke a = {.kind = v == 0 ? REVOKE_COMPROMISED : REVOKE_RETIRED};

    FILL(a.cert, 1);
    if (v == 0)
        sample_positions(&a.cut, 2, 3);
    act_revoke_encode(&a, out);
}

static void make_act_policy(uint32_t v, struct writer *out)
{
    struct act_policy a = {.name = slice_of("clock.M8.duration_s"),
                           .value = v == 1 ? slice(NULL, 0) : slice_of("3600")};

    act_policy_encode(&a, out);
}

static void make_act_membership(uint32_t v, struct writer *out)
{
    static struct cert_id certs[5];
    struct act_membership a = {.audience = slice_of("force")};

    for (uint8_t i = 0; i < 5; i++)
        FILL(certs[i], (uint8_t)(1 + i));
    if (v != 1) {
        a.added_count = 3;
        a.added = certs;
    }
    if (v == 0) {
        a.removed_count = 2;
        a.removed = certs + 3;
    }
    act_membership_encode(&a, out);
}

static void make_act_admit_authority(uint32_t v, struct writer *out)
{
    struct act_admit_authority a = {.certificate = slice_of("authority certificate bytes")};

    FILL(a.issuer, (uint8_t)(1 + v));
    FILL(a.log, 2);
    act_admit_authority_encode(&a, out);
}

static void make_act_rotate_root(uint32_t v, struct writer *out)
{
    struct act_rotate_root a = {.root_key_count = v == 1 ? 1 : 2, .threshold = 1};

    for (uint8_t i = 0; i < 2; i++)
        sample_fill(a.root_keys[i], KEY_LEN, (uint8_t)(1 + i));
    act_rotate_root_encode(&a, out);
}

static void make_submission_header(uint32_t v, struct writer *out)
{
    struct submission_header h = {.op_class = CLASS_CASE, .part_count = v == 0 ? PARTS_MAX : 1};

    FILL(h.author, 1);
    FILL(h.submission_id, 2);
    for (uint8_t i = 0; i < PARTS_MAX; i++) {
        FILL(h.parts[i].commit, (uint8_t)(3 + i));
        h.parts[i].size_class = i;
    }
    if (v != 1) {
        h.has_case = true;
        FILL(h.case_id, 4);
        h.author_time.ms = 1790000000123;
        FILL(h.device, 5);
        sample_positions(&h.seen, 2, 6);
    }
    submission_header_encode(&h, out);
}

static void make_bundle_proof(struct author_proof *p, uint8_t *head, size_t head_len)
{
    struct writer w = writer_over(head, head_len);
    struct hash root;

    FILL(root, 9);
    bundle_head_encode(1000, &root, &w);
    p->kind = PROOF_BUNDLE;
    p->bundle_head = slice(head, w.len);
    p->bundle_index = 999;
}

static void make_author_proof(uint32_t v, struct writer *out)
{
    struct author_proof p = {.kind = PROOF_SINGLE};
    uint8_t head[64];

    FILL(p.signature, 1);
    if (v == 0)
        make_bundle_proof(&p, head, sizeof(head));
    if (v == 2) {
        p.kind = PROOF_THRESHOLD;
        p.root_count = 2;
        p.root_index[1] = 2;
        FILL(p.root_signature[0], 3);
        FILL(p.root_signature[1], 4);
    }
    author_proof_encode(&p, out);
}

static void make_genesis(uint32_t v, struct writer *out)
{
    struct genesis g = {.scope = v == 1 ? LOG_ROOT : LOG_DIVISION, .n = v == 0 ? 4 : 0, .has_prior = v == 0};

    FILL(g.network, 1);
    FILL(g.nonce, 2);
    if (v != 1) {
        g.division = slice_of("WST");
        FILL(g.cert, 3);
    }
    FILL(g.prior.log, 4);
    FILL(g.prior.seal, 5);
    g.prior.seq = 70000;
    genesis_encode(&g, out);
}

static void make_entry_header(uint32_t v, struct writer *out)
{
    struct entry_header h = {
        .seq = 1000000, .kind = v == 2 ? CLASS_KEY : CLASS_CASE, .part_count = v == 0 ? PARTS_MAX : 1};

    FILL(h.log, 1);
    FILL(h.op_id, 2);
    FILL(h.submission, 3);
    for (uint8_t i = 0; i < PARTS_MAX; i++) {
        FILL(h.parts[i].hash, (uint8_t)(4 + i));
        h.parts[i].len = 328;
    }
    if (v == 0) {
        h.hlc = UINT64_C(1790000000123) << 16 | 5;
        h.key_count = KEYS_MAX;
    }
    for (uint8_t i = 0; i < KEYS_MAX; i++) {
        FILL(h.keys[i].record, (uint8_t)(5 + i));
        FILL(h.keys[i].wraps, (uint8_t)(9 + i));
    }
    h.has_envelopes = v == 2;
    FILL(h.envelopes, 6);
    entry_header_encode(&h, out);
}

static void make_seal(uint32_t v, struct writer *out)
{
    struct seal s = {.first = v == 1 ? 1 : 257, .last = v == 1 ? 1 : 512};

    FILL(s.log, 1);
    FILL(s.root, 2);
    FILL(s.prev, 3);
    if (v == 0) {
        s.hlc = UINT64_MAX;
        sample_positions(&s.authority, 3, 4);
        s.ext = slice_of("future");
    }
    seal_encode(&s, out);
}

static void make_key_record(uint32_t v, struct writer *out)
{
    struct key_record k = {.audience = v == 2 ? slice_of("missing-child") : slice_of("force")};

    FILL(k.membership.log, 1);
    k.membership.seq = 12;
    if (v != 1)
        FILL(k.membership.seal, 2);
    FILL(k.public_key, 3);
    FILL(k.commitment, 4);
    key_record_encode(&k, out);
}

static void make_frontier_head(uint32_t v, struct writer *out)
{
    struct frontier_head f = {.counter = v == 1 ? 0 : 77, .item_count = v == 1 ? 0 : 5};

    FILL(f.signer, 1);
    FILL(f.start, 2);
    if (v != 1) {
        FILL(f.replaces, 3);
        FILL(f.root, 4);
        FILL(f.closed, 5);
        sample_positions(&f.authority, 2, 6);
    }
    frontier_head_encode(&f, out);
}

static void make_frontier_item(uint32_t v, struct writer *out)
{
    struct frontier_item f = {.seq = 900, .blob_seq = v == 1 ? 0 : 890, .hole_count = v == 0 ? HOLES_MAX : 0};

    FILL(f.log, 1);
    FILL(f.seal, 2);
    for (uint32_t i = 0; i < HOLES_MAX; i++)
        f.holes[i] = 3 + 5 * i;
    frontier_item_encode(&f, out);
}

static void make_envelope_plain(uint32_t v, struct writer *out)
{
    struct envelope_plain e = {.audience = slice_of("force")};

    FILL(e.commitment, (uint8_t)(1 + v));
    FILL(e.recipient, 2);
    FILL(e.seed, 3);
    envelope_plain_encode(&e, out);
}

static void make_envelopes(uint32_t v, struct writer *out)
{
    struct envelope items[3];

    for (uint8_t i = 0; i < 3; i++) {
        FILL(items[i].recipient, (uint8_t)(1 + i));
        items[i].sealed = slice_of("sealed box");
    }
    envelopes_encode(items, v == 1 ? 1 : 3, out);
}

static void make_enrol_request(uint32_t v, struct writer *out)
{
    struct enrol_request r = {.certificate = slice_of("certificate bytes"),
                              .title = v == 1 ? slice_of("e") : slice_of("east-2"),
                              .address =
                                  v == 2 ? slice_of("tcp://[2001:db8::7]:4700") : slice_of("tcp://east.example:4700")};

    FILL(r.possession, (uint8_t)(1 + v));
    FILL(r.holder, 2);
    enrol_request_encode(&r, out);
}

static struct join_member sample_member(const char *title, const char *address, uint8_t salt)
{
    struct join_member m = {.title = slice_of(title), .address = slice_of(address)};

    FILL(m.cert, salt);
    return m;
}

static void make_join(uint32_t v, struct writer *out)
{
    static struct cw_slice segments[3];
    struct join j = {.genesis = slice_of("network genesis"), .has_member = v == 0};

    for (size_t i = 0; i < CW_COUNT(segments); i++)
        segments[i] = slice_of("entries");
    FILL(j.authority, 1);
    j.segments = segments;
    j.segment_count = v == 1 ? 0 : 3;
    j.member = sample_member("east", "tcp://east.example:4700", 2);
    j.peer_count = v == 1 ? 0 : 2;
    j.peers[0] = sample_member("north", "tcp://192.0.2.7:4700", 3);
    j.peers[1] = sample_member("west", "tcp://[2001:db8::9]:65535", 4);
    FILL(j.signature, 5);
    join_encode(&j, out);
}

static const struct sample_maker makers[] = {
    {"network_genesis", make_network_genesis},
    {"certificate", make_certificate},
    {"authority_record", make_authority_record},
    {"act_issue", make_act_issue},
    {"act_revoke", make_act_revoke},
    {"act_policy", make_act_policy},
    {"act_membership", make_act_membership},
    {"act_admit_authority", make_act_admit_authority},
    {"act_rotate_root", make_act_rotate_root},
    {"submission_header", make_submission_header},
    {"author_proof", make_author_proof},
    {"genesis", make_genesis},
    {"entry_header", make_entry_header},
    {"seal", make_seal},
    {"key_record", make_key_record},
    {"frontier_head", make_frontier_head},
    {"frontier_item", make_frontier_item},
    {"envelope_plain", make_envelope_plain},
    {"envelopes", make_envelopes},
    {"enrol_request", make_enrol_request},
    {"join", make_join},
};

static const struct sample_maker *maker_of(const struct sample_maker *list, size_t count, const char *kind)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(list[i].kind, kind) == 0)
            return &list[i];
    }
    return NULL;
}

struct cw_slice sample_of(const char *kind, uint32_t variant)
{
    const struct sample_maker *maker = maker_of(makers, CW_COUNT(makers), kind);
    struct writer out = writer_over(sample_memory, sizeof(sample_memory));

    if (maker == NULL)
        maker = maker_of(reserved_makers, reserved_maker_count, kind);
    if (maker != NULL)
        maker->make(variant, &out);
    if (maker == NULL || out.failed)
        abort(); /* the test itself is wrong */
    return slice(sample_memory, out.len);
}
