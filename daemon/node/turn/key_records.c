/* SPDX-License-Identifier: Apache-2.0 */
#include "node/key_records.h"

#include "node/own_op.h"
#include "node/payload.h"
#include "node/prepare.h"

#define ENVELOPE_LEN_MAX 320

/* --- learning -------------------------------------------------------------------------------------------- */

static enum cw_err put_record(struct turn *t, const struct entry_in *e, const struct key_record_id *id,
                              struct cw_slice record)
{
    struct key_row row = {e->log, e->header.seq, record};
    uint8_t bytes[KEY_RECORD_LEN_MAX + 64];
    struct writer w = writer_over(bytes, sizeof bytes);

    key_row_encode(&row, &w);
    if (w.failed)
        return CW_REFUSED_SIZE;
    return db_put(t, TABLE_KEY, row_key_key(id), slice(bytes, w.len));
}

void key_record_note_former(struct node *n)
{
    for (; n->former_looked < authority_cert_count(n->authority); n->former_looked++) {
        const struct authority_cert *c = authority_cert_at(n->authority, n->former_looked);

        if (c->subject == SUBJECT_DAEMON && !ID_EQ(&c->id, &n->cert) &&
            strcmp(c->division, n->identity.division) == 0 && memcmp(c->seal_key, n->seal_key, KEY_LEN) == 0)
            vault_formerly(n->vault, &c->id);
    }
}

enum cw_err key_record_learn(struct node *n, const struct cert_id *author, struct cw_slice record,
                             struct cw_slice envelopes)
{
    struct key_author by = {*author, false};
    struct key_record parsed;
    bool opened;

    if (key_record_parse(record, &parsed) == CW_OK)
        by.member = authority_ever_member(n->authority, parsed.audience, author);
    return vault_learn(n->vault, &by, record, envelopes, &opened);
}

const char *key_record_failure(enum cw_err err)
{
    return err == CW_LOCAL_MEMORY ? "no room for one more key of this daemon's: the setting audience_keys says how many"
                                  : cw_err_sentence(err);
}

static void learn(struct turn *t, const struct entry_in *e, struct cw_slice record)
{
    struct cw_slice envelopes = e->check.envelopes ? e->blobs->envelopes : slice(NULL, 0);

    key_record_note_former(t->n);
    enum cw_err err = key_record_learn(t->n, &e->log_cert, record, envelopes);

    if (err != CW_OK)
        node_alarm_about(t->n, "key-record", &(struct journal_about){.peer = e->division, .code = cw_err_name(err)},
                         "key record in the log of %s, seq %llu: %s", e->division, (unsigned long long)e->header.seq,
                         key_record_failure(err));
}

enum cw_err key_record_apply(struct turn *t, struct entry_in *e)
{
    struct cw_slice bytes;
    struct key_record record;
    struct key_record_id id;

    if (!entry_record_payload(e, &bytes))
        return CW_OK; /* its bytes are still on their way */
    enum cw_err err = key_record_parse(bytes, &record);
    if (err != CW_OK && err != CW_REFUSED_VERSION) /* a newer version's counts, and waits for its reader */
        return CW_REFUSED_MALFORMED;
    key_record_id_of(bytes, &id);
    bool known = db_has(t->n, t->txn, TABLE_KEY, row_key_key(&id));
    if (known && vault_can_open(t->n->vault, &id))
        return CW_OK;
    if (!ID_EQ(&e->submission.author, &e->log_cert) &&
        !authority_same_holder(t->n->authority, &e->submission.author, &e->log_cert)) {
        node_alarm_about(
            t->n, "key-record", &(struct journal_about){.peer = e->division, .code = "author"},
            "key record in the log of %s, seq %llu: another made it, so nothing is read or written under it",
            e->division, (unsigned long long)e->header.seq);
        return CW_OK;
    }
    err = known ? CW_OK : put_record(t, e, &id, bytes);
    if (err != CW_OK)
        return err;
    learn(t, e, bytes);
    return pending_key_arrived(t, &id);
}

/* --- making ---------------------------------------------------------------------------------------------- */

static uint32_t gather_recipients(const struct node *n, struct recipient *out)
{
    struct cert_id members[ENVELOPES_MAX];
    struct position membership;
    uint32_t known = authority_members(n->authority, slice_of(AUDIENCE_FORCE), members, ENVELOPES_MAX, &membership);
    uint32_t count = 0;

    for (uint32_t i = 0; i < known && i < ENVELOPES_MAX; i++) {
        const struct authority_cert *cert = authority_find(n->authority, &members[i]);

        if (cert == NULL || cert->revoked || id_is_zero(cert->seal_key))
            continue;
        out[count].cert = members[i];
        memcpy(out[count].seal_key, cert->seal_key, KEY_LEN);
        count++;
    }
    return count;
}

static enum cw_err prepare_record(struct turn *t, struct cw_slice record, struct prepared *p)
{
    const struct entropy *entropy = &t->n->entropy;
    uint8_t r[32];

    p->header.author = t->n->cert;
    p->header.op_class = CLASS_KEY;
    p->header.part_count = 1;
    p->header.author_time = t->wall;
    entropy->fill(entropy->ctx, p->header.submission_id, sizeof p->header.submission_id);
    entropy->fill(entropy->ctx, r, sizeof r);
    enum cw_err err = prepare_clear_part(r, record, &t->kept, &p->blobs[0], &p->header.parts[0]);
    if (err != CW_OK)
        return err;
    p->part_count = 1;
    p->hashes[0].len = (uint32_t)p->blobs[0].len;
    hash_one(LABEL_BLOB, p->blobs[0], p->hashes[0].hash.b);
    return own_submission_sign(t, p);
}

enum cw_err key_record_make(struct turn *t, struct prepared **out, struct cw_slice *out_envelopes,
                            struct key_record_id *out_record)
{
    struct node *n = t->n;
    struct position membership;
    struct recipient *recipients = ARENA_ARRAY(&t->kept, struct recipient, ENVELOPES_MAX);
    uint8_t *record = arena_take(&t->kept, KEY_RECORD_LEN_MAX, 1);
    size_t cap = (size_t)ENVELOPES_MAX * ENVELOPE_LEN_MAX;
    uint8_t *envelopes = arena_take(&t->kept, cap, 1);
    struct prepared *p = ARENA_NEW(&t->kept, struct prepared);

    if (recipients == NULL || record == NULL || envelopes == NULL || p == NULL)
        return CW_LOCAL_MEMORY;
    if (!audience_membership(n, &membership) || !own_seal_knows(n, &n->cert) || !own_seal_reaches_members(n))
        return CW_AGAIN_BUSY;
    uint32_t count = gather_recipients(n, recipients);
    struct writer record_out = writer_over(record, KEY_RECORD_LEN_MAX), envelopes_out = writer_over(envelopes, cap);
    enum cw_err err = vault_make_key(n->vault, slice_of(AUDIENCE_FORCE), &membership, recipients, count, &n->entropy,
                                     &record_out, &envelopes_out);
    if (err != CW_OK || record_out.failed || envelopes_out.failed)
        return err == CW_OK ? CW_LOCAL_MEMORY : err;
    *out_envelopes = slice(envelopes, envelopes_out.len);
    key_record_id_of(slice(record, record_out.len), out_record);
    *out = p;
    return prepare_record(t, slice(record, record_out.len), p);
}
