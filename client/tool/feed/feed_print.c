/* SPDX-License-Identifier: Apache-2.0 */
/* An item of a feed, for people and for pipes. */
#include "tool/feed.h"

#include "tool/view.h"

#include "lib/when.h"
#include "proto/wire.h"

/* --- for programs --------------------------------------------------------------------------------------- */

static void print_json(const struct cli *cli, const Cw__FeedItem *item)
{
    json_t *whole = json_object(), *object = json_of_message(&item->base);
    char name[CLI_NAME_LEN_MAX];

    cli_name(cli->command, name);
    json_object_set_new(whole, "v", json_integer(1)); /* first, so that a reader knows what follows */
    json_object_set_new(whole, "command", json_string(name));
    json_object_update(whole, object);
    json_object_set_new(whole, "why", json_string(feed_why(item)));
    json_dumpf(whole, stdout, JSON_COMPACT);
    putchar('\n');
    json_decref(object);
    json_decref(whole);
}

/* --- for people ----------------------------------------------------------------------------------------- */

#define INDENT 2
#define BODY_LEN_MAX ((size_t)3 * FEED_TEXT_LEN_MAX + 100) /* three columns and what joins them */

static enum tone tone_of(const Cw__FeedItem *item)
{
    if (item->n_in_conflict > 0)
        return TONE_BAD;
    return item->late || item->again || item->cause_missing || item->revising || item->outside ? TONE_CAREFUL
                                                                                               : TONE_PLAIN;
}

/* "16:00  K7Q2M4X  high  Child M" */
static void print_head(const struct cli *cli, const Cw__FeedItem *item)
{
    char text[FEED_TEXT_LEN_MAX], when[WHEN_TEXT_LEN_MAX] = "";
    struct cw_wall at;
    size_t column;

    if (feed_time(item, &at))
        when_short(at, when_now(), when);
    feed_text(item, 'c', text);
    if (item->case_ == NULL)
        snprintf(text, sizeof(text), "%s", item->why == CW_FEED_RECORD ? "record" : "a case not shown here");
    printf("%s  %s%s%s  ", when, tone_on(cli, TONE_HEAD), text, tone_off(cli));
    column = text_width(when) + text_width(text) + 4;
    feed_text(item, 'R', text);
    if (text[0] != '\0') {
        printf("%s  ", text);
        column += text_width(text) + 2;
    }
    feed_text(item, 'l', text);
    view_wrap_lines(text, column < VIEW_WIDTH / 2 ? (int)column : VIEW_WIDTH / 2, 1);
}

/* "Officer Wren (NTH): sets missing_risk to high"; of a case, what it is now. */
static void body_of(const Cw__FeedItem *item, char out[static BODY_LEN_MAX])
{
    char author[FEED_TEXT_LEN_MAX], division[FEED_TEXT_LEN_MAX], text[FEED_TEXT_LEN_MAX];

    if (item->op == NULL) {
        feed_text(item, 's', text);
        feed_text(item, 'O', division);
        snprintf(out, BODY_LEN_MAX, "%s%s%s%s", item->why == CW_FEED_CORRECTION ? "shows something else now: " : "",
                 text, division[0] != '\0' ? ", owner " : "", division);
        return;
    }
    feed_text(item, 'a', author);
    feed_text(item, 'd', division);
    feed_text(item, 'w', text);
    snprintf(out, BODY_LEN_MAX, "%s%s%s%s%s%s", author, division[0] != '\0' ? " (" : "", division,
             division[0] != '\0' ? ")" : "", author[0] != '\0' || division[0] != '\0' ? ": " : "", text);
}

static void print_body(const Cw__FeedItem *item)
{
    char body[BODY_LEN_MAX];

    body_of(item, body);
    if (body[0] == '\0')
        return;
    printf("%*s", INDENT, "");
    view_wrap(body, INDENT);
}

/* The flags, a verdict that is not "effective", the fields in conflict. */
static void print_remarks(const struct cli *cli, const Cw__FeedItem *item)
{
    char flags[FEED_TEXT_LEN_MAX], verdict[FEED_TEXT_LEN_MAX], fields[FEED_TEXT_LEN_MAX], text[BODY_LEN_MAX];

    feed_text(item, 'f', flags);
    feed_text(item, 'v', verdict);
    feed_text(item, 'x', fields);
    if (strcmp(verdict, "effective") == 0)
        verdict[0] = '\0';
    if (flags[0] == '\0' && verdict[0] == '\0' && fields[0] == '\0')
        return;
    snprintf(text, sizeof(text), "%s%s%s%s%s%s", verdict, verdict[0] != '\0' && flags[0] != '\0' ? ", " : "", flags,
             fields[0] != '\0' && (verdict[0] != '\0' || flags[0] != '\0') ? "; " : "",
             fields[0] != '\0' ? "in conflict: " : "", fields);
    printf("%*s%s", INDENT, "", tone_on(cli, tone_of(item)));
    view_wrap(text, INDENT);
    fputs(tone_off(cli), stdout);
}

static void print_text(const struct cli *cli, const Cw__FeedItem *item)
{
    print_head(cli, item);
    print_body(item);
    print_remarks(cli, item);
}

void feed_print(const struct cli *cli, const char *format, const Cw__FeedItem *item)
{
    if (format != NULL)
        feed_template_print(item, format, stdout);
    else if (cli->json)
        print_json(cli, item);
    else if (cli->quiet)
        feed_template_print(item, "%i%n", stdout);
    else if (cli->terminal)
        print_text(cli, item);
    else
        feed_template_print(item, "%T%b%y%b%r%b%k%b%s%b%R%b%O%b%d%b%a%b%v%b%f%b%w%b%i%n", stdout);
    if (format != NULL)
        putchar('\n');
}
