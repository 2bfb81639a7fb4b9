/* SPDX-License-Identifier: Apache-2.0 */
#include "conf/changes.h"

#include "conf/table.h"

#include <stdarg.h>
#include <string.h>

struct list {
    char *text;
    size_t len;
    bool full;
};

static void add(struct list *l, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void add(struct list *l, const char *format, ...)
{
    va_list args;
    size_t room = SETTINGS_CHANGES_LEN_MAX - 4 - l->len;

    if (l->full)
        return;
    va_start(args, format);
    int len = vsnprintf(l->text + l->len, room, format, args);
    va_end(args);
    l->full = len < 0 || (size_t)len >= room;
    if (l->full)
        memcpy(l->text + l->len, "...", 4); /* what was begun is not half a name */
    else
        l->len += (size_t)len;
}

bool settings_same_peer(const struct settings_peer *a, const struct settings_peer *b)
{
    return strcmp(a->division, b->division) == 0 && strcmp(a->address, b->address) == 0 &&
           memcmp(a->curve_key, b->curve_key, KEY_LEN) == 0;
}

static bool lists_peer(const struct settings *s, const struct settings_peer *peer)
{
    for (uint32_t i = 0; i < s->peer_count; i++) {
        if (settings_same_peer(&s->peers[i], peer))
            return true;
    }
    return false;
}

static void add_peers(struct list *l, char sign, const struct settings *of, const struct settings *not_in)
{
    for (uint32_t i = 0; i < of->peer_count; i++) {
        if (!lists_peer(not_in, &of->peers[i]))
            add(l, "%s%cpeer %s", l->len > 0 ? ", " : "", sign, of->peers[i].title);
    }
}

static size_t length_of(const struct setting *row, const void *value)
{
    switch (row->type) {
    case SETTING_CODE:
    case SETTING_PATH:
    case SETTING_LISTEN:
    case SETTING_ADDRESS:
    case SETTING_WATCH:
        return strlen(value) + 1;
    case SETTING_KEY:
        return KEY_LEN;
    case SETTING_SIZE:
    case SETTING_COUNT:
    case SETTING_LEVEL:
        return sizeof(uint64_t);
    case SETTING_FLAG:
        return sizeof(bool);
    }
    return 0;
}

static bool is_same(const struct setting *row, const struct settings *a, const struct settings *b)
{
    const char *x = (const char *)a + row->offset, *y = (const char *)b + row->offset;
    size_t len = length_of(row, x);

    return len == length_of(row, y) && memcmp(x, y, len) == 0;
}

static void add_rest(struct list *l, const struct settings *before, const struct settings *now)
{
    bool any = false;

    for (size_t i = 0; i < settings_table_count; i++) {
        const struct setting *row = &settings_table[i];

        if (row->type == SETTING_LEVEL || is_same(row, before, now))
            continue;
        add(l, "%s%s", any ? ", " : l->len > 0 ? "; needs a restart: " : "needs a restart: ", row->name);
        any = true;
    }
}

void settings_compare(const struct settings *before, const struct settings *now, struct settings_changes *out)
{
    struct list l = {.text = out->text};

    out->text[0] = '\0';
    add_peers(&l, '+', now, before);
    add_peers(&l, '-', before, now);
    if (before->log_level != now->log_level)
        add(&l, "%slog_level is %s", l.len > 0 ? ", " : "", settings_log_levels[now->log_level]);
    add_rest(&l, before, now);
    if (l.len == 0 && !l.full)
        add(&l, "nothing changed");
}
