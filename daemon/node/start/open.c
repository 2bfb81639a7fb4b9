/* SPDX-License-Identifier: Apache-2.0 */
#include "node/authority_entries.h"
#include "node/feed.h"
#include "node/seen.h"
#include "node/turn.h"
#include "node/verify_cache.h"

#include <stdio.h>
#include <stdlib.h>

/* --- who we are -------------------------------------------------------------------------------------------------- */

static void copy_text(char *out, size_t cap, struct cw_slice text)
{
    size_t len = text.len < cap - 1 ? text.len : cap - 1;

    memcpy(out, text.data, len);
    out[len] = '\0';
}

static enum cw_err read_identity(struct node *n, const struct node_config *config, struct refusal *why)
{
    struct certificate cert;

    if (config->network_genesis.len > sizeof n->genesis_bytes)
        return refuse(why, CW_LOCAL_CONFIG, "network", "the network's genesis is too long");
    memcpy(n->genesis_bytes, config->network_genesis.data, config->network_genesis.len);
    n->genesis_len = config->network_genesis.len;
    if (network_genesis_parse(slice(n->genesis_bytes, n->genesis_len), &n->genesis) != CW_OK)
        return refuse(why, CW_LOCAL_CONFIG, "network", "the network's genesis cannot be read");
    network_id_of(slice(n->genesis_bytes, n->genesis_len), &n->identity.network);
    copy_text(n->identity.network_name, sizeof n->identity.network_name, n->genesis.name);
    if (certificate_parse(config->certificate, &cert) != CW_OK || cert.subject != SUBJECT_DAEMON)
        return refuse(why, CW_LOCAL_CONFIG, "certificate", "this is not a daemon's certificate");
    if (!ID_EQ(&cert.network, &n->identity.network))
        return refuse(why, CW_LOCAL_CONFIG, "certificate", "the certificate belongs to another network");
    cert_id_of(config->certificate, &n->cert);
    n->identity.cert = n->cert;
    copy_text(n->identity.division, sizeof n->identity.division, cert.division);
    memcpy(n->sign_key, cert.sign_key, KEY_LEN);
    memcpy(n->seal_key, cert.seal_key, KEY_LEN);
    n->identity.lab = config->lab;
    n->identity.started = n->ports.clock.wall(n->ports.clock.ctx);
    return CW_OK;
}

/* --- limits and memory ---------------------------------------------------------------------------------------------- */

static void take_limits(struct node *n, const struct node_config *c)
{
    const struct replica_limits d = {LOGS_MAX,          NODE_PEERS_MAX, 1024, (uint64_t)1 << 20,
                                     (uint64_t)8 << 20, 30000,          90000};
    const struct authority_limits a = {NODE_CERTS_MAX, 1024};

    n->limits = c->replica;
#define DEFAULT(field) n->limits.field = n->limits.field == 0 ? d.field : n->limits.field
    DEFAULT(logs_max);
    DEFAULT(peers_max);
    DEFAULT(watches_max);
    DEFAULT(credit_peer);
    DEFAULT(credit_total);
    DEFAULT(heartbeat_ms);
    DEFAULT(session_dead_ms);
#undef DEFAULT
    n->authority_limits.certs_max = c->authority.certs_max == 0 ? a.certs_max : c->authority.certs_max;
    n->authority_limits.policies_max = c->authority.policies_max == 0 ? a.policies_max : c->authority.policies_max;
    n->arena_len = c->turn_arena_len == 0 ? TURN_ARENA_LEN_DEFAULT : c->turn_arena_len;
    n->fold_ops_max = c->fold_ops_max == 0 ? FOLD_OPS_DEFAULT : c->fold_ops_max;
    n->slots_max = c->slots_max == 0 ? KEYRING_SLOTS_MAX : c->slots_max;
    n->case_cache_max = c->case_cache_max == 0 ? CASE_CACHE_DEFAULT : c->case_cache_max;
    n->audience_keys_max = c->audience_keys_max;
    n->strict_memory = c->strict_memory;
}

static enum cw_err take_memory(struct node *n, const struct node_config *config)
{
    size_t arena_needed;

    replica_turn_bounds(&n->limits, &n->effects_max, &arena_needed);
    if (n->effects_max < TURN_EFFECTS_MAX)
        n->effects_max = TURN_EFFECTS_MAX;
    n->effects = malloc(n->effects_max * sizeof *n->effects); /* each is set when it is added */
    n->arena_memory = malloc(n->arena_len);
    n->turn = calloc(1, sizeof *n->turn);
    n->status = calloc(1, sizeof *n->status);
    n->cache = config->cache != NULL ? config->cache : verify_cache_new();
    n->owns_cache = config->cache == NULL;
    n->answers = answer_cache_new(config->answer_cache_len != 0 ? config->answer_cache_len : ANSWER_CACHE_LEN_DEFAULT);
    if (n->effects == NULL || n->arena_memory == NULL || n->turn == NULL || n->status == NULL || n->cache == NULL ||
        n->answers == NULL)
        return CW_LOCAL_MEMORY;
    return n->arena_len / 2 < arena_needed
               ? CW_LOCAL_CONFIG
               : dialled_make(n, config->peers, config->peer_count, &n->dialled, &n->dialled_count);
}

/* --- opening and closing ----------------------------------------------------------------------------------------------- */

static enum cw_err open_all(struct node *n, const struct node_config *config, struct refusal *why)
{
    enum cw_err err = read_identity(n, config, why);

    if (err != CW_OK)
        return err;
    take_limits(n, config);
    err = take_memory(n, config);
    if (err != CW_OK)
        return refuse(why, err, "", "memory for turns: %s", cw_err_sentence(err));
    err = node_open_store(n, why);
    if (err == CW_OK)
        err = node_load(n, true, why);
    return err;
}

enum cw_err node_open(const struct node_config *config, const struct ports *ports, struct node **out,
                      struct refusal *why)
{
    struct node *n = calloc(1, sizeof *n);

    if (n == NULL)
        return refuse(why, CW_LOCAL_MEMORY, "", "no memory");
    n->ports = *ports;
    if (pthread_rwlock_init(&n->authority_lock, NULL) != 0 || pthread_rwlock_init(&n->gate, NULL) != 0 ||
        pthread_mutex_init(&n->status_lock, NULL) != 0) {
        free(n);
        return refuse(why, CW_LOCAL_MEMORY, "", "no locks");
    }
    n->digest_next = CW_NEVER;
    n->feeds = feeds_new(n);
    if (n->feeds == NULL) {
        node_close(n);
        return refuse(why, CW_LOCAL_MEMORY, "", "no memory for feeds");
    }
    enum cw_err err = open_all(n, config, why);
    if (err != CW_OK) {
        node_close(n);
        return err;
    }
    seen_show(n, seen_make(n));
    struct arena arena = arena_over(n->arena_memory, n->arena_len);
    authority_tell_net(n, &arena); /* before its doors open: whoever is certified is no stranger to the first of them */
    status_publish(n);
    *out = n;
    return CW_OK;
}

void node_close(struct node *n)
{
    if (n == NULL)
        return;
    feeds_free(n->feeds);
    node_unload(n);
    vault_free(n->vault);
    free(n->authority_memory);
    keyring_close(n->keyring);
    if (n->owns_cache)
        verify_cache_free(n->cache);
    answer_cache_free(n->answers);
    free(n->dialled);
    free(n->links);
    free(n->waits);
    free(n->later);
    free(n->digest_peers);
    free(n->effects);
    free(n->arena_memory);
    free(n->turn);
    free(n->status);
    seen_let_go(n->seen);
    free(n->seen_making);
    wipe(n->name_key, sizeof n->name_key);
    pthread_rwlock_destroy(&n->authority_lock);
    pthread_rwlock_destroy(&n->gate);
    pthread_mutex_destroy(&n->status_lock);
    free(n);
}

/* --- reading ------------------------------------------------------------------------------------------------------------- */

struct feeds *node_feeds(struct node *n)
{
    return n->feeds;
}

const struct node_identity *node_identity(const struct node *n)
{
    return &n->identity;
}

enum cw_err node_read_begin(struct node *n, struct node_read *out)
{
    pthread_rwlock_rdlock(&n->gate);
    out->node = n;
    enum cw_err err = node_store(n)->begin_read(node_store(n)->ctx, &out->txn);
    out->seen = err == CW_OK ? seen_hold(n->seen) : NULL;
    out->commit = n->commits;
    pthread_rwlock_unlock(&n->gate);
    return err;
}

void node_read_done(struct node_read *r)
{
    node_store(r->node)->abort(node_store(r->node)->ctx, r->txn);
    r->txn = NULL;
    seen_let_go(r->seen);
    r->seen = NULL;
}

const struct authority *node_authority(struct node *n)
{
    pthread_rwlock_rdlock(&n->authority_lock);
    return n->authority;
}

void node_authority_done(struct node *n)
{
    pthread_rwlock_unlock(&n->authority_lock);
}
