/* SPDX-License-Identifier: Apache-2.0 */
#include "core/authority_table.h"

/*
 * One record after the other, each log in its own order. A record whose log may not make it has no effect: the
 * error says why, the log stands. An act that this version does not know is passed over, unless it is marked
 * critical: then nothing later of that log is applied (closed for permission, open for data flow).
 */

static enum cw_err read_certificate(const struct authority *a, struct cw_slice bytes, struct certificate *out)
{
    enum cw_err err = certificate_parse(bytes, out);

    if (err != CW_OK)
        return err;
    return ID_EQ(&out->network, &a->network) ? CW_OK : CW_REFUSED_NETWORK;
}

/* An authority issues in its own name, and never authorities: those are the root's to admit. */
static enum cw_err apply_issue(struct authority *a, const struct authority_act_place *at, struct cw_slice body)
{
    struct certificate certificate;
    struct act_issue issue;
    enum cw_err err = act_issue_parse(body, &issue);

    if (err != CW_OK)
        return err;
    err = read_certificate(a, issue.certificate, &certificate);
    if (err != CW_OK)
        return err;
    if (certificate.subject == SUBJECT_AUTHORITY || certificate.subject == SUBJECT_UNKNOWN)
        return CW_REFUSED_CLASS;
    if (!ID_EQ(&certificate.issuer, &at->log->cert))
        return CW_REFUSED_AUTHOR;
    return authority_admit_cert(a, at, issue.certificate, &certificate);
}

/* Who issued may revoke; the root may revoke the authorities it admitted. The first revocation stands. */
static enum cw_err apply_revoke(struct authority *a, const struct authority_act_place *at, struct cw_slice body)
{
    struct authority_cert *cert;
    struct act_revoke revoke;
    enum cw_err err = act_revoke_parse(body, &revoke);

    if (err != CW_OK)
        return err;
    cert = authority_cert_of(a, &revoke.cert);
    if (cert == NULL)
        return CW_REFUSED_AUTHOR;
    if (!ID_EQ(&cert->issued_log, &at->log->log))
        return CW_REFUSED_ROLE;
    if (cert->revoked)
        return CW_OK;
    cert->revoked = true;
    cert->revoke_kind = revoke.kind;
    cert->revoked_seq = at->seq;
    return CW_OK;
}

static enum cw_err add_authority_log(struct authority *a, const struct log_id *log, const struct cert_id *cert,
                                     bool is_root)
{
    if (authority_log_of(a, log) != NULL)
        return CW_OK;
    if (a->log_count == AUTHORITY_LOGS_MAX)
        return CW_LOCAL_MEMORY;
    struct authority_log *added = &a->logs[a->log_count++];

    memset(added, 0, sizeof *added);
    added->log = *log;
    added->is_root = is_root;
    if (cert != NULL)
        added->cert = *cert;
    return CW_OK;
}

static enum cw_err apply_admit(struct authority *a, const struct authority_act_place *at, struct cw_slice body)
{
    struct act_admit_authority admit;
    struct certificate certificate;
    struct cert_id id;
    enum cw_err err = act_admit_authority_parse(body, &admit);

    if (err != CW_OK)
        return err;
    err = read_certificate(a, admit.certificate, &certificate);
    if (err != CW_OK)
        return err;
    if (certificate.subject != SUBJECT_AUTHORITY)
        return CW_REFUSED_CLASS;
    if (authority_log_of(a, &admit.log) == NULL && a->log_count == AUTHORITY_LOGS_MAX)
        return CW_LOCAL_MEMORY;
    err = authority_admit_cert(a, at, admit.certificate, &certificate);
    if (err != CW_OK)
        return err;
    cert_id_of(admit.certificate, &id);
    return add_authority_log(a, &admit.log, &id, false);
}

static enum cw_err apply_rotate(struct authority *a, uint64_t seq, struct cw_slice body)
{
    struct act_rotate_root rotate;
    enum cw_err err = act_rotate_root_parse(body, &rotate);

    if (err != CW_OK)
        return err;
    if (a->rotation_count == ROOT_ROTATIONS_MAX)
        return CW_REFUSED_SIZE;
    struct root_keys *next = &a->roots[++a->rotation_count];
    next->seq = seq;
    next->count = rotate.root_key_count;
    next->threshold = rotate.threshold;
    memcpy(next->keys, rotate.root_keys, sizeof next->keys);
    return CW_OK;
}

static enum cw_err apply_act(struct authority *a, const struct authority_act_place *at,
                             const struct authority_record *record, struct arena *scratch)
{
    bool is_root = at->log->is_root;

    switch (record->act) {
    case ACT_ISSUE:
        return is_root ? CW_REFUSED_ROLE : apply_issue(a, at, record->body);
    case ACT_REVOKE:
        return apply_revoke(a, at, record->body);
    case ACT_POLICY:
        return authority_apply_policy(a, at, record->body);
    case ACT_MEMBERSHIP:
        return authority_apply_membership(a, at, record->body, scratch);
    case ACT_ADMIT_AUTHORITY:
        return is_root ? apply_admit(a, at, record->body) : CW_REFUSED_ROLE;
    case ACT_ROTATE_ROOT:
        return is_root ? apply_rotate(a, at->seq, record->body) : CW_REFUSED_ROLE;
    case ACT_UNKNOWN:
    case ACT_REINSTATE:
    case ACT_FORK_JUDGEMENT:
    case ACT_VERSIONS:
        break;
    }
    at->log->stopped = record->critical;
    return CW_REFUSED_UNKNOWN_OP;
}

/* The root log is the first log that carried a root act: `threshold` root keys sealed it. There is one. */
static enum cw_err find_log(struct authority *a, const struct log_id *log, const struct submission_header *header,
                            struct authority_log **out)
{
    *out = authority_log_of(a, log);
    if (*out == NULL && header->op_class == CLASS_ROOT && a->log_count == 0) {
        (void)add_authority_log(a, log, NULL, true);
        *out = &a->logs[0];
    }
    if (*out == NULL)
        return CW_REFUSED_AUTHOR;
    if (header->op_class != ((*out)->is_root ? CLASS_ROOT : CLASS_AUTHORITY))
        return CW_REFUSED_CLASS;
    if (!(*out)->is_root && !ID_EQ(&header->author, &(*out)->cert))
        return CW_REFUSED_AUTHOR;
    return CW_OK;
}

enum cw_err authority_apply(struct authority *a, const struct log_id *log, uint64_t seq,
                            const struct submission_header *header, const struct authority_record *record,
                            struct arena *scratch)
{
    struct authority_log *found;
    enum cw_err err = find_log(a, log, header, &found);

    if (found != NULL && seq <= found->applied)
        return CW_OK; /* applied before: a store being read again */
    if (found != NULL)
        found->applied = seq;
    if (err != CW_OK)
        return err;
    if (found->stopped)
        return CW_REFUSED_VERSION;

    size_t mark = arena_mark(scratch);

    err = apply_act(a, &(struct authority_act_place){found, seq}, record, scratch);
    arena_release(scratch, mark);
    return err;
}

void authority_pass(struct authority *a, const struct log_id *log, bool is_root, uint64_t seq)
{
    struct authority_log *found = authority_log_of(a, log);

    if (found == NULL && is_root && a->log_count == 0) {
        (void)add_authority_log(a, log, NULL, true);
        found = &a->logs[0];
    }
    if (found != NULL && found->applied < seq)
        found->applied = seq;
}

void authority_note_unread(struct authority *a, const struct log_id *log, uint64_t seq)
{
    struct authority_log *found = authority_log_of(a, log);

    if (found != NULL && (found->unread == 0 || seq < found->unread))
        found->unread = seq;
}
