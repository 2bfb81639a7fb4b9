/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/chain.h"

#include "lib/chain_entry.h"
#include "proto/wire.h"

#include <stdio.h>
#include <stdlib.h>

enum cw_err chain_start(struct cw_slice genesis, const struct network_id *network, struct chain *out,
                        struct cw_fault *fault)
{
    struct chain chain = {0};
    enum cw_err err = buf_add(&chain.genesis_bytes, genesis);

    if (err == CW_OK)
        err = genesis_parse(buf_slice(&chain.genesis_bytes), &chain.genesis);
    if (err == CW_OK && !ID_EQ(&chain.genesis.network, network))
        err = CW_REFUSED_NETWORK;
    if (err != CW_OK) {
        buf_done(&chain.genesis_bytes);
        return fault_plain(fault, err, "genesis");
    }
    log_id_of(genesis, &chain.log);
    memcpy(chain.seal.b, chain.log.b, ID_LEN);
    *out = chain;
    return CW_OK;
}

void chain_done(struct chain *chain)
{
    buf_done(&chain->genesis_bytes);
}

void chain_short(const struct log_id *log, char out[static 9])
{
    hex_of(slice(log->b, 4), out);
}

/* What the first `count` positions say of the log, the last of them that names it; 0: none does. */
static uint64_t seq_in(const struct positions *in, uint32_t count, const struct log_id *log)
{
    uint64_t seq = 0;

    for (uint32_t i = 0; i < count; i++)
        if (ID_EQ(&in->at[i].log, log))
            seq = in->at[i].seq;
    return seq;
}

/* Below what the chain, or a position before it in the same seal, says of the log. */
static bool positions_go_back(const struct positions *known, const struct positions *news)
{
    for (uint32_t i = 0; i < news->count; i++) {
        uint64_t least = seq_in(known, known->count, &news->at[i].log);
        uint64_t before = seq_in(news, i, &news->at[i].log);

        if (news->at[i].seq < least || news->at[i].seq < before)
            return true;
    }
    return false;
}

bool chain_knows(const struct chain *chain, const struct log_id *log, uint64_t seq)
{
    return seq_in(&chain->authority, chain->authority.count, log) >= seq;
}

static void learn_positions(struct chain *chain, const struct positions *news)
{
    for (uint32_t n = 0; n < news->count; n++) {
        uint32_t i = 0;

        while (i < chain->authority.count && !ID_EQ(&chain->authority.at[i].log, &news->at[n].log))
            i++;
        if (i == AUTH_POSITIONS_MAX) /* those named first are all that is followed */
            continue;
        chain->authority.at[i] = news->at[n];
        if (i == chain->authority.count)
            chain->authority.count++;
    }
}

/* One batch being followed: what to report, and where. */
struct step {
    struct chain *chain;
    const struct network_id *network;
    const struct chain_keys *keys;
    const struct chain_watcher *watcher;
    struct seal seal;
    struct signed_seal signed_seal;
    bool signatures_read; /* as many as there may be, and of their length */
    struct hash seal_hash;
    uint32_t entry_count;
    struct chain_entry *entries;
};

static bool wrong(const struct step *s, uint64_t seq, enum cw_err code, const char *where, const char *text)
{
    struct cw_fault fault;

    fault_set(&fault, code, where, "%s", text);
    s->watcher->problem(s->watcher->context, s->chain, seq, &fault);
    return false;
}

static bool read_signatures(const Cw__SignedSeal *message, struct signed_seal *out)
{
    if (message->n_signatures < 1 || message->n_signatures > ROOT_KEYS_MAX)
        return false;
    out->signature_count = (uint32_t)message->n_signatures;
    for (uint32_t i = 0; i < out->signature_count; i++) {
        const Cw__SealSignature *from = message->signatures[i];

        if (from->signature.len != SIGNATURE_LEN)
            return false;
        out->signer_index[i] = from->index;
        memcpy(out->signatures[i].b, from->signature.data, SIGNATURE_LEN);
    }
    return true;
}

static bool read_seal(struct step *s, const Cw__SignedSeal *message)
{
    if (message == NULL)
        return wrong(s, s->chain->seq + 1, CW_PEER_SEAL, "seal", "there is no seal");
    s->signed_seal = (struct signed_seal){.bytes = wire_slice(message->seal)};
    s->signatures_read = read_signatures(message, &s->signed_seal);
    if (seal_parse(s->signed_seal.bytes, &s->seal) != CW_OK)
        return wrong(s, s->chain->seq + 1, CW_PEER_SEAL, "seal", "the seal is not in its grammar");
    seal_hash_of(s->signed_seal.bytes, &s->seal_hash);
    return true;
}

static bool check_place(const struct step *s)
{
    const struct chain *c = s->chain;

    if (!ID_EQ(&s->seal.log, &c->log))
        return wrong(s, c->seq + 1, CW_PEER_CHAIN, "seal", "the seal belongs to another log");
    if (s->seal.first != c->seq + 1)
        return wrong(s, c->seq + 1, CW_PEER_CHAIN, "gap",
                     s->seal.first > c->seq + 1 ? "entries are missing before this seal"
                                                : "the seal covers entries that are sealed already");
    if (!ID_EQ(&s->seal.prev, &c->seal))
        return wrong(s, s->seal.first, CW_PEER_CHAIN, "prev", "the seal does not name the hash of the one before it");
    return true;
}

static bool check_signature(const struct step *s)
{
    if (!s->signatures_read)
        return wrong(s, s->seal.first, CW_PEER_SEAL, "seal-signature",
                     "no signature, too many, or one that is not 64 bytes long");
    bool ok = s->keys->threshold == 0 ? s->signed_seal.signature_count == 1 && s->signed_seal.signer_index[0] == 0 &&
                                            seal_verify(s->network, &s->signed_seal, s->keys->keys[0])
                                      : seal_verify_threshold(s->network, &s->signed_seal, s->keys->keys,
                                                              s->keys->count, s->keys->threshold);

    return ok || wrong(s, s->seal.first, CW_PEER_SEAL, "seal-signature", "the seal's signature does not verify");
}

static bool read_headers(struct step *s, const Cw__SealedBatch *batch)
{
    uint64_t expected = s->seal.last - s->seal.first + 1;
    bool whole = true;

    if (batch->n_entries != expected)
        return wrong(s, s->seal.first, CW_PEER_SEAL, "entry", "not as many entries as the seal covers");
    s->entry_count = (uint32_t)expected;
    s->entries = calloc(expected, sizeof(*s->entries));
    if (s->entries == NULL)
        return wrong(s, s->seal.first, CW_LOCAL_MEMORY, "entry", cw_err_sentence(CW_LOCAL_MEMORY));
    /* Every entry is looked at even when one is wrong: the one that is wrong is to be named. */
    for (uint32_t i = 0; i < s->entry_count; i++) {
        struct cw_fault fault;

        if (chain_entry_header(batch->entries[i], &s->chain->log, s->seal.first + i, &s->entries[i].header, &fault) ==
            CW_OK)
            continue;
        s->watcher->problem(s->watcher->context, s->chain, s->seal.first + i, &fault);
        whole = false;
    }
    return whole;
}

static void read_contents(struct step *s, const Cw__SealedBatch *batch)
{
    for (uint32_t i = 0; i < s->entry_count; i++) {
        struct cw_fault fault;

        if (chain_entry_read(batch->entries[i], &s->entries[i], &fault) != CW_OK)
            s->watcher->problem(s->watcher->context, s->chain, s->seal.first + i, &fault);
    }
}

static bool check_root(const struct step *s, const Cw__SealedBatch *batch)
{
    struct hash leaves[SEAL_ENTRIES_MAX], root;
    char text[96];

    for (uint32_t i = 0; i < s->entry_count; i++) {
        struct hash entry;

        entry_hash_of(wire_slice(batch->entries[i]->header), &entry);
        merkle_leaf(MERKLE_ENTRIES, slice(entry.b, ID_LEN), &leaves[i]);
    }
    merkle_root(MERKLE_ENTRIES, leaves, s->entry_count, &root);
    if (ID_EQ(&root, &s->seal.root))
        return true;
    snprintf(text, sizeof(text), "an entry of %llu to %llu is not the one that was sealed",
             (unsigned long long)s->seal.first, (unsigned long long)s->seal.last);
    return wrong(s, s->seal.first, CW_PEER_SEAL, "root", text);
}

static bool check_order(const struct step *s)
{
    uint64_t hlc = s->chain->hlc;

    for (uint32_t i = 0; i < s->entry_count; i++) {
        if (s->entries[i].header.hlc <= hlc)
            return wrong(s, s->seal.first + i, CW_PEER_CHAIN, "order",
                         "the entry's time is not after that of the one before");
        hlc = s->entries[i].header.hlc;
    }
    if (hlc != s->seal.hlc)
        return wrong(s, s->seal.last, CW_PEER_SEAL, "order", "the seal's time is not its last entry's");
    if (positions_go_back(&s->chain->authority, &s->seal.authority))
        return wrong(s, s->seal.first, CW_PEER_CHAIN, "order",
                     "the seal knows less of an authority's log than was named before");
    return true;
}

static void take_batch(struct step *s)
{
    struct chain *c = s->chain;

    learn_positions(c, &s->seal.authority);
    for (uint32_t i = 0; i < s->entry_count; i++)
        if (s->watcher->entry != NULL && s->entries[i].carried)
            s->watcher->entry(s->watcher->context, c, &s->entries[i]);
    if (s->watcher->sealed != NULL)
        s->watcher->sealed(s->watcher->context, c, s->entry_count);
}

static void follow_batch(struct step *s, const Cw__SealedBatch *batch)
{
    if (!read_seal(s, batch->seal) || !check_place(s) || !check_signature(s)) {
        s->chain->broken = true;
        return;
    }
    bool read = read_headers(s, batch);
    bool sealed = read && check_root(s, batch) && check_order(s);
    /* Contents are looked at even when the root is not theirs: the entry that is wrong is to be named. */
    if (read)
        read_contents(s, batch);
    if (!sealed) {
        s->chain->broken = true;
        return;
    }
    take_batch(s);
    s->chain->seq = s->seal.last;
    s->chain->seal = s->seal_hash;
    s->chain->hlc = s->seal.hlc;
}

void chain_follow(struct chain *chain, const Cw__Entries *message, const struct network_id *network,
                  const struct chain_keys *keys, const struct chain_watcher *watcher)
{
    for (size_t i = 0; i < message->n_batches && !chain->broken; i++) {
        struct step s = {.chain = chain, .network = network, .keys = keys, .watcher = watcher};

        follow_batch(&s, message->batches[i]);
        free(s.entries);
    }
}
