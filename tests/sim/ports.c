/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/feed.h"

#include "core/incarnation.h"

#include <stdlib.h>

/*
 * What a node may touch. A process can die at the n-th thing it does to the outside, in the middle of a turn:
 * from then on nothing it does has any effect, until the turn returns and the process is thrown away. So every
 * point between commit, anchor and each single send is a point where it can die.
 */

static bool dies_here(struct sim_node *n)
{
    if (n->dead)
        return true;
    if (n->die_at_call == 0 || --n->die_at_call > 0)
        return false;
    n->dead = true;
    sim_say(n->sim, "%s dies in the middle of a turn", sim_name(n));
    return true;
}

/* --- store ------------------------------------------------------------------------------------------------ */

static enum cw_err port_begin_write(void *ctx, struct kv_txn **out)
{
    struct sim_node *n = ctx;

    return n->dead ? CW_LOCAL_IO : n->store.begin_write(n->store.ctx, out);
}

static enum cw_err port_commit(void *ctx, struct kv_txn *txn)
{
    struct sim_node *n = ctx;
    enum cw_err err;

    if (dies_here(n)) { /* before the commit is durable */
        n->store.abort(n->store.ctx, txn);
        return CW_LOCAL_IO;
    }
    err = n->store.commit(n->store.ctx, txn);
    sim_trace_u64(n->sim, (uint64_t)err);
    if (dies_here(n)) /* after it is, before anybody hears of it */
        return CW_LOCAL_IO;
    return err;
}

static void port_abort(void *ctx, struct kv_txn *txn)
{
    struct sim_node *n = ctx;

    n->store.abort(n->store.ctx, txn);
}

static enum cw_err port_begin_read(void *ctx, struct kv_txn **out)
{
    struct sim_node *n = ctx;

    return n->store.begin_read(n->store.ctx, out);
}

static bool port_low(void *ctx)
{
    struct sim_node *n = ctx;

    return n->store.low_on_space(n->store.ctx);
}

static void port_identity(void *ctx, uint64_t *out_device, uint64_t *out_inode)
{
    struct sim_node *n = ctx;

    *out_device = n->device;
    *out_inode = n->inode;
}

static bool port_is_backup(void *ctx)
{
    struct sim_node *n = ctx;

    return n->store.is_backup(n->store.ctx);
}

/* --- clock ------------------------------------------------------------------------------------------------- */

static int64_t with_drift(const struct sim_node *n, int64_t ms)
{
    return ms + ms * n->clock.drift_ppm / 1000000;
}

struct cw_mono node_mono(const struct sim_node *n)
{
    return (struct cw_mono){with_drift(n, n->sim->now - n->clock.boot_at)};
}

struct cw_wall node_wall(const struct sim_node *n)
{
    return (struct cw_wall){WALL_AT_ZERO_MS + with_drift(n, n->sim->now) + n->clock.skew_ms};
}

void node_set_wall(struct sim_node *n, int64_t by_ms)
{
    struct sim_clock *c = &n->clock;
    int64_t now = n->sim->now, skew_ms = c->skew_ms + by_ms;

    if (c->set_at == 0 || now - c->set_at > CLOCK_NOTICED_MS)
        c->least_skew_ms = c->skew_ms;
    c->least_skew_ms = skew_ms < c->least_skew_ms ? skew_ms : c->least_skew_ms;
    c->skew_ms = skew_ms;
    c->set_at = now;
    sim_say(n->sim, "%s: its wall clock jumps to %+lld ms", sim_name(n), (long long)skew_ms);
}

int64_t node_wall_noticed_ms(const struct sim_node *n)
{
    const struct sim_clock *c = &n->clock;
    bool noticed = c->set_at == 0 || n->sim->now - c->set_at > CLOCK_NOTICED_MS;

    return node_wall(n).ms - (noticed ? 0 : c->skew_ms - c->least_skew_ms);
}

/* The first moment at which the node's clock shows at least mono. */
int64_t true_time_of(const struct sim_node *n, struct cw_mono mono)
{
    int64_t ms;

    if (mono.ms == INT64_MAX)
        return INT64_MAX;
    ms = mono.ms - mono.ms * n->clock.drift_ppm / 1000000 - 2;
    while (with_drift(n, ms) < mono.ms)
        ms++;
    return n->clock.boot_at + ms;
}

static struct cw_mono port_mono(void *ctx)
{
    return node_mono(ctx);
}

static struct cw_wall port_wall(void *ctx)
{
    return node_wall(ctx);
}

static void port_fill(void *ctx, void *out, size_t len)
{
    struct sim_node *n = ctx;

    rng_fill(&n->entropy, out, len);
}

/* --- secrets: signing is pure, so what was signed once is remembered across worlds ---------------------------- */

#define SIGNED_SLOTS 8192
static struct signed_slot {
    uint8_t key[ID_LEN];
    struct signature signature;
    bool used;
} * signed_slots;

static void sign_remembered(const struct actor *who, enum label label, const struct network_id *network,
                            struct cw_slice bytes, struct signature *out)
{
    uint8_t text[80], key[ID_LEN];
    struct cw_slice parts[2] = {slice(who->sign_public, KEY_LEN), slice(text, sizeof text)};
    struct signed_slot *slot;

    if (signed_slots == NULL)
        signed_slots = calloc(SIGNED_SLOTS, sizeof *signed_slots);
    CW_ASSERT(signed_slots != NULL);
    signed_string(label, network, bytes, text);
    hash_labelled(LABEL_LOCAL, parts, CW_COUNT(parts), key);
    slot = &signed_slots[(key[0] | (uint32_t)key[1] << 8) % SIGNED_SLOTS];
    if (!slot->used || memcmp(slot->key, key, ID_LEN) != 0) {
        sign_bytes(label, network, bytes, &who->sign, &slot->signature);
        memcpy(slot->key, key, ID_LEN);
        slot->used = true;
    }
    *out = slot->signature;
}

static void port_sign(void *ctx, enum label label, struct cw_slice bytes, struct signature *out)
{
    struct sim_node *n = ctx;

    sign_remembered(n->who, label, &n->sim->cast->network, bytes, out);
}

static const struct box_secret *port_seal_secret(void *ctx)
{
    struct sim_node *n = ctx;

    return &n->who->box;
}

/* --- net --------------------------------------------------------------------------------------------------- */

static void port_send(void *ctx, link_id link, struct cw_slice frame)
{
    struct sim_node *n = ctx;

    if (feed_is_link(link))
        feed_hear(n, link, frame);
    else if (!dies_here(n))
        network_send(n, link, frame);
}

static void port_dial(void *ctx, link_id link, const char *address, const uint8_t server_key[static KEY_LEN])
{
    struct sim_node *n = ctx;

    if (!n->dead)
        network_dial(n, link, address, server_key);
}

static void port_hang(void *ctx, link_id link)
{
    struct sim_node *n = ctx;

    if (!n->dead)
        network_hang(n, link);
}

static void port_kick(void *ctx, const struct cert_id *cert)
{
    struct sim_node *n = ctx;

    if (!n->dead)
        network_kick(n, cert);
}

static void port_allow(void *ctx, const struct allowed_key *keys, size_t count)
{
    struct sim_node *n = ctx;

    if (!n->dead)
        network_allow(n, keys, count);
}

/* --- files --------------------------------------------------------------------------------------------------- */

void file_set(struct sim_file *f, const uint8_t *bytes, size_t len)
{
    uint8_t *copy = len > 0 ? malloc(len) : NULL;

    CW_ASSERT(len == 0 || copy != NULL);
    if (len > 0)
        memcpy(copy, bytes, len);
    free(f->bytes);
    *f = (struct sim_file){copy, len};
}

static void file_write(struct sim_file *f, uint64_t offset, const uint8_t *bytes, size_t len)
{
    if (offset + len > f->len) {
        f->bytes = realloc(f->bytes, offset + len);
        CW_ASSERT(f->bytes != NULL);
        memset(f->bytes + f->len, 0, offset + len - f->len);
        f->len = offset + len;
    }
    memcpy(f->bytes + offset, bytes, len);
}

static enum cw_err port_anchor_read(void *ctx, uint8_t *out, size_t len)
{
    struct sim_node *n = ctx;

    if (n->anchor.bytes == NULL)
        return CW_LOCAL_NOT_FOUND;
    if (n->anchor.len != len)
        return CW_LOCAL_CORRUPT;
    memcpy(out, n->anchor.bytes, len);
    return CW_OK;
}

static enum cw_err port_anchor_write(void *ctx, const uint8_t *bytes, size_t len)
{
    struct sim_node *n = ctx;

    if (dies_here(n)) /* between commit and anchor */
        return CW_LOCAL_IO;
    file_set(&n->anchor, bytes, len);
    return dies_here(n) ? CW_LOCAL_IO : CW_OK; /* between anchor and the first word */
}

static void port_boot_id(void *ctx, uint8_t out[static 16])
{
    struct sim_node *n = ctx;

    memcpy(out, n->boot_id, 16);
}

static enum cw_err port_keyring_read(void *ctx, uint64_t offset, uint8_t *out, size_t len)
{
    struct sim_node *n = ctx;

    if (offset + len > n->keyring.len)
        return CW_LOCAL_NOT_FOUND;
    memcpy(out, n->keyring.bytes + offset, len);
    return CW_OK;
}

static enum cw_err port_keyring_write(void *ctx, uint64_t offset, const uint8_t *bytes, size_t len)
{
    struct sim_node *n = ctx;

    if (dies_here(n))
        return CW_LOCAL_IO;
    file_write(&n->keyring, offset, bytes, len);
    return CW_OK;
}

static void port_journal(void *ctx, enum journal_level level, const char *id, const char *text,
                         const struct journal_about *about)
{
    struct sim_node *n = ctx;

    (void)about;
    sim_trace(n->sim, id, strlen(id));
    sim_trace(n->sim, text, strlen(text));
    n->sessions_ended += strcmp(id, "peer-session-ended") == 0;
    if (level >= JOURNAL_INFO)
        sim_say(n->sim, "%s journal %d %s: %s", sim_name(n), (int)level, id, text);
}

static void port_tell(void *ctx, const struct duty_notice *notice)
{
    struct sim_node *n = ctx;

    if (!n->dead)
        duty_told(n, notice);
}

void ports_of(struct sim_node *n, struct ports *out)
{
    mem_store_port(n->disk, &n->store);
    *out = (struct ports){
        .store = n->store,
        .clock = {n, port_mono, port_wall},
        .entropy = {n, port_fill},
        .signer = {n, port_sign, port_seal_secret},
        .net = {n, port_send, port_dial, port_hang, port_kick, port_allow, ALLOWED_MAX},
        .anchor = {n, port_anchor_read, port_anchor_write, port_boot_id},
        .keyring = {n, port_keyring_read, port_keyring_write},
        .journal = {n, port_journal},
        .duty = {n, port_tell},
    };
    out->store.ctx = n;
    out->store.begin_write = port_begin_write;
    out->store.commit = port_commit;
    out->store.abort = port_abort;
    out->store.begin_read = port_begin_read;
    out->store.low_on_space = port_low;
    out->store.identity = port_identity;
    out->store.is_backup = port_is_backup;
}
