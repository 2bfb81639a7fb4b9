/* SPDX-License-Identifier: Apache-2.0 */
#include "node/sealer.h"

#include "node/entry.h"
#include "node/payload.h"
#include "node/verify_cache.h"

/* --- whose log it is ----------------------------------------------------------------------------------------- */

static bool genesis_fits(const struct node *n, const struct log_id *log, struct cw_slice bytes,
                         const struct genesis *genesis)
{
    struct log_id named;

    log_id_of(bytes, &named);
    return ID_EQ(&named, log) && ID_EQ(&genesis->network, &n->identity.network);
}

static void take_head(const struct log_head *head, struct sealer *out)
{
    out->scope = head->scope;
    out->cert = head->cert;
    memcpy(out->division, head->division, sizeof out->division);
}

static void take_genesis(const struct genesis *genesis, struct sealer *out)
{
    out->scope = genesis->scope;
    out->cert = genesis->cert;
    if (genesis->division.len > 0) /* its parser bounds it */
        memcpy(out->division, genesis->division.data, genesis->division.len);
}

static bool find_stored(struct node *n, const struct log_id *log, struct sealer *out)
{
    struct node_read read;
    struct log_row row;

    if (node_read_begin(n, &read) != CW_OK)
        return false;
    bool found = db_get_log(n, read.txn, log, &row) == CW_OK;
    if (found)
        take_head(&row.head, out);
    node_read_done(&read);
    return found;
}

/* Caller holds the authority for reading. */
static bool find_key(const struct node *n, const struct log_id *log, struct sealer *s)
{
    struct cert_id admitted;
    const struct authority_cert *cert = authority_find(n->authority, &s->cert);

    if (s->scope == LOG_ROOT) {
        s->root.known_to = authority_applied(n->authority, log);
        s->root.stopped = authority_is_stopped(n->authority, log);
        return true;
    }
    if (cert == NULL || strcmp(cert->division, s->division) != 0)
        return false;
    if (s->scope == LOG_AUTHORITY &&
        (!authority_log_known(n->authority, log, &admitted) || !ID_EQ(&admitted, &s->cert)))
        return false;
    if (s->scope == LOG_DIVISION && cert->subject != SUBJECT_DAEMON)
        return false;
    memcpy(s->key, cert->sign_key, KEY_LEN);
    return true;
}

void sealer_find(struct node *n, const struct log_id *log, const struct log_head *head, struct cw_slice genesis_bytes,
                 const struct genesis *genesis, struct sealer *out)
{
    bool found = head != NULL;

    memset(out, 0, sizeof *out);
    if (head != NULL)
        take_head(head, out);
    else
        found = find_stored(n, log, out);
    if (genesis_bytes.len > 0 && !genesis_fits(n, log, genesis_bytes, genesis)) {
        out->known = out->wrong = true;
        return;
    }
    if (!found && genesis_bytes.len == 0)
        return;
    if (!found)
        take_genesis(genesis, out);
    node_authority(n);
    out->known = find_key(n, log, out);
    node_authority_done(n);
}

/* --- its seals ------------------------------------------------------------------------------------------------- */

/* Caller holds the authority for reading. */
static uint32_t root_keys(const struct node *n, const struct root_view *root, uint64_t first,
                          const uint8_t (**out_keys)[KEY_LEN], uint32_t *out_threshold)
{
    if (!root->rotated)
        return authority_root_keys(n->authority, first, out_keys, out_threshold);
    *out_keys = (const uint8_t(*)[KEY_LEN])root->rotation.root_keys;
    *out_threshold = root->rotation.threshold;
    return root->rotation.root_key_count;
}

/* Old keys seal nothing after a rotation: without the records before it, no seal of the root log is looked at. */
static enum seal_is check_root(struct node *n, const struct root_view *root, uint64_t first,
                               const struct signed_seal *seal)
{
    const uint8_t(*keys)[KEY_LEN];
    uint32_t threshold;

    if (root->known_to + 1 < first)
        return SEAL_UNKNOWN;
    node_authority(n);
    uint32_t count = root_keys(n, root, first, &keys, &threshold);
    bool good = seal_verify_threshold(&n->identity.network, seal, keys, count, threshold);
    node_authority_done(n);
    if (good)
        return SEAL_GOOD;
    return root->stopped ? SEAL_UNKNOWN : SEAL_WRONG;
}

enum seal_is sealer_check(struct node *n, const struct sealer *s, uint64_t first, const struct signed_seal *seal)
{
    if (!s->known)
        return SEAL_UNKNOWN;
    if (s->wrong)
        return SEAL_WRONG;
    if (s->scope == LOG_ROOT)
        return check_root(n, &s->root, first, seal);
    return verify_seal(n->cache, &n->identity.network, seal, s->key) ? SEAL_GOOD : SEAL_WRONG;
}

/* --- what the root log says of its own keys ---------------------------------------------------------------------- */

static bool record_counts(struct node *n, const struct root_view *root, uint64_t first, const struct entry_in *e)
{
    const uint8_t(*keys)[KEY_LEN];
    uint32_t threshold;

    if (entry_shape(n, e) != REASON_NONE)
        return false;
    node_authority(n);
    uint32_t count = root_keys(n, root, first, &keys, &threshold);
    bool good =
        proof_verify_threshold(&n->identity.network, e->submission_bytes, &e->proof, keys, count, threshold) == CW_OK;
    node_authority_done(n);
    return good;
}

/* As the turn will apply it. false: it is not here to be read, and what comes after it waits. */
static bool follow_record(struct node *n, const struct root_view *root, uint64_t first, const struct entry_in *e,
                          struct root_view *next)
{
    struct authority_record record;
    struct cw_slice payload;

    if (!record_counts(n, root, first, e) || next->stopped)
        return true;
    if ((e->check.parts & 1) == 0)
        return false;
    if (!entry_record_payload(e, &payload) || authority_record_parse(payload, &record) != CW_OK)
        return true;
    if (record.act == ACT_ROTATE_ROOT && act_rotate_root_parse(record.body, &next->rotation) == CW_OK)
        next->rotated = true;
    next->stopped = record.critical && !authority_act_is_known(record.act);
    return true;
}

void sealer_follow(struct node *n, struct sealer *s, const struct log_id *log, const struct sealed_batch *batch,
                   const struct entry_check *checks)
{
    struct root_view next = s->root;

    if (s->scope != LOG_ROOT)
        return;
    for (uint32_t i = 0; i < batch->entry_count && next.known_to + 1 >= batch->seal.first + i; i++) {
        const struct entry_record *r = &batch->entries[i];
        struct entry_in e = {.log = *log, .scope = LOG_ROOT, .header = r->header, .blobs = &r->blobs};

        if (next.known_to >= batch->seal.first + i)
            continue; /* applied before */
        e.submission_bytes = r->submission_bytes;
        e.proof_bytes = r->proof_bytes;
        e.submission_ok = checks[i].says_its_op;
        e.submission = r->submission;
        e.proof = r->proof;
        e.check = checks[i];
        if (!follow_record(n, &s->root, batch->seal.first, &e, &next))
            break;
        next.known_to++;
    }
    s->root = next;
}
