/* SPDX-License-Identifier: Apache-2.0 */
/* What of an outbox cannot be read. An unfinished end is no loss: nobody was told that it is safe. */
#include "tool/outbox.h"

#define NAMED_MAX 8 /* pieces that a complaint names; standard error and --json have them all */

static unsigned long long last_byte(const struct cw_outbox_damage *d)
{
    return (unsigned long long)(d->offset + d->len - 1);
}

void box_tell_damage(const struct cli *cli, const struct box *box)
{
    for (size_t i = 0; i < cw_outbox_damage_count(box->outbox); i++) {
        const struct cw_outbox_damage *d = cw_outbox_damage_at(box->outbox, i);
        char whose[40] = "";

        if (cli->json)
            continue; /* `outbox list` and `outbox send` have them */
        if (d->number != 0)
            snprintf(whose, sizeof(whose), ", of entry %llu", (unsigned long long)d->number);
        fprintf(stderr, "casewire: %s: bytes %llu to %llu cannot be read%s%s\n", box->path,
                (unsigned long long)d->offset, last_byte(d), whose,
                d->unfinished ? ": unfinished, as by a program that was killed" : "; the rest is whole");
    }
}

static void what_is_lost(const struct box *box, const struct cw_outbox_damage *d, char *out, size_t cap)
{
    struct cw_outbox_entry e = {.size = sizeof(e)};
    unsigned long long number = (unsigned long long)d->number;

    if (number == 0)
        snprintf(out, cap, "whose bytes %llu to %llu were cannot be told", (unsigned long long)d->offset, last_byte(d));
    else if (cw_outbox_find(box->outbox, number, &e) == CW_OK)
        snprintf(out, cap, "a note on statement %llu is lost, not the statement", number);
    else
        snprintf(out, cap, "statement %llu is lost, unless it was dropped", number);
}

/* The first pieces, "; " between them. Returns how many there are in all. */
static size_t all_that_is_lost(const struct box *box, char *out, size_t cap)
{
    size_t found = 0, len = 0;

    out[0] = '\0';
    for (size_t i = 0; i < cw_outbox_damage_count(box->outbox); i++) {
        const struct cw_outbox_damage *d = cw_outbox_damage_at(box->outbox, i);
        char one[100];

        if (d->unfinished || ++found > NAMED_MAX)
            continue;
        what_is_lost(box, d, one, sizeof(one));
        len += (size_t)snprintf(out + len, cap - len, "%s%s", found > 1 ? "; " : "", one);
    }
    if (found > NAMED_MAX)
        snprintf(out + len, cap - len, "; and %zu pieces more", found - NAMED_MAX);
    return found;
}

enum exit_code box_complain_damage(const struct cli *cli, const struct box *box)
{
    char why[NAMED_MAX * 102 + 40];

    if (all_that_is_lost(box, why, sizeof(why)) == 0)
        return EXIT_DONE;
    return complain(cli, EXIT_FAILED,
                    &(struct trouble){"the outbox is damaged; what is whole of it was read", box->path, why,
                                      "casewire outbox drop --damaged        (keeps the damaged file as "
                                      "outbox.damaged; then say again what is lost)"});
}

json_t *box_damage_json(const struct box *box)
{
    json_t *array = json_array();

    for (size_t i = 0; i < cw_outbox_damage_count(box->outbox); i++) {
        const struct cw_outbox_damage *d = cw_outbox_damage_at(box->outbox, i);

        json_array_append_new(array, json_pack("{s:I, s:I, s:I, s:b}", "offset", (json_int_t)d->offset, "len",
                                               (json_int_t)d->len, "number", (json_int_t)d->number, "unfinished",
                                               d->unfinished));
    }
    return array;
}
