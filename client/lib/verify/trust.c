/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/trust.h"

#include "lib/client.h"
#include "lib/need.h"
#include "lib/trust_record.h"
#include "lib/unpack.h"

#include <stdlib.h>

enum cw_err cw_trust_new(struct cw_slice genesis, const uint8_t *pinned, struct cw_trust **out_trust,
                         struct cw_fault *out_fault)
{
    if (MISSING(out_fault, out_trust) || HOLLOW(out_fault, genesis))
        return CW_USAGE_ARGUMENT;
    struct cw_trust *trust;
    enum cw_err err;

    if (!crypto_init())
        return fault_plain(out_fault, CW_LOCAL_SELF_TEST, "libsodium");
    trust = calloc(1, sizeof(*trust));
    if (trust == NULL)
        return fault_plain(out_fault, CW_LOCAL_MEMORY, "");
    err = buf_add(&trust->genesis_bytes, genesis);
    if (err == CW_OK)
        err = network_genesis_parse(buf_slice(&trust->genesis_bytes), &trust->genesis);
    if (err == CW_OK)
        network_id_of(genesis, &trust->network);
    if (err == CW_OK && pinned != NULL && memcmp(pinned, trust->network.b, ID_LEN) != 0)
        err = CW_REFUSED_NETWORK;
    if (err != CW_OK) {
        cw_trust_free(trust);
        return fault_plain(out_fault, err, "network genesis");
    }
    trust->root_key_count = trust->genesis.root_key_count;
    trust->threshold = trust->genesis.threshold;
    memcpy(trust->root_keys, trust->genesis.root_keys, sizeof(trust->root_keys));
    *out_trust = trust;
    return CW_OK;
}

void cw_trust_free(struct cw_trust *trust)
{
    if (trust == NULL)
        return;
    for (size_t i = 0; i < trust->cert_count; i++)
        free(trust->certs[i].bytes);
    free(trust->certs);
    for (size_t i = 0; i < trust->authority_count; i++)
        chain_done(&trust->authorities[i].chain);
    free(trust->authorities);
    chain_done(&trust->root);
    buf_done(&trust->genesis_bytes);
    free(trust);
}

size_t cw_trust_count(const struct cw_trust *trust)
{
    if (MISSING(NULL, trust))
        return 0;
    return trust->cert_count;
}

static struct trust_authority *authority_of(struct cw_trust *trust, const struct log_id *log)
{
    for (size_t i = 0; i < trust->authority_count; i++)
        if (ID_EQ(&trust->authorities[i].log, log))
            return &trust->authorities[i];
    return NULL;
}

struct chain *trust_chain(struct cw_trust *trust, const struct log_id *log)
{
    struct trust_authority *authority = authority_of(trust, log);

    if (trust->root_started && ID_EQ(&trust->root.log, log))
        return &trust->root;
    return authority != NULL && authority->started ? &authority->chain : NULL;
}

/* --- following --------------------------------------------------------------------------------------- */

static void tell(struct cw_trust *trust, const struct chain *chain, uint64_t seq, const struct cw_fault *fault)
{
    trust->watcher->problem(trust->watcher->context, chain, seq, fault);
}

static void on_problem(void *context, const struct chain *chain, uint64_t seq, const struct cw_fault *fault)
{
    tell(context, chain, seq, fault);
}

/* The log could not be begun: there is no chain yet. */
static void tell_log(struct cw_trust *trust, const struct log_id *log, const struct cw_fault *fault)
{
    const struct chain chain = {.log = *log};

    tell(trust, &chain, 0, fault);
}

/* A record without effect is void. One that is not here, or that was changed, is a problem. */
static void on_entry(void *context, struct chain *chain, const struct chain_entry *entry)
{
    struct cw_trust *trust = context;
    struct trust_authority *authority = authority_of(trust, &chain->log);
    struct cw_fault fault;
    enum cw_err err = CW_REFUSED_MALFORMED;

    if (entry->lawless == NULL)
        err = chain == &trust->root ? trust_apply_root(trust, entry, &fault)
                                    : trust_apply_authority(trust, authority, entry, &fault);
    if (err == CW_LOCAL_MEMORY)
        trust->memory_failed = true;
    if (err == CW_PEER_HASH && !entry->altered) /* else it was told when it was read */
        tell(trust, chain, entry->header.seq, &fault);
    else if (err != CW_OK && err != CW_PEER_HASH)
        trust->void_count++;
    if (trust->watcher->entry != NULL)
        trust->watcher->entry(trust->watcher->context, chain, entry);
}

static void on_sealed(void *context, const struct chain *chain, uint32_t entry_count)
{
    struct cw_trust *trust = context;

    if (chain == &trust->root)
        trust_rotate(trust);
    if (trust->watcher->sealed != NULL)
        trust->watcher->sealed(trust->watcher->context, chain, entry_count);
}

static bool start_root(struct cw_trust *trust, struct cw_slice genesis, struct cw_fault *fault)
{
    if (trust->root_started)
        return true;
    if (chain_start(genesis, &trust->network, &trust->root, fault) != CW_OK)
        return false;
    if (trust->root.genesis.scope != LOG_ROOT) {
        chain_done(&trust->root);
        trust->root = (struct chain){0};
        fault_set(fault, CW_REFUSED_MALFORMED, "log-owner", "the first log is not a root log");
        return false;
    }
    trust->root_started = true;
    return true;
}

static bool start_authority(struct cw_trust *trust, struct trust_authority *authority, struct cw_slice genesis,
                            struct cw_fault *fault)
{
    if (authority->started)
        return true;
    if (chain_start(genesis, &trust->network, &authority->chain, fault) != CW_OK)
        return false;
    if (!ID_EQ(&authority->chain.log, &authority->log) || authority->chain.genesis.scope != LOG_AUTHORITY ||
        !ID_EQ(&authority->chain.genesis.cert, &authority->cert) ||
        !slice_eq(authority->chain.genesis.division, trust_find(trust, &authority->cert)->parsed.division)) {
        chain_done(&authority->chain);
        authority->chain = (struct chain){0};
        fault_set(fault, CW_REFUSED_MALFORMED, "log-owner", "not the log that the root admitted");
        return false;
    }
    authority->started = true;
    return true;
}

static void follow_root(struct cw_trust *trust, const Cw__Entries *message, const struct chain_watcher *mine)
{
    /* Keys may rotate between batches: each batch is followed with the keys of that moment. */
    for (size_t i = 0; i < message->n_batches; i++) {
        Cw__Entries one = *message;
        struct chain_keys keys = {trust->root_key_count, trust->threshold, (const uint8_t(*)[KEY_LEN])trust->root_keys};

        one.n_batches = 1;
        one.batches = message->batches + i;
        chain_follow(&trust->root, &one, &trust->network, &keys, mine);
    }
}

void trust_follow(struct cw_trust *trust, const Cw__Entries *message, const struct chain_watcher *watcher)
{
    struct chain_watcher mine = {trust, on_problem, on_entry, on_sealed};
    struct log_id log = {{0}};
    struct trust_authority *authority;
    struct cw_slice genesis = wire_slice(message->genesis);
    struct cw_fault fault;

    trust->watcher = watcher;
    if (message->log.len == ID_LEN)
        memcpy(log.b, message->log.data, ID_LEN);
    authority = authority_of(trust, &log);
    if (authority != NULL) {
        const struct trust_cert *cert = trust_find(trust, &authority->cert);
        uint8_t key[1][KEY_LEN];
        struct chain_keys keys = {1, 0, (const uint8_t(*)[KEY_LEN])key};

        memcpy(key[0], cert->parsed.sign_key, KEY_LEN);
        if (start_authority(trust, authority, genesis, &fault))
            chain_follow(&authority->chain, message, &trust->network, &keys, &mine);
        else
            tell_log(trust, &log, &fault);
    } else if (start_root(trust, genesis, &fault) && ID_EQ(&trust->root.log, &log)) {
        follow_root(trust, message, &mine);
    } else {
        if (trust->root_started)
            fault_set(&fault, CW_REFUSED_AUTHOR, "log-owner", "no authority that the root admitted writes this log");
        tell_log(trust, &log, &fault);
    }
    trust->watcher = NULL;
}

/* --- for callers that only want certificates --------------------------------------------------------- */

void trust_keep_first(void *context, const struct chain *chain, uint64_t seq, const struct cw_fault *fault)
{
    struct trust_first_fault *first = context;
    char log[9] = "?";
    char where[48];

    if (first->any)
        return;
    first->any = true;
    if (chain != NULL)
        chain_short(&chain->log, log);
    fault_clean_text(slice_of(fault->where), where, sizeof(where));
    fault_set(&first->fault, fault->code, where, "log %s entry %llu: %.180s", log, (unsigned long long)seq,
              fault->text);
}

enum cw_err cw_trust_add(struct cw_trust *trust, struct cw_slice entries, struct cw_fault *out_fault)
{
    if (MISSING(out_fault, trust) || HOLLOW(out_fault, entries))
        return CW_USAGE_ARGUMENT;
    struct trust_first_fault first = {0};
    struct chain_watcher watcher = {&first, trust_keep_first, NULL, NULL};
    ProtobufCMessage *message;
    void *memory;
    enum cw_err err = message_unpack(&cw__entries__descriptor, entries, &memory, &message, NULL);

    if (err != CW_OK)
        return fault_set(out_fault, err, "segment", "it cannot be read");
    trust_follow(trust, (Cw__Entries *)message, &watcher);
    free(memory);
    if (!first.any)
        return trust->memory_failed ? fault_plain(out_fault, CW_LOCAL_MEMORY, "") : CW_OK;
    if (out_fault != NULL)
        *out_fault = first.fault;
    return first.fault.code;
}
