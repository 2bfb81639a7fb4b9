/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/vectors/history.h"

/*
 * The root log and the authority log of a history. Root: an admission; in some histories a rotation of the root keys
 * and, under the new ones, a policy. Authority: the daemons' certificates under one seal, the officer's and the
 * membership under another.
 */

struct cw_slice history_record(struct history *h, enum authority_act act, const struct writer *body)
{
    struct authority_record r = {.act = act, .body = slice(body->data, body->len)};
    static uint8_t memory[8192];
    struct writer out = writer_over(memory, sizeof(memory));

    r.critical = h->breakage == VOID_CRITICAL && act == HISTORY_ACT_UNKNOWN;
    authority_record_encode(&r, &out);
    return world_keep(&h->w, &out);
}

static struct cw_slice admission(struct history *h)
{
    struct act_admit_authority act = {.certificate = h->w.authority.bytes, .log = h->authority.log.id};
    uint8_t memory[8192];
    struct writer out = writer_over(memory, sizeof(memory));

    sign_bytes(LABEL_CERT, &h->w.network, act.certificate, &h->w.authority.keys.sign, &act.issuer);
    act_admit_authority_encode(&act, &out);
    return history_record(h, ACT_ADMIT_AUTHORITY, &out);
}

struct cw_slice history_issue(struct history *h, const struct world_identity *subject)
{
    struct act_issue act = {.certificate = subject->bytes};
    uint8_t memory[8192];
    struct writer out = writer_over(memory, sizeof(memory));
    bool forged = h->breakage == VOID_ISSUER && subject == &h->w.daemons[WORLD_WST];
    bool unproven = h->breakage == VOID_POSSESSION && subject == &h->w.daemons[WORLD_WST];

    sign_bytes(LABEL_CERT, &h->w.network, act.certificate, forged ? &subject->keys.sign : &h->w.authority.keys.sign,
               &act.issuer);
    sign_bytes(LABEL_POSSESSION, &h->w.network, act.certificate,
               unproven ? &h->w.authority.keys.sign : &subject->keys.sign, &act.possession);
    act_issue_encode(&act, &out);
    return history_record(h, ACT_ISSUE, &out);
}

static struct cw_slice membership(struct history *h)
{
    struct cert_id members[WORLD_DAEMONS];
    struct act_membership act = {.audience = slice_of("force"), .added_count = WORLD_DAEMONS, .added = members};
    uint8_t memory[512];
    struct writer out = writer_over(memory, sizeof(memory));

    for (uint32_t i = 0; i < WORLD_DAEMONS; i++)
        members[i] = h->w.daemons[i].id;
    act_membership_encode(&act, &out);
    return history_record(h, ACT_MEMBERSHIP, &out);
}

struct cw_slice history_policy(struct history *h)
{
    struct act_policy act = {.name = slice_of("after"), .value = slice_of("the rotation")};
    uint8_t memory[256];
    struct writer out = writer_over(memory, sizeof(memory));

    act_policy_encode(&act, &out);
    return history_record(h, ACT_POLICY, &out);
}

void history_write_record(struct history *h, struct history_log *log, uint32_t number, struct cw_slice record)
{
    struct world_submission sub;
    bool root = log == &h->root;

    world_submit_clear(&h->w, number, root ? CLASS_ROOT : CLASS_AUTHORITY, record, root ? NULL : &h->w.authority, &sub);
    history_append(h, log, &sub, true);
}

/* --- the root's keys ------------------------------------------------------------------------------- */

/* The same keys, in another order, and all of them must sign. */
static void turn_roots(struct world *w)
{
    struct key_bundle first = w->roots[0];

    w->roots[0] = w->roots[2];
    w->roots[2] = first;
    w->threshold = w->root_count;
}

struct cw_slice history_rotation(struct history *h)
{
    struct world turned = h->w;
    struct act_rotate_root act = {.root_key_count = turned.root_count};
    uint8_t memory[512];
    struct writer out = writer_over(memory, sizeof(memory));

    turn_roots(&turned);
    act.threshold = turned.threshold;
    for (uint32_t i = 0; i < act.root_key_count; i++)
        memcpy(act.root_keys[i], turned.roots[i].sign_public, KEY_LEN);
    act_rotate_root_encode(&act, &out);
    return history_record(h, ACT_ROTATE_ROOT, &out);
}

static void rotate(struct history *h)
{
    history_write_record(h, &h->root, 402, history_rotation(h));
    history_write_record(h, &h->root, 403, history_policy(h)); /* under the same seal: by the keys before */
    history_seal(h, &h->root);
    if (h->breakage == GOOD_ROTATION)
        turn_roots(&h->w);
    history_write_record(h, &h->root, 404, history_policy(h));
    history_seal(h, &h->root);
}

/* --- both logs --------------------------------------------------------------------------------------- */

static void open_logs(struct history *h)
{
    struct world_identity owner = h->w.authority;

    if (h->breakage == BREAK_AUTHORITY_DIVISION)
        owner.cert.division = slice_of("EST");
    world_log_open(&h->w, LOG_ROOT, NULL, 400, &h->root.log);
    world_log_open(&h->w, LOG_AUTHORITY, &owner, 401, &h->authority.log);
    h->authority.log.owner = &h->w.authority;
}

static void write_act_unknown(struct history *h)
{
    static uint8_t nothing[] = {0};
    const struct writer body = {.data = nothing, .len = sizeof(nothing)};

    history_write_record(h, &h->authority, 419, history_record(h, HISTORY_ACT_UNKNOWN, &body));
}

void history_write_authority(struct history *h)
{
    history_prepare(h);
    open_logs(h);
    history_write_record(h, &h->root, 400, admission(h));
    history_write_root_acts(h);
    history_seal(h, &h->root);
    if (h->breakage == BREAK_ROOT_THRESHOLD)
        h->root.batches[0].signed_seal.signature_count--;
    if (h->breakage == GOOD_ROTATION || h->breakage == BREAK_ROTATION)
        rotate(h);
    for (uint32_t i = 0; i < WORLD_DAEMONS; i++)
        history_write_record(h, &h->authority, 410 + i, history_issue(h, &h->w.daemons[i]));
    history_seal(h, &h->authority);
    if (h->breakage == GOOD_ACT_UNKNOWN || h->breakage == VOID_CRITICAL)
        write_act_unknown(h);
    history_write_officer(h, history_issue(h, &h->w.officer));
    history_write_record(h, &h->authority, 421, membership(h));
    history_seal(h, &h->authority);
    history_write_authority_acts(h);
}
