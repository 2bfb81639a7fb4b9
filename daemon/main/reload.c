/* SPDX-License-Identifier: Apache-2.0 */
#include "main/reload.h"

#include "host/clock.h"
#include "host/journal.h"
#include "node/node.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;

/* Both together are too much for a thread's stack. */
struct fresh {
    struct settings settings;
    struct problems problems;
};

static enum cw_err refuse_all(struct daemon *d, const struct problems *problems, struct refusal *why)
{
    const char *first = problems->count > 0 ? problems->text[0] : d->settings.file;

    atomic_store(&d->figures.reload_failed, true);
    journal_write(d->journal, LOG_LEVEL_WARNING, "reload-refused", first);
    if (problems->count + problems->more > 1)
        return refuse(why, CW_LOCAL_CONFIG, "", "%s (and %u more); nothing was changed", first,
                      problems->count + problems->more - 1);
    return refuse(why, CW_LOCAL_CONFIG, "", "%s; nothing was changed", first);
}

static void copy_peers(const struct settings *from, struct settings *to)
{
    to->peer_count = from->peer_count;
    memcpy(to->peers, from->peers, sizeof to->peers);
}

static void take(struct daemon *d, const struct settings *fresh)
{
    d->settings.log_level = fresh->log_level;
    journal_set_level(d->journal, (enum log_level)fresh->log_level);
    copy_peers(fresh, &d->settings);
    atomic_store(&d->figures.reload_failed, false);
    atomic_store(&d->figures.reload_ms, clock_wall().ms);
}

static enum cw_err reload_with(struct daemon *d, struct fresh *fresh, bool with_peers, struct settings_changes *changes,
                               struct refusal *why)
{
    char path[SETTINGS_PATH_LEN_MAX + 1];

    memcpy(path, d->settings.file, sizeof path);
    enum cw_err err = settings_load(path, &fresh->settings, &fresh->problems);
    if (err == CW_LOCAL_CONFIG)
        return refuse_all(d, &fresh->problems, why);
    if (err != CW_OK)
        return err;
    if (!with_peers) /* nobody hands them to the node: they are neither taken nor told of */
        copy_peers(&d->settings, &fresh->settings);
    settings_compare(&d->settings, &fresh->settings, changes);
    take(d, &fresh->settings);
    journal_write(d->journal, LOG_LEVEL_INFO, "reloaded", changes->text);
    return CW_OK;
}

enum cw_err reload_settings(struct daemon *d, bool with_peers, struct settings_changes *out_changes,
                            struct refusal *why)
{
    struct fresh *fresh = calloc(1, sizeof *fresh);
    struct settings_changes changes;

    if (fresh == NULL)
        return CW_LOCAL_MEMORY;
    (void)pthread_mutex_lock(&one_at_a_time);
    enum cw_err err = reload_with(d, fresh, with_peers, &changes, why);
    (void)pthread_mutex_unlock(&one_at_a_time);
    free(fresh);
    if (err == CW_OK && out_changes != NULL)
        *out_changes = changes;
    return err;
}

void peers_of_settings(const struct settings *s, struct node_peer *out)
{
    for (uint32_t i = 0; i < s->peer_count; i++) {
        const struct settings_peer *from = &s->peers[i];

        snprintf(out[i].division, sizeof out[i].division, "%s", from->division);
        snprintf(out[i].address, sizeof out[i].address, "%s", from->address);
        memcpy(out[i].server_key, from->curve_key, KEY_LEN);
    }
}

static enum cw_err port_reload(void *ctx, struct arena *arena, const char **out_said, struct refusal *why)
{
    struct settings_changes *changes = ARENA_NEW(arena, struct settings_changes);

    if (changes == NULL)
        return CW_LOCAL_MEMORY;
    *out_said = changes->text;
    return reload_settings(ctx, true, changes, why);
}

static enum cw_err port_peers(void *ctx, struct arena *arena, struct node_peer **out, uint32_t *out_count)
{
    struct daemon *d = ctx;
    struct node_peer *peers = ARENA_ARRAY(arena, struct node_peer, SETTINGS_PEERS_MAX);

    if (peers == NULL)
        return CW_LOCAL_MEMORY;
    (void)pthread_mutex_lock(&one_at_a_time);
    peers_of_settings(&d->settings, peers);
    *out_count = d->settings.peer_count;
    (void)pthread_mutex_unlock(&one_at_a_time);
    *out = peers;
    return CW_OK;
}

struct settings_port reload_port(struct daemon *d)
{
    return (struct settings_port){d, port_reload, port_peers};
}
