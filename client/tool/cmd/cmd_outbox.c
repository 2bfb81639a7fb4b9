/* SPDX-License-Identifier: Apache-2.0 */
/* outbox list, send, drop: what waits on this machine until a daemon can be reached. */
#include "tool/cmd_outbox.h"

#include "tool/outbox.h"
#include "tool/progress.h"

#include "lib/fault.h"
#include "lib/outbox.h"
#include "proto/wire.h"

#include <stdlib.h>

struct desk {
    struct cli *cli;
    struct context context;
    struct box box;
};

static enum exit_code desk_open(struct desk *d, struct cli *cli)
{
    enum exit_code code;

    *d = (struct desk){.cli = cli};
    code = context_start(cli, &d->context);
    return code == EXIT_DONE ? box_open(cli, &d->context, &d->box) : code;
}

/* With --damaged a file of which nothing can be read gives way to a new one. */
static enum exit_code desk_open_or_begin(struct desk *d, struct cli *cli, char **out_kept)
{
    enum exit_code code;

    if (!cli_flag(cli, "damaged"))
        return desk_open(d, cli);
    *d = (struct desk){.cli = cli};
    code = context_start(cli, &d->context);
    return code == EXIT_DONE ? box_open_or_begin(cli, &d->context, &d->box, out_kept) : code;
}

static void desk_close(struct desk *d)
{
    box_close(&d->box);
    context_close(&d->context);
}

static struct cw_outbox_entry entry_at(const struct desk *d, size_t index)
{
    struct cw_outbox_entry e = {.size = sizeof(e)};
    enum cw_err err = cw_outbox_at(d->box.outbox, index, &e);

    CW_ASSERT(err == CW_OK);
    return e;
}

struct tally {
    int delivered, refused, waiting;
};

static struct tally count_all(const struct desk *d)
{
    struct tally t = {0};

    for (size_t i = 0; i < cw_outbox_count(d->box.outbox); i++) {
        struct cw_outbox_entry e = entry_at(d, i);

        t.refused += e.state == CW_OUTBOX_REFUSED;
        t.waiting += !cw_outbox_is_done(&e);
        t.delivered += cw_outbox_is_done(&e) && e.state != CW_OUTBOX_REFUSED;
    }
    return t;
}

/* --- list ----------------------------------------------------------------------------------------------------- */

static void list_row(const struct desk *d, struct table *t, const struct cw_outbox_entry *e)
{
    char number[24], id[2 * CW_ID_LEN + 1], short_form[2 * SHORT_ID_LEN + 1], said[BOX_SAID_LEN_MAX], held[24];

    snprintf(number, sizeof(number), "%llu", (unsigned long long)e->number);
    hex_of(slice(e->case_id.b, CW_ID_LEN), id);
    snprintf(short_form, sizeof(short_form), "%.*s", 2 * SHORT_ID_LEN, id);
    box_said(&d->box, e->number, said);
    snprintf(held, sizeof(held), "%u of %u", e->held_by, e->wanted);
    table_add(t, number);
    table_add(t, box_state(e->state));
    table_add(t, held);
    table_add(t, short_form);
    table_add(t, said);
    table_add(t, e->fault.code != CW_OK ? e->fault.text : e->division);
}

static void list_text(const struct desk *d)
{
    static const char *const heading[] = {"number", "state", "held by", "case", "says", "where, why", NULL};
    struct table t;

    table_begin(&t, d->cli, heading);
    for (size_t i = 0; i < cw_outbox_count(d->box.outbox); i++) {
        struct cw_outbox_entry e = entry_at(d, i);

        if (d->cli->quiet)
            printf("%llu\n", (unsigned long long)e.number);
        else
            list_row(d, &t, &e);
    }
    table_end(&t);
    if (cw_outbox_count(d->box.outbox) == 0 && !d->cli->quiet && !box_has_lost(&d->box))
        fprintf(stderr, "the outbox is empty\n");
}

static json_t *entries_json(const struct desk *d)
{
    json_t *array = json_array();

    for (size_t i = 0; i < cw_outbox_count(d->box.outbox); i++) {
        struct cw_outbox_entry e = entry_at(d, i);

        json_array_append_new(array, box_json(&d->box, &e));
    }
    return array;
}

static enum exit_code run_list(struct cli *cli)
{
    struct desk d;
    enum exit_code code = desk_open(&d, cli);

    if (code == EXIT_DONE && cli->json)
        json_print(cli, json_pack("{s:s, s:o, s:o}", "path", d.box.path, "entries", entries_json(&d), "damage",
                                  box_damage_json(&d.box)));
    else if (code == EXIT_DONE)
        list_text(&d);
    if (code == EXIT_DONE)
        code = box_complain_damage(cli, &d.box);
    desk_close(&d);
    return code;
}

/* --- send ----------------------------------------------------------------------------------------------------- */

struct sending {
    struct progress progress;
    uint64_t done, total;
};

static void on_change(void *context, const struct cw_outbox_entry *entry)
{
    struct sending *s = context;

    s->done += cw_outbox_is_done(entry) ? 1 : 0;
    progress_at(&s->progress, s->done, s->total);
}

static void tell_sent(const struct desk *d, const struct tally *before, const struct tally *after)
{
    int delivered = after->delivered - before->delivered, refused = after->refused - before->refused;

    if (d->cli->json)
        json_print(d->cli, json_pack("{s:i, s:i, s:i, s:o, s:o}", "delivered", delivered, "refused", refused, "waiting",
                                     after->waiting, "entries", entries_json(d), "damage", box_damage_json(&d->box)));
    else if (!d->cli->quiet)
        printf("%d delivered, %d refused, %d still wait\n", delivered, refused, after->waiting);
}

/* Those that this command saw refused; older refusals were told when they came. */
static enum exit_code tell_refused(const struct desk *d)
{
    enum exit_code code = EXIT_DONE;

    for (size_t i = 0; i < cw_outbox_count(d->box.outbox); i++) {
        struct cw_outbox_entry e = entry_at(d, i);

        if (e.state != CW_OUTBOX_REFUSED || e.tries == 0)
            continue;
        if (!d->cli->json && !d->cli->quiet)
            box_tell(d->cli, &d->box, &e);
        code = box_exit_code(&e);
    }
    if (code == EXIT_DONE)
        return EXIT_DONE;
    return complain(d->cli, code,
                    &(struct trouble){"some were refused, and stay in the outbox with the reason", d->box.path, NULL,
                                      "casewire outbox list"});
}

static enum exit_code deliver(struct desk *d)
{
    struct tally before = count_all(d), after;
    struct sending s = {.total = (uint64_t)before.waiting};
    struct cw_fault fault = {0};
    char where[WHERE_LEN_MAX];
    enum cw_err err;

    progress_begin(&s.progress, d->cli, "submissions");
    err = box_deliver(d->cli, &d->box, on_change, &s, &fault);
    progress_end(&s.progress);
    after = count_all(d);
    tell_sent(d, &before, &after);
    if (err == CW_OK)
        return tell_refused(d);
    where_typed(d->cli, fault.where, where);
    return complain(d->cli, exit_code_of(err),
                    &(struct trouble){"not everything is delivered; what waits stays in the outbox", where, fault.text,
                                      "casewire outbox list"});
}

static enum exit_code run_send(struct cli *cli)
{
    struct desk d;
    enum exit_code code = desk_open(&d, cli);

    if (code == EXIT_DONE)
        code = deliver(&d);
    if (code == EXIT_DONE)
        code = box_complain_damage(cli, &d.box);
    desk_close(&d);
    return code;
}

/* --- drop ----------------------------------------------------------------------------------------------------- */

static enum exit_code forget(struct desk *d, uint64_t number)
{
    struct cw_fault fault = {0};
    char text[24];
    enum cw_err err = cw_outbox_forget(d->box.outbox, number, &fault);

    if (err == CW_OK)
        return EXIT_DONE;
    snprintf(text, sizeof(text), "%llu", (unsigned long long)number);
    return complain(d->cli, err == CW_USAGE_ORDER ? EXIT_CONFLICT : exit_code_of(err),
                    &(struct trouble){"it was not dropped", text,
                                      err == CW_LOCAL_NOT_FOUND ? "the outbox has no such number" : fault.text,
                                      err == CW_USAGE_ORDER ? "casewire outbox send" : "casewire outbox list"});
}

static enum exit_code forget_named(struct desk *d, int *dropped)
{
    enum exit_code code = EXIT_DONE;

    for (int i = 0; code == EXIT_DONE && i < d->cli->operand_count; i++) {
        char *end;
        unsigned long long number = strtoull(d->cli->operands[i], &end, 10);

        if (*end != '\0' || end == d->cli->operands[i])
            return complain(d->cli, EXIT_USAGE,
                            &(struct trouble){"it was not dropped", d->cli->operands[i],
                                              "it is no number of the outbox", "casewire outbox list"});
        code = forget(d, number);
        *dropped += code == EXIT_DONE;
    }
    return code;
}

static enum exit_code forget_delivered(struct desk *d, int *dropped)
{
    enum exit_code code = EXIT_DONE;
    size_t i = 0;

    while (code == EXIT_DONE && i < cw_outbox_count(d->box.outbox)) {
        struct cw_outbox_entry e = entry_at(d, i);

        if (cw_outbox_is_done(&e) && e.state != CW_OUTBOX_REFUSED) {
            code = forget(d, e.number);
            *dropped += code == EXIT_DONE;
        } else {
            i++;
        }
    }
    return code;
}

static void tell_dropped(const struct cli *cli, int dropped, const char *kept, bool all)
{
    const char *name = kept != NULL ? strrchr(kept, '/') : NULL;
    json_t *object;

    if (cli->json) {
        object = json_pack("{s:i, s:b}", "dropped", dropped, "was_damaged", kept != NULL);
        if (kept != NULL)
            json_object_set_new(object, "kept_as", json_string(kept));
        json_print(cli, object);
    } else if (!cli->quiet && all) {
        printf("nothing of it could be read; the whole file is kept as %s, and a new outbox begins\n", name + 1);
    } else if (!cli->quiet) {
        printf("%d dropped%s%s\n", dropped, name != NULL ? "; the damaged file is kept as " : "",
               name != NULL ? name + 1 : "");
    }
}

/* Also without anything dropped: that is how a damaged file is made whole again. `kept`: the file before this one. */
static enum exit_code write_anew(struct desk *d, int dropped, const char *kept)
{
    struct cw_fault fault = {0};

    if (cw_outbox_compact(d->box.outbox, &fault) != CW_OK)
        return complain_fault(d->cli, "the outbox was not written anew", &fault);
    tell_dropped(d->cli, dropped, kept != NULL ? kept : d->box.outbox->kept_as, kept != NULL);
    return EXIT_DONE;
}

static enum exit_code run_drop(struct cli *cli)
{
    bool delivered = cli_flag(cli, "delivered");
    struct desk d;
    char *kept = NULL;
    int dropped = 0;
    enum exit_code code;

    if (!delivered && !cli_flag(cli, "damaged") && cli->operand_count == 0)
        return complain(cli, EXIT_USAGE,
                        &(struct trouble){"nothing was dropped", NULL, "name numbers, or give --delivered or --damaged",
                                          "casewire outbox list"});
    code = desk_open_or_begin(&d, cli, &kept);
    if (code == EXIT_DONE && delivered)
        code = forget_delivered(&d, &dropped);
    if (code == EXIT_DONE)
        code = forget_named(&d, &dropped);
    if (code == EXIT_DONE)
        code = write_anew(&d, dropped, kept);
    desk_close(&d);
    free(kept);
    return code;
}

static const struct cli_option drop_options[] = {
    {"delivered", NULL, "everything that is delivered, with its receipts"},
    {"damaged", NULL, "what cannot be read; the file is kept beside the new one, under the name that is said"},
    {NULL, NULL, NULL},
};

const struct cli_command cmd_outbox_list = {
    .noun = "outbox",
    .verb = "list",
    .group = GROUP_CASES,
    .summary = "what waits here, and how far each has come",
    .about =
        "queued: safe in the outbox and nowhere else. sent: a daemon has it and did not answer yet. stored: one "
        "division holds it, its receipt is checked and kept. held: as many divisions hold it as were asked for. "
        "refused: it will never be taken as it is; the reason stands beside it.\n\n"
        "The file is encrypted for its owner, in the folder of the key. When some of it cannot be read, the rest is "
        "listed, what is lost is named, and the command ends with 1 until outbox drop --damaged has made the file "
        "whole.",
    .examples = "  casewire outbox list\n  casewire outbox list --json\n",
    .json = "path:s entries:[OutboxEntry] damage:[OutboxDamage]",
    .run = run_list,
};
const struct cli_command cmd_outbox_send = {
    .noun = "outbox",
    .verb = "send",
    .group = GROUP_CASES,
    .summary = "deliver what waits, as far as daemons are in reach",
    .about = "Statements about one case go in their order. Sending again has no second effect. What is whole of a "
             "damaged file is sent; what is lost is named, and the command ends with 1.\n\n"
             "Commands that use the outbox do so one after the other: each waits up to 20 seconds for the one before "
             "it, then ends with 75 and has recorded nothing.",
    .examples = "  casewire outbox send\n  casewire outbox send --timeout 60\n",
    .json = "delivered:i refused:i waiting:i entries:[OutboxEntry] damage:[OutboxDamage]",
    .run = run_send,
};
const struct cli_command cmd_outbox_drop = {
    .noun = "outbox",
    .verb = "drop",
    .group = GROUP_CASES,
    .operands = "[N...]",
    .operand_max = -1,
    .summary = "take out what is delivered or refused",
    .about =
        "What is neither stays: nobody else has it for certain.\n\n"
        "A damaged file is kept as outbox.damaged, or as outbox.damaged.2 and so on when there is one, also when "
        "nothing of it can be read: then a new outbox begins. Another person's outbox, and one of a newer version, "
        "stays where it is.",
    .examples = "  casewire outbox drop 3 4\n  casewire outbox drop --delivered\n",
    .options = drop_options,
    .json = "dropped:i was_damaged:b kept_as:s?",
    .run = run_drop,
};
