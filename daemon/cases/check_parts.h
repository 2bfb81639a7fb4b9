/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_CASES_CHECK_PARTS_H
#define CASEWIRE_CASES_CHECK_PARTS_H

/* What the files of the entry check share. Each returns CW_OK or fills the refusal. */

#include "cases/check.h"
#include "cases/view.h"

/* check_fiction.c: phones and plates of this text belong to this network, or CW_REFUSED_SYNTHETIC. */
enum cw_err cases_check_fiction(const struct schema_field *field, struct cw_slice text, bool synthetic,
                                struct refusal *refusal);

/* check_plate.c: how long the number plate is that this text begins with, and whether it was never issued; 0: none. */
size_t plate_in_text(struct cw_slice text, bool *out_invented);
/* The same of what stands in a plate's own field, where anything else is somebody's. */
bool plate_is_invented(struct cw_slice text);

/* Where a refusal points: the field's name. */
#define WHERE(field) ((field)->name)

/* check_frame.c: the numbers that stand for the whole op: its epoch, field table, grade, nature, marking. */
enum cw_err check_frame(const struct op *op, struct refusal *refusal);

/* check_authority.c: what is well formed but not this author's to set; CW_OK means it takes effect. */
enum cw_err check_write_authority(const struct admission_request *r, const struct op_write *write,
                                  const struct schema_field *field, struct refusal *refusal);
enum cw_err check_event_authority(const struct admission_request *r, const struct schema_event *event,
                                  struct refusal *refusal);
bool write_names(const struct op_write *write, const struct dot *dot); /* in its supersedes */
/* The write of the same cell that ref names, when it counts for something there; else NULL. */
const struct op_write *request_named_write(const struct admission_request *r, const struct schema_field *field,
                                           const struct op_ref *ref);
/* check_removal.c: the value that a removal or strike-out says it takes back. */
enum cw_err check_removed(const struct admission_request *r, const struct op_write *write,
                          const struct schema_field *field, struct refusal *refusal);
/* Their values are not the same, or one is not here. */
bool writes_differ(const struct op_write *a, const struct op_write *b);
/* check_time.c: times and days that cannot be meant, by the time at which the op was signed. */
enum cw_err check_times(const struct admission_request *r, const struct schema_event *event, struct refusal *refusal);
/* The same file: the first and the last day that "2011", "2011-05" or "~2011-05-30" may mean. False: it means none. */
bool check_days_meant(struct cw_slice text, int64_t *out_first, int64_t *out_last);
/* The same file: an author's clock that is so far ahead of the daemon's that every duty would be put off by it. */
enum cw_err check_signed_at(const struct admission_request *r, struct refusal *refusal);
/* check_episode.c: what an episode does not allow to be said of it yet. */
enum cw_err check_episode(const struct admission_request *r, const struct schema_event *event, struct refusal *refusal);
/* check_place.c: what names no episode while the first is over and another goes on. */
enum cw_err check_place(const struct admission_request *r, const struct schema_event *event, struct refusal *refusal);
/* check_title.c: a child's title holds none of its names. */
enum cw_err check_title(const struct admission_request *r, struct refusal *refusal);
/* check_step.c: what the present state does not allow. */
enum cw_err check_steps(const struct admission_request *r, const struct schema_event *event, struct refusal *refusal);
/* The same file: the code names no division of this network. */
enum cw_err check_division(const struct admission_request *r, const struct schema_field *field, struct cw_slice code,
                           struct refusal *refusal);
/* check_interested.c: who is put on the list of interested divisions, and who takes one off. */
enum cw_err check_interested(const struct admission_request *r, struct refusal *refusal);
/* check_child.c: what is owed before a child's case or an episode may go on, and whose a review is. */
enum cw_err check_child(const struct admission_request *r, const struct schema_event *event, struct refusal *refusal);

/* Of an episode's close that the state allows. */
enum cw_err check_close_told(const struct admission_request *r, const struct schema_event *event,
                             struct refusal *refusal);
/* The same of a review that is corrected or taken back: only who might have held it says another thing of it. */
enum cw_err check_review_of(const struct admission_request *r, const struct op *was, struct refusal *refusal);

/* check_death.c: a value that says so before a death is confirmed; a confirmation by whoever reported it. */
enum cw_err check_death_said(const struct admission_request *r, const struct op_write *write,
                             const struct schema_field *field, struct refusal *refusal);
/* What would end the search while a report of a death stands. */
enum cw_err check_death_reported(const struct admission_request *r, const struct schema_event *event,
                                 struct refusal *refusal);
enum cw_err check_death_confirmed(const struct admission_request *r, const struct schema_event *event,
                                  struct refusal *refusal);

/* check_saying.c: details that must agree with each other: grades, links, merged identities, what is taken back. */
enum cw_err check_saying(const struct admission_request *r, const struct schema_event *event, struct refusal *refusal);

/* check_correct.c: what was recorded and is corrected or taken back by this op: whose that is, and what is done instead. */
enum cw_err check_put_right(const struct admission_request *r, struct refusal *refusal);
/* The event of this case that the op names in this place, or NULL. */
const struct case_event *request_names(const struct admission_request *r, uint32_t index);
/* Its author is the person with this certificate. */
bool request_is_by(const struct admission_request *r, const struct cert_id *other);

/* What is corrected had no effect, for want of its author's role: the op takes it up, and is judged like any other. */
bool request_answers_proposals(const struct admission_request *r);

/* check_identity.c: two records of one child. */
enum cw_err check_identity(const struct admission_request *r, const struct schema_event *event,
                           struct refusal *refusal);

/* check_merged.c: two reports of one absence. */
enum cw_err check_episodes_merged(const struct admission_request *r, const struct schema_event *event,
                                  struct refusal *refusal);

bool request_writes(const struct admission_request *r, uint32_t field);
/* The scope the op will have in the fold (docs/fold.md §4.2), except for one that opens an episode. */
const struct hash *request_scope(const struct admission_request *r);
/* The first value that the op itself gives for a detail, or NULL. */
const struct op_value *said_detail(const struct op *op, uint32_t field);
const struct op_value *request_detail(const struct admission_request *r, uint32_t field);

#endif
