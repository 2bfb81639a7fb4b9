/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_SIM_SIM_H
#define TESTS_SIM_SIM_H

/*
 * A whole network in one process, from one seed: production core, cases, vault and node, virtual time,
 * virtual disks, virtual links. Nothing here asks the machine for time or randomness.
 *
 *   world.c     making and running a world          cast.c       keys, certificates, authority log
 *   queue.c     what happens when                   ports.c      what a node may touch, and dying on the way
 *   process.c   start, crash, reboot, restore       turn.c       frames in, turns, frames out
 *   network.c   links and cuts                      tamper.c     a hostile division; misname.c its entries
 *   draft.c     ops as officers write them          client.c     submitting, waiting, trying again
 *   work*.c     what officers do                    faults.c     what goes wrong
 *   history.c   what really happened                check_*.c    what must be true
 */

#include "node/answer.h"
#include "node/intake.h"
#include "node/verify_cache.h"
#include "tests/sim/cast.h"
#include "tests/sim/options.h"
#include "tests/unit/support/mem_store.h"

struct sim;
#define CASES_MAX 64

/* --- what happens when ----------------------------------------------------------------------------------- */

struct sim_event;
typedef void (*sim_handler)(struct sim *s, struct sim_event *e);

struct sim_event {
    int64_t at;
    uint64_t order; /* of adding: equal times keep it */
    sim_handler run;
    const char *name;
    uint32_t node;
    uint64_t a, b;
    uint8_t *bytes; /* owned */
    size_t len;
    bool untraced; /* of somebody who looks on: the nodes' life is the same without */
};

struct sim_queue {
    struct sim_event **heap;
    uint32_t count, max;
    uint64_t added;
};

struct sim_event *sim_at(struct sim *s, int64_t at, const char *name, sim_handler run);
struct sim_event *sim_at_with(struct sim *s, int64_t at, const char *name, sim_handler run, struct cw_slice bytes);
struct sim_event *queue_pop(struct sim_queue *q); /* NULL: empty */
void event_free(struct sim_event *e);
void queue_done(struct sim_queue *q);

/* --- a division's machine --------------------------------------------------------------------------------- */

struct sim_file {
    uint8_t *bytes;
    size_t len;
};

struct sim_clock {
    int64_t boot_at; /* mono 0 */
    int64_t skew_ms; /* of the wall clock */
    int32_t drift_ppm;
    int64_t set_at;        /* when it was set last; 0: never */
    int64_t least_skew_ms; /* since then, or before, when it had been set before within CLOCK_NOTICED_MS */
};
#define PATIENT_MS 66000                       /* a patient world ends after so long a silence */
#define WALL_AT_ZERO_MS INT64_C(1800000000000) /* what clocks show when the world begins */
#define CLOCK_NOTICED_MS 60000 /* a daemon notices by then that somebody set its wall clock (docs/fold.md §20) */

/* What waits for the node's next turn. */
struct inbox_item {
    enum { INBOX_PEER, INBOX_CLIENT, INBOX_LINK_UP, INBOX_LINK_DOWN, INBOX_PUBLISH, INBOX_CUT } kind;
    struct reader_identity who;
    char division[DIVISION_LEN_MAX + 1];
    bool on; /* LINK_UP: incoming; CUT: on */
    uint8_t *bytes;
    size_t len;
};

#define ALLOWED_MAX 64

struct sim_node {
    struct sim *sim;
    uint32_t index;
    const struct actor *who;
    bool present;  /* part of this world */
    bool honest;   /* false: hostile */
    bool forker;   /* was reverted with its anchor: may have forked */
    bool copied;   /* the second of two copies */
    bool hangs_up; /* on whoever dials it, at once */
    /* a relay that changes what it passes on; NULL: none. Gives the frame to send, in arena memory or as it was */
    struct cw_slice (*retells)(struct cw_slice frame, struct arena *arena);

    /* what outlives a process */
    struct mem_store *disk;
    struct sim_file keyring;
    uint64_t device, inode;
    /* what outlives a process, but no reboot */
    struct sim_file anchor;
    uint8_t boot_id[16];
    struct sim_clock clock;

    /* the process */
    bool up;
    struct node *node;
    struct store_port store; /* of the disk, below the faults */
    struct rng entropy;
    bool dead;            /* it died in the middle of a turn: nothing it does has an effect any more */
    uint32_t die_at_call; /* counts down; 0: no such plan */
    bool fault_planned;   /* its disk is to fail: the next fatal turn is no surprise */
    bool in_turn;
    int64_t feeder_at; /* when its feeds are heard next; INT64_MAX: not planned */
    uint64_t turns, starts;
    uint64_t sessions_ended; /* as its journal says: by somebody's mistake */
    uint64_t frames;         /* said to other daemons */
    struct inbox_item *inbox;
    uint32_t inbox_count, inbox_max;
    int64_t busy_until;
    int64_t turn_at; /* the turn that is planned; INT64_MAX: none */
    int64_t commit_ms_min, commit_ms_max;
    int64_t speaks_at; /* during a turn: when what it says leaves */
    struct allowed_key allowed[ALLOWED_MAX];
    size_t allowed_count;
    uint64_t links_given;
    uint32_t losses; /* how often its disk went back or was lost */
    int64_t lost_at;

    struct told_duty *told; /* whom its duty port pages, since the world began (check_told.c) */
    uint32_t told_count, told_max;

    /* for restores */
    struct mem_store *old_copy;
    struct sim_file old_keyring, old_anchor;

    /* as last looked at by the history */
    struct log_id own_log;
    uint64_t own_seq, own_hlc;
    bool own_known;
};

/* --- links -------------------------------------------------------------------------------------------------- */

struct sim_link {
    uint32_t end[2]; /* node that dialled, node that answered */
    link_id id[2];
    uint32_t run[2]; /* starts of that node when the link came up: an older process's link is gone */
    bool up[2];      /* as that end believes */
    bool doomed;     /* nothing arrives any more; both ends learn it later */
    int64_t last_arrival[2];
    uint64_t waiting_len[2]; /* on the way to that end */
};

#define STALE_KEPT 4
struct stale_frame {
    uint8_t *bytes;
    size_t len;
};

/* --- officers' submissions ------------------------------------------------------------------------------------ */

enum sim_op_state { OP_WAITING, OP_ACKED, OP_REFUSED, OP_GIVEN_UP };

struct sim_op {
    const struct actor *author;
    struct cw_op_id id;
    struct cw_case_id case_id;
    bool opens;
    uint32_t kind;
    uint8_t *request; /* the Submit message, as bytes; its request id is set on each try */
    size_t request_len;
    uint8_t submission_id[16];
    struct op op; /* in the world's arena */
    bool invalid; /* a daemon must refuse it: nobody signed this */
    bool reuses;  /* the submission id of another op: who knows that one must refuse */
    bool newer;
    enum sim_op_state state;
    enum cw_err refused;
    uint32_t tries, node; /* of the last try */
    uint32_t wanted;      /* held-by */
    int64_t sent_at, acked_at;
    uint32_t acked_by;      /* first */
    uint32_t held_by;       /* as acknowledged at best */
    uint32_t losses_at_ack; /* lost disks of the world when it was acknowledged */
    bool proposal;
    uint32_t answers;
    uint8_t *token; /* what the officer's session had seen with the first receipt; NULL: none yet */
    size_t token_len;
    uint32_t token_from;
};

/* --- a property ---------------------------------------------------------------------------------------------- */

struct sim_check {
    const char *name; /* "I1" */
    const char *says;
    /* any of these may be NULL */
    void (*after_turn)(struct sim *s, struct sim_node *n);
    void (*on_send)(struct sim *s, struct sim_node *n, const struct sim_link *link, const struct peer_message *m);
    void (*on_start)(struct sim *s, struct sim_node *n); /* after a restart, before its first turn */
    void (*on_ack)(struct sim *s, struct sim_op *op, struct sim_node *n);
    void (*on_case)(struct sim *s, struct sim_node *n,
                    const struct loaded_case *c); /* each node's view of each case, at heal and at the end */
    void (*at_heal)(struct sim *s);               /* end of the safety phase */
    void (*at_end)(struct sim *s);
    void (*at_last)(struct sim *s); /* after all other looks: it may let time pass, in which daemons say more */
};
extern const struct sim_check *const sim_checks[]; /* ends with NULL */

/* --- the world ------------------------------------------------------------------------------------------------- */

struct history;    /* history.h */
struct sim_reader; /* feed.h */
struct misnaming;  /* misname.c */

struct sim {
    struct sim_options options;
    const struct cast *cast;
    int64_t now;
    struct rng fate, work, noise; /* faults, officers, network */
    struct sim_queue queue;
    uint64_t trace;
    uint64_t steps;
    bool verbose;
    bool calm;      /* the liveness phase: nothing goes wrong any more */
    bool unwatched; /* no property is asked: nothing that happens may depend on being looked at */

    uint32_t node_count;
    struct sim_node nodes[NODES_MAX];
    bool reaches[NODES_MAX][NODES_MAX]; /* direction by direction */
    bool meshed[NODES_MAX][NODES_MAX];  /* who is told whose address */
    struct sim_link *links;
    uint32_t link_count, link_max;
    struct stale_frame stale[NODES_MAX][NODES_MAX][STALE_KEPT];
    uint64_t stale_next[NODES_MAX][NODES_MAX];

    struct sim_op *ops;
    uint32_t op_count, op_max;
    struct cw_case_id cases[CASES_MAX];
    uint32_t case_kinds[CASES_MAX];
    uint32_t case_count;
    uint32_t losses; /* of disks, all nodes */
    bool ended;      /* the last looks: everybody must agree now */
    struct case_seen {
        bool known;
        uint32_t by;
        struct hash inputs, state;
        uint64_t payloads;
        uint32_t payloads_by;
    } seen[CASES_MAX];

    struct history *history;
    struct sim_reader *readers;  /* READERS_MAX */
    struct misnaming *misnaming; /* NULL: nobody does */
    struct arena keep;           /* as long as the world */
    struct arena scratch;        /* for one thing at a time */

    /* what was found */
    bool failed;
    char found_by[16];
    char found[512];
};

/* world.c */
struct sim *sim_new(const struct sim_options *options);
void sim_free(struct sim *s);
void sim_run_until(struct sim *s, int64_t at);
void sim_run_ms(struct sim *s, int64_t ms);
/* A property does not hold. The first one stands, the world stops. */
void sim_fail(struct sim *s, const char *check, const char *format, ...) __attribute__((format(printf, 3, 4)));
void sim_say(struct sim *s, const char *format, ...) __attribute__((format(printf, 2, 3))); /* --verbose */
void sim_trace(struct sim *s, const void *data, size_t len);
void sim_trace_u64(struct sim *s, uint64_t v);
uint64_t sim_quick_hash(struct cw_slice bytes);
const char *sim_name(const struct sim_node *n);

/* calm.c: faults end, everybody is up, officers get their answers; within the bound all agree. */
void sim_calm(struct sim *s);

/* swarm.c: the drawn world's whole life, twice; false: a property did not hold, or the two differ (printed). */
bool swarm_run(uint64_t seed, bool plain, bool verbose); /* plain: options.h */

/* process.c */
void process_start(struct sim_node *n);
void process_crash(struct sim_node *n);
void process_start_later(struct sim_node *n, int64_t ms);
void machine_reboot(struct sim_node *n); /* crash, no anchor, new boot id; start it yourself */
void machine_keep_copy(struct sim_node *n);
void machine_restore(struct sim_node *n); /* the kept copy, without the anchor */
void machine_revert(struct sim_node *n);  /* the kept copy and the anchor: forks */
void machine_lose_disk(struct sim_node *n);
struct sim_node *machine_clone(struct sim_node *n); /* NULL: no room */
void file_set(struct sim_file *f, const uint8_t *bytes, size_t len);
void sim_write_base(struct sim_node *n); /* the installed state: authority known, nothing else */

/* ports.c */
void ports_of(struct sim_node *n, struct ports *out);
struct cw_mono node_mono(const struct sim_node *n);
struct cw_wall node_wall(const struct sim_node *n);
void node_set_wall(struct sim_node *n, int64_t by_ms);
int64_t
node_wall_noticed_ms(const struct sim_node *n); /* no later than what the daemon must have seen of its wall clock */
int64_t true_time_of(const struct sim_node *n, struct cw_mono mono);

/* turn.c */
void node_plan_turn(struct sim_node *n);
void node_put(struct sim_node *n, const struct inbox_item *item, struct cw_slice bytes);
void inbox_clear(struct sim_node *n);
void node_publish(struct sim_node *n, uint32_t segment);

/* network.c */
void network_dial(struct sim_node *from, link_id link, const char *address, const uint8_t server_key[static KEY_LEN]);
void network_send(struct sim_node *from, link_id link, struct cw_slice frame);
void network_hang(struct sim_node *from, link_id link);
void network_kick(struct sim_node *from, const struct cert_id *cert);
void network_allow(struct sim_node *n, const struct allowed_key *keys, size_t count);
void network_down(struct sim_node *n); /* its process ended */
void network_cut(struct sim *s, uint32_t a, uint32_t b, bool both);
void network_heal(struct sim *s, uint32_t a, uint32_t b);
void network_heal_all(struct sim *s);
bool network_is_link(const struct sim_node *n, link_id link);

/* tamper.c: what a hostile division makes of a frame it is about to send; arena memory. No bytes at
 * all: nothing is sent. */
struct cw_slice tamper(struct sim_node *n, uint32_t to, struct cw_slice frame, struct arena *arena);

/* misname.c: the hostile division's entries under ids of officers' ops. */
void misnaming_begin(struct sim *s);
void misnaming_done(struct sim *s);

/* faults.c */
void faults_begin(struct sim *s);

/* history.c keeps what really happened: see history.h */

/* check_told.c */
struct duty_notice;
void duty_told(struct sim_node *n, const struct duty_notice *notice);

/* check.c */
void checks_after_turn(struct sim *s, struct sim_node *n);
void checks_on_send(struct sim *s, struct sim_node *n, const struct sim_link *link, struct cw_slice frame);
void checks_on_start(struct sim *s, struct sim_node *n);
void checks_on_ack(struct sim *s, struct sim_op *op, struct sim_node *n);
void checks_at_heal(struct sim *s);
void checks_at_end(struct sim *s);

#endif
