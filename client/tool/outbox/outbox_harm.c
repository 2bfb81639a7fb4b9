/* SPDX-License-Identifier: Apache-2.0 */
/* What of an outbox cannot be read. An unfinished end is no loss: nobody was told that it is safe. */
#include "tool/outbox.h"

#include "lib/outbox.h"

#define NAMED_MAX 8   /* pieces that a complaint names; standard error and --json have them all */
#define NUMBERS_MAX 8 /* of a piece that are named one by one */
#define NUMBERS_LEN_MAX (NUMBERS_MAX * 24)
#define LOST_LEN_MAX (NUMBERS_LEN_MAX + 100)

static unsigned long long last_byte(const struct cw_outbox_damage *d)
{
    return (unsigned long long)(d->offset + d->len - 1);
}

static unsigned long long last_number(const struct cw_outbox_damage *d)
{
    return (unsigned long long)d->number + d->further;
}

/* "2", "2 and 3", "2, 3 and 4", "2 to 40" */
static void numbers_of(const struct cw_outbox_damage *d, char *out, size_t cap)
{
    unsigned long long first = (unsigned long long)d->number, last = last_number(d);
    size_t len = (size_t)snprintf(out, cap, "%llu", first);

    if (d->further >= NUMBERS_MAX || outbox_damage_is_vague(d)) {
        snprintf(out + len, cap - len, " to %llu", last);
        return;
    }
    for (unsigned long long n = first + 1; n <= last; n++)
        len += (size_t)snprintf(out + len, cap - len, "%s%llu", n < last ? ", " : " and ", n);
}

void box_tell_damage(const struct cli *cli, const struct box *box)
{
    for (size_t i = 0; i < cw_outbox_damage_count(box->outbox); i++) {
        const struct cw_outbox_damage *d = cw_outbox_damage_at(box->outbox, i);
        char whose[NUMBERS_LEN_MAX + 40] = "", numbers[NUMBERS_LEN_MAX];

        if (cli->json)
            continue; /* `outbox list` and `outbox send` have them */
        numbers_of(d, numbers, sizeof(numbers));
        if (d->number != 0)
            snprintf(whose, sizeof(whose), ", of %s %s%s", d->further > 0 ? "entries" : "entry", numbers,
                     d->perhaps_more ? " and perhaps more" : "");
        fprintf(stderr, "casewire: %s: bytes %llu to %llu cannot be read%s%s\n", box->path,
                (unsigned long long)d->offset, last_byte(d), whose,
                d->unfinished ? ": unfinished, as by a program that was killed" : "; the rest is whole");
    }
}

static void what_is_lost(const struct box *box, const struct cw_outbox_damage *d, char *out, size_t cap)
{
    struct cw_outbox_entry e = {.size = sizeof(e)};
    const char *more = d->perhaps_more ? ", and perhaps more" : "";
    char numbers[NUMBERS_LEN_MAX];

    numbers_of(d, numbers, sizeof(numbers));
    if (d->number == 0 && d->offset + d->len <= OUTBOX_HEADER_LEN)
        snprintf(out, cap, "the file's first bytes are, and no statement");
    else if (d->number == 0)
        snprintf(out, cap, "whose bytes %llu to %llu were cannot be told%s", (unsigned long long)d->offset,
                 last_byte(d), d->perhaps_more ? ": perhaps of statements after the last one that is listed" : "");
    else if (d->further > 0)
        snprintf(out, cap, "%sstatements %s are lost, unless they were dropped%s",
                 outbox_damage_is_vague(d) ? "some of " : "", numbers, more);
    else if (cw_outbox_find(box->outbox, d->number, &e) == CW_OK)
        snprintf(out, cap, "a note on statement %s is lost, not the statement%s", numbers, more);
    else
        snprintf(out, cap, "statement %s is lost, unless it was dropped%s", numbers, more);
}

/* The first pieces, "; " between them. Returns how many there are in all. */
static size_t all_that_is_lost(const struct box *box, char *out, size_t cap)
{
    size_t found = 0, len = 0;

    out[0] = '\0';
    for (size_t i = 0; i < cw_outbox_damage_count(box->outbox); i++) {
        const struct cw_outbox_damage *d = cw_outbox_damage_at(box->outbox, i);
        char one[LOST_LEN_MAX];

        if (d->unfinished || ++found > NAMED_MAX)
            continue;
        what_is_lost(box, d, one, sizeof(one));
        len += (size_t)snprintf(out + len, cap - len, "%s%s", found > 1 ? "; " : "", one);
    }
    if (found > NAMED_MAX)
        snprintf(out + len, cap - len, "; and %zu pieces more", found - NAMED_MAX);
    return found;
}

bool box_has_lost(const struct box *box)
{
    for (size_t i = 0; i < cw_outbox_damage_count(box->outbox); i++)
        if (!cw_outbox_damage_at(box->outbox, i)->unfinished)
            return true;
    return false;
}

enum exit_code box_complain_damage(const struct cli *cli, const struct box *box)
{
    char why[NAMED_MAX * (LOST_LEN_MAX + 2) + 40];

    if (all_that_is_lost(box, why, sizeof(why)) == 0)
        return EXIT_DONE;
    return complain(cli, EXIT_FAILED,
                    &(struct trouble){"the outbox is damaged; what is whole of it was read", box->path, why,
                                      "casewire outbox drop --damaged        (keeps the damaged file beside "
                                      "the new one; then say again what is lost)"});
}

json_t *box_damage_json(const struct box *box)
{
    json_t *array = json_array();

    for (size_t i = 0; i < cw_outbox_damage_count(box->outbox); i++) {
        const struct cw_outbox_damage *d = cw_outbox_damage_at(box->outbox, i);

        json_array_append_new(array, json_pack("{s:I, s:I, s:I, s:b, s:i, s:b}", "offset", (json_int_t)d->offset, "len",
                                               (json_int_t)d->len, "number", (json_int_t)d->number, "unfinished",
                                               d->unfinished, "further", (int)d->further, "perhaps_more",
                                               (int)d->perhaps_more));
    }
    return array;
}
