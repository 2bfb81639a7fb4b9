/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_NODE_CASE_WORK_H
#define CASEWIRE_NODE_CASE_WORK_H

/* Between the files that load, fold, keep and save cases. */

#include "node/case_store.h"
#include "node/entry.h"

#define CASE_ARENA_LEN_MIN ((size_t)96 << 10) /* below what malloc maps anew each time */
#define CASE_ARENA_LEN_MAX ((size_t)128 << 20)

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
void loaded_op_decode(struct loaded_op *op, struct arena *arena);
enum cw_err loaded_op_author(const struct node *n, struct loaded_op *op, struct arena *arena);
/* Inserts in (hlc, op id) order. */
enum cw_err loaded_case_add(struct loaded_case *c, struct loaded_op *op, struct arena *arena);

/* --- case_fold.c --- */
/* Folds into the arena: state and flags. */
enum cw_err case_fold_loaded(const struct node *n, struct loaded_case *c, struct arena *arena);
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
void case_cache_drop(struct node *n, const struct cw_case_id *id);

/* --- case_line.c --- */
void case_line_encode(const struct case_line *line, struct writer *w);
enum cw_err case_line_parse(struct cw_slice raw, struct case_line *out); /* borrows from raw. CW_LOCAL_CORRUPT */

/* --- case_save.c: row, summary, indexes, digest leaf --- */
enum cw_err case_save(struct turn *t, const struct loaded_case *c);

/* --- case_names.c --- */
#define NAME_PREFIXES 8
/* Hashes of the prefixes under which a text is listed; returns how many. */
uint32_t case_name_hashes(const struct node *n, struct cw_slice text, uint8_t out[static NAME_PREFIXES][16]);

/* --- fold_turn.c: folds what the turn touched, within its budget; the rest is marked for later --- */
enum cw_err fold_dirty_cases(struct turn *t);
enum cw_err fold_mark_all(struct turn *t); /* the policy changed */

#endif
