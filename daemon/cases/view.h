/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_CASES_VIEW_H
#define CASEWIRE_CASES_VIEW_H

/*
 * Reading a state: look-ups, texts for people, the bytes that digests are made of.
 */

#include "cases/state.h"

/* --- look-ups; NULL when there is nothing -------------------------------------------------------- */

extern const struct hash scope_none; /* the case itself, and its first episode */

const struct case_cell *state_cell(const struct case_state *state, const struct hash *scope, uint32_t field);
/* The value shown first of a single-value cell; NULL when nobody set it. */
const struct case_value *state_value(const struct case_state *state, const struct hash *scope, uint32_t field);
const struct case_machine *state_machine(const struct case_state *state, enum machine machine,
                                         const struct hash *scope);
/* The scope of an episode by whichever of its reports: that of another when the two were merged. */
const struct hash *state_episode(const struct case_state *state, const struct hash *scope);
const struct case_op *state_op(const struct case_state *state, const struct cw_op_id *op);
/* Where the op stands in by_id, or would. False: it is not there. */
bool state_find_op(const struct case_state *state, const struct cw_op_id *op, uint32_t *out_place);
/* The writes of one op, by its index, in their order: how many, from *out_first on. */
uint32_t state_writes_of(const struct case_state *state, uint32_t op_index, uint32_t *out_first);
const struct case_tally *state_tally(const struct case_state *state, uint32_t event, int64_t subtype, bool within,
                                     uint32_t dimension, struct cw_slice value);
const struct case_write *state_write(const struct case_state *state, const struct dot *dot);
/* The fate of one write; 0 when the op is not in the state. */
enum fate state_fate(const struct case_state *state, const struct dot *dot);
/* What a new write of this field should name: the standing writes of its cell (sets: of the element). */
size_t state_heads(const struct case_state *state, const struct hash *scope, uint32_t field,
                   const struct op_value *element, struct op_ref *out, size_t max);

enum clock_status {
    CLOCK_RUNNING = 1,
    CLOCK_BREACHED = 2,
    CLOCK_MET = 3,
    CLOCK_MET_LATE = 4,
    CLOCK_DUE_SOON = 5,
    CLOCK_WAIVED = 6,
    CLOCK_OVER = 7, /* nothing is left to do: its episode ended */
};
enum clock_status clock_status_at(const struct case_clock *clock, struct cw_wall now);
const char *clock_status_name(enum clock_status status); /* "due soon" */
/* When it became what it is at `now`. */
int64_t clock_status_since(const struct case_clock *clock, struct cw_wall now);

/* docs/fold.md §19.11: whom a breach has reached by now, and whom it reaches next when nobody acknowledges. */
struct clock_reach {
    uint32_t level;  /* 0: nobody yet, 1: whom it reaches first, then one more with every rung */
    uint32_t told;   /* roles; 0: nobody yet */
    uint32_t next;   /* roles; also 0 where nobody stands on the next rung */
    int64_t next_ms; /* 0: it climbs no further */
};
struct clock_reach clock_reach_at(const struct case_state *state, const struct case_clock *clock, struct cw_wall now);
/* Roles whose acknowledgement counts: whom it reaches first, and, when it climbs, all whom it may reach. */
uint32_t clock_may_acknowledge(const struct case_state *state, const struct case_clock *clock);
/* The next time at which a view of the clock changes by itself; INT64_MAX: none. */
int64_t clock_wakes_at(const struct case_state *state, const struct case_clock *clock, struct cw_wall now);

/* --- how often a child was reported missing; what was cancelled is not counted ----------------------- */

struct case_policy;

struct case_episodes {
    uint32_t count;
    uint32_t recent;        /* within the window before now (policy M6.window, 90 days) */
    bool repeat;            /* as many as make a repeat (M6.episodes, 3) */
    int64_t window_days;    /* whole days of the window */
    int64_t changes_ms;     /* when `recent` is less without any further op; INT64_MAX: never */
    struct cw_op_id newest; /* the latest report's op */
};
struct case_episodes episodes_at(const struct case_state *state, const struct case_policy *policy, struct cw_wall now);
/* The time before which they are a repeat; 0: they never were, or not since. For rows that outlive their now. */
int64_t episodes_repeat_until(const struct case_state *state, const struct case_policy *policy);

/* --- for lists ----------------------------------------------------------------------------------- */

#define HUMAN_REF_LEN_MAX 40 /* "MC/NTH/2026/K7Q2M4X-C" and longer division codes */

struct case_summary {
    char human_ref[HUMAN_REF_LEN_MAX];
    struct cw_slice title;
    const char *kind;   /* "" while nothing here says it */
    const char *status; /* name of the state, "" when unknown */
    struct cw_slice owner;
    enum owner_state owner_state;
    const char *risk; /* "high", "not assessed"; "" for kinds without a risk */
    uint32_t conflict_count, proposal_count, note_count;
    uint32_t flags; /* STATE_* */
    uint32_t marking;
};

void state_summary(const struct case_state *state, struct case_summary *out);

/* What feeds are filtered by, besides the summary; texts borrow from the ops. */
#define LABELS_MAX 24
struct case_labels {
    uint32_t tag_count, area_count, operation_count, conflict_count;
    bool more;                              /* there are some that do not fit here */
    bool compartmented;                     /* not for regional units */
    bool deceased;                          /* a death is confirmed (deaths.h) */
    struct cw_slice tags[LABELS_MAX];       /* FIELD_TAGS */
    struct cw_slice areas[LABELS_MAX];      /* territories, export and import areas, an operation's places */
    struct cw_slice operations[LABELS_MAX]; /* what links name as `part_of_operation` */
    uint32_t conflicts[LABELS_MAX];         /* fields that a person must settle, each once */
};
void state_labels(const struct case_state *state, struct case_labels *out);

/* KK/DD/YYYY/XXXXXXX-C: kind, opening division, year, 7 characters of the case id, check letter. */
void human_ref_of(uint32_t kind, struct cw_slice division, struct cw_wall opened, const struct cw_case_id *case_id,
                  char out[static HUMAN_REF_LEN_MAX]);
/* Shape and check letter; *out_chars borrows the 7 characters. */
bool human_ref_parse(struct cw_slice text, struct cw_slice *out_chars);
/* Whether the 7 characters are this case's. */
bool human_ref_matches(struct cw_slice chars, const struct cw_case_id *case_id);

/* --- texts; always NUL-terminated, cut at cap with "..." ------------------------------------------- */

#define VALUE_TEXT_LEN_MAX 256
/* "high", "£15,000.00", "12.5 g", "2026-11-22 16:00 to 17:30 UTC"; a text as it is (LF shown as a space). */
size_t value_text(const struct schema_field *field, const struct op_value *value, char *out, size_t cap);
/* A value's flags and fate for people: "withheld", "from a revoked author", ... "" when there is nothing to say. */
const char *value_remark(const struct case_value *value);
const char *fate_name(enum fate fate);
const char *verdict_name(enum case_verdict verdict);
const char *owner_state_name(enum owner_state state);
/* Who reads. A regional unit is told no child's title; where the kind of a case is not known, it may be a child's. */
enum told_to { TOLD_FORCE, TOLD_REGION, TOLD_REGION_NAMELESS };
/* What stays in the force (DOMAIN.md §11.4): what is personal, running text, names of people, references to other cases. NULL:
 * a field of a newer version. */
bool field_is_withheld(const struct schema_field *field, enum told_to who);
/* "sets missing_risk to high", "adds 2 values", "records arrest (2)". Never the text of a personal field, or of one withheld. */
size_t op_line(const struct op *op, enum told_to who, char *out, size_t cap);
/*
 * A write as it is shown: a removal or strike-out with what it took back, as the state has it, or else with what its author
 * says, where that could be added, or without a value. state NULL: nobody looks.
 */
struct op_write write_with_removed(const struct case_state *state, const struct op_write *write);
/* The op with its writes so; itself when it takes nothing back. NULL: no memory. */
const struct op *op_with_removed(const struct case_state *state, const struct op *op, struct arena *arena);
/* One sentence for a note: "closed by ... is held back: it did not know of ...". */
size_t note_line(const struct case_note *note, char *out, size_t cap);
/* The same of an op that is known already: "has no effect: ...". */
size_t note_remark(const struct case_note *note, char *out, size_t cap);
/* The op that such a note is about is in the record and moved nothing. */
bool note_denies_effect(enum note_kind kind);

/* --- bytes ----------------------------------------------------------------------------------------- */

/* docs/fold.md §14: lines of ASCII, the same bytes wherever inputs are the same. */
enum cw_err case_state_encode(const struct case_state *state, struct writer *out);
/* Its parts, which the hash is made of: everything but what is said op by op; and that, of ops whose ids begin with this byte. */
void case_core_encode(const struct case_state *state, struct writer *out);
void case_shelf_encode(const struct case_state *state, uint8_t first, struct writer *out);

/* Hashes of shelves, kept while ops are appended to a state. All zero: nothing is known. */
#define SHELVES 256
struct case_shelves {
    bool state_known[SHELVES], inputs_known[SHELVES];
    struct hash state[SHELVES], inputs[SHELVES];
};
/* An op was appended: its shelf is to be hashed again. */
void case_shelves_forget(struct case_shelves *shelves, const struct cw_op_id *op);

/* H(state), made in what is left of the arena and given back. kept: NULL, or of this state. docs/fold.md §14.4. */
enum cw_err case_state_hash(const struct case_state *state, struct case_shelves *kept, struct arena *scratch,
                            struct hash *out);
/* H(inputs): shelves of (op_id, least hlc, log id, verdict, flags), authority positions, fold version. docs/fold.md §15. */
enum cw_err case_inputs_hash(const struct case_state *state, struct cw_slice authority_positions,
                             struct case_shelves *kept, struct arena *scratch, struct hash *out);

#endif
