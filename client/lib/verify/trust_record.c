/* SPDX-License-Identifier: Apache-2.0 */
/* What a record of the root log or an authority log changes, after its author's proof was checked. */
#include "lib/trust_record.h"

#include "lib/chain_entry.h"

#include <stdlib.h>

#define AUTHORITIES_MAX (AUTH_POSITIONS_MAX - 1) /* and the root log */

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
    struct trust_authority *all;

    for (size_t i = 0; i < trust->authority_count; i++)
        if (ID_EQ(&trust->authorities[i].log, log))
            return CW_OK; /* admitted twice: the first place counts */
    all = realloc(trust->authorities, (trust->authority_count + 1) * sizeof(*trust->authorities));
    if (all == NULL)
        return CW_LOCAL_MEMORY;
    trust->authorities = all;
    all[trust->authority_count++] = (struct trust_authority){.cert = *cert, .log = *log};
    return CW_OK;
}

/* --- what records do --------------------------------------------------------------------------------- */

static enum cw_err signatures_hold(const struct cw_trust *trust, const struct authority_record *record,
                                   const uint8_t *issuer_key, struct cw_fault *fault)
{
    enum cw_err err = authority_record_verify(&trust->network, record, issuer_key);

    if (err == CW_REFUSED_SIGNATURE)
        return fault_set(fault, err, "record", "the certificate in it is not signed by who issues or who holds it");
    return err == CW_OK ? CW_OK : fault_plain(fault, err, "record");
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
    if (trust->authority_count == AUTHORITIES_MAX)
        return CW_OK; /* no seal could name its log */
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
    if (trust->rotation_count == ROOT_ROTATIONS_MAX)
        return fault_set(fault, CW_REFUSED_SIZE, "rotate", "the root keys were rotated too often");
    trust->rotation_count++;
    trust->rotation = act;
    trust->rotates = true;
    return CW_OK;
}

void trust_rotate(struct cw_trust *trust)
{
    if (!trust->rotates)
        return;
    trust->rotates = false;
    trust->root_key_count = trust->rotation.root_key_count;
    trust->threshold = trust->rotation.threshold;
    memcpy(trust->root_keys, trust->rotation.root_keys, sizeof(trust->rotation.root_keys));
}

static enum cw_err issue(struct cw_trust *trust, const struct cert_id *authority, struct cw_slice body,
                         const struct chain_entry *entry, struct cw_fault *fault)
{
    struct act_issue act;
    struct certificate cert;
    enum cw_err err;

    if (act_issue_parse(body, &act) != CW_OK || certificate_parse(act.certificate, &cert) != CW_OK)
        return fault_set(fault, CW_REFUSED_MALFORMED, "issue", "the record is not in its grammar");
    if (!ID_EQ(&cert.network, &trust->network) || !ID_EQ(&cert.issuer, authority) || cert.subject == SUBJECT_AUTHORITY)
        return fault_set(fault, CW_REFUSED_AUTHOR, "issue", "the certificate is not this authority's to issue");
    err = add_cert(trust, act.certificate, &entry->header.log, entry->header.seq);
    return err == CW_OK ? CW_OK : fault_plain(fault, err, "issue");
}

static enum cw_err revoke(struct cw_trust *trust, struct cw_slice body, const struct chain_entry *entry,
                          struct cw_fault *fault)
{
    struct act_revoke act;
    struct trust_cert *cert;
    size_t at;

    if (act_revoke_parse(body, &act) != CW_OK)
        return fault_set(fault, CW_REFUSED_MALFORMED, "revoke", "the record is not in its grammar");
    if (!find(trust, &act.cert, &at) || !ID_EQ(&trust->certs[at].issued_log, &entry->header.log))
        return fault_set(fault, CW_REFUSED_ROLE, "revoke", "only who issued a certificate revokes it");
    cert = &trust->certs[at];
    if (!cert->revoked) {
        cert->revoked = true;
        cert->revoke_kind = act.kind;
        cert->revoked_seq = entry->header.seq;
    }
    return CW_OK;
}

/* What they say is for daemons: whether they can be read is for everybody, and how much they change for who signs the next one. */
static enum cw_err read_policy(struct cw_trust *trust, struct cw_slice body, struct cw_fault *fault)
{
    struct policy_said said;
    struct act_policy act;

    if (act_policy_parse(body, &act) != CW_OK)
        return fault_set(fault, CW_REFUSED_MALFORMED, "policy", "the record is not in its grammar");
    if (act.value.len <= POLICY_KEPT_LEN_MAX && policy_read(act.name, act.value, &said, NULL) == CW_OK)
        trust_note_policy(trust, &said);
    return CW_OK;
}

static enum cw_err read_membership(struct cw_slice body, struct cw_fault *fault)
{
    struct act_membership act;
    void *memory = malloc(FRAME_LEN_MAX);
    struct arena arena = arena_over(memory, memory == NULL ? 0 : FRAME_LEN_MAX);
    enum cw_err err = memory == NULL ? CW_LOCAL_MEMORY : act_membership_parse(body, &arena, &act);

    free(memory);
    if (err == CW_OK || err == CW_LOCAL_MEMORY)
        return err == CW_OK ? CW_OK : fault_plain(fault, err, "membership");
    return fault_set(fault, CW_REFUSED_MALFORMED, "membership", "the record is not in its grammar");
}

static enum cw_err apply(struct cw_trust *trust, const struct authority_record *record, const struct cert_id *authority,
                         const struct chain_entry *entry, struct cw_fault *fault)
{
    bool is_root = authority == NULL;

    switch (record->act) {
    case ACT_POLICY:
        return read_policy(trust, record->body, fault);
    case ACT_MEMBERSHIP:
        return read_membership(record->body, fault);
    case ACT_REVOKE:
        return revoke(trust, record->body, entry, fault);
    case ACT_ISSUE:
        if (!is_root)
            return issue(trust, authority, record->body, entry, fault);
        break;
    case ACT_ADMIT_AUTHORITY:
        if (is_root)
            return admit(trust, record->body, entry, fault);
        break;
    case ACT_ROTATE_ROOT:
        if (is_root)
            return rotate(trust, record->body, fault);
        break;
    default:
        return CW_OK; /* a newer version's */
    }
    return fault_set(fault, CW_REFUSED_ROLE, "record", "an act that this log may not make");
}

/* *stopped: of the log. What comes behind it is passed over. */
static enum cw_err take_record(struct cw_trust *trust, const struct trust_cert *authority, bool *stopped,
                               const struct chain_entry *entry, struct cw_fault *fault)
{
    struct authority_record record;
    struct cert_id id = {{0}};
    struct cw_slice payload;
    enum cw_err err;

    if (*stopped)
        return CW_OK;
    err = chain_entry_clear(entry, &payload, fault);
    if (err != CW_OK) {
        *stopped = !trust->goes_on;
        return err;
    }
    err = authority_record_parse(payload, &record);
    if (err == CW_REFUSED_VERSION)
        return CW_OK;
    if (err != CW_OK)
        return fault_set(fault, CW_REFUSED_MALFORMED, "record", "the record is not in its grammar");
    *stopped = record.critical && (record.act < ACT_ISSUE || record.act > ACT_ROTATE_ROOT);
    err = signatures_hold(trust, &record, authority == NULL ? NULL : authority->parsed.sign_key, fault);
    if (err != CW_OK)
        return err == CW_REFUSED_VERSION ? CW_OK
                                         : err; /* a newer certificate: the record counts, and does nothing here */
    if (authority != NULL)
        id = authority->id; /* adding a certificate may move the table */
    return apply(trust, &record, authority == NULL ? NULL : &id, entry, fault);
}

enum cw_err trust_apply_root(struct cw_trust *trust, const struct chain_entry *entry, struct cw_fault *fault)
{
    if (entry->header.kind != CLASS_ROOT || memcmp(entry->submission.author.b, trust->network.b, ID_LEN) != 0)
        return fault_set(fault, CW_REFUSED_AUTHOR, "record", "only the root writes into the root log");
    if (proof_verify_threshold(&trust->network, entry->submission_bytes, &entry->proof,
                               (const uint8_t(*)[KEY_LEN])trust->root_keys, trust->root_key_count,
                               trust->threshold) != CW_OK)
        return fault_set(fault, CW_REFUSED_SIGNATURE, "proof", "not enough root signatures verify");
    return take_record(trust, NULL, &trust->root_stopped, entry, fault);
}

enum cw_err trust_apply_authority(struct cw_trust *trust, struct trust_authority *authority,
                                  const struct chain_entry *entry, struct cw_fault *fault)
{
    const struct trust_cert *issuer = trust_find(trust, &authority->cert);

    if (issuer == NULL || entry->header.kind != CLASS_AUTHORITY || !ID_EQ(&entry->submission.author, &authority->cert))
        return fault_set(fault, CW_REFUSED_AUTHOR, "record", "only the authority writes into its log");
    if (entry->proof.kind != PROOF_SINGLE ||
        proof_verify(&trust->network, entry->submission_bytes, &entry->proof, issuer->parsed.sign_key) != CW_OK)
        return fault_set(fault, CW_REFUSED_SIGNATURE, "proof", "the authority's signature does not verify");
    return take_record(trust, issuer, &authority->stopped, entry, fault);
}
