/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/brief.h"

#include "tool/lookup.h"
#include "tool/view.h"

#include "lib/fault.h"
#include "lib/identity.h"
#include "lib/when.h"
#include "proto/wire.h"

#include <ctype.h>
#include <stdlib.h>

#define INDENT 10

static void print_line(const struct cli *cli, enum tone tone, const char *word, const char *text)
{
    printf("%s%s%s%*s", tone_on(cli, tone), word, tone_off(cli), INDENT - (int)text_width(word), "");
    view_wrap(text, INDENT);
}

/* "K7Q2M4X   HIGH  Child M; NTH, in charge ...; episode active" */
static void print_head(const struct cli *cli, const struct brief_case *one)
{
    char chars[CHARS_LEN_MAX], risk[40], title[200], owner[VIEW_OWNER_LEN_MAX], line[800];

    lookup_chars(wire_slice(one->view->human_ref), chars);
    view_words(one->view->risk, risk, sizeof(risk));
    for (char *at = risk; *at != '\0'; at++)
        *at = (char)toupper((unsigned char)*at);
    TEXT(one->view->title, title);
    view_owner(one->view, owner);
    printf("\n%s%s%s%*s%s%s%s%s", tone_on(cli, TONE_HEAD), chars, tone_off(cli), INDENT - (int)text_width(chars), "",
           tone_on(cli, view_risk_tone(risk)), risk, tone_off(cli), risk[0] != '\0' ? "  " : "");
    snprintf(line, sizeof(line), "%s; %s", title, owner);
    view_wrap(line, INDENT + (int)text_width(risk) + (risk[0] != '\0' ? 2 : 0));
}

static void print_items(const struct cli *cli, const struct brief *b, const struct brief_case *one)
{
    for (size_t i = one->first; i < one->first + one->count; i++) {
        const struct waiting *w = &b->items[i];
        bool bad = w->class <= WAITING_LOOK;
        char text[WAITING_TEXT_LEN_MAX + 40];

        snprintf(text, sizeof(text), "%s%s", w->text,
                 w->class == WAITING_OVERDUE && !w->in_hand ? ", acknowledged by NOBODY" : "");
        print_line(cli, bad ? TONE_BAD : TONE_CAREFUL,
                   w->class == WAITING_OVERDUE ? "OVERDUE" : waiting_words[w->class], text);
        if (w->class == WAITING_DECIDE || w->class == WAITING_PROPOSAL || w->class == WAITING_OFFER)
            printf("%*s%s\n", INDENT, "", w->next);
    }
}

static void print_rest(const struct cli *cli, const struct brief_case *one)
{
    char text[TOLD_LEN_MAX];
    struct told told;

    if (view_last_seen(one->view, text, sizeof(text)))
        print_line(cli, TONE_PLAIN, "seen", text);
    for (const Cw__ViewEvent *t = task_next(one->view, NULL); t != NULL; t = task_next(one->view, t)) {
        task_words(t, text);
        print_line(cli, TONE_PLAIN, "task", text);
    }
    told_offer(one->view, &told);
    if (told.event != NULL && told.accepted == NULL) {
        told_words(&told, text);
        print_line(cli, TONE_CAREFUL, "offer", text);
    }
    told_brief(one->view, &told);
    if (told.event != NULL)
        told_words(&told, text);
    else
        snprintf(text, sizeof(text), "not briefed yet");
    print_line(cli, told.accepted != NULL ? TONE_GOOD : TONE_CAREFUL, "shift", text);
}

static void print_text(const struct cli *cli, const struct context *context, const struct brief *b)
{
    char name[100], when[WHEN_TEXT_LEN_MAX];
    size_t live = 0;

    for (size_t i = 0; i < b->case_count; i++)
        live += b->at[i].live;
    fault_clean_text(context->identity->certificate.name, name, sizeof(name));
    when_london(b->who.now, false, when);
    printf("%sShift brief%s of %s for %s, %s:%s%zu case%s, %zu with a live episode\n", tone_on(cli, TONE_HEAD),
           tone_off(cli), b->who.division, name, when, cli->terminal ? "\n  " : " ", b->case_count,
           b->case_count == 1 ? "" : "s", live);
    for (size_t i = 0; i < b->case_count; i++) {
        print_head(cli, &b->at[i]);
        print_items(cli, b, &b->at[i]);
        print_rest(cli, &b->at[i]);
    }
}

/* --- for programs --------------------------------------------------------------------------------------------- */

static json_t *items_json(const struct brief *b, const struct brief_case *one)
{
    json_t *array = json_array();

    for (size_t i = one->first; i < one->first + one->count; i++) {
        char at[WHEN_TEXT_LEN_MAX];

        when_utc(b->items[i].at, at);
        json_array_append_new(array, json_pack("{s:s, s:s, s:s, s:s}", "class", waiting_words[b->items[i].class], "at",
                                               at, "text", b->items[i].text, "next", b->items[i].next));
    }
    return array;
}

static json_t *tasks_json(const Cw__CaseView *view)
{
    json_t *array = json_array();

    for (const Cw__ViewEvent *t = task_next(view, NULL); t != NULL; t = task_next(view, t)) {
        char text[TASK_LEN_MAX], id[2 * CW_ID_LEN + 1] = "";

        task_words(t, text);
        if (t->event_id.len == CW_ID_LEN)
            hex_of(wire_slice(t->event_id), id);
        json_array_append_new(array, json_pack("{s:s, s:s}", "event_id", id, "text", text));
    }
    return array;
}

/* A mark that is not there is left out. */
static json_t *mark_json(const Cw__ViewEvent *event)
{
    char name[100] = "", division[20] = "", at[WHEN_TEXT_LEN_MAX];

    if (event == NULL)
        return NULL;
    if (event->author != NULL) {
        TEXT(event->author->name, name);
        TEXT(event->author->division, division);
    }
    when_utc(event->has_author_time_ms ? (struct cw_wall){(int64_t)event->author_time_ms} : hlc_wall(event->hlc), at);
    return json_pack("{s:s, s:s, s:s}", "by", name, "division", division, "at", at);
}

static json_t *told_json(const struct told *told)
{
    if (told->event == NULL)
        return NULL;
    return json_pack("{s:o, s:o*, s:o*, s:o*, s:i}", "told", mark_json(told->event), "delivered",
                     mark_json(told->delivered), "seen", mark_json(told->seen), "accepted", mark_json(told->accepted),
                     "since", (int)told->since);
}

static json_t *case_json(const struct brief *b, const struct brief_case *one)
{
    char id[2 * CW_ID_LEN + 1] = "", reference[64], title[200], risk[40], owner[VIEW_OWNER_LEN_MAX];
    struct told brief, offer;

    if (one->view->case_id.len == CW_ID_LEN)
        hex_of(wire_slice(one->view->case_id), id);
    TEXT(one->view->human_ref, reference);
    TEXT(one->view->title, title);
    TEXT(one->view->risk, risk);
    view_owner(one->view, owner);
    told_brief(one->view, &brief);
    told_offer(one->view, &offer);
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:b, s:o, s:o, s:o*, s:o*}", "case_id", id, "human_ref", reference,
                     "title", title, "risk", risk, "owner", owner, "live", one->live, "waiting", items_json(b, one),
                     "tasks", tasks_json(one->view), "shift", told_json(&brief), "offer", told_json(&offer));
}

void brief_print(const struct cli *cli, const struct context *context, const struct brief *b)
{
    json_t *array;
    char id[2 * CW_ID_LEN + 1];

    if (cli->json) {
        array = json_array();
        for (size_t i = 0; i < b->case_count; i++)
            json_array_append_new(array, case_json(b, &b->at[i]));
        json_print(cli,
                   json_pack("{s:s, s:o, s:b}", "division", b->who.division, "cases", array, "more", b->cases.more));
    } else if (cli->quiet) {
        for (size_t i = 0; i < b->case_count; i++)
            if (b->at[i].view->case_id.len == CW_ID_LEN) {
                hex_of(wire_slice(b->at[i].view->case_id), id);
                printf("%s\n", id);
            }
    } else {
        print_text(cli, context, b);
    }
    if (b->cases.more && !cli->json)
        fprintf(stderr, "%zu cases were looked at, children missing now first; --cases N looks at more\n",
                b->cases.count);
}
