/* SPDX-License-Identifier: Apache-2.0 */
/* What a record of the root log or an authority log changes, after its author's proof was checked. */
#include "lib/trust_record.h"

#include "lib/chain_entry.h"

#include <stdlib.h>

/* true: it is there. false: *out_at is where it belongs. */
static bool find(const struct cw_trust *trust, const struct cert_id *id, size_t *out_at)
{
    return ID_FIND(struct trust_cert, trust->certs, trust->cert_count, id, id, out_at);
}

const struct trust_cert *trust_find(const struct cw_trust *trust, const struct cert_id *id)
{
    size_t at;

    return find(trust, id, &at) ? &trust->certs[at] : NULL;
}

static enum cw_err make_room(struct cw_trust *trust)
{
    size_t room = trust->cert_room == 0 ? 32 : trust->cert_room * 2;
    struct trust_cert *certs;

    if (trust->cert_count < trust->cert_room)
        return CW_OK;
    certs = realloc(trust->certs, room * sizeof(*certs));
    if (certs == NULL)
        return CW_LOCAL_MEMORY;
    trust->certs = certs;
    trust->cert_room = room;
    return CW_OK;
}

static enum cw_err add_cert(struct cw_trust *trust, struct cw_slice bytes, const struct log_id *log, uint64_t seq)
{
    struct trust_cert cert = {.issued_log = *log, .issued_seq = seq};
    size_t at;

    cert_id_of(bytes, &cert.id);
    if (find(trust, &cert.id, &at))
        return CW_OK; /* issued twice: the first place counts */
    if (make_room(trust) != CW_OK)
        return CW_LOCAL_MEMORY;
    cert.bytes = malloc(bytes.len);
    if (cert.bytes == NULL)
        return CW_LOCAL_MEMORY;
    memcpy(cert.bytes, bytes.data, bytes.len);
    if (certificate_parse(slice(cert.bytes, bytes.len), &cert.parsed) != CW_OK) {
        free(cert.bytes);
        return CW_REFUSED_MALFORMED;
    }
    memmove(&trust->certs[at + 1], &trust->certs[at], (trust->cert_count - at) * sizeof(*trust->certs));
    trust->certs[at] = cert;
    trust->cert_count++;
    return CW_OK;
}

static enum cw_err add_authority(struct cw_trust *trust, const struct cert_id *cert, const struct log_id *log)
{
    struct trust_authority *all =
        realloc(trust->authorities, (trust->authority_count + 1) * sizeof(*trust->authorities));

    if (all == NULL)
        return CW_LOCAL_MEMORY;
    trust->authorities = all;
    all[trust->authority_count++] = (struct trust_authority){.cert = *cert, .log = *log};
    return CW_OK;
}

static enum cw_err admit(struct cw_trust *trust, struct cw_slice body, const struct chain_entry *entry,
                         struct cw_fault *fault)
{
    struct act_admit_authority act;
    struct certificate cert;
    struct cert_id id;
    enum cw_err err;

    if (act_admit_authority_parse(body, &act) != CW_OK || certificate_parse(act.certificate, &cert) != CW_OK)
        return fault_set(fault, CW_REFUSED_MALFORMED, "admit", "the record is not in its grammar");
    if (cert.subject != SUBJECT_AUTHORITY || !ID_EQ(&cert.network, &trust->network))
        return fault_set(fault, CW_REFUSED_AUTHOR, "admit", "not an authority's certificate of this network");
    if (!verify_bytes(LABEL_CERT, &trust->network, act.certificate, cert.sign_key, &act.issuer))
        return fault_set(fault, CW_REFUSED_SIGNATURE, "admit", "the authority did not sign its own certificate");
    cert_id_of(act.certificate, &id);
    err = add_cert(trust, act.certificate, &entry->header.log, entry->header.seq);
    if (err == CW_OK)
        err = add_authority(trust, &id, &act.log);
    return err == CW_OK ? CW_OK : fault_plain(fault, err, "admit");
}

static enum cw_err rotate(struct cw_trust *trust, struct cw_slice body, struct cw_fault *fault)
{
    struct act_rotate_root act;

    if (act_rotate_root_parse(body, &act) != CW_OK)
        return fault_set(fault, CW_REFUSED_MALFORMED, "rotate", "the record is not in its grammar");
    trust->root_key_count = act.root_key_count;
    trust->threshold = act.threshold;
    memcpy(trust->root_keys, act.root_keys, sizeof(act.root_keys));
    return CW_OK;
}

static enum cw_err read_record(const struct chain_entry *entry, struct authority_record *out, struct cw_fault *fault)
{
    struct cw_slice payload;
    enum cw_err err = chain_entry_clear(entry, &payload, fault);

    if (err != CW_OK)
        return err;
    if (authority_record_parse(payload, out) != CW_OK)
        return fault_set(fault, CW_REFUSED_MALFORMED, "record", "the record is not in its grammar");
    return CW_OK;
}

enum cw_err trust_apply_root(struct cw_trust *trust, const struct chain_entry *entry, struct cw_fault *fault)
{
    struct authority_record record;
    enum cw_err err;

    if (entry->header.kind != CLASS_ROOT || memcmp(entry->submission.author.b, trust->network.b, ID_LEN) != 0)
        return fault_set(fault, CW_REFUSED_AUTHOR, "record", "only the root writes into the root log");
    if (proof_verify_threshold(&trust->network, entry->submission_bytes, &entry->proof,
                               (const uint8_t(*)[KEY_LEN])trust->root_keys, trust->root_key_count,
                               trust->threshold) != CW_OK)
        return fault_set(fault, CW_REFUSED_SIGNATURE, "proof", "not enough root signatures verify");
    err = read_record(entry, &record, fault);
    if (err != CW_OK)
        return err;
    if (record.act == ACT_ADMIT_AUTHORITY)
        return admit(trust, record.body, entry, fault);
    return record.act == ACT_ROTATE_ROOT ? rotate(trust, record.body, fault) : CW_OK;
}

static enum cw_err issue(struct cw_trust *trust, const struct trust_authority *authority,
                         const struct certificate *issuer, struct cw_slice body, const struct chain_entry *entry,
                         struct cw_fault *fault)
{
    struct act_issue act;
    struct certificate cert;
    enum cw_err err;

    if (act_issue_parse(body, &act) != CW_OK || certificate_parse(act.certificate, &cert) != CW_OK)
        return fault_set(fault, CW_REFUSED_MALFORMED, "issue", "the record is not in its grammar");
    if (!ID_EQ(&cert.network, &trust->network) || !ID_EQ(&cert.issuer, &authority->cert) ||
        cert.subject == SUBJECT_AUTHORITY)
        return fault_set(fault, CW_REFUSED_AUTHOR, "issue", "the certificate is not this authority's to issue");
    if (!verify_bytes(LABEL_CERT, &trust->network, act.certificate, issuer->sign_key, &act.issuer))
        return fault_set(fault, CW_REFUSED_SIGNATURE, "issue", "the issuer's signature does not verify");
    if (!verify_bytes(LABEL_POSSESSION, &trust->network, act.certificate, cert.sign_key, &act.possession))
        return fault_set(fault, CW_REFUSED_SIGNATURE, "issue", "the holder did not prove to have the keys");
    err = add_cert(trust, act.certificate, &entry->header.log, entry->header.seq);
    return err == CW_OK ? CW_OK : fault_plain(fault, err, "issue");
}

static enum cw_err revoke(struct cw_trust *trust, struct cw_slice body, uint64_t seq, struct cw_fault *fault)
{
    struct act_revoke act;
    size_t at;

    if (act_revoke_parse(body, &act) != CW_OK)
        return fault_set(fault, CW_REFUSED_MALFORMED, "revoke", "the record is not in its grammar");
    if (find(trust, &act.cert, &at) && !trust->certs[at].revoked) {
        trust->certs[at].revoked = true;
        trust->certs[at].revoke_kind = act.kind;
        trust->certs[at].revoked_seq = seq;
    }
    return CW_OK;
}

enum cw_err trust_apply_authority(struct cw_trust *trust, const struct trust_authority *authority,
                                  const struct chain_entry *entry, struct cw_fault *fault)
{
    const struct trust_cert *issuer = trust_find(trust, &authority->cert);
    struct authority_record record;
    struct certificate issuer_cert;
    enum cw_err err;

    if (issuer == NULL || entry->header.kind != CLASS_AUTHORITY || !ID_EQ(&entry->submission.author, &authority->cert))
        return fault_set(fault, CW_REFUSED_AUTHOR, "record", "only the authority writes into its log");
    issuer_cert = issuer->parsed; /* adding a certificate may move the table */
    if (entry->proof.kind != PROOF_SINGLE ||
        proof_verify(&trust->network, entry->submission_bytes, &entry->proof, issuer_cert.sign_key) != CW_OK)
        return fault_set(fault, CW_REFUSED_SIGNATURE, "proof", "the authority's signature does not verify");
    err = read_record(entry, &record, fault);
    if (err != CW_OK)
        return err;
    if (record.act == ACT_ISSUE)
        return issue(trust, authority, &issuer_cert, record.body, entry, fault);
    return record.act == ACT_REVOKE ? revoke(trust, record.body, entry->header.seq, fault) : CW_OK;
}
