/* SPDX-License-Identifier: Apache-2.0 */
#include "node/check_entry.h"
#include "node/entry.h"

/*
 * "Storing and counting are different questions": this is the second. The verdict is a function of the
 * entry, its log and seal, and the authority records that the seal names: the same at every daemon.
 */

static bool is_as_hashed(const struct entry_in *e)
{
    struct hash submission;

    submission_hash_of(e->submission_bytes, e->proof_bytes, &submission);
    return ID_EQ(&submission, &e->header.submission);
}

/* That can be of another op, or not as the header hashed it: both come before that it cannot be read. */
static enum verdict_reason unread(const struct entry_in *e)
{
    return entry_names_op(&e->header.op_id, e->submission_bytes) && is_as_hashed(e) ? REASON_GRAMMAR : REASON_OP_ID;
}

static bool scope_allows(const struct entry_in *e)
{
    switch (e->submission.op_class) {
    case CLASS_AUTHORITY:
        return e->scope == LOG_AUTHORITY;
    case CLASS_ROOT:
        return e->scope == LOG_ROOT;
    default:
        return e->scope == LOG_DIVISION;
    }
}

static bool parts_agree(const struct entry_in *e)
{
    bool clear = class_in_clear(e->header.kind);

    if (e->header.part_count != e->submission.part_count || clear != (e->header.key_count == 0))
        return false;
    for (uint32_t i = 0; i < e->header.part_count; i++) {
        uint32_t size_class = e->submission.parts[i].size_class;
        size_t len = clear ? 32 + size_class_len(size_class) : part_sealed_len(size_class);

        if (e->header.parts[i].len != len)
            return false;
    }
    return true;
}

static bool subject_allows(const struct entry_in *e, const struct authority_cert *cert)
{
    switch (e->submission.op_class) {
    case CLASS_AUTHORITY:
        return cert->subject == SUBJECT_AUTHORITY;
    case CLASS_KEY:
        return cert->subject == SUBJECT_DAEMON;
    case CLASS_CASE:
        return cert->subject == SUBJECT_PERSON || cert->subject == SUBJECT_DAEMON;
    default:
        return true;
    }
}

/* Into a root or an authority log writes nobody else. */
static bool is_the_logs_own(const struct node *n, const struct entry_in *e)
{
    if (e->submission.op_class == CLASS_ROOT)
        return memcmp(e->submission.author.b, n->identity.network.b, ID_LEN) == 0;
    return e->submission.op_class != CLASS_AUTHORITY || ID_EQ(&e->submission.author, &e->log_cert);
}

enum verdict_reason entry_shape(const struct node *n, const struct entry_in *e)
{
    if (!e->submission_ok)
        return unread(e);
    if (e->header.kind != e->submission.op_class)
        return REASON_KIND;
    if (!is_as_hashed(e)) /* that it is the op's was seen when it was read */
        return REASON_OP_ID;
    if (!scope_allows(e))
        return REASON_SCOPE;
    if (!is_the_logs_own(n, e))
        return REASON_SUBJECT;
    return parts_agree(e) ? REASON_NONE : REASON_PARTS;
}

static enum verdict_reason reason_of_certificate(enum cert_verdict verdict)
{
    switch (verdict) {
    case CERT_COUNTS:
        break;
    case CERT_UNKNOWN:
        return REASON_AUTHOR;
    case CERT_POSITION:
        return REASON_POSITION;
    case CERT_NOT_YET:
        return REASON_NOT_YET;
    case CERT_REVOKED:
        return REASON_REVOKED;
    }
    return REASON_NONE;
}

static enum verdict_reason judge_author(struct node *n, struct entry_in *e)
{
    const struct authority_cert *cert = NULL;
    enum cert_verdict verdict;

    /* Its certificate may have come since, or the rotation that names the root keys. */
    if (!e->check.author_known || (e->submission.op_class == CLASS_ROOT && !e->check.proof_ok))
        check_author(n, e->seal_first, e->submission_bytes, &e->submission, &e->proof, &e->check);
    if (e->submission.op_class == CLASS_ROOT)
        return e->check.proof_ok ? REASON_NONE : REASON_SIGNATURE;
    if (e->submission.op_class == CLASS_AUTHORITY) { /* its log was admitted: it needs no position of its own */
        cert = authority_find(n->authority, &e->submission.author);
        verdict = cert == NULL ? CERT_POSITION : CERT_COUNTS;
    } else {
        verdict = authority_judge(n->authority, &e->submission.author, e->positions, &cert);
    }
    if (verdict != CERT_COUNTS && (verdict != CERT_REVOKED || e->check.proof_ok))
        return reason_of_certificate(verdict);
    if (!e->check.proof_ok)
        return REASON_SIGNATURE;
    if (!subject_allows(e, cert))
        return REASON_SUBJECT;
    if (e->proof.kind == PROOF_BUNDLE && (!cert->may_bundle || e->submission.op_class != CLASS_CASE))
        return REASON_BUNDLE;
    return REASON_NONE;
}

/* Records of the root and authority logs take effect in their order, whatever came first: so they are judged in it. */
static bool comes_next(const struct node *n, const struct entry_in *e)
{
    return e->scope == LOG_DIVISION || authority_comes_next(n->authority, &e->log, e->scope == LOG_ROOT, e->header.seq);
}

static enum verdict_reason judge(struct node *n, struct entry_in *e)
{
    if (!comes_next(n, e))
        return REASON_POSITION;
    enum verdict_reason reason = entry_shape(n, e);

    if (reason == REASON_NONE)
        reason = judge_author(n, e);
    if (reason == REASON_NONE && e->scope != LOG_DIVISION && (e->check.parts & 1) == 0)
        return REASON_MISSING; /* a relay left it out, or it is on its way */
    return reason;
}

enum case_verdict entry_judge(struct node *n, struct entry_in *e, enum verdict_reason *out_reason)
{
    enum verdict_reason reason = judge(n, e);

    *out_reason = reason;
    switch (reason) {
    case REASON_NONE:
        return VERDICT_EFFECTIVE;
    case REASON_POSITION:
    case REASON_MISSING:
        return VERDICT_PENDING;
    case REASON_REVOKED:
        return VERDICT_VOID_FLOOR;
    default:
        return VERDICT_VOID;
    }
}
