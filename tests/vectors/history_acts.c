/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/vectors/history.h"

/* Records of the root and the authority that have no effect, or one that comes too late, each sealed like any other. */

#define AUTHORITIES_MAX 15

struct cw_slice history_longer(struct history *h, struct cw_slice bytes)
{
    uint8_t memory[CERT_LEN_MAX];
    struct writer out = writer_over(memory, sizeof(memory));

    writer_slice(&out, bytes);
    writer_slice(&out, slice((const uint8_t[]){0}, 1));
    return world_keep(&h->w, &out);
}

void history_certify(struct history *h, struct world_identity *of)
{
    uint8_t memory[CERT_LEN_MAX];
    struct writer out = writer_over(memory, sizeof(memory));

    certificate_encode(&of->cert, &out);
    of->bytes = world_keep(&h->w, &out);
    cert_id_of(of->bytes, &of->id);
}

/* Another authority of our force, with keys of its own. */
static void make_second(struct history *h, uint32_t number)
{
    struct world_identity *second = &h->second;
    uint8_t seed[32];

    *second = h->breakage == VOID_ADMIT_SUBJECT ? h->w.daemons[WORLD_WST] : h->w.authority;
    world_bytes("second authority", number, seed, sizeof(seed));
    key_bundle_from_seed(seed, &second->keys);
    memcpy(second->cert.sign_key, second->keys.sign_public, KEY_LEN);
    second->cert.serial[0] ^= (uint8_t)(number + 1);
    second->cert.network.b[0] ^= h->breakage == VOID_ADMIT_NETWORK;
    history_certify(h, second);
}

void history_prepare(struct history *h)
{
    struct certificate *officer = &h->w.officer.cert;

    make_second(h, 0);
    officer->may_bundle = h->breakage != VOID_MAY_BUNDLE;
    officer->network.b[0] ^= h->breakage == VOID_ISSUE_NETWORK;
    officer->issuer.b[0] ^= h->breakage == VOID_ISSUE_ISSUER;
    history_certify(h, &h->w.officer);
}

static struct cw_slice admission_of_second(struct history *h)
{
    struct act_admit_authority act = {.certificate = h->second.bytes};
    const struct key_bundle *signer = h->breakage == VOID_ADMIT_UNSIGNED ? &h->w.authority.keys : &h->second.keys;
    uint8_t memory[8192];
    struct writer out = writer_over(memory, sizeof(memory));

    world_bytes("second log", h->second.cert.serial[0], act.log.b, sizeof(act.log.b));
    sign_bytes(LABEL_CERT, &h->w.network, act.certificate, &signer->sign, &act.issuer);
    act_admit_authority_encode(&act, &out);
    return history_record(h, ACT_ADMIT_AUTHORITY, &out);
}

static struct cw_slice long_policy(struct history *h)
{
    static char value[400];
    struct act_policy act = {.name = slice_of("clock.M8.duration_s"), .value = {(const uint8_t *)value, sizeof(value)}};
    uint8_t memory[512];
    struct writer out = writer_over(memory, sizeof(memory));

    memset(value, '1', sizeof(value));
    act_policy_encode(&act, &out);
    return history_record(h, ACT_POLICY, &out);
}

/* The officer's certificate once more, as of version 2: what it says is for a newer reader. */
static struct cw_slice newer_issue(struct history *h)
{
    struct world_identity newer = h->w.officer;
    uint8_t *bytes = arena_copy(&h->w.arena, newer.bytes.data, newer.bytes.len);

    world_must(bytes != NULL && bytes[1] == 1, "a certificate");
    bytes[1] = 2;
    newer.bytes.data = bytes;
    return history_issue(h, &newer);
}

static struct cw_slice revocation(struct history *h, const struct cert_id *cert)
{
    struct act_revoke act = {.cert = *cert, .kind = REVOKE_SUPERSEDED};
    uint8_t memory[256];
    struct writer out = writer_over(memory, sizeof(memory));

    act_revoke_encode(&act, &out);
    return history_record(h, ACT_REVOKE, &out);
}

/* --- the root's ----------------------------------------------------------------------------------- */

static void write_root_single(struct history *h)
{
    struct world_identity root = {.keys = h->w.roots[0]};
    struct world_submission sub;

    memcpy(root.id.b, h->w.network.b, ID_LEN);
    world_submit_clear(&h->w, 450, CLASS_ROOT, history_policy(h), &root, &sub);
    history_append(h, &h->root, &sub, true);
}

void history_write_root_acts(struct history *h)
{
    switch (h->breakage) {
    case VOID_ROOT_SINGLE:
        write_root_single(h);
        break;
    case VOID_ROOT_ISSUES:
        history_write_record(h, &h->root, 451, history_issue(h, &h->w.officer));
        break;
    case VOID_ROOT_REVOKES:
        history_write_record(h, &h->root, 452, revocation(h, &h->w.officer.id));
        break;
    case VOID_ADMIT_MANY:
        for (uint32_t i = 1; i < AUTHORITIES_MAX; i++) {
            make_second(h, i);
            history_write_record(h, &h->root, 460 + i, admission_of_second(h));
        }
        make_second(h, 0);
        history_write_record(h, &h->root, 460, admission_of_second(h));
        break;
    case GOOD_ADMIT_SECOND:
    case VOID_ADMIT_NETWORK:
    case VOID_ADMIT_SUBJECT:
    case VOID_ADMIT_UNSIGNED:
        history_write_record(h, &h->root, 460, admission_of_second(h));
        break;
    default:
        break;
    }
}

/* --- the authority's ------------------------------------------------------------------------------ */

static void bundle_alone(struct history *h, struct world_submission *sub)
{
    world_must(bundle_build(&h->w.network, &h->w.authority.keys.sign, &sub->op, 1, &h->w.arena, &sub->proof,
                            &sub->path) == CW_OK,
               "bundle_build");
}

void history_write_officer(struct history *h, struct cw_slice issue)
{
    enum op_class c = h->breakage == VOID_RECORD_CLASS ? (enum op_class)77 : CLASS_AUTHORITY;
    struct world_identity author = h->w.authority;
    struct world_submission sub;

    if (h->breakage == VOID_RECORD_BEFORE) {
        world_submit_clear(&h->w, 418, c, history_policy(h), &author, &sub);
        sub.op.b[0] ^= 1;
        history_append(h, &h->authority, &sub, true);
    }
    if (h->breakage == VOID_RECORD_AUTHOR)
        author.id = h->w.daemons[WORLD_NTH].id;
    if (h->breakage == VOID_RECORD_PROOF)
        author.keys = h->w.daemons[WORLD_NTH].keys;
    world_submit_clear(&h->w, 420, c, issue, &author, &sub);
    if (h->breakage == VOID_RECORD_BUNDLE)
        bundle_alone(h, &sub);
    if (h->breakage == VOID_RECORD_OP)
        sub.op.b[0] ^= 1;
    history_append(h, &h->authority, &sub, true);
}

/* Behind everything else in its log, under a seal of its own. */
void history_write_authority_acts(struct history *h)
{
    struct cw_slice record;

    switch (h->breakage) {
    case VOID_REVOKED:
    case GOOD_REVOKED_LATER:
        record = revocation(h, &h->w.officer.id);
        break;
    case VOID_REVOKES_FOREIGN:
        record = revocation(h, &h->w.authority.id);
        break;
    case VOID_AUTHORITY_ADMITS:
        record = admission_of_second(h);
        break;
    case VOID_AUTHORITY_ROTATES:
        record = history_rotation(h);
        break;
    case GOOD_POLICY_LONG:
        record = long_policy(h);
        break;
    case GOOD_ISSUE_NEWER:
        record = newer_issue(h);
        break;
    default:
        return;
    }
    history_write_record(h, &h->authority, 453, record);
    history_seal(h, &h->authority);
}
