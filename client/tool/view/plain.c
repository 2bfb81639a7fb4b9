/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/plain.h"

#include "tool/lookup.h"

#include "lib/fault.h"
#include "lib/when.h"
#include "proto/wire.h"

#include <ctype.h>
#include <stdarg.h>

/* --- reasons ---------------------------------------------------------------------------------------------- */

/* What a daemon counts, by the end of its sentence. */
static const struct {
    const char *end, *one, *many;
} counted[] = {
    {"cases are in conflict", "case is in dispute; only people settle it: casewire conflict list",
     "cases are in dispute; only people settle them: casewire conflict list"},
    {"entries lack their contents", "statement is known here without its contents; they are being fetched",
     "statements are known here without their contents; they are being fetched"},
    {"ops wait for a certificate or an authority position",
     "statement waits for the certificate of its author, or for the authority's word on it",
     "statements wait for the certificates of their authors, or for the authority's word on them"},
    {"cases are being revised", "case is being worked out anew", "cases are being worked out anew"},
    {"ops are in quarantine", "statement is set aside: it cannot be read by this release",
     "statements are set aside: they cannot be read by this release"},
    {"entries do not open here", "statement cannot be opened here: the key for it is missing",
     "statements cannot be opened here: the keys for them are missing"},
};

static bool ends_in(const char *text, const char *end)
{
    size_t len = strlen(text), end_len = strlen(end);

    return len >= end_len && strcmp(text + len - end_len, end) == 0;
}

void plain_reason(struct cw_slice reason, char out[static PLAIN_LEN_MAX])
{
    char text[PLAIN_LEN_MAX];
    size_t digits;

    fault_clean_text(reason, text, sizeof(text));
    snprintf(out, PLAIN_LEN_MAX, "%s", text);
    digits = strspn(text, "0123456789");
    if (digits == 0 || digits > 20)
        return;
    for (size_t i = 0; i < sizeof(counted) / sizeof(*counted); i++)
        if (ends_in(text, counted[i].end)) {
            bool one = digits == 1 && text[0] == '1';

            snprintf(out, PLAIN_LEN_MAX, "%.*s %s", (int)digits, text, one ? counted[i].one : counted[i].many);
        }
}

bool plain_is_about(struct cw_slice reason, const Cw__PeerRow *row)
{
    struct cw_slice division = wire_slice(row->division);

    return division.len != 0 && reason.len > division.len && slice_eq(slice(reason.data, division.len), division) &&
           (reason.data[division.len] == ' ' || reason.data[division.len] == ':');
}

/* --- peers ------------------------------------------------------------------------------------------------ */

static bool is_word(ProtobufCBinaryData bytes, const char *word)
{
    return slice_eq(wire_slice(bytes), slice_of(word));
}

bool plain_in_step(const Cw__PeerRow *row)
{
    return is_word(row->state, "in step") && !row->cut && row->behind == 0 && row->ahead == 0 &&
           !is_word(row->digest, "differs");
}

void plain_state(const Cw__PeerRow *row, char out[static 40])
{
    static const struct {
        const char *state, *words;
    } known[] = {
        {"down", "not reached"},     {"greeting", "connecting"},     {"comparing", "comparing"},
        {"fetching", "catching up"}, {"refused", "refuses to talk"},
    };

    fault_clean_text(wire_slice(row->state), out, 40);
    for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
        if (strcmp(out, known[i].state) == 0) {
            snprintf(out, 40, "%s", known[i].words);
            break;
        }
    if (row->cut)
        snprintf(out, 40, "cut off");
    else if (is_word(row->why_code, "hangs"))
        snprintf(out, 40, "does not answer");
    else if (is_word(row->state, "in step") && !plain_in_step(row))
        snprintf(out, 40, is_word(row->digest, "differs") ? "differs" : "catching up");
}

struct words {
    char *out;
    size_t len, cap;
};

static void add(struct words *w, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void add(struct words *w, const char *format, ...)
{
    va_list args;
    int took;

    va_start(args, format);
    took = vsnprintf(w->out + w->len, w->cap - w->len, format, args);
    va_end(args);
    if (took > 0)
        w->len += (size_t)took < w->cap - w->len ? (size_t)took : w->cap - w->len - 1;
}

/* "14:02 (3 min ago)" */
static void add_time(struct words *w, uint64_t ms, struct cw_wall now)
{
    struct cw_wall at = {(int64_t)ms};
    char clock[WHEN_TEXT_LEN_MAX], relative[WHEN_TEXT_LEN_MAX];

    when_short(at, now, clock);
    when_relative(at, now, relative);
    add(w, "%s (%s)", clock, relative);
}

static void add_statements(struct words *w, uint64_t count)
{
    add(w, "%llu statement%s", (unsigned long long)count, count == 1 ? "" : "s");
}

static void case_name(const struct plain_names *names, ProtobufCBinaryData id, char out[static CHARS_LEN_MAX])
{
    char hex[2 * CW_ID_LEN + 1];

    for (size_t i = 0; names->list != NULL && i < names->list->n_rows; i++) {
        const Cw__CaseRow *row = names->list->rows[i];

        if (slice_eq(wire_slice(row->case_id), wire_slice(id)) && row->human_ref.len != 0) {
            lookup_chars(wire_slice(row->human_ref), out);
            return;
        }
    }
    hex_of(slice(id.data, id.len < CW_ID_LEN ? id.len : CW_ID_LEN), hex);
    snprintf(out, CHARS_LEN_MAX, "%.12s", hex);
}

static void add_lacks(struct words *w, const Cw__PeerRow *row, const struct plain_names *names, struct cw_wall now)
{
    if (row->behind == 0)
        return;
    add(w, "It lacks ");
    add_statements(w, row->behind);
    if (row->has_lacks_since_ms) {
        add(w, row->behind == 1 ? " of " : ", the first of ");
        add_time(w, row->lacks_since_ms, now);
    }
    for (size_t i = 0; i < row->n_lacks_cases; i++) {
        char name[CHARS_LEN_MAX];

        case_name(names, row->lacks_cases[i], name);
        add(w, "%s%s", i == 0 ? ", about " : i + 1 == row->n_lacks_cases ? " and " : ", ", name);
    }
    add(w, ". ");
}

/* Within this a message's way may be all of it. */
#define CLOCK_RIGHT_MS 1000

void plain_clock(const Cw__PeerRow *row, char out[static 60])
{
    int64_t ahead = row->clock_ahead_millis;
    uint64_t off = ahead < 0 ? -(uint64_t)ahead : (uint64_t)ahead;

    if (!row->has_clock_ahead_millis)
        snprintf(out, 60, "not said");
    else if (off < CLOCK_RIGHT_MS)
        snprintf(out, 60, "right");
    else
        snprintf(out, 60, "%llu.%llu s %s", (unsigned long long)(off / 1000), (unsigned long long)(off % 1000 / 100),
                 ahead < 0 ? "behind" : "ahead");
}

void plain_peer(const Cw__PeerRow *row, const struct plain_names *names, struct cw_wall now,
                char out[static 2 * PLAIN_LEN_MAX])
{
    struct words w = {out, 0, 2 * PLAIN_LEN_MAX};
    char why[260];

    out[0] = '\0';
    if (row->has_why && row->why.len != 0) {
        TEXT(row->why, why);
        why[0] = (char)toupper((unsigned char)why[0]);
        add(&w, "%s", why);
        if (row->has_why_since_ms) {
            add(&w, ", since ");
            add_time(&w, row->why_since_ms, now);
        }
        add(&w, ". ");
    }
    add_lacks(&w, row, names, now);
    if (row->ahead != 0) {
        add(&w, "It holds ");
        add_statements(&w, row->ahead);
        add(&w, " that %s not here. ", row->ahead == 1 ? "is" : "are");
    }
    if (is_word(row->digest, "differs"))
        add(&w, "It holds the same statements but makes another state of them: tell whoever runs the daemons. ");
    while (w.len > 0 && out[w.len - 1] == ' ')
        out[--w.len] = '\0';
}
