/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_PROTO_SCHEMA_H
#define CASEWIRE_PROTO_SCHEMA_H

/*
 * The one field table: what a case may hold, who may say it, how concurrent statements meet.
 * Shared by the daemon's fold and the client's tool. Data and look-ups only; pure.
 *
 * To add a field, an event, a step, a role, a kind or a duty, add a row in schema_fields.h, schema_events.h,
 * schema_event_fields.h, schema_scales.h or schema_clocks.h. docs/fields.md and build/schema.json are printed from these tables.
 */

#include "proto/bytes.h"
#include "proto/schema_calendar.h"
#include "proto/schema_clocks.h"
#include "proto/schema_event_fields.h"
#include "proto/schema_events.h"
#include "proto/schema_fields.h"
#include "proto/schema_scales.h"

#define SCHEMA_VERSION 2
#define FOLD_VERSION 10

/* --- numbers ----------------------------------------------------------------------------------- */

enum case_kind {
    KIND_NONE = 0,
#define SCHEMA_KIND_NUMBER(id, number, name, letters, machine, status) KIND_##id = (number),
    SCHEMA_KINDS(SCHEMA_KIND_NUMBER)
#undef SCHEMA_KIND_NUMBER
};

#define K_OCG (1u << KIND_OCG)
#define K_LINE (1u << KIND_LINE)
#define K_CHILD (1u << KIND_CHILD)
#define K_OPERATION (1u << KIND_OPERATION)
#define K_ALL (K_OCG | K_LINE | K_CHILD | K_OPERATION) /* every kind of case */
#define K_NOMINAL (1u << KIND_NOMINAL)
#define K_PHONE (1u << KIND_PHONE)
#define K_VEHICLE (1u << KIND_VEHICLE)
#define K_ADDRESS (1u << KIND_ADDRESS)
#define K_ACCOUNT (1u << KIND_ACCOUNT)
#define K_ORGANISATION (1u << KIND_ORGANISATION)
#define K_ENTITY (K_NOMINAL | K_PHONE | K_VEHICLE | K_ADDRESS | K_ACCOUNT | K_ORGANISATION)
#define K_PERSON (K_NOMINAL | K_CHILD) /* stands for one person */
#define K_ANY (K_ALL | K_ENTITY)

enum role {
    ROLE_NONE = 0,
#define SCHEMA_ROLE_NUMBER(id, number, title) ROLE_##id = (number),
    SCHEMA_ROLES(SCHEMA_ROLE_NUMBER)
#undef SCHEMA_ROLE_NUMBER
        ROLE_LIMIT = 32
};

/* A set of roles is a mask of 1 << number. */
#define ROLE_MASK(id) (1u << ROLE_##id)
#define R_NONE 0u
#define R_SUP_UP (ROLE_MASK(SUP) | ROLE_MASK(INSP) | ROLE_MASK(SUPT))
#define R_INSP_UP (ROLE_MASK(INSP) | ROLE_MASK(SUPT))
#define R_ANY                                                                                                          \
    (ROLE_MASK(FCR) | ROLE_MASK(PC) | ROLE_MASK(MCET) | R_SUP_UP | ROLE_MASK(LRO) | ROLE_MASK(OCGC) | ROLE_MASK(CLC) | \
     ROLE_MASK(RCLC) | ROLE_MASK(ROCUA) | ROLE_MASK(INT) | ROLE_MASK(CRU) | ROLE_MASK(GATE) | ROLE_MASK(RRD) |         \
     ROLE_MASK(CSET))
#define R_CHILD (ROLE_MASK(FCR) | ROLE_MASK(PC) | ROLE_MASK(MCET) | R_SUP_UP | ROLE_MASK(CRU) | ROLE_MASK(CSET))
#define R_HANDOVER (ROLE_MASK(FCR) | R_SUP_UP | ROLE_MASK(LRO) | ROLE_MASK(OCGC) | ROLE_MASK(CLC) | ROLE_MASK(RCLC))
#define R_EVENT (R_ANY | ROLE_MASK(SYS)) /* details follow their event's own roles */

enum scale {
    SCALE_NONE = 0,
#define SCHEMA_SCALE_NUMBER(id, name) SCALE_##id,
    SCHEMA_SCALES(SCHEMA_SCALE_NUMBER)
#undef SCHEMA_SCALE_NUMBER
        SCALE_COUNT
};

enum field_place { PLACE_CASE = 1, PLACE_EPISODE = 2, PLACE_DETAIL = 3 };

enum field_type {
    TYPE_TEXT = 1,  /* one line */
    TYPE_LINES = 2, /* text with line feeds */
    TYPE_ENUM = 3,  /* a number of a scale */
    TYPE_FLAG = 4,
    TYPE_NUMBER = 5, /* >= 0 */
    TYPE_PENCE = 6,
    TYPE_MG = 7,
    TYPE_INTERVAL = 8, /* earliest and latest, milliseconds UTC */
    TYPE_TIME = 9,     /* an interval whose ends are equal */
    TYPE_DATE = 10,    /* text: YYYY, YYYY-MM or YYYY-MM-DD, "~" before it when estimated */
    TYPE_REF = 11,     /* an id */
    TYPE_PERSON = 12,  /* one line that names a person or role account */
};

enum merge_rule {
    RULE_IMM = 1,
    RULE_LWW = 2,
    RULE_OWN = 3,
    RULE_MVR = 4,
    RULE_MAX = 5,
    RULE_MIN = 6,
    RULE_ORS = 7,
    RULE_GOS = 8,
    RULE_LOG = 9,
    RULE_TAL = 10,
    RULE_FSM = 11,
    RULE_CLK = 12,
    RULE_DRV = 13,
};

#define FIELD_REQUIRED (1u << 0)     /* an opening op must carry it */
#define FIELD_PERSONAL (1u << 1)     /* about a person: the client gives it a part of its own, erasable alone */
#define FIELD_RISK (1u << 2)         /* the case's risk in lists */
#define FIELD_SHOW_HIGHEST (1u << 3) /* safe value of an open conflict */
#define FIELD_SHOW_LOWEST (1u << 4)
#define FORM_REFERENCE (1u << 5)     /* upper case, charset [A-Z0-9/.-] (after the scale word) */
#define FORM_PHONE (1u << 6)         /* digits, spaces, one leading + */
#define FORM_CODE (1u << 7)          /* upper-case letters and digits */
#define FIELD_EVERY_EVENT (1u << 8)  /* a detail of every event */
#define FIELD_EVERY_RESULT (1u << 9) /* a detail of every tallied event */
#define FIELD_NAME (1u << 10)        /* names the case in lists; the first one that is set */
#define FIELD_KEY (1u << 11)         /* identifies the thing: its opening op must carry one of them */
#define FORM_NUMBER (1u << 12)       /* these have one form in which they are compared: proto/identifier.h */
#define FORM_IMEI (1u << 13)
#define FORM_IMSI (1u << 14)
#define FORM_ICCID (1u << 15)
#define FORM_PLATE (1u << 16)
#define FORM_POSTCODE (1u << 17)
#define FORM_UPRN (1u << 18)
#define FORM_HASH (1u << 19)      /* 64 digits: SHA-256 of what is kept elsewhere */
#define FIELD_EXPECTED (1u << 20) /* needed, but nothing waits for it: views say that nobody has said it yet */
#define FIELD_HAS_BEEN (1u << 21) /* a time or day that was over when it was written; who says otherwise mistyped it */
#define FIELD_TO_COME (1u << 22)  /* a time that was ahead when it was written */
#define FIELD_SEVERAL \
    (1u << 23) /* a detail that one event may give more than once; whoever reads others reads the first */

enum event_class {
    EVENT_CLASS_NONE = 0,
    EVENT_CLASS_SIGHTING = 1,
    EVENT_CLASS_ACTIVITY = 2,
    EVENT_CLASS_INTEL = 3,
    EVENT_CLASS_ACTION = 4,
    EVENT_CLASS_OWNERSHIP = 5,
    EVENT_CLASS_CLOCK = 6, /* speaks about a duty, or says who has seen what */
};

#define EVENT_TALLIED (1u << 0)
#define EVENT_EPISODE (1u << 1)       /* concerns one missing episode: refs[0], or the first one */
#define EVENT_OPENS_EPISODE (1u << 2) /* its own id is the episode's */
#define EVENT_OWN_SIDE (1u << 8)      /* an assertion: only the division that made it takes it back or corrects it */
#define EVENT_RANK_IF_HIGH (1u << 10) /* an inspector's, while a child is missing at high risk */
#define EVENT_AHEAD (1u << 3)         /* may speak of a day to come */
#define EVENT_AFTER_REPORT (1u << 4)  /* nothing of the kind happens before the child is reported missing */
#define EVENT_WITHDRAWS (1u << 9)     /* takes back the events it corrects, whatever the op's own flag says */

enum machine {
    MACHINE_NONE = 0,
    MACHINE_OCG = 1,
    MACHINE_LINE = 2,
    MACHINE_CHILD = 3,
    MACHINE_OPERATION = 4,
    MACHINE_EPISODE = 5,
    MACHINE_ENTITY = 6 /* one state: what is told of a thing changes, the thing does not */
};

#define STEP_IN_PERSON (1u << 0)      /* only when how_known is seen by police or by a professional */
#define STEP_RANK_IF_HIGH (1u << 1)   /* inspector or above while the episode's risk is high */
#define STEP_SOFT (1u << 2)           /* may be recorded in any state: without effect it is no mistake */
#define STEP_DEATH_REPORTED (1u << 3) /* only while a report of a death stands in the episode */

enum field_number {
    FIELD_NONE = 0,
#define SCHEMA_FIELD_NUMBER(id, number, name, kinds, place, type, bound, scale, rule, set, lower, flags) \
    FIELD_##id = (number),
    SCHEMA_FIELDS(SCHEMA_FIELD_NUMBER)
#undef SCHEMA_FIELD_NUMBER
};

enum event_number {
    EVENT_NONE = 0,
#define SCHEMA_EVENT_NUMBER(id, number, name, kinds, roles, class, subtype, flags) EVENT_##id = (number),
    SCHEMA_EVENTS(SCHEMA_EVENT_NUMBER)
#undef SCHEMA_EVENT_NUMBER
};

enum clock_number {
    CLOCK_NONE = 0,
#define SCHEMA_CLOCK_NUMBER(id, number, ...) CLOCK_##id = (number),
    SCHEMA_CLOCKS(SCHEMA_CLOCK_NUMBER)
#undef SCHEMA_CLOCK_NUMBER
};

enum span_number {
    SPAN_NONE = 0,
#define SCHEMA_SPAN_NUMBER(id, number, name, unit, value) SPAN_##id = (number),
    SCHEMA_SPANS(SCHEMA_SPAN_NUMBER)
#undef SCHEMA_SPAN_NUMBER
};

/* How a duty runs: docs/fold.md §19. */
enum clock_start {
    START_OPENING = 1,
    START_REPORTED = 2,
    START_EVENT = 3,
    START_FIELD = 4,
    START_STRATEGY = 5,
    START_BIRTH = 6
};
enum clock_due {
    DUE_SPAN = 1,
    DUE_REVIEW = 2,
    DUE_RISK = 3,
    DUE_HANDOVER = 4,
    DUE_GRADE = 5,
    DUE_BIRTHDAY = 6,
    DUE_ORDER = 7
};
enum span_unit {
    UNIT_SECONDS = 1,
    UNIT_WORKING_DAYS = 2,
    UNIT_MONTHS = 3,
    UNIT_DAYS_BEFORE = 4,
    UNIT_AGE = 5,
    UNIT_COUNT = 6
};

#define CLOCK_EPISODE (1u << 0)  /* of one missing episode; otherwise of the case */
#define CLOCK_LIVE (1u << 1)     /* ends when its episode does */
#define CLOCK_RETURN (1u << 2)   /* ends when the child turns out to be missing still */
#define CLOCK_ALWAYS (1u << 3)   /* nobody can waive it, whatever policy says */
#define CLOCK_OUTSIDE (1u << 4)  /* another body's duty: we chase, nothing climbs */
#define CLOCK_EACH (1u << 5)     /* each start is a duty of its own, though one answer may meet several */
#define CLOCK_BY_FIELD (1u << 6) /* met by a write */
#define CLOCK_OFFERED (1u << 7)  /* value 3 meets it only after value 1 */
#define CLOCK_EARLIER (1u << 8)  /* what was done before the start meets it, too */
#define CLOCK_NAMED \
    (1u << 9) /* of each that starts[0] begins, and of no other, until a met_by that is no start ends it */

#define CLOCK_LAPSES (1u << 10)   /* when it is breached there is nothing left to do but to know it */
#define CLOCK_CONFIRMS (1u << 11) /* starts[1] starts it only where it confirms a claim: from when the claim says */
#define CLOCK_COMMAND (1u << 12)  /* met, and started by an event, by a superintendent only */

/* --- rows -------------------------------------------------------------------------------------- */

struct schema_field {
    uint32_t number;
    const char *name; /* unique within a kind and place; details are their own space */
    uint32_t kinds;
    enum field_place place;
    enum field_type type;
    int64_t bound;
    enum scale scale;
    enum merge_rule rule;
    uint32_t set_roles, lower_roles;
    uint32_t flags;
};

struct schema_event {
    uint32_t number;
    const char *name;
    uint32_t kinds;
    uint32_t roles;
    enum event_class class;
    uint32_t subtype; /* field number or FIELD_NONE */
    uint32_t flags;
};

struct schema_event_field {
    uint32_t event, field;
    bool required;
};

struct schema_step {
    enum machine machine;
    uint32_t from; /* mask of 1 << state */
    uint32_t event;
    uint32_t to;
    uint32_t roles;
    uint32_t held_by; /* mask of 1 << event_class */
    uint32_t flags;
};

struct schema_entry {
    uint32_t event;
    uint32_t states; /* of its episode: mask of 1 << state */
    const char *why; /* what comes first, and how it is recorded */
};

#define VALUE_WITH_MAX 2
struct schema_value_need {
    uint32_t field;
    int64_t value;
    uint32_t roles;                /* of whoever may set the field */
    uint32_t with[VALUE_WITH_MAX]; /* fields that are given with it, or FIELD_NONE */
};

#define CLOCK_MET_BY_MAX 4
struct schema_clock {
    uint32_t number;
    const char *name;  /* "M8" */
    const char *title; /* "return-home interview" */
    uint32_t kinds;
    enum clock_start start;
    uint32_t starts[2]; /* events, or fields */
    uint32_t start_field, start_mask;
    enum clock_due due;
    uint32_t span;                     /* the first of its family */
    uint32_t met_by[CLOCK_MET_BY_MAX]; /* events, or fields */
    uint32_t met_field, met_mask;
    uint32_t after; /* span number, or 0: sooner answers do not count */
    uint32_t told, waive;
    int64_t soon_s, step_s;
    uint32_t flags;
};

struct schema_span {
    uint32_t number;
    const char *name; /* "M2.high" */
    enum span_unit unit;
    int64_t value;
};

struct schema_holiday {
    uint16_t year;
    uint8_t month, day;
};

struct schema_value {
    enum scale scale;
    uint32_t number;
    const char *name;
};

struct schema_kind {
    uint32_t number;
    const char *name;
    const char *letters; /* of the human reference */
    enum machine machine;
    uint32_t status; /* field that shows the machine's state */
};

struct schema_link {
    uint32_t type;     /* of SCALE_LINK_TYPE */
    uint32_t from, to; /* masks of 1 << kind */
};

struct schema_role {
    uint32_t number;
    const char *code;
    const char *title;
};

/* Whole tables, in ascending order of number, for printers and loops. */
const struct schema_field *schema_fields(size_t *out_count);
const struct schema_event *schema_events(size_t *out_count);
const struct schema_event_field *schema_event_fields(size_t *out_count);
const struct schema_step *schema_steps(size_t *out_count);
const struct schema_entry *schema_entries(size_t *out_count);
const struct schema_value_need *schema_value_needs(size_t *out_count);
const struct schema_clock *schema_clocks(size_t *out_count);
const struct schema_span *schema_spans(size_t *out_count);
const struct schema_holiday *schema_holidays(size_t *out_count);
const struct schema_value *schema_values(size_t *out_count);
const struct schema_kind *schema_kinds(size_t *out_count);
const struct schema_role *schema_roles(size_t *out_count);
const struct schema_link *schema_links(size_t *out_count);

/* --- by number: NULL when this version does not know it ------------------------------------------ */

const struct schema_field *schema_field(uint32_t number);
const struct schema_event *schema_event(uint32_t number);
const struct schema_clock *schema_clock(uint32_t number);
const struct schema_span *schema_span(uint32_t number);
const char *schema_unit_name(enum span_unit unit); /* the last word of its policy name: "duration_s" */
int64_t schema_unit_bound(enum span_unit unit);
const char *schema_kind_name(uint32_t kind);
const struct schema_link *schema_link(uint32_t type);
const char *schema_role_code(uint32_t role);
const char *schema_scale_name(enum scale scale);
const char *schema_value_name(enum scale scale, int64_t number);
const char *schema_rule_name(enum merge_rule rule);
const char *schema_type_name(enum field_type type);
const char *schema_place_name(enum field_place place);

/* --- by name: NULL, 0 or false when there is none ------------------------------------------------ */

/* A cell of the case or of an episode; kind KIND_NONE looks in every kind. */
const struct schema_field *schema_field_by_name(uint32_t kind, struct cw_slice name);
/* What an event may carry: its details, and the case fields that it lists. */
const struct schema_field *schema_event_field_by_name(uint32_t event, struct cw_slice name);
const struct schema_event *schema_event_by_name(struct cw_slice name);
uint32_t schema_kind_by_name(struct cw_slice name);
uint32_t schema_role_by_code(struct cw_slice code);
bool schema_value_by_name(enum scale scale, struct cw_slice name, uint32_t *out_number);

/* Did you mean: the nearest name within a third of its length, or NULL. */
const char *schema_suggest_field(uint32_t kind, struct cw_slice name);
const char *schema_suggest_event_field(uint32_t event, struct cw_slice name);
const char *schema_suggest_event(uint32_t kind, struct cw_slice name);
const char *schema_suggest_value(enum scale scale, struct cw_slice name);
const char *schema_suggest_kind(struct cw_slice name);

/* --- questions ----------------------------------------------------------------------------------- */

bool schema_event_carries(uint32_t event, const struct schema_field *field);
bool schema_event_requires(uint32_t event, uint32_t field);
static inline bool schema_field_is_set(const struct schema_field *field)
{
    return field->rule == RULE_ORS || field->rule == RULE_GOS;
}
/* One statement gives it one value; a second would be a dispute of its author with himself, or lost. */
static inline bool schema_field_takes_one(const struct schema_field *field)
{
    return field->place == PLACE_DETAIL ? (field->flags & FIELD_SEVERAL) == 0
                                        : field->rule >= RULE_IMM && field->rule <= RULE_MIN;
}
/* False for what is derived or logged: nobody writes those. */
bool schema_field_is_written(const struct schema_field *field);
/* Wire type of a field's value, an enum value_type of proto/op.h as a number. */
uint32_t schema_value_type(enum field_type type);
/* The state field of a machine (FIELD_OCG_STATUS...), its first state, the machine of a kind. */
uint32_t schema_machine_field(enum machine machine);
enum machine schema_machine_of(uint32_t kind);

/* Role codes "INSP, SUPT"; "anyone" for R_ANY; "nobody" for none. Returns out. */
#define SCHEMA_ROLES_TEXT_LEN_MAX 128
const char *schema_roles_text(uint32_t roles, char out[static SCHEMA_ROLES_TEXT_LEN_MAX]);
/* "INSP,SUPT", "any" or "none"; false when a code is not known. */
bool schema_roles_parse(struct cw_slice text, uint32_t *out_roles);

/* --- printing: docs/fields.md and build/schema.json ---------------------------------------------- */

void schema_print_markdown(struct writer *out);
void schema_print_json(struct writer *out);

#endif
