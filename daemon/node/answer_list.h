/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_NODE_ANSWER_LIST_H
#define CASEWIRE_NODE_ANSWER_LIST_H

/* Between the files that answer with a page of cases. */

#include "node/answer.h"
#include "node/case_store.h"

#define LIST_HASHES_MAX 8
#define LIST_CLASSES_MAX 64u /* children recorded twice whose cases are read for one page: it ends early then */

/* What is asked for, as each case is held against it. */
struct list_asked {
    const Cw__ListCases *request;
    uint32_t hash_count;
    uint8_t hashes[LIST_HASHES_MAX][16]; /* INDEX_FILTER: all must be among the row's */
    uint32_t classes;                    /* read for this page */
};

/*
 * A row for this case, unless its line says that it is not wanted. A case that cannot be read any more is left out; its
 * history says why. The cases of one child have one row together, of the one that stays (answer_list_merged.c).
 */
enum cw_err answer_list_add(struct answering *a, struct list_asked *asked, const struct cw_case_id *id,
                            Cw__CaseList *out);

struct listed {
    bool known; /* can be read */
    bool fits;
    struct case_row row;
    struct case_line line;
};
/* Reads the case's row and line. CW_LOCAL_MEMORY. */
enum cw_err answer_list_read(struct answering *a, const struct list_asked *asked, const struct cw_case_id *id,
                             struct listed *out);
/* NULL: the arena is full. */
Cw__CaseRow *answer_list_row(struct answering *a, const struct cw_case_id *id, const struct listed *listed);

/* answer_list_merged.c: whether the case is one of several of one child; then it is dealt with, as a row or by another's. */
enum cw_err answer_list_merged(struct answering *a, struct list_asked *asked, const struct cw_case_id *id,
                               Cw__CaseList *out, bool *out_done);

/* Every hash of what is asked for is among the row's. */
bool answer_list_has_hashes(const struct list_asked *asked, const struct case_row *row);
/* What was asked for, held against a case's row and line: both of now, or both of a time. */
bool answer_list_fits(const struct list_asked *asked, const struct listed *listed, struct cw_wall now);
/* answer_filter.c: the hashes of what is asked for. Refuses what nothing is listed by. */
enum cw_err answer_list_hashes(struct answering *a, struct list_asked *asked);
/* answer_list_asked.c: refuses a status, risk or division that there is not, with what may have been meant. */
enum cw_err answer_list_check(struct answering *a, const Cw__ListCases *request);
/* Each alone, as feeds ask. where: the name of the place in a refusal; sort: FILTER_OWNER or FILTER_DIVISION (case_work.h). */
enum cw_err answer_check_risk(struct answering *a, const char *where, struct cw_slice text);
enum cw_err answer_check_division(struct answering *a, const char *where, uint32_t sort, struct cw_slice text);
/* answer_list_known.c: the request names a division and a time. */
enum cw_err answer_list_known(struct answering *a, struct list_asked *asked, size_t limit, Cw__CaseList *out);

/* By anything but kind, conflicts and name. */
bool answer_list_is_filtered(const Cw__ListCases *request);
enum cw_err answer_list_filtered(struct answering *a, struct list_asked *asked, size_t limit, Cw__CaseList *out);

#endif
