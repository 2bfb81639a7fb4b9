/* SPDX-License-Identifier: Apache-2.0 */
/*
 * conflict resolve, undo. Both are ordinary signed statements: they name everything that takes part as replaced, so
 * what somebody writes meanwhile elsewhere stands beside them as a new conflict.
 */
#include "tool/conflict_decide.h"

#include "tool/cmd_case.h"
#include "tool/cmd_conflict.h"
#include "tool/conflict_next.h"
#include "tool/typed.h"
#include "tool/view.h"

#include "lib/fault.h"
#include "proto/schema.h"
#include "proto/wire.h"

static enum exit_code begin(struct cli *cli, struct deciding *x)
{
    enum exit_code code = context_start(cli, &x->context);

    x->w = (struct writing){.cli = cli, .context = &x->context};
    if (code == EXIT_DONE)
        code = disputes_find(cli, &x->context, cli->operands[0], &x->all, &x->d);
    if (code == EXIT_DONE && x->d != NULL) {
        x->w.view = x->d->view; /* borrowed: writing_done() closes `seen` alone */
        x->w.kind = view_kind(x->d->view);
    }
    return code;
}

static void end(struct deciding *x)
{
    writing_done(&x->w);
    disputes_done(&x->all);
    context_close(&x->context);
}

/* --- writing a field anew ------------------------------------------------------------------------------------- */

static bool take_ref(const Cw__OpRef *ref, struct cw_op_id *out)
{
    if (ref == NULL || ref->op.len != CW_ID_LEN)
        return false;
    memcpy(out->b, ref->op.data, CW_ID_LEN);
    return true;
}

static bool same_ref(const Cw__OpRef *a, const Cw__OpRef *b)
{
    return a != NULL && b != NULL && a->index == b->index && slice_eq(wire_slice(a->op), wire_slice(b->op));
}

/* A conflict's candidates and the field's values are told apart by what set them. */
static bool is_choice(const struct dispute *d, const Cw__ViewValue *value)
{
    for (size_t i = 0; i < d->choice_count; i++)
        if (same_ref(d->choices[i]->set_by, value->set_by))
            return true;
    return false;
}

static void name_one(struct deciding *x, const Cw__ViewValue *value)
{
    struct cw_op_id op;

    /* At most 64 are named: more than a person can have compared. */
    if (take_ref(value->set_by, &op))
        (void)!cw_draft_supersedes(x->w.draft, &op, value->set_by->index);
}

/* Everything that takes part, and everything else that stands in the field. */
static void name_all(struct deciding *x)
{
    const struct dispute *d = x->d;

    for (size_t i = 0; i < d->choice_count; i++)
        name_one(x, d->choices[i]);
    for (size_t i = 0; d->kind != DISPUTE_KEPT && i < d->field->n_values; i++)
        if (!is_choice(d, d->field->values[i]))
            name_one(x, d->field->values[i]);
}

static enum exit_code begin_set(struct deciding *x)
{
    struct cw_case_id id = view_case_id(x->d->view);
    struct cw_fault fault = {0};
    ProtobufCBinaryData episode = x->d->field->episode;

    x->w.subject = view_kind(x->d->view);
    if (cw_draft_set(view_kind(x->d->view), &id, &x->w.draft, &fault) != CW_OK)
        return complain_fault(x->w.cli, "nothing was recorded", &fault);
    if (episode.len == CW_ID_LEN)
        (void)!cw_draft_ref(x->w.draft, episode.data);
    return EXIT_DONE;
}

static enum exit_code write_value(struct deciding *x, enum cw_verb verb, const char *value)
{
    char field[64];
    struct cw_fault fault = {0};
    enum exit_code code = begin_set(x);

    if (code != EXIT_DONE)
        return code;
    fault_clean_text(dispute_field(x->d), field, sizeof(field));
    if (cw_draft_write(x->w.draft, field, verb, slice_of(value), &fault) != CW_OK)
        return complain(x->w.cli, exit_code_of(fault.code),
                        &(struct trouble){"nothing was recorded", fault.where, fault.text, "casewire schema"});
    name_all(x);
    return writing_send(&x->w);
}

/* The value of choice number `take`, as it would be typed. */
static enum exit_code write_choice(struct deciding *x, enum cw_verb verb, int64_t take)
{
    static char text[8192];
    const struct schema_field *row = schema_field(x->d->field->field);

    if (row != NULL && typed_value(row, x->d->choices[take - 1], text, sizeof(text)))
        return write_value(x, verb, text);
    return complain(
        x->w.cli, EXIT_FAILED,
        &(struct trouble){"nothing was recorded", "--take",
                          "this value is withheld, erased or of a newer version: it cannot be written again",
                          "casewire conflict show CONFLICT"});
}

/* --- a lower risk ------------------------------------------------------------------------------------------------- */

/* DOMAIN 4.4: an assessment has its rationale and the next review. That of others is not carried over to this one. */
static enum exit_code refuse_bare_risk(const struct deciding *x, const char *risk)
{
    char command[CONFLICT_ASSESS_LEN_MAX];

    conflict_assess(x->d, risk, command);
    return complain(x->w.cli, EXIT_USAGE,
                    &(struct trouble){
                        "nothing was recorded", "missing_risk",
                        "a risk is lowered by an assessment, which says why and when it is looked at again", command});
}

/* The risk that would be set, as it is typed; NULL: it is none that is lower than what stands. */
static const char *lower_risk(const struct deciding *x, int64_t take, char out[static 60])
{
    const Cw__ViewValue *choice = take != 0 ? x->d->choices[take - 1] : NULL;
    const struct schema_field *row = schema_field(x->d->field->field);
    uint32_t risk;

    if (choice != NULL)
        view_value(choice, out, 60);
    else
        snprintf(out, 60, "%s", x->w.cli->operands[1]);
    return row != NULL && schema_value_by_name(row->scale, slice_of(out), &risk) && dispute_lowers_risk(x->d, risk)
               ? out
               : NULL;
}

/* --- resolve ---------------------------------------------------------------------------------------------------- */

static enum exit_code resolve_value(struct deciding *x, int64_t take)
{
    const struct cli *cli = x->w.cli;
    char risk[60];

    if ((take != 0) == (cli->operand_count > 1) || cli->operand_count > 2)
        return complain(cli, EXIT_USAGE,
                        &(struct trouble){"nothing was recorded", "VALUE, --take",
                                          "it is decided by one of its choices or by another value: one of the two",
                                          "casewire conflict show CONFLICT"});
    if (lower_risk(x, take, risk) != NULL)
        return refuse_bare_risk(x, risk);
    return take != 0 ? write_choice(x, CW_SET, take) : write_value(x, CW_SET, cli->operands[1]);
}

/*
 * An event that knows of all steps, and of what held one of them back: `from` is the first operand that is a FIELD=VALUE.
 */
static enum exit_code send_event(struct deciding *x, const char *event, int from)
{
    struct cw_op_id op;
    enum exit_code code = deciding_begin_event(x, event, x->d->conflict->episode);

    for (size_t i = 0; code == EXIT_DONE && i < x->d->choice_count; i++)
        if (take_ref(x->d->choices[i]->set_by, &op))
            (void)!cw_draft_after(x->w.draft, &op);
    if (code == EXIT_DONE)
        writing_note_seen(&x->w);
    return code == EXIT_DONE ? deciding_assign(x, from) : code;
}

static enum exit_code resolve_step(struct deciding *x)
{
    const struct cli *cli = x->w.cli;
    enum exit_code code;

    if (cli->operand_count < 2)
        return complain(cli, EXIT_USAGE,
                        &(struct trouble){"nothing was recorded", "EVENT",
                                          "such a conflict is decided by the event that is right, with its fields",
                                          "casewire conflict show CONFLICT"});
    code = send_event(x, cli->operands[1], 2);
    return code == EXIT_DONE ? writing_send(&x->w) : code;
}

static enum exit_code resolve_owner(struct deciding *x)
{
    const struct cli *cli = x->w.cli;
    struct cw_fault fault = {0};
    enum exit_code code;

    if (cli->operand_count < 2 || strchr(cli->operands[1], '=') != NULL)
        return complain(cli, EXIT_USAGE,
                        &(struct trouble){"nothing was recorded", "DIVISION",
                                          "the code of the division that owns the case from now on, then reason=...",
                                          "casewire conflict show CONFLICT"});
    code = send_event(x, "arbitration", 2);
    if (code == EXIT_DONE &&
        cw_draft_write(x->w.draft, "to_division", CW_SET, slice_of(cli->operands[1]), &fault) != CW_OK)
        code = complain_fault(cli, "nothing was recorded", &fault);
    return code == EXIT_DONE ? writing_send(&x->w) : code;
}

static enum exit_code read_take(const struct cli *cli, const struct dispute *d, int64_t *out)
{
    return cli_number(cli, "take", 1, d->event != NULL ? DECIDING_TAKE_UP : (int64_t)d->choice_count, 0, out)
               ? EXIT_DONE
               : EXIT_USAGE;
}

/* What stands may be written again by many who may not decide: the proposal would be gone before anybody else saw it. */
static enum exit_code refuse_to_leave(const struct deciding *x)
{
    char resolvers[120], why[200];

    dispute_resolvers(x->d, resolvers, sizeof(resolvers));
    snprintf(why, sizeof(why), "a proposal is left by those who may take it up: %s", resolvers);
    return complain(
        x->w.cli, EXIT_DENIED,
        &(struct trouble){"nothing was recorded", x->w.cli->operands[0], why, "casewire conflict show CONFLICT"});
}

static enum exit_code resolve(struct deciding *x)
{
    int64_t take = 0;
    enum exit_code code = read_take(x->w.cli, x->d, &take);

    if (code != EXIT_DONE)
        return code;
    if (x->d->kind == DISPUTE_PROPOSAL && !dispute_is_for(x->d, context_roles(&x->context)))
        return refuse_to_leave(x);
    switch (x->d->kind) {
    case DISPUTE_VALUES:
    case DISPUTE_PROPOSAL:
        return resolve_value(x, take);
    case DISPUTE_EVENT:
        return deciding_answer(x, take);
    case DISPUTE_OWNER:
        return resolve_owner(x);
    case DISPUTE_STEP:
        return resolve_step(x);
    case DISPUTE_MERGED:
    case DISPUTE_KEPT:
        break;
    }
    return complain(x->w.cli, EXIT_CONFLICT,
                    &(struct trouble){"nothing was recorded", x->w.cli->operands[0],
                                      "a rule decided this already: it can be set back",
                                      "casewire conflict undo CONFLICT"});
}

static enum exit_code run_resolve(struct cli *cli)
{
    struct deciding x = {.d = NULL};
    enum exit_code code = begin(cli, &x);

    if (code == EXIT_DONE && x.d != NULL)
        code = resolve(&x);
    end(&x);
    return code;
}

/* --- undo --------------------------------------------------------------------------------------------------------- */

static enum exit_code undo(struct deciding *x)
{
    const struct cli *cli = x->w.cli;
    int64_t take = 0;
    char risk[60];
    enum exit_code code = read_take(cli, x->d, &take);

    if (code != EXIT_DONE)
        return code;
    if (x->d->kind == DISPUTE_KEPT)
        return write_choice(x, CW_REMOVE, 1);
    if (x->d->kind != DISPUTE_MERGED)
        return complain(cli, EXIT_CONFLICT,
                        &(struct trouble){"nothing was recorded", cli->operands[0],
                                          "nothing was decided here yet: it is open",
                                          "casewire conflict resolve CONFLICT --take N"});
    if (take == 0 && x->d->choice_count == 2)
        take = 2;
    if (take < 2)
        return complain(cli, EXIT_USAGE,
                        &(struct trouble){"nothing was recorded", "--take",
                                          "it stands already, or there are several others: say which one is to stand",
                                          "casewire conflict show CONFLICT"});
    if (lower_risk(x, take, risk) != NULL)
        return refuse_bare_risk(x, risk);
    return write_choice(x, CW_SET, take);
}

static enum exit_code run_undo(struct cli *cli)
{
    struct deciding x = {.d = NULL};
    enum exit_code code = begin(cli, &x);

    if (code == EXIT_DONE && x.d != NULL)
        code = undo(&x);
    end(&x);
    return code;
}

static const struct cli_option resolve_options[] = {
    {"take", "N", "choice N of conflict show"},
    WRITE_OPTIONS,
    {NULL, NULL, NULL},
};
static const struct cli_option undo_options[] = {
    {"take", "N", "choice N of conflict show; may be left out when there is one other"},
    WRITE_OPTIONS,
    {NULL, NULL, NULL},
};

const struct cli_command cmd_conflict_resolve = {
    .noun = "conflict",
    .verb = "resolve",
    .group = GROUP_WORK,
    .operands = "CONFLICT [VALUE...]",
    .operand_min = 1,
    .operand_max = -1,
    .summary = "decide it",
    .about = "The decision is a signed statement that names everything it decides between. Values are decided by "
             "--take N or by another value; a contested owner by a division and reason=...; steps that exclude each "
             "other by the event that is right, with its fields. A proposal is taken up by --take 2 and left by --take "
             "1; of a proposed event --take 2 says it again in your name, with what FIELD=VALUE says otherwise. A "
             "child's risk is lowered by episode assess, with a reason and the next review.",
    .examples = "  casewire conflict resolve 3f9a --take 2\n  casewire conflict resolve 3f9a 'Seen twice, see events'\n"
                "  casewire conflict resolve 77c1 NTH reason='lives there'\n",
    .options = resolve_options,
    .json = WRITE_JSON,
    .run = run_resolve,
};
const struct cli_command cmd_conflict_undo = {
    .noun = "conflict",
    .verb = "undo",
    .group = GROUP_WORK,
    .operands = "CONFLICT",
    .operand_min = 1,
    .operand_max = 1,
    .summary = "set back what a rule decided",
    .about =
        "Writes the value that a rule put aside, naming what it replaces; a set's element that survived its removal is "
        "removed. What your role may not set is kept as a proposal. A child's risk is lowered by episode assess, with "
        "a "
        "reason and the next review.",
    .examples = "  casewire conflict undo 81c0\n  casewire conflict undo 81c0 --take 3 --held-by 2\n",
    .options = undo_options,
    .json = WRITE_JSON,
    .run = run_undo,
};
