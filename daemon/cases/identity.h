/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_CASES_IDENTITY_H
#define CASEWIRE_CASES_IDENTITY_H

/*
 * Children recorded twice (docs/fold.md §18, DOMAIN §9.4). What people declared to be one child is a class of cases,
 * computed from the standing merge events of all of them: a view, not state. No case's fold reads another's, so a
 * withdrawn merge leaves every case exactly as it would have been.
 *
 * Pure; memory is the caller's or the arena's. The same states in any order give the same classes.
 */

#include "cases/state.h"

#define IDENTITY_CASES_MAX 32u /* of one class: a wider one is shown as unresolved by whoever gathers it */
#define IDENTITY_EDGES_MAX 64u

/* "loser is the child of survivor's case": one standing identity_merged event. Indices into the states given. */
struct identity_edge {
    uint32_t loser, survivor;
    struct cw_op_id op;
    bool pending;                     /* the owners differ and one of them has not said so yet: unites nothing */
    bool waits_loser, waits_survivor; /* for the owner of this one */
};

enum identity_standing {
    IDENTITY_ALONE = 1,
    IDENTITY_SURVIVOR = 2,
    IDENTITY_ALIAS = 3,
    IDENTITY_UNRESOLVED = 4, /* merged into several that nobody says are one */
};

struct identity_place {
    enum identity_standing standing;
    uint32_t survivor;   /* index; its own unless it is an alias */
    bool provisional;    /* the merges name no single survivor: both owners are asked */
    bool pending;        /* some merge of it waits for the other owner */
    uint32_t class_mask; /* 1 << index of every case of its class */
};

/* What a case says about being another's: at most max; returns how many. A zero id never counts. */
struct identity_claim {
    struct cw_case_id about;
    struct cw_op_id op;
    struct cw_slice division; /* of its author */
    bool accepts;             /* identity_accepted, else identity_merged */
};
uint32_t identity_claims(const struct case_state *state, struct identity_claim *out, uint32_t max);

/* Edges between these states; those that lead elsewhere are left out. Returns how many of at most IDENTITY_EDGES_MAX. */
uint32_t identity_edges(const struct case_state *const *states, uint32_t count,
                        struct identity_edge out[static IDENTITY_EDGES_MAX]);

/* count <= IDENTITY_CASES_MAX; out holds as many. */
void identity_resolve(const struct case_state *const *states, uint32_t count, const struct identity_edge *edges,
                      uint32_t edge_count, struct identity_place *out);

/* --- effective values of a class (DOMAIN §9.4) --------------------------------------------------------------------- */

struct effective_value {
    uint32_t from; /* index of the state it stands in */
    const struct case_value *value;
};

/* Of a missing episode: from and scope say which, for each case has its own. Else from is UINT32_MAX. */
struct effective_cell {
    const struct schema_field *row;
    uint32_t from;
    struct hash scope;
    bool in_conflict;
    uint32_t value_count; /* the first is shown */
    struct effective_value *values;
};

/*
 * Sets united, the greatest of cautious scales, the earliest of deadlines, and of single values each that differs: then
 * in conflict. By (field, from, scope). CW_LOCAL_MEMORY when the arena is full; *out_cells lives there.
 */
enum cw_err identity_effective(const struct case_state *const *states, uint32_t count, struct arena *arena,
                               const struct effective_cell **out_cells, uint32_t *out_count);

/*
 * What two cases share that suggests to a person that they are one, and no more than that. Each is one identifier, the
 * numbers are bits of a mask: to declare two children one takes two of them (DOMAIN §9.4), to be shown takes one (§3.1).
 */
enum identity_shared {
    SHARED_NAME_AND_BIRTH, /* given names, family name and birth date: together one */
    SHARED_HOME,           /* brothers and sisters have it too: alone it makes no candidate */
    SHARED_PNCID,
    SHARED_CRO,
    SHARED_LA,
    SHARED_MISPER,
    SHARED_NRM,
    SHARED_ASN,
    SHARED_COUNT
};
uint32_t identity_shared(const struct case_state *a, const struct case_state *b);
bool identity_is_candidate(uint32_t shared);
const char *identity_shared_name(enum identity_shared what); /* "name and birth date", "PNCID" */
/* "PNCID 30/0123456Q": of a system whose references name one person, not an incident or a case. */
bool identity_is_reference(struct cw_slice text);

/* What stands in the case and is not argued about; NULL: nothing. */
const struct case_value *identity_settled(const struct case_state *state, uint32_t field);

#endif
