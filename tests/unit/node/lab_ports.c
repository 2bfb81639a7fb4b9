/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/node/lab.h"

#include "proto/wire.h"

#include <stdio.h>
#include <stdlib.h>

/* --- ports ------------------------------------------------------------------------------------------------------ */

static bool dies(struct lab_node *n)
{
    n->calls++;
    if (n->dies_at != 0 && n->calls == n->dies_at)
        n->dead = true;
    return n->dead;
}

static enum cw_err commit(void *ctx, struct kv_txn *txn)
{
    struct lab_node *n = ctx;

    if (dies(n)) {
        n->store.abort(n->store.ctx, txn);
        return CW_LOCAL_IO;
    }
    enum cw_err err = n->store.commit(n->store.ctx, txn);
    return dies(n) ? CW_LOCAL_IO : err;
}

static enum cw_err begin_write(void *ctx, struct kv_txn **out)
{
    struct lab_node *n = ctx;

    return n->store.begin_write(n->store.ctx, out);
}

static enum cw_err begin_read(void *ctx, struct kv_txn **out)
{
    struct lab_node *n = ctx;

    return n->store.begin_read(n->store.ctx, out);
}

static void abort_txn(void *ctx, struct kv_txn *txn)
{
    struct lab_node *n = ctx;

    n->store.abort(n->store.ctx, txn);
}

static bool low(void *ctx)
{
    struct lab_node *n = ctx;

    return n->store.low_on_space(n->store.ctx);
}

static void identity(void *ctx, uint64_t *device, uint64_t *inode)
{
    struct lab_node *n = ctx;

    n->store.identity(n->store.ctx, device, inode);
}

static bool is_cut_short(void *ctx)
{
    return ((struct lab_node *)ctx)->cut_short;
}

static void note_cut_short(void *ctx)
{
    ((struct lab_node *)ctx)->cut_short = true;
}

static bool is_backup(void *ctx)
{
    struct lab_node *n = ctx;

    return n->store.is_backup(n->store.ctx);
}

static struct cw_mono mono(void *ctx)
{
    return (struct cw_mono){((struct lab_node *)ctx)->lab->now};
}

static struct cw_wall wall(void *ctx)
{
    const struct lab_node *n = ctx;

    return (struct cw_wall){WORLD_TIME_MS + n->lab->now + n->lab->skew_ms + n->skew_ms};
}

static void fill(void *ctx, void *out, size_t len)
{
    struct lab_node *n = ctx;
    uint8_t *bytes = out;

    for (size_t i = 0; i < len; i++) {
        n->random = n->random * 6364136223846793005u + 1442695040888963407u;
        bytes[i] = (uint8_t)(n->random >> 56);
    }
}

static void sign(void *ctx, enum label label, struct cw_slice bytes, struct signature *out)
{
    const struct lab_node *n = ctx;

    sign_bytes(label, &n->lab->world.network, bytes, &n->lab->world.daemons[n->index].keys.sign, out);
}

static const struct box_secret *seal_secret(void *ctx)
{
    const struct lab_node *n = ctx;

    return &n->lab->world.daemons[n->index].keys.seal;
}

void lab_put_frame(struct lab_node *to, link_id link, bool from_client, struct cw_slice bytes)
{
    struct lab_frame *f = malloc(sizeof *f + bytes.len);

    f->next = NULL;
    f->link = link;
    f->from_client = from_client;
    f->len = bytes.len;
    memcpy(f->bytes, bytes.data, bytes.len);
    *to->inbox_end = f;
    to->inbox_end = &f->next;
}

/* Link i+1 of a node leads to node i. */
void lab_send(void *ctx, link_id link, struct cw_slice frame)
{
    static struct room reading = ROOM(1 << 20);
    struct lab_node *n = ctx;
    ProtobufCMessage *message;
    struct arena arena;

    if (dies(n))
        return;
    if (link >= LAB_READER) {
        lab_tell_reader(n, link, frame);
        return;
    }
    if (link != LAB_CLIENT) {
        if (!n->lab->cut && n->lab->nodes[link - 1].node != NULL)
            lab_put_frame(&n->lab->nodes[link - 1], n->index + 1, false, frame);
        return;
    }
    n->answers++;
    memcpy(n->answer, frame.data, frame.len);
    n->answer_len = frame.len;
    arena = room_arena(&reading);
    world_must(wire_unpack(&cw__answer__descriptor, frame, &arena, &message, NULL) == CW_OK,
               "an answer cannot be read");
    n->code = ((Cw__Answer *)(void *)message)->code;
}

static void dial(void *ctx, link_id link, const char *address, const uint8_t server_key[static KEY_LEN])
{
    (void)ctx;
    (void)link;
    (void)address;
    (void)server_key;
}

static void hang(void *ctx, link_id link)
{
    (void)ctx;
    (void)link;
}

static void kick(void *ctx, const struct cert_id *cert)
{
    (void)ctx;
    (void)cert;
}

static void allow(void *ctx, const struct allowed_key *keys, size_t count)
{
    struct lab_node *n = ctx;

    world_must(count <= CW_COUNT(n->allowed), "a long list");
    memcpy(n->allowed, keys, count * sizeof *keys);
    n->allowed_count = count;
    n->allows++;
}

static enum cw_err file_read(struct lab_file *f, uint64_t offset, uint8_t *out, size_t len)
{
    if (offset + len > f->len)
        return CW_LOCAL_NOT_FOUND;
    memcpy(out, f->bytes + offset, len);
    return CW_OK;
}

static enum cw_err file_write(struct lab_file *f, uint64_t offset, const uint8_t *bytes, size_t len)
{
    CW_ASSERT(offset + len <= sizeof f->bytes);
    memcpy(f->bytes + offset, bytes, len);
    if (offset + len > f->len)
        f->len = offset + len;
    return CW_OK;
}

static enum cw_err anchor_read(void *ctx, uint8_t *out, size_t len)
{
    return file_read(&((struct lab_node *)ctx)->anchor, 0, out, len);
}

static enum cw_err anchor_write(void *ctx, const uint8_t *bytes, size_t len)
{
    struct lab_node *n = ctx;

    return dies(n) ? CW_LOCAL_IO : file_write(&n->anchor, 0, bytes, len);
}

static void boot_id(void *ctx, uint8_t out[static 16])
{
    memcpy(out, ((struct lab_node *)ctx)->lab->boot_id, 16);
}

static enum cw_err keyring_read(void *ctx, uint64_t offset, uint8_t *out, size_t len)
{
    return file_read(&((struct lab_node *)ctx)->keyring, offset, out, len);
}

static enum cw_err keyring_write(void *ctx, uint64_t offset, const uint8_t *bytes, size_t len)
{
    return file_write(&((struct lab_node *)ctx)->keyring, offset, bytes, len);
}

static void journal(void *ctx, enum journal_level level, const char *id, const char *text,
                    const struct journal_about *about)
{
    struct lab_node *n = ctx;

    (void)about;
    if (getenv("LAB_VERBOSE") != NULL)
        fprintf(stderr, "%lld node %u level %d %s: %s\n", (long long)n->lab->now, n->index, (int)level, id, text);
    if (level != JOURNAL_ALARM)
        return;
    n->alarms++;
    snprintf(n->last_alarm, sizeof n->last_alarm, "%s", id);
}

static void tell(void *ctx, const struct duty_notice *notice)
{
    struct lab_node *n = ctx;

    n->told[notice->event]++;
    n->level = notice->level;
}

void lab_ports(struct lab_node *n, struct ports *p)
{
    memset(p, 0, sizeof *p);
    p->store = n->store;
    p->store.ctx = n;
    p->store.begin_write = begin_write;
    p->store.commit = commit;
    p->store.abort = abort_txn;
    p->store.begin_read = begin_read;
    p->store.low_on_space = low;
    p->store.identity = identity;
    p->store.is_backup = is_backup;
    p->store.is_cut_short = is_cut_short;
    p->store.note_cut_short = note_cut_short;
    p->clock = (struct clock_port){n, mono, wall};
    p->entropy = (struct entropy_port){n, fill};
    p->signer = (struct signer_port){n, sign, seal_secret};
    p->net = (struct net_port){
        n, lab_send, dial, hang, kick, allow, n->allow_max != 0 ? n->allow_max : CW_COUNT(n->allowed)};
    p->anchor = (struct anchor_port){n, anchor_read, anchor_write, boot_id};
    p->keyring = (struct keyring_port){n, keyring_read, keyring_write};
    p->journal = (struct journal_port){n, journal};
    p->duty = (struct duty_port){n, tell};
}
