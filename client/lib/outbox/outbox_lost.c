/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which statements stood in a piece of the file that cannot be read. Entries are added with ascending numbers, so those
 * that are missing between the numbers before the piece and after it stood there, unless they were forgotten. What can be
 * read of heads in the piece tells the rest; a head alone is not believed against the numbers around it.
 */
#include "lib/outbox.h"

/* A record that adds an entry is no shorter: head, tag, and of the submission its ids and its signature alone. */
#define ADD_LEN_MIN 200
/* A damaged number says little. */
#define NUMBERS_LOST_MAX 100000

struct heads {
    uint64_t first;     /* number of the first head; 0: the piece begins with none */
    uint64_t new_first; /* of the first that adds an entry, for certain; 0: none */
    uint64_t new_last;
    bool all; /* one follows the other up to the piece's end */
};

static uint64_t min_of(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t fits(const struct cw_outbox_damage *d)
{
    return d->len / ADD_LEN_MIN;
}

int outbox_damage_is_vague(const struct cw_outbox_damage *damage)
{
    return damage->further + (uint64_t)1 > fits(damage) && damage->further > 0;
}

/* Follows the heads from the piece's beginning, as far as there are some and their numbers can be. */
static struct heads read_heads(int fd, const struct outbox_piece *p, uint64_t number_max)
{
    uint64_t at = p->told.offset < OUTBOX_HEADER_LEN ? OUTBOX_HEADER_LEN : p->told.offset;
    uint64_t end = p->told.offset + p->told.len, number;
    uint8_t head[OUTBOX_PLAIN_HEAD_LEN];
    struct heads found = {0};
    uint32_t len;

    while (at < end && end - at >= sizeof(head) && outbox_read_at(fd, at, head, sizeof(head)) == CW_OK &&
           outbox_head_parse(head, &number, &len) && number >= 1 && number <= number_max) {
        if (found.first == 0)
            found.first = number;
        if (number > p->before && found.new_first == 0)
            found.new_first = number;
        if (number > p->before && number > found.new_last)
            found.new_last = number;
        at += OUTBOX_HEAD_LEN + (uint64_t)len;
    }
    found.all = at == end;
    return found;
}

struct range {
    uint64_t first, last; /* last below first: none */
};

/* `next`: the number of the entry that was added after it; 0: none was, and nothing but heads says where it ends. */
static struct range lost_range(const struct outbox_piece *p, const struct heads *heads, uint64_t next)
{
    struct range r = {p->before + 1, next > 0 ? next - 1 : p->least};

    if (fits(&p->told) == 0)
        return (struct range){1, 0};
    if (next == 0 && r.last < heads->new_last)
        r.last = heads->new_last;
    /* More than there is room for: some were forgotten before. */
    if (r.last >= r.first && r.last - r.first >= fits(&p->told)) {
        if (heads->new_first > 0)
            r.first = heads->new_first;
        if (heads->all)
            r.last = heads->new_last;
    }
    return r;
}

static void settle_piece(struct cw_outbox *o, struct outbox_piece *p, uint64_t next)
{
    uint64_t number_max = next > 0 ? next - 1 : p->before + NUMBERS_LOST_MAX;
    struct heads heads = read_heads(o->file.fd, p, number_max);
    struct range lost = lost_range(p, &heads, next);
    bool some = lost.last >= lost.first;

    if (p->told.unfinished)
        return;
    p->told.number = some ? lost.first : heads.first;
    p->told.further = some ? (uint16_t)min_of(lost.last - lost.first, UINT16_MAX) : 0;
    p->told.perhaps_more = next == 0 && !heads.all && fits(&p->told) > 0;
}

void outbox_lost_between(struct cw_outbox *o, uint64_t next)
{
    while (o->pieces_settled < o->piece_count)
        settle_piece(o, &o->pieces[o->pieces_settled++], next);
}

void outbox_lost_before_note(struct cw_outbox *o, uint64_t number)
{
    for (size_t i = o->pieces_settled; i < o->piece_count; i++)
        if (number > o->pieces[i].before && number > o->pieces[i].least)
            o->pieces[i].least = number;
}

static void skip_to(struct cw_outbox *o, uint64_t number)
{
    if (number >= o->next_number && number - o->next_number < NUMBERS_LOST_MAX)
        o->next_number = number + 1;
}

/* What the head says of the record that a file written anew may begin with (outbox_is_mark()), when that is damaged. */
static uint64_t marked(const struct cw_outbox *o, const struct outbox_piece *p)
{
    uint8_t head[OUTBOX_PLAIN_HEAD_LEN];
    uint64_t number;
    uint32_t len;

    if (p->told.offset > OUTBOX_HEADER_LEN || p->told.offset + p->told.len < OUTBOX_HEADER_LEN + sizeof(head) ||
        outbox_read_at(o->file.fd, OUTBOX_HEADER_LEN, head, sizeof(head)) != CW_OK)
        return 0;
    return outbox_head_parse(head, &number, &len) && len < ADD_LEN_MIN ? number : 0;
}

void outbox_skip_lost(struct cw_outbox *o)
{
    for (size_t i = 0; i < o->piece_count; i++) {
        const struct outbox_piece *p = &o->pieces[i];
        uint64_t number = p->told.number + p->told.further;

        if (p->told.perhaps_more && number < p->before + fits(&p->told))
            number = p->before + fits(&p->told);
        skip_to(o, number);
        skip_to(o, marked(o, p));
    }
}
