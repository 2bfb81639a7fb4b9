/* SPDX-License-Identifier: Apache-2.0 */
/* What is drawn: numbers, names, phones, plates, addresses, times. */
#include "tool/gen.h"

#include "lib/when.h"

#include <string.h>
#include <strings.h>

/* --- numbers: splitmix64 ------------------------------------------------------------------------------------- */

static uint64_t next(struct gen *g)
{
    uint64_t z = g->state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

uint64_t gen_below(struct gen *g, uint64_t count)
{
    return next(g) % count;
}

bool gen_percent(struct gen *g, unsigned percent)
{
    return gen_below(g, 100) < percent;
}

size_t gen_weighted(struct gen *g, const uint16_t *weights, size_t count)
{
    uint64_t sum = 0, at;
    size_t i = 0;

    for (size_t j = 0; j < count; j++)
        sum += weights[j];
    for (at = gen_below(g, sum); at >= weights[i]; i++)
        at -= weights[i];
    return i;
}

/* --- names: pronounceable, and nobody's ------------------------------------------------------------------------ */

static const char *const given_heads[] = {"Vr", "Zh", "Kw", "Thw", "Ysk", "Umb", "Ploz", "Gw", "Xan", "Dwr"};
static const char *const given_hearts[] = {"a", "e", "i", "o", "u", "oa"};
static const char *const given_tails[] = {"lin",  "rro", "zzi", "mbel", "ndra", "sko",
                                          "ttow", "vey", "xil", "yth",  "quo",  "phin"};
static const char *const family_heads[] = {"Brov", "Clun", "Drisk", "Fenth", "Grolm", "Hask",  "Jolv",  "Krend",
                                           "Lurv", "Mosk", "Nebl",  "Orv",   "Prusk", "Quarn", "Tholv", "Wrisk"};
static const char *const family_hearts[] = {"a", "e", "i", "o", "u"};
static const char *const family_tails[] = {"bern",   "cott",   "dax",  "fimble", "grove", "hollin", "jarn",
                                           "kettle", "lode",   "mire", "nock",   "pell",  "quist",  "rumb",
                                           "swick",  "thorpe", "vane", "wend",   "yarn",  "zell"};
/* Common names of real people: a draw that gives one is drawn again. */
static const char *const real_names[] = {
    "Smith",   "Jones",    "Taylor", "Brown",    "Williams", "Wilson",  "Johnson", "Davies",   "Patel",      "Robinson",
    "Wright",  "Thompson", "Evans",  "Walker",   "White",    "Roberts", "Green",   "Hall",     "Thomas",     "Clarke",
    "Jackson", "Wood",     "Harris", "Edwards",  "Turner",   "Martin",  "Cooper",  "Hill",     "Ward",       "Hughes",
    "Moore",   "Clark",    "King",   "Harrison", "Lewis",    "Baker",   "Lee",     "Allen",    "Morris",     "Khan",
    "Scott",   "Watson",   "Davis",  "Parker",   "James",    "Bennett", "Young",   "Phillips", "Richardson", "Mitchell",
    "Oliver",  "George",   "Noah",   "Arthur",   "Harry",    "Leo",     "Jack",    "Olivia",   "Amelia",     "Isla",
    "Ava",     "Ivy",      "Lily",   "Mia",      "Grace",    "Freya",   "Xander",  "Zhang",    "Gwen",       "Zhou"};

static bool is_real(const char *name)
{
    for (size_t i = 0; i < CW_COUNT(real_names); i++) {
        if (strcasecmp(real_names[i], name) == 0)
            return true;
    }
    return false;
}

#define PICK(g, list) ((list)[gen_below((g), CW_COUNT(list))])

void gen_given(struct gen *g, char out[static GEN_TEXT_LEN_MAX])
{
    do {
        const char *head = PICK(g, given_heads), *heart = PICK(g, given_hearts);

        snprintf(out, GEN_TEXT_LEN_MAX, "%s%s%s", head, heart, PICK(g, given_tails));
    } while (is_real(out));
}

void gen_family(struct gen *g, char out[static GEN_TEXT_LEN_MAX])
{
    do {
        const char *head = PICK(g, family_heads), *heart = PICK(g, family_hearts);

        snprintf(out, GEN_TEXT_LEN_MAX, "%s%s%s", head, heart, PICK(g, family_tails));
    } while (is_real(out));
}

/* Mostly 12 to 17, 16 the commonest. 2 % are written as 1 January, 1 % with day and month changed about. Never 29 February. */
void gen_birth(struct gen *g, char out[static GEN_TEXT_LEN_MAX])
{
    static const uint16_t ages[] = {1, 1, 1, 1, 2, 3, 8, 12, 17, 22, 23, 18}; /* from 6 to 17 */
    unsigned year = 2030 - 6 - (unsigned)gen_weighted(g, ages, CW_COUNT(ages));
    unsigned month = 1 + (unsigned)gen_below(g, 12), day = 1 + (unsigned)gen_below(g, 28),
             odd = (unsigned)gen_below(g, 100);

    if (odd < 2)
        month = day = 1;
    else if (odd == 2 && day <= 12)
        snprintf(out, GEN_TEXT_LEN_MAX, "%04u-%02u-%02u", year, day, month);
    if (odd != 2 || day > 12)
        snprintf(out, GEN_TEXT_LEN_MAX, "%04u-%02u-%02u", year, month, day);
}

/* --- what identifies, and identifies nobody --------------------------------------------------------------------- */

void gen_phone(struct gen *g, char out[static GEN_TEXT_LEN_MAX])
{
    snprintf(out, GEN_TEXT_LEN_MAX, "07700 900%03u", (unsigned)gen_below(g, 1000));
}

void gen_plate(struct gen *g, char out[static GEN_TEXT_LEN_MAX])
{
    static const char letters[] = "ABCDEFGHJKLMNOPRSTUVWXY";
    char end[4] = "";

    for (int i = 0; i < 3; i++)
        end[i] = letters[gen_below(g, sizeof letters - 1)];
    snprintf(out, GEN_TEXT_LEN_MAX, "KX01 %s", end);
}

/* Thirteen districts of an invented shire. */
static const char *const districts[GEN_DIVISIONS][5] = {
    {"Ostlemere", "Dunmarrow", "Harrowby Fold", "Skellow Reach", "Vennick"},
    {"Quillhaven", "Brindlecote", "Tamsel Green", "Orrenshaw", NULL},
    {"Fennaby", "Tarrowby", "Loxmere Quay", "Wexcombe Stray", NULL},
};
static const char *const streets[] = {"Larkspur Lane", "Foxglove Row", "Teasel Street",
                                      "Feldspar Road", "Gypsum Close", "Marram Way"};

const char *gen_place(struct gen *g, size_t division)
{
    return districts[division][gen_below(g, division == 0 ? 5 : 4)];
}

/* KX and JX are no postcode areas. */
void gen_address(struct gen *g, size_t division, char out[static GEN_TEXT_LEN_MAX])
{
    unsigned house = 1 + (unsigned)gen_below(g, 120), area = (unsigned)gen_below(g, 2),
             outward = 1 + (unsigned)gen_below(g, 20), inward = (unsigned)gen_below(g, 10);
    const char *street = PICK(g, streets);

    snprintf(out, GEN_TEXT_LEN_MAX, "%u %s, %s, %cX%u %uAB", house, street, gen_place(g, division), "KJ"[area], outward,
             inward);
}

/* --- times ------------------------------------------------------------------------------------------------------- */

void gen_time(int64_t at, char out[static GEN_TEXT_LEN_MAX])
{
    char text[WHEN_TEXT_LEN_MAX];

    when_utc((struct cw_wall){at}, text);
    snprintf(out, GEN_TEXT_LEN_MAX, "%.19sZ", text);
}

int64_t gen_evening(struct gen *g)
{
    static const uint16_t hours[24] = {5, 3, 2, 1, 1, 1, 1, 2, 3, 3, 3, 4, 4, 4, 5, 7, 8, 9, 10, 11, 12, 12, 10, 8};
    uint64_t day = gen_below(g, GEN_DAYS);

    if (gen_percent(g, 20)) /* to the Friday or Saturday of that week; 2030 begins on a Tuesday */
        day = day / 7 * 7 + 3 + gen_below(g, 2);
    if (day >= GEN_DAYS)
        day = GEN_DAYS - 1;
    return GEN_YEAR_MS + (int64_t)day * DAY_MS + (int64_t)gen_weighted(g, hours, 24) * HOUR_MS +
           (int64_t)gen_below(g, 12) * 5 * MINUTE_MS;
}

int64_t gen_away_ms(struct gen *g)
{
    uint64_t draw = gen_below(g, 1000), minutes;

    if (draw < 750) /* most are back within a few hours: the lesser of two draws */
        minutes = 60 + gen_below(g, 1 + gen_below(g, UINT64_C(23) * 60));
    else if (draw < 850)
        minutes = UINT64_C(24) * 60 + gen_below(g, UINT64_C(24) * 60);
    else if (draw < 980)
        minutes = UINT64_C(48) * 60 + gen_below(g, UINT64_C(5) * 24 * 60);
    else
        minutes = UINT64_C(7) * 24 * 60 + gen_below(g, UINT64_C(14) * 24 * 60);
    return (int64_t)(minutes / 5 * 5) * MINUTE_MS;
}
