/* SPDX-License-Identifier: Apache-2.0 */
/* conflict list, show: what two sides wrote about one thing, and what a rule made of it. */
#include "tool/cmd_conflict.h"

#include "tool/conflict_next.h"
#include "tool/lookup.h"
#include "tool/view.h"

#include "lib/fault.h"
#include "lib/when.h"
#include "proto/wire.h"

#define INDENT 6

struct heads {
    char id[2 * DISPUTE_ID_LEN + 1], chars[CHARS_LEN_MAX], field[60], since[WHEN_TEXT_LEN_MAX];
};

static void heads_of(const struct dispute *d, int digits, struct heads *out)
{
    CW_ASSERT(d->view != NULL);
    dispute_id_text(d, digits, out->id);
    lookup_chars(wire_slice(d->view->human_ref), out->chars);
    fault_clean_text(dispute_field(d), out->field, sizeof(out->field));
    when_relative(dispute_since(d), when_now(), out->since);
}

/* --- list ------------------------------------------------------------------------------------------------- */

static void print_choice(const Cw__ViewValue *value, size_t number)
{
    char text[300], by[200], line[520];

    view_value(value, text, sizeof(text));
    view_by(value->author, view_said(value), by);
    snprintf(line, sizeof(line), "%s - %s", text[0] != '\0' ? text : "(withheld)", by);
    printf("  %3zu ", number);
    view_wrap(line, INDENT);
}

/* A proposed event: what becomes of it, as it is numbered for conflict resolve. */
static void print_event(const struct dispute *d)
{
    char name[60], by[200], details[600], line[900];

    view_words(d->event->name, name, sizeof(name));
    view_event_by(d->event, by);
    view_event_details(d->view, d->event, details, sizeof(details));
    snprintf(line, sizeof(line), "%s%s%s%s - %s", d->event->withdraws ? "take back: " : "", name,
             details[0] != '\0' ? ": " : "", details, by);
    printf("    1 leave it\n    2 ");
    view_wrap(line, INDENT);
}

static const char *whose(const struct dispute *d, uint32_t roles)
{
    if (!dispute_is_open(d))
        return dispute_why(d);
    return dispute_is_for(d, roles) ? "yours to decide" : "not yours";
}

static void print_one(const struct cli *cli, const struct dispute *d, int digits, uint32_t roles, bool new_case)
{
    struct heads h;
    char title[60];

    heads_of(d, digits, &h);
    TEXT(d->view->title, title);
    if (new_case)
        printf("%s%s%s  %s\n", tone_on(cli, TONE_HEAD), h.chars, tone_off(cli), title);
    printf("%s%s%s  %s%s%s  %s, %s\n", tone_on(cli, TONE_HEAD), h.id, tone_off(cli),
           tone_on(cli, dispute_is_open(d) ? TONE_BAD : TONE_CAREFUL), h.field, tone_off(cli), h.since,
           whose(d, roles));
    for (size_t i = 0; i < d->choice_count; i++)
        print_choice(d->choices[i], i + 1);
    if (d->event != NULL)
        print_event(d);
}

static size_t print_part(const struct cli *cli, const struct disputes *all, bool open, uint32_t roles)
{
    const Cw__CaseView *last = NULL;
    size_t count = 0;

    for (size_t i = 0; i < all->count; i++) {
        if (dispute_is_open(&all->at[i]) != open)
            continue;
        if (count++ == 0)
            printf("%s%s%s\n", tone_on(cli, TONE_HEAD),
                   open ? "To be decided: casewire conflict show ID" : "Decided by rule: casewire conflict undo ID",
                   tone_off(cli));
        print_one(cli, &all->at[i], all->digits, roles, all->at[i].view != last);
        last = all->at[i].view;
    }
    return count;
}

static void print_text(const struct cli *cli, const struct disputes *all, uint32_t roles)
{
    size_t open = print_part(cli, all, true, roles);

    if (open > 0 && open < all->count)
        putchar('\n');
    print_part(cli, all, false, roles);
    if (all->count == 0)
        printf("nothing is in conflict, and no rule decided anything in the cases changed last\n");
}

/* Tabs for a pipe: id, case, field, open or rule, since, whether it is yours, then the choices. */
static void print_rows(const struct disputes *all, uint32_t roles)
{
    for (size_t i = 0; i < all->count; i++) {
        const struct dispute *d = &all->at[i];
        char since[WHEN_TEXT_LEN_MAX], text[300];
        struct heads h;

        heads_of(d, all->digits, &h);
        when_utc(dispute_since(d), since);
        printf("%s\t%s\t%s\t%s\t%s\t%s", h.id, h.chars, h.field, dispute_is_open(d) ? "open" : "by rule", since,
               dispute_is_for(d, roles) ? "yours" : "");
        for (size_t c = 0; c < d->choice_count; c++) {
            view_value(d->choices[c], text, sizeof(text));
            printf("\t%s", text);
        }
        if (d->event != NULL) {
            view_event_details(d->view, d->event, text, sizeof(text));
            printf("\t%s", text);
        }
        putchar('\n');
    }
}

static void print_ids(const struct disputes *all)
{
    for (size_t i = 0; i < all->count; i++) {
        char id[2 * DISPUTE_ID_LEN + 1];

        dispute_id_text(&all->at[i], 2 * DISPUTE_ID_LEN, id);
        printf("%s\n", id);
    }
}

static void print_json(const struct cli *cli, const struct disputes *all, uint32_t roles)
{
    json_t *array = json_array();

    for (size_t i = 0; i < all->count; i++)
        json_array_append_new(array, dispute_json(&all->at[i], all->digits, roles));
    json_print(cli, json_pack("{s:o, s:b}", "conflicts", array, "more", all->more));
}

static void keep_wanted(struct disputes *all, bool mine, uint32_t roles)
{
    size_t count = 0;

    for (size_t i = 0; i < all->count; i++)
        if (!mine || dispute_is_for(&all->at[i], roles))
            all->at[count++] = all->at[i];
    all->count = count;
}

static enum exit_code run_list(struct cli *cli)
{
    struct disputes all = {0};
    struct context context;
    enum exit_code code;
    uint32_t roles = 0;
    int64_t cases;

    if (!cli_number(cli, "cases", 0, 500, 50, &cases))
        return EXIT_USAGE;
    code = context_start(cli, &context);
    if (code == EXIT_DONE) {
        roles = context_roles(&context);
        code = disputes_gather(cli, &context, cli->operand_count > 0 ? cli->operands[0] : NULL, (size_t)cases, &all);
    }
    if (code == EXIT_DONE) {
        keep_wanted(&all, cli_flag(cli, "mine"), roles);
        if (cli->json)
            print_json(cli, &all, roles);
        else if (cli->quiet)
            print_ids(&all);
        else if (cli->terminal)
            print_text(cli, &all, roles);
        else
            print_rows(&all, roles);
        if (all.more && !cli->json)
            fprintf(stderr, "there are more cases in conflict than were looked at: casewire conflict list CASE\n");
    }
    disputes_done(&all);
    context_close(&context);
    return code;
}

/* --- show ------------------------------------------------------------------------------------------------- */

static void print_replaced(const Cw__ViewValue *value)
{
    for (size_t i = 0; i < value->n_replaced; i++) {
        char op[2 * SHORT_ID_LEN + 1];

        short_id(value->replaced[i]->op, op);
        printf("%*sreplaces %s.%u\n", INDENT, "", op, value->replaced[i]->index);
    }
    for (size_t i = 0; i < value->n_notes; i++) {
        char note[200];

        TEXT(value->notes[i], note);
        if (strcmp(note, "in conflict") != 0)
            printf("%*s%s\n", INDENT, "", note);
    }
}

/* Why it was said: whoever decides weighs that, not the bare value. */
static void print_reason(const struct dispute *d, const Cw__ViewValue *value)
{
    const Cw__ViewValue *reason = dispute_reason(d, value);
    char text[2100];

    if (reason == NULL)
        return;
    view_value(reason, text, sizeof(text));
    printf("%*s", INDENT, "");
    view_wrap(text, INDENT);
}

static void show_text(const struct cli *cli, const struct dispute *d, int digits, uint32_t roles)
{
    char reference[64], title[200], resolvers[160], when[WHEN_TEXT_LEN_MAX], line[300];
    struct heads h;

    heads_of(d, digits, &h);
    TEXT(d->view->human_ref, reference);
    TEXT(d->view->title, title);
    dispute_resolvers(d, resolvers, sizeof(resolvers));
    when_london(dispute_since(d), false, when);
    printf("%s%s%s  %s  %s%s%s\n", tone_on(cli, TONE_HEAD), h.id, tone_off(cli), reference,
           tone_on(cli, dispute_is_open(d) ? TONE_BAD : TONE_CAREFUL), h.field, tone_off(cli));
    if (title[0] != '\0')
        view_wrap(title, 0);
    snprintf(line, sizeof(line), "%s, since %s (%s)", dispute_why(d), when, h.since);
    view_wrap(line, 0);
    snprintf(line, sizeof(line), "%s by %s: %s", dispute_is_open(d) ? "may be decided" : "may be set back", resolvers,
             dispute_is_for(d, roles) ? "you may" : "not by you");
    view_wrap(line, 0);
    for (size_t i = 0; i < d->choice_count; i++) {
        print_choice(d->choices[i], i + 1);
        print_reason(d, d->choices[i]);
        print_replaced(d->choices[i]);
    }
    if (d->event != NULL)
        print_event(d);
    conflict_next(d, h.id, roles);
}

static enum exit_code run_show(struct cli *cli)
{
    struct disputes all = {0};
    const struct dispute *d = NULL;
    struct context context;
    enum exit_code code = context_start(cli, &context);

    if (code == EXIT_DONE)
        code = disputes_find(cli, &context, cli->operands[0], &all, &d);
    if (code == EXIT_DONE && d != NULL) {
        uint32_t roles = context_roles(&context);

        if (cli->json)
            json_print(cli, dispute_json(d, all.digits, roles));
        else
            show_text(cli, d, all.digits, roles);
    }
    disputes_done(&all);
    context_close(&context);
    return code;
}

static const struct cli_option list_options[] = {
    {"mine", NULL, "only what your roles may decide"},
    CONFLICT_CASES_OPTION,
    {NULL, NULL, NULL},
};

const struct cli_command cmd_conflict_list = {
    .noun = "conflict",
    .verb = "list",
    .group = GROUP_WORK,
    .operands = "[CASE]",
    .operand_max = 1,
    .summary = "what must be decided, and what rules decided",
    .about =
        "First what needs a person: values written on several sides, steps that exclude each other, a contested owner, "
        "proposals. Then what a rule decided by itself and anybody with the role may set back with conflict undo: the "
        "highest risk stands, the last contact written stands, an addition survives a removal that had not seen it.",
    .examples = "  casewire conflict list\n  casewire conflict list --mine\n  casewire conflict list K7Q2M4X --json\n",
    .options = list_options,
    .json = "conflicts:[Conflict] more:b",
    .run = run_list,
};
const struct cli_command cmd_conflict_show = {
    .noun = "conflict",
    .verb = "show",
    .group = GROUP_WORK,
    .operands = "CONFLICT",
    .operand_min = 1,
    .operand_max = 1,
    .summary = "one of them: who wrote what, who may decide",
    .examples = "  casewire conflict show 3f9a\n  casewire conflict show K7Q2M4X.summary\n",
    .json = "id:s digits:i kind:s open:b case_id:h human_ref:s title:s field:s why:s since:t resolvers:s you_may:b "
            "choices:[ViewValue]",
    .run = run_show,
};
