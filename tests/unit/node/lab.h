/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_UNIT_NODE_LAB_H
#define TESTS_UNIT_NODE_LAB_H

/*
 * A few nodes on stores in memory, a wire that never loses anything, and an officer who submits. Time moves
 * only when the lab says so.
 */

#include "node/case_store.h"
#include "node/duty_notice.h"
#include "node/intake.h"
#include "node/verify_cache.h"
#include "proto/schema.h"
#include "tests/unit/support/mem_store.h"
#include "tests/unit/support/proto_world.h"
#include "tests/unit/support/room.h"

#define LAB_NODES_MAX 3
#define LAB_CLIENT 7   /* the link of the officer's program, at every node */
#define LAB_READER 100 /* and above: links of those who read feeds (reader.h) */

struct lab;
struct lab_reader;
struct lab_hand;

struct lab_file {
    uint8_t bytes[1 << 19];
    size_t len;
};

struct lab_frame {
    struct lab_frame *next;
    link_id link;
    bool from_client;
    size_t len;
    uint8_t bytes[];
};

struct lab_node {
    struct lab *lab;
    uint32_t index;
    struct mem_store *disk;
    struct store_port store;
    struct lab_file anchor, keyring;
    struct node *node;
    struct lab_frame *inbox, **inbox_end;
    uint64_t random;
    uint32_t alarms;
    char last_alarm[64];
    struct allowed_key allowed[16];  /* as last told to the net driver */
    size_t allowed_count, allow_max; /* 0: as many as fit here */
    uint32_t allows;
    uint32_t told[RISK_RAISED + 1]; /* notices of duties, by event */
    uint32_t level;                 /* of the last one */
    uint32_t calls, dies_at;        /* of ports with an effect outside; 0: never */
    bool dead;
    bool cut_short;  /* as the store says */
    int64_t skew_ms; /* of its own wall clock, beside the lab's */
    /* the officer's program: the last answer here */
    uint32_t answers;
    uint32_t code;
    size_t answer_len;
    uint8_t answer[MESSAGE_LEN_MAX];
};

struct lab {
    struct world world;
    struct room world_memory;
    struct verify_cache *cache;
    uint32_t count;
    uint32_t fold_ops_max; /* of nodes opened from now on; 0: the daemon's own */
    uint32_t slots_max;    /* the same */
    bool cut;              /* frames between nodes are lost */
    int64_t now;
    int64_t skew_ms;   /* of the wall clock */
    int64_t author_ms; /* what officers' programs say: so long after the lab began */
    struct lab_node nodes[LAB_NODES_MAX];
    struct refusal why;                          /* for whoever wants it */
    struct cw_slice root, authority, late;       /* frames of the logs; late issues the second officer */
    struct lab_hand *root_hand, *authority_hand; /* where `root` and `authority` end (lab_logs.h) */
    struct world_identity late_officer;          /* an inspector */
    struct log_id authority_log;
    struct position authority_at; /* the end of `authority` */
    struct position late_at;      /* the end of `late` */
    uint32_t logs_max;            /* of nodes opened from now on */
    uint32_t policies_max;        /* the same; 0: sixteen */
    uint32_t peers_max;           /* the same; 0: eight */
    size_t turn_arena_len;        /* the same; 0: the daemon's own */
    uint8_t boot_id[16];
    uint32_t next_submission;
    struct lab_reader *readers;
    struct room memory; /* intake, one arena after another */
    size_t used;
};

/* certified: the officer and all daemons are in the authority log from the start. */
struct lab *lab_new(uint32_t count);
/* The same with all of them started, and so long after that. */
struct lab *lab_started(uint32_t count, int64_t ms);
void lab_free(struct lab *lab);

void lab_start(struct lab_node *n);       /* opens the node and hands it root and authority logs */
enum cw_err lab_open(struct lab_node *n); /* opens it only */
enum cw_err lab_open_with(struct lab_node *n, struct refusal *why);
void lab_crash(struct lab_node *n);
/* Runs all nodes until nothing is left to do, or for so long. */
void lab_run(struct lab *lab, int64_t ms);
/* One turn of one node over what lies in its inbox. */
enum cw_err lab_turn(struct lab_node *n);
void lab_hand_in(struct lab_node *n, struct cw_slice segment);
void lab_drop_frames(struct lab_node *n); /* what lies in its inbox is lost */
void lab_write_logs(struct lab *lab);     /* lab_logs.c: those of lab_new */
/* A log of WST's daemon, well sealed, whose one entry is a key record made by an officer: void. */
struct cw_slice lab_void_segment(struct lab *lab);

/* lab_ports.c */
void lab_ports(struct lab_node *n, struct ports *p);
void lab_put_frame(struct lab_node *to, link_id link, bool from_client, struct cw_slice bytes);
void lab_send(void *ctx, link_id link, struct cw_slice frame);
void lab_tell_reader(struct lab_node *n, link_id link, struct cw_slice frame); /* reader.c */

/* --- the officer ------------------------------------------------------------------------------------------- */

struct lab_op {
    struct cw_slice request; /* the frame */
    struct cw_slice header, proof;
    struct cw_op_id op;
    struct cw_case_id case_id;
};
enum lab_spoil {
    SPOIL_NOTHING,
    SPOIL_SIGNATURE,
    SPOIL_NETWORK,
    SPOIL_FIELD,
    SPOIL_SECRET,
    SPOIL_STRANGER,
    SPOIL_SAME_ID,
    SPOIL_PART,
    SPOIL_HELD_BY_TWO,
    SPOIL_HEAVY,
    SPOIL_BUNDLED,          /* lawful: signed as one of three */
    SPOIL_STRANGER_BUNDLED, /* the same, by the late officer */
    SPOIL_UNNAMED_VALUE,    /* a value more in its part, which no write names */
    SPOIL_UNNAMED_PART,     /* a part more, which no write names */
    SPOIL_SHARED            /* its one write stands in it as often as an op may have writes, all of the same value */
};
/* Opens an operation; the same `number` gives the same bytes. */
void lab_open_case(struct lab *lab, uint32_t number, enum lab_spoil spoil, struct lab_op *out);
/* Opens a missing child: her risk is to be assessed within half an hour. */
void lab_open_child(struct lab *lab, uint32_t number, struct lab_op *out);
/* Adds to a set of texts (an operation's places when the field is FIELD_PLACES), or removes what `added` put there. */
void lab_put(struct lab *lab, uint32_t number, const struct cw_case_id *id, const struct cw_op_id *added,
             uint32_t field, const char *text, struct lab_op *out);
/* Records a note: first when it was, then what. */
void lab_note(struct lab *lab, uint32_t number, const struct cw_case_id *id, const char *text, struct lab_op *out);
/* Writes one text field of a case (the operation's title when the field is FIELD_TITLE). */
void lab_set(struct lab *lab, uint32_t number, const struct cw_case_id *id, uint32_t field, const char *text,
             const struct world_identity *author, struct lab_op *out);
/* Any op at all; id NULL: it opens a case. */
void lab_say(struct lab *lab, uint32_t number, const struct cw_case_id *id, const struct op *op,
             const struct world_identity *author, struct lab_op *out);
/* The same; no honest author says that: the write is there WRITES_MAX times, and its value once. */
void lab_set_shared(struct lab *lab, uint32_t number, const struct cw_case_id *id, uint32_t field, const char *text,
                    struct lab_op *out);
/* Adds `count` handling instructions of 55 characters to a case, in one op. */
void lab_handle(struct lab *lab, uint32_t number, const struct cw_case_id *id, uint32_t count, struct lab_op *out);
/* The same, after an op that its author had seen. */
void lab_answer(struct lab *lab, uint32_t number, const struct cw_case_id *id, uint32_t field, const char *text,
                const struct cw_op_id *after, struct lab_op *out);
/* A segment: the op again, as the first entry of a log of EST's or WST's daemon, by its seal void or not (lab_copies.c). */
struct cw_slice lab_copy(struct lab *lab, const struct lab_op *op, uint32_t number, uint64_t hlc, bool counts);
/* The same, counting; but it carries `said`, and `sealer`, when not NULL, seals its parts for the audience. */
struct cw_slice lab_sealed_copy(struct lab *lab, const struct lab_op *op, const struct lab_op *said,
                                const struct lab_node *sealer, uint32_t number, uint64_t hlc);
/* Puts a request into the node's inbox. */
void lab_submit(struct lab_node *n, const struct lab_op *op);
/* Submits, runs one turn, and gives the answer's code. */
uint32_t lab_ask(struct lab_node *n, const struct lab_op *op);
/* The receipt of the last answer verifies against the world's certificates. */
bool lab_receipt_holds(struct lab_node *n, struct receipt_facts *out);

/* --- looking ---------------------------------------------------------------------------------------------- */

void lab_frontier(const struct lab_node *n, struct hash *out);
uint64_t lab_counter(const struct lab_node *n, enum counter c);
bool lab_same_frontiers(const struct lab *lab);
/* Both show the case, in the same state. */
bool lab_same_case(struct lab *lab, const struct cw_case_id *id);
struct op_row lab_op_row(struct lab_node *n, const struct cw_op_id *id);
bool lab_store_is_whole(struct lab_node *n, struct refusal *why);

#endif
