/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_NODE_ENTRY_H
#define CASEWIRE_NODE_ENTRY_H

/*
 * One entry as the node handles it, whichever door it came through: sequenced here, sent by a peer, handed
 * in by an administrator, or read back from the store.
 */

#include "node/internal.h"

struct entry_in {
    struct log_id log;
    enum log_scope scope;
    struct cert_id log_cert;
    char division[DIVISION_LEN_MAX + 1];
    uint64_t seal_first;               /* where the seal that covers it begins */
    const struct positions *positions; /* cumulative along its log, as of its seal */
    struct cw_slice header_bytes, submission_bytes, proof_bytes, path_bytes;
    struct entry_header header;
    bool submission_ok; /* it can be read, and is the op's that the header names; else the entry says nothing of it */
    struct submission_header submission;
    struct author_proof proof;
    const struct entry_blobs *blobs; /* wraps in clear */
    struct entry_check check;
};

/* The case an entry concerns: named by its submission, or opened by it. False: none. */
bool entry_case(const struct entry_in *e, struct cw_case_id *out);

/* A row of wraps begins with how they are kept. */
#define WRAPS_AS_SENT 0u
#define WRAPS_SEALED 1u    /* under the case's own local key */
#define WRAPS_SET_ASIDE 2u /* be32 slot follows: under a key that was damaged, whose backup may be put back */
#define WRAPS_SHARED 3u    /* under the key of the store, when the case had none of its own */

/* --- reading back (entry_load.c) --- */
/* The submission is the op's that an entry's header names: another's would be other words under the op's id. */
bool entry_names_op(const struct cw_op_id *op, struct cw_slice submission);
/* The submission of raw bytes, when they are in the grammar and are that op's. */
bool entry_parse_submission(const struct entry_row *row, const struct cw_op_id *op,
                            struct submission_header *out_header, struct author_proof *out_proof);
/* Everything but blobs and check; slices are copied into the arena, so writes may follow. */
enum cw_err entry_load(const struct node *n, struct kv_txn *txn, const struct log_id *log, uint64_t seq,
                       struct arena *arena, struct entry_in *out);
/* The blobs held of an entry, copied into the arena, wraps opened under the case's local key. */
enum cw_err entry_load_blobs(const struct node *n, struct kv_txn *txn, const struct entry_in *e, struct arena *arena,
                             struct entry_blobs *out);
#define BLOB_FRAMING 8 /* bytes of a frame around each of them, at most */
/* As many of its parts and envelopes as room has place for, from one that `turn` chooses round to it, and its wraps; the others are empty. */
enum cw_err entry_load_pieces(const struct node *n, struct kv_txn *txn, const struct entry_in *e, uint64_t turn,
                              uint64_t room, struct arena *arena, struct entry_blobs *out);
/* The same from parts: one blob, NULL data when it is not held. */
enum cw_err entry_load_part(const struct node *n, struct kv_txn *txn, const struct entry_header *header, uint32_t index,
                            struct cw_slice *out);
enum cw_err entry_load_wraps(const struct node *n, struct kv_txn *txn, const struct entry_header *header,
                             const struct cw_case_id *case_id, uint32_t index, struct arena *arena,
                             struct cw_slice *out);

/* --- storing blobs (entry_blobs.c): only those that e->check found right --- */
enum cw_err entry_put_blobs(struct turn *t, struct entry_in *e);
/* An entry that was kept before it counted: its wraps come under its case's own key, when that has one. */
enum cw_err entry_own_wraps(struct turn *t, const struct entry_in *e, const struct cw_case_id *id);
/* Wraps of an entry that is of no case. */
enum cw_err entry_put_wraps_as_sent(struct turn *t, struct row_key key, struct cw_slice wraps);
/* Every blob that the header names is here and, where this daemon can read, opens. */
bool entry_is_held(const struct node *n, struct kv_txn *txn, const struct entry_in *e);
void entry_part_states(const struct node *n, const struct entry_in *e, struct op_entry *out);

/* --- the local key of a case (case_slot.c) --- */
/* The keyring slot of a case, for the time being the shared one when its row is made. Remembered for the turn's next call. */
enum cw_err turn_case_slot(struct turn *t, const struct cw_case_id *id, uint32_t *out_slot);
/* Something of it counts: it gets a slot of its own, when it has none and one is left. */
enum cw_err turn_own_slot(struct turn *t, const struct cw_case_id *id);
/* Its local key. Borrowed until the next call for another case, or turn_forget_key(). */
enum cw_err turn_case_key(struct turn *t, const struct cw_case_id *id, const struct local_key **out);
void turn_forget_key(struct turn *t);
/* The store's own, which cases share that have none: it must never be destroyed for one of them. Threads: any. */
bool case_slot_is_shared(const struct node *n, uint32_t slot);
/* One that no case had; the shared one when none is left. */
enum cw_err case_slot_take(struct turn *t, uint32_t *out_slot);
void case_slots_tell(struct node *n); /* an alarm from nine tenths on, and one when none is left; each once a run */
enum cw_err slot_max_put(struct turn *t, uint32_t slot); /* no slot up to this one is free after a restart */
enum cw_err case_row_put(struct turn *t, const struct cw_case_id *id, const struct case_row *row);

/* --- judging (judge.c) --- */
/* Why it is void, whoever its author is; REASON_NONE. Threads: any. */
enum verdict_reason entry_shape(const struct node *n, const struct entry_in *e);
enum case_verdict entry_judge(struct node *n, struct entry_in *e, enum verdict_reason *out_reason);

/* --- applying (apply.c): an entry that is about to be stored; everything that follows from it --- */
enum cw_err entry_apply(struct turn *t, struct entry_in *e);
/* The same for one that is stored already and may now be judged, or opened, otherwise. */
enum cw_err entry_settle(struct turn *t, struct entry_in *e);
/* What an entry says of whose its op is; nothing, when it does not carry the op's submission. */
void op_describe(const struct entry_in *e, struct op_row *op);
/* What a removal, or a revocation, finds the case by. */
enum cw_err entry_index_case(struct turn *t, const struct entry_in *e, const struct cw_case_id *id);

/* Two ops of one author carry one submission id. */
void turn_alarm_reused(const struct turn *t, const struct cert_id *author, const struct cw_op_id *first,
                       const struct cw_op_id *second, const char *outcome);

/* Blobs, judgement and what follows, of one that is stored; *out_held: every blob is here, and opens where it should. */
enum cw_err entry_look_again(struct turn *t, const struct log_id *log, uint64_t seq, bool *out_held); /* pending.c */

/* --- local keys that rot (case_rekey.c) --- */
/* Under its slot something did not open: another thread or turn looks at all keys again. Threads: any. */
void case_key_suspect(const struct node *n, uint32_t slot);
/*
 * A case whose local key is damaged gets another; its entries lack their wraps from then on, and peers are asked for
 * them. Nothing happens to one whose key opens. CW_LOCAL_KEY: it was destroyed.
 */
enum cw_err case_mend_key(struct turn *t, const struct cw_case_id *id);
/* It was destroyed: nothing under it will open again. Threads: any. */
bool case_key_is_destroyed(const struct node *n, struct kv_txn *txn, const struct cw_case_id *id);
/* The next stretch of cases after a start, or after one was suspect. */
enum cw_err case_keys_look(struct turn *t);

/* --- what single classes do --- */
enum cw_err key_record_apply(struct turn *t, struct entry_in *e);      /* key_records.c */
enum cw_err authority_entry_apply(struct turn *t, struct entry_in *e); /* authority_entries.c */
void authority_entry_pass(struct turn *t, const struct entry_in *e);   /* it has no effect: the next may have one */
/* Entries that wait for a certificate or an authority record are judged again after authority changed, so many a turn. */
enum cw_err pending_judge_again(struct turn *t); /* pending.c */
enum cw_err pending_wait_for_keys(struct turn *t, const struct entry_in *e);
/* Entries that wait for this key are opened: so many in this turn, the others in those that follow. */
enum cw_err pending_key_arrived(struct turn *t, const struct key_record_id *record);
enum cw_err pending_open_again(struct turn *t);

/* --- what feeds are told (feed_rows.c): the next arrival --- */
enum cw_err feed_note(struct turn *t, const struct feed_row *row);

/* --- turn helpers (turn_marks.c) --- */
enum cw_err turn_dirty_case(struct turn *t, const struct cw_case_id *id);
/* The same for what others wrote, when the copy that is kept has it (case_cache_arrived). */
enum cw_err turn_dirty_kept_case(struct turn *t, const struct cw_case_id *id);
enum cw_err turn_blobs_held(struct turn *t, const struct log_id *log, uint64_t seq, bool held);
void turn_event_later(struct node *n, const struct event *event);

#endif
