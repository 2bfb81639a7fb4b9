/* SPDX-License-Identifier: Apache-2.0 */
#include "node/case_work.h"

/* A case by what a person writes. */

#define SAME_NAME_MAX 64  /* cases looked at under one name */
#define ID_DIGITS_MIN 4   /* that name a case, when one alone begins so */
#define ID_DIGITS_PLAIN 8 /* fewer may be a word, as FACADE: a case of that name goes first */

static enum cw_err take_one(bool *found, const struct cw_case_id *id, struct cw_case_id *out)
{
    if (*found && !ID_EQ(id, out))
        return CW_REFUSED_AMBIGUOUS;
    *found = true;
    *out = *id;
    return CW_OK;
}

static enum cw_err done(bool found)
{
    return found ? CW_OK : CW_REFUSED_UNKNOWN_CASE;
}

static enum cw_err find_reference(const struct node_read *read, struct cw_slice name, struct cw_case_id *out)
{
    uint8_t upper[64];
    bool found = false;

    if (name.len == 0 || name.len >= sizeof upper)
        return CW_REFUSED_UNKNOWN_CASE;
    for (size_t i = 0; i < name.len; i++)
        upper[i] = name.data[i] >= 'a' && name.data[i] <= 'z' ? (uint8_t)(name.data[i] - 'a' + 'A') : name.data[i];
    struct row_key prefix = row_key_reference(slice(upper, name.len), NULL), from;
    prefix.b[prefix.len++] = 0;
    from = prefix;
    struct kv_pair pair;
    struct cw_case_id id;
    while (db_next(read->node, read->txn, TABLE_INDEX, row_key_slice(&prefix), row_key_slice(&from), found, &pair) ==
           CW_OK) {
        if (!row_key_case_of(pair.key, &id))
            return CW_LOCAL_CORRUPT;
        enum cw_err err = take_one(&found, &id, out);
        if (err != CW_OK)
            return err;
        from = row_key_reference(slice(upper, name.len), &id);
    }
    return done(found);
}

static bool hex_prefix(struct cw_slice name, uint8_t out[static ID_LEN], size_t *out_len)
{
    char text[2 * ID_LEN + 1];

    if (name.len < ID_DIGITS_MIN || name.len > (size_t)2 * ID_LEN)
        return false;
    memcpy(text, name.data, name.len);
    *out_len = name.len / 2;
    text[(size_t)2 * *out_len] = '\0'; /* an odd digit at the end is compared below */
    return hex_parse(text, out, *out_len) == CW_OK;
}

static bool hex_matches(struct cw_slice name, const struct cw_case_id *id)
{
    char text[2 * ID_LEN + 1];

    hex_of(ID_SLICE(id), text);
    for (size_t i = 0; i < name.len; i++) {
        char c = (char)name.data[i];

        if ((c >= 'A' && c <= 'F' ? (char)(c - 'A' + 'a') : c) != text[i])
            return false;
    }
    return true;
}

static enum cw_err find_id(const struct node_read *read, struct cw_slice name, struct cw_case_id *out)
{
    uint8_t prefix[ID_LEN];
    size_t len;
    bool found = false, after = false; /* a whole id may stand at the very place where the search begins */
    struct kv_pair pair;
    struct cw_case_id id;

    if (!hex_prefix(name, prefix, &len))
        return CW_REFUSED_UNKNOWN_CASE;
    struct row_key from = row_key_case_begin(prefix, len);
    while (db_next(read->node, read->txn, TABLE_CASE, slice(prefix, len), row_key_slice(&from), after, &pair) ==
           CW_OK) {
        if (!row_key_case_of(pair.key, &id))
            return CW_LOCAL_CORRUPT;
        enum cw_err err = hex_matches(name, &id) ? take_one(&found, &id, out) : CW_OK;
        if (err != CW_OK)
            return err;
        from = row_key_case(&id);
        after = true;
    }
    return done(found);
}

static bool same_text(struct cw_slice a, struct cw_slice b)
{
    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++) {
        uint8_t x = a.data[i], y = b.data[i];

        x = x >= 'A' && x <= 'Z' ? (uint8_t)(x - 'A' + 'a') : x;
        y = y >= 'A' && y <= 'Z' ? (uint8_t)(y - 'A' + 'a') : y;
        if (x != y)
            return false;
    }
    return true;
}

static enum cw_err find_name(const struct node_read *read, struct cw_slice name, struct arena *arena,
                             struct cw_case_id *out)
{
    uint8_t hash[16];
    bool exact, found = false;
    struct kv_pair pair;
    struct cw_case_id id;

    if (!case_name_hash(read->node, name, hash, &exact))
        return CW_REFUSED_UNKNOWN_CASE;
    struct row_key prefix = row_key_name(hash, NULL), from = prefix;
    for (uint32_t i = 0; i < SAME_NAME_MAX; i++) {
        size_t mark = arena_mark(arena);
        struct case_row row;
        struct case_line line;

        if (db_next(read->node, read->txn, TABLE_INDEX, row_key_slice(&prefix), row_key_slice(&from), i > 0, &pair) !=
            CW_OK)
            break;
        if (!row_key_case_of(pair.key, &id))
            return CW_LOCAL_CORRUPT;
        enum cw_err err = case_row_read(read, &id, arena, &row, &line);
        if (err == CW_OK && (same_text(line.title, name) || same_text(line.op_name, name)))
            err = take_one(&found, &id, out);
        arena_release(arena, mark);
        if (err != CW_OK)
            return err;
        from = row_key_name(hash, &id);
    }
    return done(found);
}

enum cw_err case_find(const struct node_read *read, struct cw_slice name, struct arena *arena, struct cw_case_id *out)
{
    bool plain = name.len >= ID_DIGITS_PLAIN;
    enum cw_err err = find_reference(read, name, out);

    if (err == CW_REFUSED_UNKNOWN_CASE)
        err = plain ? find_id(read, name, out) : find_name(read, name, arena, out);
    if (err == CW_REFUSED_UNKNOWN_CASE)
        err = plain ? find_name(read, name, arena, out) : find_id(read, name, out);
    return err;
}
