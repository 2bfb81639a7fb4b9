/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_NODE_FEED_WORK_H
#define CASEWIRE_NODE_FEED_WORK_H

/* Between the files that make feeds. */

#include "core/feed.h"
#include "core/feed_place.h"
#include "node/answer.h"
#include "node/case_identity.h"
#include "node/case_work.h"
#include "node/feed.h"

#define FEEDS_MAX 256u
#define FEEDS_PER_CERT_MAX 16u
#define FEED_CREDIT_ITEMS_MAX 100000u
#define FEED_CREDIT_BYTES_MAX ((uint32_t)1 << 20)
#define FEED_FRAME_LEN ((size_t)128 << 10) /* of one message, unless a single item is larger */
#define FEED_LOT_LEN 256u                  /* entries walked at a time */
#define FEED_PULLED_MAX 256u               /* causes drawn into a lot */
#define FEED_HELD_MAX 512u                 /* entries that wait for a cause, or for their case's fold */
#define FEED_LOT_MAX_ALL (FEED_LOT_LEN + FEED_PULLED_MAX + FEED_HELD_MAX)
/*
 * Ids that ops of one lot name and that are looked for: of one op so many as honest ones name, and of larger ones so many
 * in all. What is not looked for may be told after what names it.
 */
#define FEED_CAUSES_USUAL 32u
#define FEED_CAUSES_LARGE ((uint32_t)16384)
#define FEED_CAUSES_PER_WALK 16u /* as much work as an entry that is walked */
#define FEED_REVISING_MAX 256u
#define FEED_WALK_MAX 4096u /* entries walked in one step when the filter lets none through */
#define FEED_CAUSE_WAIT_MS 5000
#define FEED_FOLD_WAIT_MS 2000
#define FEED_BEAT_MS 10000    /* an empty message after that much silence */
#define FEED_PROGRESS_MS 1000 /* a message without items, only to say how far the cursor got */

enum feed_start { START_CURSOR = 1, START_BEGINNING = 2, START_SNAPSHOT = 3, START_SINCE = 4, START_NOW = 5 };
enum feed_why { WHY_OP = 1, WHY_CASE = 2, WHY_CORRECTION = 3, WHY_RECORD = 4 };
enum feed_phase { PHASE_SNAPSHOT = 1, PHASE_CATCHING_UP = 2, PHASE_LIVE = 3 };

/* --- filter (feed_filter.c) -------------------------------------------------------------------------------- */

#define FILTER_NAMES_MAX 64
#define FILTER_NAME_LEN_MAX 200

struct feed_names {
    uint32_t count;
    const struct cw_slice *at;
};
struct feed_filter {
    uint32_t kinds; /* bit per kind; 0: all */
    struct feed_names divisions, owners, risks, tags, areas, operations, case_names;
    uint32_t case_count;
    const struct cw_case_id *cases; /* case_names, resolved */
};

/* Copies into the arena. Refusals say which sort of name, and what is wrong with it. */
enum cw_err feed_filter_parse(const Cw__FeedFilter *in, struct arena *arena, struct feed_filter *out,
                              struct refusal *why);
/* feed_check.c: refuses what would be waited for in vain: no such risk, no such division, a time that lies ahead. */
struct feed_step;
enum cw_err feed_check(struct feed_step *s);
/* Says that there is no case of such a name. */
enum cw_err feed_filter_no_case(struct refusal *why);
/* Names of cases become ids. */
enum cw_err feed_filter_resolve(struct feed_filter *f, const struct node_read *read, struct arena *arena,
                                struct refusal *why);
/* Looks at something of the case, so an op without one, or of a case not folded yet, cannot fit. */
bool feed_filter_needs_case(const struct feed_filter *f);

enum feed_fit { FIT_NO, FIT_UNSURE, FIT_YES };
/* What a filter looks at. */
struct feed_subject {
    struct cw_case_id case_id;
    const struct case_row *row;
    const struct case_line *line;
    const char *author_division; /* "" for an item that is no op */
    const char *origin;
    enum feed_fit wrote;            /* of an item that is no op: whether a chosen division wrote in the case */
    const struct case_class *class; /* the records of the same child; NULL: nobody asked, or it has no other */
    bool class_unsure;              /* they could not be read */
};
enum feed_fit feed_filter_fit(const struct feed_filter *f, const struct feed_subject *subject);
/* What an op moves, and what a filter looks at: where the two meet, the case may have fitted before. */
#define WATCH_RISK 1u
#define WATCH_TAG 2u
#define WATCH_AREA 4u
#define WATCH_OPERATION 8u
#define WATCH_OWNER 16u
#define WATCH_IDENTITY 32u /* says, or takes back, that two records are one child's */
#define WATCH_TITLE 64u    /* names the case, if that is an operation */
uint32_t feed_watches_of(const struct op *op);
uint32_t feed_filter_watches(const struct feed_filter *f);
bool feed_filter_asks_for_operation(const struct feed_filter *f, struct cw_slice name);
/* What this division writes is chosen. */
bool feed_filter_chooses_writer(const struct feed_filter *f, const char *division);
/* The filter names this very case. */
bool feed_filter_names(const struct feed_filter *f, const struct cw_case_id *id);

/* --- items (feed_item.c) ------------------------------------------------------------------------------------ */

/* An op as readers are told it, but for what its case shows: made once, kept for other readers. */
struct feed_item {
    struct cw_op_id op;
    uint64_t stamp; /* of what it was made from: another means that it says something else now */
    char author_division[DIVISION_LEN_MAX + 1], origin[DIVISION_LEN_MAX + 1];
    bool opened;
    uint32_t cause_count;
    const struct cw_op_id *causes;
    uint32_t write_count;
    const uint32_t *fields;   /* per write */
    const uint32_t *settling; /* per write: how many it names */
    uint32_t watches;         /* WATCH_* */
    struct cw_slice bytes;    /* cw.FeedOp */
    struct cw_slice covered;  /* the same while no death is confirmed in its case; empty: it tells of none */
};

struct feed_items; /* the kept ones, least recently made first out */
struct feed_items *feed_items_new(void);
void feed_items_free(struct feed_items *items);

/* --- one reader --------------------------------------------------------------------------------------------- */

/* An entry on its way to the reader. */
struct feed_entry {
    struct log_id log;
    uint64_t seq, hlc;
    struct cw_op_id op;
    enum op_class op_class;
    bool has_case, again, cause_missing, revising;
    struct cw_case_id case_id;
    struct cw_mono since; /* when it was walked */
    struct cw_mono due;   /* waits no longer than until then */
};

struct feed_owed {
    struct cw_case_id id;
    enum feed_why why;
};

struct feed {
    struct feed *next, *prev;
    struct reader_identity who;
    uint8_t id[16]; /* request id of the Subscribe */

    /* as asked for; lives in memory */
    uint8_t *memory;
    struct feed_filter filter;
    enum feed_start start;
    struct cw_slice asked_cursor;
    uint64_t since_ms;
    bool by_state, views, records, even_if_behind;

    /* guarded by feeds.lock */
    bool busy, gone, moved, asked_to_end;
    uint32_t credit_items, credit_bytes;
    struct cw_mono wake_at;

    /* the feeder's alone */
    bool opened;
    enum feed_phase phase;
    bool sweep_asked;        /* a sweep of all cases follows the catch-up */
    struct cw_case_id sweep; /* the last case that was looked at */
    struct cw_case_id swept; /* the last one that was told */
    bool sweep_begun;
    struct feed_places places;
    uint64_t next_arrival;
    uint64_t heads_as_of;                       /* arrivals, when the heads of the logs were looked at */
    struct feed_entry *ready, *held, *revising; /* FEED_LOT_MAX_ALL, FEED_HELD_MAX, FEED_REVISING_MAX */
    uint64_t ready_as_of;                       /* arrivals, when ready was put in order */
    uint32_t ready_at, ready_count, held_count, revising_count;
    struct feed_owed *owed;
    uint32_t owed_count, owed_max;
    uint32_t owed_unfolded; /* the first of them, which wait for their case's fold */
    struct feed_seen {
        struct cw_case_id *at;
        uint32_t count, max;
    } seen; /* cases told in a catch-up by state */
    uint8_t *cursor;
    size_t cursor_len;
    bool cursor_sweeps; /* it says how far a snapshot got: when that is over, another says so */
    struct hash before; /* of the cursor as last said */
    struct cw_mono last_said, level_at;
    bool cursor_unsaid;
};

/* The feeder's working memory, and one step of one feed. */
struct feed_step {
    struct node *node;
    struct feeds *feeds;
    struct feed *feed;
    struct feed_items *items;
    struct arena arena; /* scratch of the step */
    struct node_read read;
    struct cw_mono now;
    uint64_t arrivals;    /* next arrival of the snapshot */
    uint64_t class_as_of; /* 1 + arrivals, when class was read; 0: never */
    struct cw_case_id class_id;
    struct case_class class;
    bool moved; /* since the step before */
    bool held_looked_at, owed_looked_at;
    uint32_t walked;
    /* the message */
    uint8_t *body, *frame, *item; /* each MESSAGE_LEN_MAX */
    struct writer out;            /* over body: items */
    uint32_t item_count;
    uint32_t credit_items, credit_bytes;
    struct refusal refusal;
};

/* feed_step.c: reads, tells and says. *out_more: there is more to tell at once. */
enum cw_err feed_work(struct feed_step *s, bool *out_more);
struct cw_mono feed_wake_at(const struct feed_step *s); /* a step is wanted then although nothing moves */

/* feed_open.c: places, filter and phase, from what was asked for. */
enum cw_err feed_open(struct feed_step *s);
struct feed *feed_new(const struct reader_identity *who, const uint8_t id[static 16], const Cw__Subscribe *ask,
                      struct refusal *why);
void feed_free(struct feed *feed);

/* feed_walk.c: the next entries, sorted into what may be told now and what waits. *out_more: something was walked. */
enum cw_err feed_walk(struct feed_step *s, bool *out_more);
/* What nobody asked for is not told because something else names it either: a record, or what was before `since`. */
bool feed_chooses(const struct feed *feed, const struct feed_entry *e);
/* What was put in order and is not told yet may have been opened since, and name more than was known: in order again. */
enum cw_err feed_reorder(struct feed_step *s);
/* Entries of this snapshot that were not told yet. */
uint64_t feed_left(const struct feed_step *s);
/* The place of a log, with what the store says of it; FEED_PLACE_NONE: no memory. */
uint32_t feed_place_of(struct feed_step *s, const struct log_id *log);

/* feed_lot.c: entries that were walked together. */
struct lot_entry {
    struct feed_entry e;
    uint32_t cause_count;
    const struct cw_op_id *causes; /* at last those that are in the lot */
    bool waits;
};
#define FEED_LOT_SLOTS 4096u
struct feed_lot {
    struct lot_entry *at; /* FEED_LOT_MAX_ALL */
    uint32_t count;
    uint32_t large_causes; /* of ops that name more than is usual, so far */
    uint16_t *slots;       /* FEED_LOT_SLOTS, by op id: index + 1 */
};
/* In the arena of the step. false: no room. */
bool feed_lot_new(struct feed_step *s, struct feed_lot *out);
/* *out_told false: it has nothing to tell: the place of its op is elsewhere, or it names no case and is no record. */
enum cw_err feed_entry_read(const struct feed_step *s, const struct log_id *log, uint64_t seq, struct feed_entry *out,
                            bool *out_told);
/*
 * An op of several entries is told at one of them, its place, and that moves with what is known. Where it is below the
 * cursor that brought us, nobody can say whether it was told when the place was another: it is told at this entry,
 * with the clock of its place.
 */
bool feed_place_is_below(const struct feed_step *s, struct feed_entry *e);
/* Once per op. false: no room. */
bool feed_lot_add(struct feed_step *s, struct feed_lot *lot, const struct feed_entry *e);
void feed_lot_take_held(struct feed_step *s, struct feed_lot *lot);
enum cw_err feed_lot_settle(struct feed_step *s, struct feed_lot *lot);

/* feed_touch.c: what a record above the cursor may have changed is told again: ops into the lot, cases as owed. */
enum cw_err feed_touch(struct feed_step *s, struct feed_lot *lot, const struct feed_entry *e);

/* feed_case.c: what is compartmented is not there for a region, not even for one that knows its name. */
bool feed_case_is_hidden(const struct node_read *read, const struct cw_case_id *id, struct arena *arena);
/*
 * The case's line; to a regional unit a child's without its name, and without operations that are not there for it. NULL: the
 * arena is full.
 */
Cw__FeedCase *feed_case_of(struct answering *a, const struct cw_case_id *id, const struct case_row *row,
                           const struct case_line *line, bool regional);

/* feed_tell.c: who reads is told less (docs/feeds.md), and nothing of what is compartmented. */
bool feed_is_regional(const struct feed_step *s);
/* Appends one item; CW_AGAIN_BUSY: the message is full. */
enum cw_err feed_tell_entry(struct feed_step *s, const struct feed_entry *e);
enum cw_err feed_tell_case(struct feed_step *s, const struct feed_owed *owed);
/* Whether the case's row is as new as its ops. */
bool feed_case_is_folded(const struct feed_step *s, const struct cw_case_id *id);
/*
 * feed_writer.c: whether a chosen division wrote something in the case, whatever came of it. FIT_UNSURE: it has more ops than
 * are looked at.
 */
enum cw_err feed_wrote(struct feed_step *s, const struct cw_case_id *id, enum feed_fit *out);
/* feed_operation.c: the op names an operation that was asked for, or may have replaced what named it. kind: of its case. */
bool feed_touches_operation(struct feed_step *s, const struct feed_entry *e, uint32_t kind);
/* feed_class.c: of a reader of named cases: whether this one is another record of a child among them (docs/feeds.md). */
void feed_class_of(struct feed_step *s, struct feed_subject *subject);
/* A claim that connects this case with one that the filter names, whether or not it stands. */
bool feed_claims_named(const struct feed_step *s, const struct cw_case_id *id);
/* After such a claim was told: the other records of that child, as they are now. false: no memory. */
bool feed_owe_class(struct feed_step *s, const struct cw_case_id *id);
/* false: no memory. */
bool feed_owe(struct feed_step *s, const struct cw_case_id *id, enum feed_why why);
bool feed_owe_once(struct feed_step *s, const struct cw_case_id *id, enum feed_why why); /* in a catch-up by state */

/* feed_item.c */
enum cw_err feed_load(struct feed_step *s, const struct feed_entry *e, const struct op_row *op, struct loaded_op **out);
/* Borrowed until the next call. */
enum cw_err feed_item_of(struct feed_step *s, const struct feed_entry *e, const struct feed_item **out);

/* feed_op.c: an op as a reader is told it; a regional unit is told less. false: the arena is full. */
bool feed_op_of(struct answering *a, const struct feed_entry *e, const struct loaded_op *op, enum told_to who,
                Cw__FeedOp *out);
/* The same of one that is too large for a message: whose it is and when, and that it is not all. */
bool feed_op_cut(struct answering *a, const struct feed_entry *e, const struct loaded_op *op, Cw__FeedOp *out);
/* The same of one that tells of a death that nobody confirmed yet (cases/deaths.h): whose it is and when, not what. */
bool feed_op_covered(struct answering *a, const struct feed_entry *e, const struct loaded_op *op, Cw__FeedOp *out);

/* feed_cursor.c */
/* Of a cursor that was brought: its places back to before what cannot be opened here. It is not told here again. */
void feed_cursor_clip(struct feed_step *s);
enum cw_err feed_cursor_move(struct feed_step *s);
/* Encodes what the places say. */
enum cw_err feed_cursor_write(struct feed_step *s);

/* feed_frame.c: the message of this step, or an end; both send. */
void feed_say_items(struct feed_step *s);
void feed_say_end(struct node *n, link_id link, const uint8_t id[static 16], const struct refusal *why,
                  struct cw_slice cursor);

#endif
