/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The life of a child's case at the door (DOMAIN §7.3, §7.4): what is still owed before it may go on. By sync the same event is
 * folded as it comes (docs/fold.md §12), and what is owed goes on running.
 */
#include "cases/calendar.h"
#include "cases/check_parts.h"
#include "cases/machine.h"
#include "cases/view.h"

#define CHILD_TRANSITIONED 4 /* of the scale of a child's status */

static const struct case_clock *running(const struct case_state *state, uint32_t clock, const struct hash *scope)
{
    for (uint32_t i = 0; i < state->clock_count; i++) {
        const struct case_clock *c = &state->clocks[i];

        if (c->clock == clock && c->end == CLOCK_RUNS && (scope == NULL || ID_EQ(&c->scope, scope)))
            return c;
    }
    return NULL;
}

static const struct case_machine *episode_in(const struct case_state *state, uint32_t states)
{
    for (uint32_t i = 0; i < state->machine_count; i++) {
        const struct case_machine *m = &state->machines[i];

        if (m->machine == MACHINE_EPISODE && m->state < 32 && (states & (1u << m->state)) != 0)
            return m;
    }
    return NULL;
}

/* "an episode is returned: ..." */
static enum cw_err refuse_episode(const struct case_machine *m, const struct schema_event *event, const char *what,
                                  struct refusal *refusal)
{
    const char *state = schema_value_name(SCALE_EPISODE_STATE, m->state);

    return refuse(refusal, CW_REFUSED_TRANSITION, event->name, "an episode is %s: %s",
                  state != NULL ? state : "unknown", what);
}

/* Whoever is missing is looked for: a case that is only watched is in no list of what is open. */
static enum cw_err check_monitored(const struct admission_request *r, const struct schema_event *event,
                                   struct refusal *refusal)
{
    const struct case_machine *m = episode_in(r->state, EPISODE_LIVE_STATES);

    return m == NULL ? CW_OK : refuse_episode(m, event, "the child counts as missing until it has ended", refusal);
}

static enum cw_err check_closed(const struct admission_request *r, const struct schema_event *event,
                                struct refusal *refusal)
{
    const struct case_clock *owed = running(r->state, CLOCK_M8, NULL);
    const struct case_machine *m = episode_in(r->state, ~EPISODE_OVER_STATES);
    char who[SCHEMA_ROLES_TEXT_LEN_MAX];

    if (m != NULL)
        return refuse_episode(m, event, "it ends first, by episode_closed or episode_cancelled", refusal);
    if (owed == NULL)
        return CW_OK;
    return refuse(refusal, CW_REFUSED_TRANSITION, event->name,
                  "the return-home interview is not settled: rhi completed or declined, or %s waived by %s",
                  owed->row->name, schema_roles_text(owed->waive, who));
}

/* The day on which it happened, as its author says. */
static int64_t day_of(const struct admission_request *r)
{
    const struct op_value *occurred = request_detail(r, FIELD_OCCURRED);

    return days_of(occurred != NULL ? occurred->number : r->author_time.ms);
}

static enum cw_err refuse_young(const struct schema_event *event, int64_t age, int64_t since, struct refusal *refusal)
{
    int64_t year, month, day;

    civil_of(since, &year, &month, &day);
    return refuse(
        refusal, CW_REFUSED_TRANSITION, event->name,
        "the child is %lld on %04lld-%02lld-%02lld: until then this stays a child's case (birth_date, if that "
        "is wrong)",
        (long long)age, (long long)year, (long long)month, (long long)day);
}

/* DOMAIN §7.4: at 18. Of a date of which only the year is known, and of two dates, the latest day that is meant counts. */
static enum cw_err check_age(const struct admission_request *r, const struct schema_event *event,
                             struct refusal *refusal)
{
    const struct schema_field *field = schema_field(FIELD_BIRTH_DATE);
    const struct case_cell *cell = state_cell(r->state, &scope_none, field->number);
    int64_t age = policy_span(r->policy, SPAN_M13_AGE), first, last;

    for (uint32_t i = 0; cell != NULL && i < cell->value_count; i++) {
        const struct op_value *born = &cell->values[i].value;

        if (born->type != VALUE_TEXT || !check_days_meant(born->text, &first, &last))
            cell = NULL;
        else if (day_of(r) < birthday(last, age))
            return refuse_young(event, age, birthday(last, age), refusal);
    }
    if (cell != NULL && cell->value_count > 0)
        return CW_OK;
    return refuse(refusal, CW_REFUSED_MISSING, WHERE(field),
                  "nobody said when the child was born: the case becomes the adult system's at %lld, so set it first "
                  "(case set)",
                  (long long)age);
}

/* "LA 12345": in which system whoever looks for this person from now on finds them. */
static bool is_adult_reference(struct cw_slice text)
{
    static const char *const systems[] = {"LA ", "MISPER "};

    for (size_t i = 0; i < CW_COUNT(systems); i++) {
        size_t len = strlen(systems[i]);

        if (text.len > len && memcmp(text.data, systems[i], len) == 0)
            return true;
    }
    return false;
}

static enum cw_err check_adult_reference(const struct admission_request *r, struct refusal *refusal)
{
    for (uint32_t i = 0; i < r->op->write_count; i++) {
        const struct op_write *write = &r->op->writes[i];

        if (write->field == FIELD_EXTERNAL_REFS && write->verb == VERB_ADD && write->has_value &&
            is_adult_reference(write->value.text))
            return CW_OK;
    }
    return refuse(refusal, CW_REFUSED_MISSING, WHERE(schema_field(FIELD_EXTERNAL_REFS)),
                  "under which reference adult services (LA) or the missing-persons system (MISPER) have this person: "
                  "say it here, as external_refs='LA 12345'");
}

/* Who turns 18 while missing is looked for all the same: that this becomes another body's is no sergeant's decision. */
static enum cw_err check_transition(const struct admission_request *r, const struct schema_event *event,
                                    struct refusal *refusal)
{
    const struct case_machine *m = episode_in(r->state, EPISODE_LIVE_STATES);
    enum cw_err err;

    if (m != NULL && (r->roles & R_INSP_UP) == 0)
        return refuse_episode(m, event, "while the child is missing this step needs INSP, SUPT", refusal);
    err = check_age(r, event, refusal);
    return err == CW_OK ? check_adult_reference(r, refusal) : err;
}

/*
 * DOMAIN §7.4: nothing leads back from there but taking the step back; the case would show no child that is missing. Who is
 * a child all the same, as when a birth date was put right since, is reported here: a report is not what waits for that.
 */
static enum cw_err check_report(const struct admission_request *r, const struct schema_event *event,
                                struct refusal *refusal)
{
    const struct case_machine *m = state_machine(r->state, MACHINE_CHILD, &scope_none);

    if (m == NULL || m->state != CHILD_TRANSITIONED || check_age(r, event, NULL) != CW_OK)
        return CW_OK;
    return refuse(refusal, CW_REFUSED_TRANSITION, event->name,
                  "this case became the adult system's (external_refs): report the absence there; if that was "
                  "said in error, take it back first (casewire correct CASE EVENT --withdraw why=...)");
}

/* --- an episode ---------------------------------------------------------------------------------------------------- */

static bool says_interviewed(const struct op *op)
{
    for (uint32_t i = 0; op != NULL && i < op->write_count; i++) {
        if (op->writes[i].field == FIELD_INTERVIEWED && op->writes[i].has_value)
            return op->writes[i].value.number == 1;
    }
    return false;
}

/* Of the latest return, which begins with its claim and ends when the child turns out to be missing. */
struct last_return {
    bool is_there, interviewed;
};

static void follow(struct last_return *r, const struct case_event *e, const struct op *op)
{
    switch (e->event) {
    case EVENT_RETURN_CLAIM:
    case EVENT_RETURNED:
        r->interviewed =
            (r->is_there && r->interviewed) || (e->event == EVENT_RETURNED && !e->corrected && says_interviewed(op));
        r->is_there = true;
        break;
    case EVENT_PREVENTION_INTERVIEW:
        r->interviewed = true;
        break;
    case EVENT_CLAIM_REFUTED:
    case EVENT_STILL_MISSING:
        *r = (struct last_return){false, false};
        break;
    default:
        break;
    }
}

/* By an event of its own, or in one breath with the return. One before the child was back is of no return. */
static bool was_interviewed(const struct case_state *state, const struct hash *scope)
{
    struct last_return last = {false, false};

    CW_ASSERT(scope != NULL); /* request_scope always gives one */
    for (uint32_t i = 0; i < state->event_count; i++) {
        const struct case_event *e = &state->events[i];

        if (e->authorised && !e->withdrawn && !e->withdrawal && ID_EQ(&e->scope, scope))
            follow(&last, e, state->ops[e->op_index].op);
    }
    return last.is_there && last.interviewed;
}

/* DOMAIN §4.4: the police's own talk with the child is before the close. */
static enum cw_err check_interview(const struct admission_request *r, const struct schema_event *event,
                                   struct refusal *refusal)
{
    const struct hash *scope = request_scope(r);
    const struct case_clock *owed = running(r->state, CLOCK_M7, scope);
    char who[SCHEMA_ROLES_TEXT_LEN_MAX];

    if (owed == NULL || was_interviewed(r->state, scope))
        return CW_OK;
    return refuse(refusal, CW_REFUSED_TRANSITION, event->name,
                  "the prevention interview comes first: prevention_interview, or %s waived by %s", owed->row->name,
                  schema_roles_text(owed->waive, who));
}

/* What became of the child, and who found it, is said with the close, or was before (DOMAIN §4.4, §7.3). */
enum cw_err check_close_told(const struct admission_request *r, const struct schema_event *event,
                             struct refusal *refusal)
{
    static const uint32_t fields[] = {FIELD_HARM, FIELD_OUTCOME, FIELD_FOUND_BY};

    for (size_t i = 0; i < CW_COUNT(fields); i++) {
        const struct case_cell *cell = state_cell(r->state, request_scope(r), fields[i]);

        if (said_detail(r->op, fields[i]) == NULL && (cell == NULL || cell->value_count == 0))
            return refuse(refusal, CW_REFUSED_MISSING, WHERE(schema_field(fields[i])), "is required for %s",
                          event->name);
    }
    return CW_OK;
}

/* DOMAIN §5.1, §10 (M3): a review is of the level of whoever holds it. */
static enum cw_err check_review(const struct admission_request *r, const struct op_value *level, const char *what,
                                struct refusal *refusal)
{
    char who[SCHEMA_ROLES_TEXT_LEN_MAX];

    if (level == NULL || (r->roles & review_roles(level->number)) != 0)
        return CW_OK;
    return refuse(refusal, CW_REFUSED_ROLE, "level", "a review of level %s is held by %s: %s",
                  schema_value_name(SCALE_REVIEW_LEVEL, level->number),
                  schema_roles_text(review_roles(level->number), who), what);
}

enum cw_err check_review_of(const struct admission_request *r, const struct op *was, struct refusal *refusal)
{
    enum cw_err err;

    if (was == NULL || was->type != OP_EVENT || was->event != EVENT_REVIEW)
        return CW_OK;
    err = check_review(r, said_detail(was, FIELD_LEVEL), "what was decided is theirs to change", refusal);
    return err != CW_OK ? err : check_review(r, request_detail(r, FIELD_LEVEL), "give your own level", refusal);
}

enum cw_err check_child(const struct admission_request *r, const struct schema_event *event, struct refusal *refusal)
{
    if (r->state->kind != KIND_CHILD)
        return CW_OK;
    switch (event->number) {
    case EVENT_MONITORED:
        return check_monitored(r, event, refusal);
    case EVENT_CHILD_CLOSED:
        return check_closed(r, event, refusal);
    case EVENT_TRANSITIONED:
        return check_transition(r, event, refusal);
    case EVENT_EPISODE_REPORTED:
        return check_report(r, event, refusal);
    case EVENT_EPISODE_CLOSED:
        return check_interview(r, event, refusal);
    case EVENT_REVIEW:
        return check_review(r, request_detail(r, FIELD_LEVEL), "give your own level", refusal);
    case EVENT_EPISODE_MERGED:
        return check_episodes_merged(r, event, refusal);
    default:
        return CW_OK;
    }
}
