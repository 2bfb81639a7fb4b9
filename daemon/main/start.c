/* SPDX-License-Identifier: Apache-2.0 */
#include "main/start.h"

#include "host/journal.h"
#include "main/doors.h"
#include "main/files.h"
#include "main/health.h"
#include "main/plug.h"
#include "main/reload.h"
#include "main/say.h"
#include "main/turns.h"
#include "node/node.h"
#include "node/runner.h"
#include "proto/table_hash.h"

#include <stdlib.h>

static enum cw_err open_node(struct daemon *d, struct refusal *why)
{
    struct node_peer *peers = calloc(d->settings.peer_count + 1, sizeof *peers);
    struct node_config config = {
        .network_genesis = buf_slice(&d->identity.network_genesis),
        .certificate = buf_slice(&d->identity.certificate),
        .peers = peers,
        .peer_count = d->settings.peer_count,
        .replica = {.credit_peer = d->settings.credit_peer, .credit_total = d->settings.credit_total},
        .case_cache_max = (uint32_t)d->settings.case_cache,
        .audience_keys_max = (uint32_t)d->settings.audience_keys,
        .strict_memory = d->settings.strict_memory,
        .lab = d->settings.lab};
    enum cw_err err;

    if (peers == NULL)
        return CW_LOCAL_MEMORY;
    peers_of_settings(&d->settings, peers);
    err = node_open(&config, &d->ports, &d->node, why);
    free(peers);
    return err;
}

static enum cw_err load_identity(struct daemon *d, struct refusal *why)
{
    static struct problems problems;
    enum cw_err err = say_problems(&problems, identity_load(&d->settings, &d->identity, &problems));

    return err == CW_OK || problems.count == 0 ? err : refuse(why, err, "settings", "%s", problems.text[0]);
}

enum cw_err start_daemon(struct daemon *d, struct refusal *why)
{
    enum cw_err err;

    err = keeper_start(&(struct keeper_options){d->settings.net_memory_max}, &d->keeper);
    if (err == CW_OK && !crypto_init())
        err = CW_LOCAL_SELF_TEST;
    table_hash_draw_key();
    if (err == CW_OK)
        err = journal_open(&(struct journal_options){d->settings.division, (enum log_level)d->settings.log_level, 2},
                           &d->journal);
    if (err == CW_OK)
        err = load_identity(d, why);
    if (err == CW_OK)
        err = say_why(d, "files", files_open(d, why), why);
    if (err == CW_OK)
        err = doors_open_driver(d);
    if (err != CW_OK)
        return err;

    plug_in(d);
    err = say_why(d, "health", health_room_open(d, why), why);
    if (err != CW_OK)
        return err;
    err = say_why(d, "node", open_node(d, why), why);
    if (err == CW_OK)
        err = doors_open_net(d, why);
    if (err == CW_OK)
        err = turns_start(d);
    if (err == CW_OK)
        err = say_why(d, "admin", doors_open_admin(d, why), why);
    if (err == CW_OK)
        atomic_store(&d->figures.serving, true);
    return err;
}

void stop_daemon(struct daemon *d)
{
    gate_net_gone(&d->gate);
    health_room_shut(d);
    doors_shut(d);
    runner_stop(d->runner);
    node_close(d->node);
    doors_close(d);
    keeper_stop(&d->keeper);
    files_close(d);
    identity_done(&d->identity);
    if (d->journal != NULL)
        journal_close(d->journal);
}
