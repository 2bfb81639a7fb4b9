/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_NODE_CASE_WORK_H
#define CASEWIRE_NODE_CASE_WORK_H

/* Between the files that load, fold, keep and save cases. */

#include "node/case_store.h"
#include "node/entry.h"

#define CASE_ARENA_LEN_MIN ((size_t)96 << 10) /* below what malloc maps anew each time */
#define CASE_ARENA_LEN_MAX ((size_t)128 << 20)
#define CASE_CACHE_LEN ((size_t)24 << 20) /* of all cases kept from one turn to the next, but for a long one */
#define CASE_LONG_LEN_MIN ((size_t)6 << 20)
#define CASE_LONG_LEN_MAX ((size_t)64 << 20)

/* --- case_load.c: any thread, over any transaction --- */
/* Every op of a case, opened and decoded as far as possible; no fold yet. CW_LOCAL_MEMORY: a larger arena is needed. */
enum cw_err case_load_ops(const struct node *n, struct kv_txn *txn, const struct cw_case_id *id, struct arena *arena,
                          struct loaded_case *out);
/* A row of CASE_OP, and one op of a case alone. */
struct case_op_place {
    struct cw_op_id op_id;
    uint64_t hlc;
    struct case_op_row row;
};
enum cw_err case_load_op(const struct node *n, struct kv_txn *txn, const struct cw_case_id *id,
                         const struct case_op_place *place, struct arena *arena, struct loaded_op **out);
/* Decodes from opened payloads; who the author is comes from the authority table. */
/* What is no frame stays undecoded. CW_LOCAL_MEMORY: too little of it to tell. */
enum cw_err loaded_op_decode(struct loaded_op *op, struct arena *arena);
enum cw_err loaded_op_author(const struct node *n, struct loaded_op *op, struct arena *arena);
/* A mask: those of the certificate, and SYS for a daemon's, which nobody else has (docs/protocol.md §5.2). */
uint64_t roles_of_author(const struct authority_cert *cert);
/* The order of a case's ops: (hlc, op id). */
int loaded_op_compare(const struct loaded_op *a, const struct loaded_op *b);
/* Inserts in that order. */
enum cw_err loaded_case_add(struct loaded_case *c, struct loaded_op *op, struct arena *arena);

/* --- case_fold.c --- */
/* Folds into the arena: state and flags. room: ops that case_fold_append may append to it. */
enum cw_err case_fold_loaded(const struct node *n, struct loaded_case *c, uint32_t room, struct arena *arena);
/* One more of its ops, after case_fold_loaded with room: *out_done false, the whole is to be folded (fold.h). */
enum cw_err case_fold_append(struct loaded_case *c, const struct loaded_op *op, bool *out_done);
/* It has its place now (fold_place). */
bool case_fold_place(struct loaded_case *c, const struct loaded_op *op);
/* The digest leaf of what was folded. */
enum cw_err case_hash_loaded(const struct node *n, struct loaded_case *c, struct arena *arena);

/* --- case_cache.c: node thread --- */
struct case_cache *case_cache_new(uint32_t max);
void case_cache_free(struct case_cache *cache);
void case_cache_begin_turn(struct case_cache *cache);
/* The case with its fold up to date, and its digest leaf when it is to be saved. Borrowed until the next call for the same case. */
enum cw_err case_cache_get(struct turn *t, const struct cw_case_id *id, bool with_leaf, const struct loaded_case **out);
/* An op admitted in this turn, before it has its place in the log. */
enum cw_err case_cache_admit(struct turn *t, const struct cw_case_id *id, const struct prepared *p);
void case_cache_place(struct node *n, const struct cw_case_id *id, const struct entry_in *e);
/*
 * An op of others that is new here, as its row in this turn's transaction has it: the copy that is kept has it too. False: it has not, and
 * is not to be used any more.
 */
bool case_cache_arrived(struct turn *t, const struct cw_case_id *id, const struct cw_op_id *op, uint64_t hlc);
void case_cache_drop(struct node *n, const struct cw_case_id *id);
/* Folds it now if that costs no more than the ops it got in this turn, *out_cost: in ops of a whole fold. False: it does not. */
bool case_cache_appends(struct turn *t, const struct cw_case_id *id, uint32_t *out_cost);
/* The policy changed: what is kept was folded under another. */
void case_cache_refold(struct node *n);
/* It was saved, and nobody looks at it any more in this turn: it goes when the cache is over its bytes, or has another long one. */
void case_cache_saved(struct node *n, const struct cw_case_id *id);
/* Bytes of memory: CASE_CACHE_LEN and one long case, or any one alone, where a turn begins. */
size_t case_cache_len(const struct case_cache *cache);

/* --- case_line.c --- */
void case_line_encode(const struct case_line *line, struct writer *w);
enum cw_err case_line_parse(struct cw_slice raw, struct case_line *out); /* borrows from raw. CW_LOCAL_CORRUPT */

#define CASE_LINE_LEN_MAX (1024 + LINE_LABELS_LEN_MAX + LABELS_MAX * 4 + 1 + LINE_HIGH_MAX * 4)

/* --- case_save.c: row, summary, indexes, digest leaf --- */
/* The line of what was folded; borrows from both. */
void case_line_of(const struct node *n, const struct loaded_case *c, const struct case_summary *summary,
                  struct case_line *out);
enum cw_err case_save(struct turn *t, const struct loaded_case *c);
/* The row names that slot, and its line, in the turn's arena, is sealed under it. */
enum cw_err case_line_move(struct turn *t, const struct cw_case_id *id, struct case_row *row, uint32_t slot);

/* --- duty_index.c --- */
/* What the row says of moments now, from what it said before. */
void case_moments_of(const struct node *n, const struct case_state *state, struct cw_wall now,
                     const struct case_moments *old, struct case_moments *out);
/* The earliest deadline of a duty that runs; CASE_NO_MOMENT: none does. */
int64_t case_first_deadline(const struct case_state *state);
/* Up to when was acted on this duty and deadline; 0: never, it came to be known, or to this deadline, after that. */
struct cw_wall case_acted_until(const struct case_moments *m, const struct case_clock *clock);
/* All that ran was acted on, now. */
void case_acted_now(const struct case_state *state, struct cw_wall now, struct case_moments *m);
/* The rows of INDEX_MOMENT and INDEX_OVERDUE, from what the case's row said to what it says. */
enum cw_err case_moments_index(struct turn *t, const struct cw_case_id *id, const struct case_moments *old,
                               const struct case_moments *new);
/* The case's row with other moments, and their index rows. row: as it stands, its slices outlive the call's writes. */
enum cw_err case_moments_put(struct turn *t, const struct cw_case_id *id, struct case_row *row,
                             const struct case_moments *moments);
/* When this daemon signs the breach of a duty whose deadline passed; CASE_NO_MOMENT: it is signed, or not for it to sign. */
int64_t breach_signed_at(const struct node *n, const struct case_state *state, const struct case_clock *clock,
                         struct cw_wall now, int64_t waiting_ms);

/* --- case_links.c --- */
/*
 * Rows by which the other end of a link, or of a merged identity, finds the case that says so. They stay when it is
 * taken back: whoever follows one reads the case. Ends what was answered of the other ends.
 */
enum cw_err case_links_save(struct turn *t, const struct case_state *state);

/* --- case_filters.c --- */
/* What a case is listed by: the numbers are part of stored hashes. */
enum case_filter {
    FILTER_KIND = 1,
    FILTER_STATUS = 2,
    FILTER_DIVISION = 3, /* that opened it */
    FILTER_RISK = 4,
    FILTER_OWNER = 5, /* and every other division that claims it */
    FILTER_AREA = 6,
    FILTER_CONFLICT = 7, /* any open one */
    FILTER_ENTITY = 8,   /* a phone, a reference, a person, another thing's id: wherever it stands in the case */
};
struct case_filters {
    uint32_t count;
    bool more; /* entities that do not fit */
    uint8_t hashes[CASE_FILTERS_MAX][16];
};
void case_filters_of(const struct node *n, const struct case_state *state, const struct case_line *line,
                     struct case_filters *out);
/* What stands behind the first word of a text: "leader M. Example" names M. Example. All of it, when it is one word. */
struct cw_slice case_filter_behind_word(struct cw_slice text);
/* "Ann Reed", as people say it, and as a child is listed by FILTER_ENTITY; false: it is too long for a name. */
#define CASE_FULL_NAME_LEN_MAX (2 * NAME_LEN_MAX + 2)
bool case_filter_full_name(struct cw_slice given, struct cw_slice family, char out[static CASE_FULL_NAME_LEN_MAX],
                           struct cw_slice *out_name);
/* Letters are folded; of an entity letters and digits alone count. False: nothing that a case is listed by. */
bool case_filter_hash(const struct node *n, enum case_filter sort, struct cw_slice text, uint8_t out[static 16]);
#define CASE_PLACES_MAX \
    40u /* so many in all, when a child's places come to be added: what names things has room left */
#define CASE_MISSING "missing" /* beside the case's status: the child is missing now */
void case_filters_add(const struct node *n, enum case_filter sort, struct cw_slice text, struct case_filters *out);
/* case_places.c: of a child, the areas of its places and the states of its episodes. */
void case_filters_add_places(const struct node *n, const struct case_state *state, struct case_filters *out);
void case_filters_add_episodes(const struct node *n, const struct case_state *state, struct case_filters *out);
/* The rows of INDEX_FILTER, from what the case's row said to what it says. old: never folded, or an older format's: no rows. */
enum cw_err case_filters_save(struct turn *t, const struct cw_case_id *id, const struct case_row *old,
                              const struct case_row *new);

/* --- case_names.c --- */
#define NAME_PREFIXES 8
/* Hashes of the prefixes under which a text is listed; returns how many. */
uint32_t case_name_hashes(const struct node *n, struct cw_slice text, uint8_t out[static NAME_PREFIXES][16]);

/* --- fold_turn.c: folds what the turn touched, within its budget; the rest is marked for later --- */
enum cw_err fold_dirty_cases(struct turn *t);
enum cw_err fold_mark_all(struct turn *t); /* the policy changed */

#endif
