/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/node/lab.h"

#include "node/answer.h"
#include "proto/wire.h"
#include "tests/unit/node/reader.h"

#include <stdio.h>
#include <stdlib.h>

#define MEMORY_LEN ((size_t)48 << 20)
#define OPS_MEMORY_LEN ((size_t)32 << 20)

/* --- nodes -------------------------------------------------------------------------------------------------------- */

void lab_drop_frames(struct lab_node *n)
{
    while (n->inbox != NULL) {
        struct lab_frame *f = n->inbox;

        n->inbox = f->next;
        free(f);
    }
    n->inbox_end = &n->inbox;
}

enum cw_err lab_open_with(struct lab_node *n, struct refusal *why)
{
    const struct node_config config = {
        .network_genesis = n->lab->world.genesis,
        .certificate = n->lab->world.daemons[n->index].bytes,
        .replica = {.logs_max = n->lab->logs_max,
                    .peers_max = n->lab->peers_max == 0 ? 8 : n->lab->peers_max,
                    .watches_max = 16},
        .authority = {.certs_max = 64, .policies_max = n->lab->policies_max == 0 ? 16 : n->lab->policies_max},
        .lab = true,
        .turn_arena_len = n->lab->turn_arena_len,
        .fold_ops_max = n->lab->fold_ops_max,
        .slots_max = n->lab->slots_max,
        .cache = n->lab->cache,
    };
    struct ports ports;

    n->dead = false;
    n->calls = 0;
    lab_ports(n, &ports);
    enum cw_err err = node_open(&config, &ports, &n->node, why);
    if (err != CW_OK && getenv("LAB_VERBOSE") != NULL)
        fprintf(stderr, "node %u: %s %s\n", n->index, why->where, why->text);
    return err;
}

enum cw_err lab_open(struct lab_node *n)
{
    struct refusal why = {0};

    return lab_open_with(n, &why);
}

static enum cw_err turn_with(struct lab_node *n, const struct input *inputs, uint32_t count)
{
    uint32_t done = 0, taken;

    do {
        enum cw_err err = node_turn(n->node, inputs + done, count - done, &taken);

        if (err != CW_OK || n->dead)
            return err == CW_OK ? CW_LOCAL_IO : err;
        done += taken;
    } while (done < count);
    return CW_OK;
}

void lab_hand_in(struct lab_node *n, struct cw_slice segment)
{
    struct input in = input_publish(&segment, 1);

    world_must(turn_with(n, &in, 1) == CW_OK, "a segment was not taken");
}

static void join(struct lab_node *n, struct lab_node *to, bool incoming)
{
    const struct reader_identity who = {to->index + 1, false, n->lab->world.daemons[to->index].id, SUBJECT_DAEMON};
    struct input in = input_link_up(&who,
                                    to->index == WORLD_NTH   ? "NTH"
                                    : to->index == WORLD_EST ? "EST"
                                                             : "WST",
                                    incoming);

    world_must(turn_with(n, &in, 1) == CW_OK, "a link did not come up");
}

void lab_start(struct lab_node *n)
{
    struct lab *lab = n->lab;

    world_must(lab_open(n) == CW_OK, "a node does not open");
    lab_hand_in(n, lab->root);
    lab_hand_in(n, lab->authority);
    for (uint32_t i = 0; i < lab->count; i++) {
        if (i == n->index || lab->nodes[i].node == NULL)
            continue;
        join(n, &lab->nodes[i], false);
        join(&lab->nodes[i], n, true);
    }
}

void lab_crash(struct lab_node *n)
{
    struct lab *lab = n->lab;

    n->dead = true;
    node_close(n->node);
    n->node = NULL;
    mem_store_crash(n->disk);
    lab_drop_frames(n);
    for (uint32_t i = 0; i < lab->count; i++) {
        struct input in = input_link_down(n->index + 1);

        if (lab->nodes[i].node != NULL)
            world_must(turn_with(&lab->nodes[i], &in, 1) == CW_OK, "a link did not go down");
    }
}

/* --- turns ---------------------------------------------------------------------------------------------------------- */

static bool take_frame(struct lab_node *n, const struct lab_frame *f, struct arena *arena, struct input *out)
{
    struct cw_slice bytes = slice(f->bytes, f->len);
    uint8_t refusal[ANSWER_REFUSAL_LEN_MAX];
    struct writer answer = writer_over(refusal, sizeof refusal);
    const Cw__Request *request;
    struct reader_identity who = {f->link, false, n->lab->world.officer.id, SUBJECT_PERSON};

    if (!f->from_client) {
        who = (struct reader_identity){f->link, false, n->lab->world.daemons[f->link - 1].id, SUBJECT_DAEMON};
        return intake_peer(n->node, &who, bytes, arena, out) == CW_OK;
    }
    enum intake_result result = intake_client(n->node, &who, bytes, arena, out, &request, &answer);
    if (result == INTAKE_ANSWER)
        lab_send(n, f->link, slice(refusal, answer.len));
    return result == INTAKE_TURN;
}

enum cw_err lab_turn(struct lab_node *n)
{
    struct arena arena = room_arena(&n->lab->memory);
    struct input inputs[64];
    uint32_t count = 0;
    struct lab_frame *taken = NULL;

    while (n->inbox != NULL && count + 2 < CW_COUNT(inputs)) {
        struct lab_frame *f = n->inbox;

        n->inbox = f->next;
        if (n->inbox == NULL)
            n->inbox_end = &n->inbox;
        count += take_frame(n, f, &arena, &inputs[count]);
        f->next = taken;
        taken = f;
    }
    inputs[count++] = input_tick();
    enum cw_err err = turn_with(n, inputs, count);
    if (err == CW_OK)
        reader_hear(n);
    while (taken != NULL) {
        struct lab_frame *f = taken;

        taken = f->next;
        free(f);
    }
    return err;
}

static bool is_due(const struct lab_node *n)
{
    return n->node != NULL && (n->inbox != NULL || node_wake_at(n->node).ms <= n->lab->now);
}

void lab_run(struct lab *lab, int64_t ms)
{
    int64_t end = lab->now + ms;

    while (lab->now < end) {
        bool busy = false;

        for (uint32_t i = 0; i < lab->count; i++) {
            for (int rounds = 0; rounds < 50 && is_due(&lab->nodes[i]); rounds++) {
                busy = true;
                world_must(lab_turn(&lab->nodes[i]) == CW_OK, "a turn failed");
            }
            if (lab->nodes[i].node != NULL)
                reader_hear(&lab->nodes[i]);
        }
        lab->now += busy ? 1 : 20;
    }
}

void lab_submit(struct lab_node *n, const struct lab_op *op)
{
    lab_put_frame(n, LAB_CLIENT, true, op->request);
}

uint32_t lab_ask(struct lab_node *n, const struct lab_op *op)
{
    uint32_t before = n->answers;

    lab_submit(n, op);
    enum cw_err err = lab_turn(n);
    world_must(err == CW_OK, cw_err_name(err));
    world_must(n->answers == before + 1, "not answered once");
    return n->code;
}

bool lab_receipt_holds(struct lab_node *n, struct receipt_facts *out)
{
    struct arena arena = room_arena(&n->lab->memory);
    const struct cert_source certs = world_certs(&n->lab->world);
    ProtobufCMessage *message;
    struct refusal why = {0};

    if (wire_unpack(&cw__answer__descriptor, slice(n->answer, n->answer_len), &arena, &message, NULL) != CW_OK)
        return false;
    const Cw__Answer *answer = (const Cw__Answer *)(const void *)message;
    if (answer->submitted == NULL || answer->submitted->receipt == NULL)
        return false;
    const Cw__Receipt *receipt = answer->submitted->receipt;
    size_t len = protobuf_c_message_get_packed_size(&receipt->base);
    struct writer w = writer_over(arena_take(&arena, len, 1), len);
    wire_pack(&receipt->base, &w);
    bool holds = receipt_verify(slice(w.data, w.len), &n->lab->world.network, &certs, &arena, out, &why) == CW_OK;
    if (!holds)
        fprintf(stderr, "receipt: %s %s\n", why.where, why.text);
    return holds;
}

/* --- looking ---------------------------------------------------------------------------------------------------------- */

static struct node_status *read_status(const struct lab_node *n)
{
    struct node_status *s = calloc(1, sizeof *s);

    node_status_read(n->node, s);
    return s;
}

void lab_frontier(const struct lab_node *n, struct hash *out)
{
    struct node_status *s = read_status(n);

    *out = s->frontier_root;
    free(s);
}

uint64_t lab_counter(const struct lab_node *n, enum counter c)
{
    struct node_status *s = read_status(n);
    uint64_t v = s->counters[c];

    free(s);
    return v;
}

bool lab_same_frontiers(const struct lab *lab)
{
    struct hash first, other;

    lab_frontier(&lab->nodes[0], &first);
    for (uint32_t i = 1; i < lab->count; i++) {
        lab_frontier(&lab->nodes[i], &other);
        if (!ID_EQ(&first, &other))
            return false;
    }
    return true;
}

bool lab_same_case(struct lab *lab, const struct cw_case_id *id)
{
    struct hash inputs[LAB_NODES_MAX], states[LAB_NODES_MAX];

    for (uint32_t i = 0; i < lab->count; i++) {
        struct arena arena = room_arena(&lab->memory);
        struct node_read read;
        struct loaded_case c;

        if (node_read_begin(lab->nodes[i].node, &read) != CW_OK)
            return false;
        enum cw_err err = case_load(&read, id, &arena, &c);
        node_read_done(&read);
        if (err != CW_OK || (c.flags & CASE_INCOMPLETE) != 0)
            return false;
        inputs[i] = c.inputs;
        states[i] = c.state_hash;
        if (!ID_EQ(&inputs[0], &inputs[i]) || !ID_EQ(&states[0], &states[i]))
            return false;
    }
    return true;
}

struct op_row lab_op_row(struct lab_node *n, const struct cw_op_id *id)
{
    struct row_key key = row_key_op(id);
    struct node_read read;
    struct cw_slice raw;
    struct op_row row;

    world_must(node_read_begin(n->node, &read) == CW_OK, "a reader");
    world_must(n->store.get(read.txn, TABLE_OP, row_key_slice(&key), &raw) == CW_OK, "the op's row");
    world_must(op_row_parse(raw, &row) == CW_OK, "a row that can be read");
    node_read_done(&read);
    return row;
}

bool lab_store_is_whole(struct lab_node *n, struct refusal *why)
{
    struct verify_facts facts;
    struct ports p;

    lab_ports(n, &p);
    p.store = n->store; /* as it is, whatever the lab makes of its calls */
    return node_verify_store(&p, n->lab->world.genesis, &facts, why) == CW_OK;
}

/* --- the lab ------------------------------------------------------------------------------------------------------------ */

struct lab *lab_new(uint32_t count)
{
    struct lab *lab = calloc(1, sizeof *lab);

    lab->world_memory = (struct room)ROOM(OPS_MEMORY_LEN);
    lab->memory = (struct room)ROOM(MEMORY_LEN);
    world_make(&lab->world, room_bytes(&lab->world_memory), 1, 1);
    lab->world.arena.len = OPS_MEMORY_LEN; /* room for what the officer will write */
    lab->count = count;
    lab->logs_max = 64;
    lab->now = 1000;
    lab->cache = verify_cache_new();
    lab_write_logs(lab);
    for (uint32_t i = 0; i < count; i++) {
        struct lab_node *n = &lab->nodes[i];

        n->lab = lab;
        n->index = i;
        n->disk = mem_store_new(1, 100 + i);
        n->inbox_end = &n->inbox;
        n->random = 77 + i;
        mem_store_port(n->disk, &n->store);
    }
    return lab;
}

struct lab *lab_started(uint32_t count, int64_t ms)
{
    struct lab *lab = lab_new(count);

    for (uint32_t i = 0; i < count; i++)
        lab_start(&lab->nodes[i]);
    lab_run(lab, ms);
    return lab;
}

void lab_free(struct lab *lab)
{
    for (uint32_t i = 0; i < lab->count; i++) {
        node_close(lab->nodes[i].node);
        lab_drop_frames(&lab->nodes[i]);
        mem_store_free(lab->nodes[i].disk);
    }
    while (lab->readers != NULL) {
        struct lab_reader *r = lab->readers;

        lab->readers = r->next;
        free(r);
    }
    verify_cache_free(lab->cache);
    room_done(&lab->world_memory);
    room_done(&lab->memory);
    free(lab);
}
