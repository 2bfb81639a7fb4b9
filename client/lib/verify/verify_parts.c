/* SPDX-License-Identifier: Apache-2.0 */
/* What a record holds: segments of logs, opened parts, signed frontiers. */
#include "lib/verify.h"

#include <stdlib.h>

static void on_problem(void *context, const struct chain *chain, uint64_t seq, const struct cw_fault *fault)
{
    verify_note(context, chain == NULL ? NULL : &chain->log, seq, fault);
}

static void on_sealed(void *context, const struct chain *chain, uint32_t entry_count)
{
    struct cw_verify *v = context;

    (void)chain;
    v->counts.seals++;
    v->counts.entries += entry_count;
    v->counts.submissions += entry_count;
}

/* --- entries ----------------------------------------------------------------------------------------- */

static void remember_op(struct cw_verify *v, const struct chain_entry *entry, bool effective)
{
    struct verify_op *op;

    if (!entry->of_its_op)
        return;
    if (v->op_count == v->op_room) {
        size_t room = v->op_room == 0 ? 256 : v->op_room * 2;
        struct verify_op *ops = realloc(v->ops, room * sizeof(*ops));

        if (ops == NULL) {
            v->memory_failed = true;
            return;
        }
        v->ops = ops;
        v->op_room = room;
    }
    op = &v->ops[v->op_count++];
    op->op = entry->header.op_id;
    op->effective = effective;
    op->part_count = entry->submission.part_count;
    memcpy(op->parts, entry->submission.parts, sizeof(op->parts));
}

static void count_parts(struct cw_verify *v, const struct chain_entry *entry)
{
    for (uint32_t i = 0; i < entry->header.part_count; i++)
        if (entry->parts[i].len != 0)
            v->counts.parts_held++;
        else
            v->counts.parts_missing++;
}

/* A record of the root or an authority: in clear, so nobody opens it. */
static void on_authority_entry(void *context, struct chain *chain, const struct chain_entry *entry)
{
    (void)chain;
    remember_op(context, entry, false);
    count_parts(context, entry);
}

/* A division's log holds any class but those of the authority's and the root's; who makes it: docs/protocol.md §5.2. */
static bool class_fits(enum op_class c, enum subject_kind author)
{
    switch (c) {
    case CLASS_CASE:
        return author == SUBJECT_PERSON || author == SUBJECT_DAEMON;
    case CLASS_KEY:
        return author == SUBJECT_DAEMON;
    default:
        return c != CLASS_AUTHORITY && c != CLASS_ROOT;
    }
}

/* Whether an entry of a division's log has an effect: docs/protocol.md §5.2. What was altered never comes here. */
static bool counts(const struct cw_verify *v, const struct chain *chain, const struct chain_entry *entry)
{
    const struct trust_cert *author;

    if (entry->lawless != NULL)
        return false;
    author = trust_find(v->trust, &entry->submission.author);
    if (author == NULL || !class_fits(entry->header.kind, author->parsed.subject))
        return false;
    if (proof_verify(&v->trust->network, entry->submission_bytes, &entry->proof, author->parsed.sign_key) != CW_OK)
        return false;
    if (entry->proof.kind == PROOF_BUNDLE && (!author->parsed.may_bundle || entry->header.kind != CLASS_CASE))
        return false;
    if (author->revoked && chain_knows(chain, &author->issued_log, author->revoked_seq))
        return false;
    return chain_knows(chain, &author->issued_log, author->issued_seq);
}

static void on_division_entry(void *context, struct chain *chain, const struct chain_entry *entry)
{
    struct cw_verify *v = context;
    bool effective = counts(v, chain, entry);

    remember_op(v, entry, effective);
    count_parts(v, entry);
    if (!effective)
        v->counts.voids++; /* stored as its origin sealed it: without effect */
}

/* --- logs -------------------------------------------------------------------------------------------- */

static struct chain *kept_chain(const struct cw_verify *v, const struct log_id *log)
{
    for (size_t i = 0; i < v->chain_count; i++)
        if (ID_EQ(&v->chains[i]->log, log))
            return v->chains[i];
    return NULL;
}

static struct chain *add_chain(struct cw_verify *v, const struct chain *chain)
{
    struct chain **chains = realloc(v->chains, (v->chain_count + 1) * sizeof(void *));
    struct chain *added = malloc(sizeof(*added));

    if (chains != NULL)
        v->chains = chains;
    if (chains == NULL || added == NULL) {
        free(added);
        v->memory_failed = true;
        return NULL;
    }
    *added = *chain;
    chains[v->chain_count++] = added;
    return added;
}

/* A log that could not be begun: its later segments are not looked at. */
static void give_up(struct cw_verify *v, const struct log_id *log)
{
    const struct chain broken = {.log = *log, .broken = true};

    (void)add_chain(v, &broken);
}

static void note_log(struct cw_verify *v, const struct log_id *log, enum cw_err code, const char *where,
                     const char *text)
{
    struct cw_fault fault;

    fault_set(&fault, code, where, "%s", text);
    verify_note(v, log, 0, &fault);
}

static struct chain *start_division(struct cw_verify *v, struct cw_slice genesis)
{
    struct chain chain = {0}, *added;
    const struct trust_cert *cert;
    struct cw_fault fault;

    if (chain_start(genesis, &v->trust->network, &chain, &fault) != CW_OK) {
        v->memory_failed = true; /* it was read before: nothing else fails */
        return NULL;
    }
    added = add_chain(v, &chain);
    if (added == NULL) {
        chain_done(&chain);
        return NULL;
    }
    cert = trust_find(v->trust, &added->genesis.cert);
    added->broken = cert == NULL || cert->parsed.subject != SUBJECT_DAEMON ||
                    !slice_eq(cert->parsed.division, added->genesis.division);
    if (added->broken)
        note_log(v, &added->log, CW_REFUSED_AUTHOR, "log-owner",
                 cert == NULL ? "no certificate of this network names the daemon that writes this log"
                              : "the certificate is not that of this division's daemon");
    v->counts.logs++;
    return added;
}

static void follow_division(struct cw_verify *v, struct chain *chain, const Cw__Entries *message)
{
    struct chain_watcher watcher = {v, on_problem, on_division_entry, on_sealed};
    const struct trust_cert *cert = trust_find(v->trust, &chain->genesis.cert);
    uint8_t key[1][KEY_LEN];
    struct chain_keys keys = {1, 0, (const uint8_t(*)[KEY_LEN])key};

    if (cert == NULL || chain->broken)
        return; /* said when it was found */
    memcpy(key[0], cert->parsed.sign_key, KEY_LEN);
    chain_follow(chain, message, &v->trust->network, &keys, &watcher);
}

/* There is one root log, and it is the file's first log. */
static bool may_begin(const struct cw_verify *v, const struct genesis *genesis)
{
    return genesis->scope != LOG_ROOT || (v->chain_count == 0 && !v->trust->root_started);
}

static void follow_authority(struct cw_verify *v, const struct log_id *log, const struct genesis *genesis,
                             const Cw__Entries *message)
{
    struct chain_watcher watcher = {v, on_problem, on_authority_entry, on_sealed};
    bool fresh = trust_chain(v->trust, log) == NULL;

    if (fresh && !may_begin(v, genesis))
        note_log(v, log, CW_REFUSED_AUTHOR, "log-owner", "the file's first log, and no other, is the root's");
    else
        trust_follow(v->trust, message, &watcher);
    if (trust_chain(v->trust, log) == NULL)
        give_up(v, log);
    else if (fresh)
        v->counts.logs++;
}

/* A log's first segment has its genesis; a later one, when it has one, the same. NULL: so it is. */
static const char *genesis_wrong(const struct cw_verify *v, const struct log_id *log, struct cw_slice bytes, bool begun,
                                 struct genesis *out)
{
    struct log_id named;

    if (bytes.len == 0)
        return begun ? NULL : "a segment of a log whose beginning is not here";
    log_id_of(bytes, &named);
    if (!ID_EQ(log, &named) || genesis_parse(bytes, out) != CW_OK)
        return "the log's genesis is not the one that its id names";
    return ID_EQ(&out->network, &v->trust->network) ? NULL : "the log is of another network";
}

static void follow(struct cw_verify *v, const struct log_id *log, const Cw__Entries *message)
{
    struct chain *kept = kept_chain(v, log), *chain = kept != NULL ? kept : trust_chain(v->trust, log);
    struct cw_slice bytes = wire_slice(message->genesis);
    struct genesis genesis = {0};
    const char *wrong;

    if (chain != NULL && chain->broken)
        return;
    wrong = genesis_wrong(v, log, bytes, chain != NULL, &genesis);
    if (wrong != NULL) {
        note_log(v, log, CW_PEER_HASH, "genesis", wrong);
        if (chain != NULL)
            chain->broken = true;
        else
            give_up(v, log);
        return;
    }
    if (chain == NULL && genesis.scope == LOG_DIVISION)
        kept = start_division(v, bytes);
    if (kept != NULL)
        follow_division(v, kept, message);
    else if (genesis.scope != LOG_DIVISION)
        follow_authority(v, log, &genesis, message);
}

static bool is_broken(const struct cw_verify *v, const struct log_id *log)
{
    const struct chain *kept = kept_chain(v, log), *chain = kept != NULL ? kept : trust_chain(v->trust, log);

    return chain == NULL || chain->broken;
}

void verify_entries(struct cw_verify *v, const Cw__Entries *message)
{
    size_t before = v->finding_count;
    struct log_id log = {{0}};

    if (message->log.len == ID_LEN) {
        memcpy(log.b, message->log.data, ID_LEN);
        follow(v, &log, message);
    } else {
        verify_note_text(v, CW_REFUSED_MALFORMED, "genesis", "the segment does not say which log it is of");
    }
    v->entries_wrong = v->finding_count != before || is_broken(v, &log);
}

/* --- parts and frontiers ----------------------------------------------------------------------------- */

/* One op in several entries has effect if any of them makes it so. NULL: the record holds no entry of it. */
static const struct verify_op *find_op(const struct cw_verify *v, struct cw_slice id)
{
    const struct verify_op *found = NULL;

    for (size_t i = 0; i < v->op_count && (found == NULL || !found->effective); i++)
        if (slice_eq(id, slice(v->ops[i].op.b, ID_LEN)) && (found == NULL || v->ops[i].effective))
            found = &v->ops[i];
    return found;
}

void verify_opened(struct cw_verify *v, const Cw__OpenedPart *part)
{
    const struct verify_op *op = find_op(v, wire_slice(part->op_id));
    uint8_t commit[32];

    if (op == NULL && v->entries_wrong)
        return; /* it may be of what is wrong, which was said */
    if (op == NULL || part->part >= op->part_count) {
        verify_note_text(v, CW_PEER_HASH, "opened", "an opened part of an op that this record does not hold");
        return;
    }
    if (part->r.len != 32 || part->payload.len != size_class_len(op->parts[part->part].size_class)) {
        verify_note_text(v, CW_REFUSED_COMMITMENT, "opened", "an opened part has not the length its author signed");
        return;
    }
    hash_keyed(LABEL_COMMIT, part->r.data, wire_slice(part->payload), commit);
    if (memcmp(commit, op->parts[part->part].commit, sizeof(commit)) != 0) {
        verify_note_text(v, CW_REFUSED_COMMITMENT, "opened",
                         "an opened part does not match the commitment its author signed");
        return;
    }
    if (op->effective) /* else nobody is known to have signed it */
        v->counts.parts_opened++;
}

void verify_frontier(struct cw_verify *v, const Cw__SignedFrontier *frontier)
{
    struct frontier_head head;
    const struct trust_cert *signer;
    struct signature signature;

    if (frontier_head_parse(wire_slice(frontier->head), &head) != CW_OK || frontier->signature.len != SIGNATURE_LEN) {
        verify_note_text(v, CW_PEER_FRONTIER, "frontier", "a frontier is not in its grammar");
        return;
    }
    memcpy(signature.b, frontier->signature.data, SIGNATURE_LEN);
    signer = trust_find(v->trust, &head.signer);
    if (signer == NULL || signer->parsed.subject != SUBJECT_DAEMON ||
        !verify_bytes(LABEL_FRONTIER, &v->trust->network, wire_slice(frontier->head), signer->parsed.sign_key,
                      &signature))
        verify_note_text(v, CW_PEER_FRONTIER, "frontier", "a frontier's signature does not verify");
}
