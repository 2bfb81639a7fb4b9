/* SPDX-License-Identifier: Apache-2.0 */
/* inbox --follow: what waits now compared with what waited before, told as people, pipes and programs read it. */
#include "tool/inbox_news.h"

#include "tool/lookup.h"
#include "tool/view.h"

#include "lib/fault.h"
#include "lib/link.h"
#include "proto/wire.h"

#include <stdlib.h>

/* What waited, after the view that it was found in is gone. */
struct remembered {
    enum waiting_class class;
    uint32_t roles;
    char key[WAITING_KEY_LEN_MAX], text[WAITING_TEXT_LEN_MAX], chars[CHARS_LEN_MAX], risk[40], title[200];
    uint8_t case_id[CW_ID_LEN];
};

static void keep_one(const struct waiting *w, struct remembered *out)
{
    memset(out, 0, sizeof(*out));
    out->class = w->class;
    out->roles = w->roles;
    snprintf(out->key, sizeof(out->key), "%s", w->key);
    snprintf(out->text, sizeof(out->text), "%s", w->text);
    lookup_chars(wire_slice(w->view->human_ref), out->chars);
    TEXT(w->view->risk, out->risk);
    TEXT(w->view->title, out->title);
    if (w->view->case_id.len == CW_ID_LEN)
        memcpy(out->case_id, w->view->case_id.data, CW_ID_LEN);
}

struct remembered *inbox_remember(const struct inbox *box)
{
    struct remembered *all = calloc(box->count + 1, sizeof(*all));

    CW_ASSERT(all != NULL);
    for (size_t i = 0; i < box->count; i++)
        keep_one(&box->at[i], &all[i]);
    return all;
}

static bool same(const struct waiting *w, const struct remembered *r)
{
    return strcmp(w->key, r->key) == 0 && slice_eq(wire_slice(w->view->case_id), slice(r->case_id, CW_ID_LEN));
}

/*
 * Roles for which it is news: a duty that was due soon and is overdue now is new, though it is the same duty; one that nobody
 * has in hand reaches more roles, and is new for those.
 */
static uint32_t news_for(const struct waiting *w, const struct remembered *at, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (same(w, &at[i]) && w->class == at[i].class)
            return w->roles & ~at[i].roles;
    return w->roles != R_NONE ? w->roles : R_ANY;
}

static bool still_waits(const struct inbox *box, const struct remembered *r)
{
    for (size_t i = 0; i < box->count; i++)
        if (same(&box->at[i], r))
            return true;
    return false;
}

static void print_new(const struct cli *cli, const struct waiting *w)
{
    if (cli->terminal)
        inbox_print_item(cli, w);
    else
        inbox_print_row(w);
}

static void print_gone(const struct cli *cli, const struct remembered *r)
{
    char line[WAITING_TEXT_LEN_MAX + CHARS_LEN_MAX + 8];

    if (!cli->terminal) {
        printf("done\t%s\t%s\t\t%s\t\t%s\n", r->chars, r->risk, r->text, r->title); /* no time, no command */
        return;
    }
    snprintf(line, sizeof(line), "%s  %s", r->chars, r->text);
    printf("%sdone%s      ", tone_on(cli, TONE_GOOD), tone_off(cli));
    view_wrap(line, VIEW_LABEL);
}

/* One object a line: a stream. */
void inbox_print_news(const struct inbox *box, json_t *fresh, json_t *gone)
{
    json_t *object = json_pack("{s:i, s:s, s:o, s:o, s:i, s:b}", "v", 1, "command", "inbox", "waiting", fresh, "done",
                               gone, "cases", (int)box->cases.count, "more", box->cases.more);

    json_dumpf(object, stdout, JSON_COMPACT);
    putchar('\n');
    json_decref(object);
}

void inbox_tell_changes(const struct cli *cli, const struct inbox *box, const struct remembered *before,
                        size_t before_count, struct alerts *alerts)
{
    json_t *fresh = json_array(), *gone = json_array();
    size_t changes = 0;

    for (size_t i = 0; i < box->count; i++) {
        const struct waiting *w = &box->at[i];
        uint32_t roles = news_for(w, before, before_count);

        if (roles == 0)
            continue;
        changes++;
        json_array_append_new(fresh, inbox_item_json(w));
        if (!cli->json)
            print_new(cli, w);
        alerts_new(alerts, w, roles, link_now());
    }
    for (size_t i = 0; i < before_count; i++) {
        char id[2 * CW_ID_LEN + 1];

        if (still_waits(box, &before[i]))
            continue;
        changes++;
        hex_of(slice(before[i].case_id, CW_ID_LEN), id);
        json_array_append_new(gone, json_pack("{s:s, s:s, s:s}", "case_id", id, "class", waiting_words[before[i].class],
                                              "text", before[i].text));
        if (!cli->json)
            print_gone(cli, &before[i]);
    }
    if (cli->json && changes > 0) {
        inbox_print_news(box, fresh, gone);
    } else {
        json_decref(fresh);
        json_decref(gone);
    }
    fflush(stdout);
}
