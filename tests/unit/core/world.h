/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_UNIT_CORE_WORLD_H
#define TESTS_UNIT_CORE_WORLD_H

/*
 * A few replicas in one process: batches kept in arrays, frames by proto's own codecs, virtual time. No signature
 * is made: a seal counts as signed unless its signature's first byte is BAD_SIGNATURE.
 */

#include "core/replica.h"

#define BAD_SIGNATURE 0xEE
#define WORLD_NODES_MAX 4
#define WORLD_WALL_MS INT64_C(1790000000000)

struct stored_batch {
    uint8_t *seal_bytes;
    size_t seal_len;
    struct seal seal;
    struct hash seal_hash;
    struct stored_entry {
        uint8_t header[HEADER_LEN_MAX];
        size_t len;
        bool held; /* its blobs */
    } * entries;
    uint32_t entry_count;
};

struct stored_log {
    struct log_id log;
    uint8_t genesis[GENESIS_LEN_MAX];
    size_t genesis_len;
    struct stored_batch *batches;
    uint32_t batch_count;
    bool has_fork;
    struct fork_proof proof; /* bytes owned */
};

struct inbox_event {
    struct event event;
    uint8_t *frame; /* a message still to be parsed; owned */
    size_t frame_len;
    struct entry_header draft;
};

struct world;
struct node {
    struct world *world;
    uint32_t number;
    struct replica_identity self;
    struct replica *replica;
    void *memory;
    /* the store: what survives a restart */
    struct stored_log *logs;
    uint32_t log_count;
    struct log_head *heads;
    uint32_t head_count;
    struct frontier_head frontier;
    /* the turn */
    struct inbox_event *inbox;
    uint32_t inbox_count;
    struct effects effects;
    struct arena arena, parse_arena;
    /* what it said, for the tests */
    uint32_t notes[32];
    enum cw_err last_note_err[32];
    uint32_t turns, frames_out, entries_frames_out, pushed_frames_out, forks_out;
    uint64_t submitted, sealed;
    uint32_t held_answers, held_last;
    bool held_reached;
    uint64_t last_put_seq;
    struct log_id last_put_log;
    /* knobs */
    bool knows_nobody;   /* no division's signer is known here yet */
    bool opens_nothing;  /* a member that cannot open blobs */
    bool sends_no_blobs; /* entries go without blobs */
};

struct wire {
    uint32_t a, b; /* a dialled b */
    link_id at_a, at_b;
    bool up;
};

struct world {
    struct cw_mono now;
    uint32_t node_count;
    struct node nodes[WORLD_NODES_MAX];
    struct wire wires[64];
    uint32_t wire_count;
    link_id next_link;
    struct replica_limits limits;
    uint64_t tags;
    /* false: the frame is lost. May be NULL. */
    bool (*pass)(struct world *w, uint32_t from, uint32_t to, struct cw_slice frame);
    uint32_t seen; /* for pass */
};

struct world *world_new(uint32_t node_count);
void world_free(struct world *w);
/* a dials b; returns the wire's number. */
uint32_t world_connect(struct world *w, uint32_t a, uint32_t b);
void world_disconnect(struct world *w, uint32_t number);
void world_submit(struct world *w, uint32_t node, uint32_t count);
void world_submit_len(struct world *w, uint32_t node, uint32_t count, uint32_t part_len);
void world_watch(struct world *w, uint32_t node, uint32_t k, int64_t timeout_ms); /* the last own entry */
void world_event(struct world *w, uint32_t node, const struct event *event);
/* One turn of every node that has something to do; false: nobody had. */
bool world_round(struct world *w);
/* Rounds until all are quiet; time stands still. */
void world_settle(struct world *w);
/* Time passes, with a turn wherever a replica asked to be woken. */
void world_run_ms(struct world *w, int64_t ms);
/* The process dies and starts again from its store. incarnate: a new log at the next submission. */
void world_restart(struct world *w, uint32_t node, bool incarnate);
struct node *world_node(struct world *w, uint32_t node);
bool world_equal(struct world *w);                    /* all frontiers name the same positions */
uint64_t world_total(struct world *w, uint32_t node); /* entries held in all logs */
bool world_in_step(struct world *w, uint32_t node, uint32_t peer);
enum peer_state world_state(struct world *w, uint32_t node, uint32_t peer);
struct stored_log *world_log(struct world *w, uint32_t node, const struct log_id *log);
void world_cert(uint32_t number, struct cert_id *out);
void world_network(struct network_id *out);
/* Counters since world_new of one note at one node. */
uint32_t world_notes(struct world *w, uint32_t node, enum note kind);

#endif
