/* SPDX-License-Identifier: Apache-2.0 */
#include "main/plug.h"

#include "host/journal.h"
#include "main/links.h"
#include "net/admin.h"
#include "net/driver.h"

#include <stdlib.h>

static void net_send(void *ctx, link_id link, struct cw_slice frame)
{
    struct daemon *d = ctx;

    if (!link_is_admin(link))
        driver_send(d->driver, link_to_driver(link), frame);
    else if (d->admin != NULL)
        admin_send(d->admin, link_to_admin(link), frame);
}

static void net_dial(void *ctx, link_id link, const char *address, const uint8_t server_key[static KEY_LEN])
{
    driver_dial(((struct daemon *)ctx)->driver, link_to_driver(link), address, server_key);
}

static void net_hang(void *ctx, link_id link)
{
    if (!link_is_admin(link))
        driver_hang(((struct daemon *)ctx)->driver, link_to_driver(link));
}

static void net_kick(void *ctx, const struct cert_id *cert)
{
    driver_kick(((struct daemon *)ctx)->driver, cert);
}

static void net_allow(void *ctx, const struct allowed_key *keys, size_t count)
{
    struct daemon *d = ctx;
    struct allow_row *rows = calloc(count + 1, sizeof *rows);

    CW_ASSERT(count <= ALLOW_KEYS_MAX);
    if (rows == NULL) {
        journal_write(d->journal, LOG_LEVEL_ALARM, "memory",
                      "no room for the list of allowed keys: it stays as it was");
        return;
    }
    for (size_t i = 0; i < count; i++) {
        memcpy(rows[i].key, keys[i].curve_key, KEY_LEN);
        rows[i].cert = keys[i].cert;
        rows[i].subject = keys[i].subject;
        rows[i].standing = keys[i].standing;
    }
    driver_allow(d->driver, rows, (uint32_t)count);
    free(rows);
}

struct net_port plug_net(struct daemon *d)
{
    return (struct net_port){d, net_send, net_dial, net_hang, net_kick, net_allow, ALLOW_KEYS_MAX};
}
