/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/client.h"

#include "lib/fault.h"
#include "lib/identity.h"
#include "lib/need.h"
#include "proto/sign.h"

#include <casewire/casewire.h>

#include <stdlib.h>
#include <zmq.h>

const char *cw_version(void)
{
    return CW_VERSION_TEXT;
}

/* --- options ------------------------------------------------------------------------------------------------- */

static enum cw_err check_options(const struct cw_client_options *options, struct cw_fault *fault)
{
    if (options == NULL || options->size != sizeof(*options))
        return fault_set(fault, CW_USAGE_ARGUMENT, "size", "not the size of this library's options");
    if (options->attempt_ms < 0 || options->attempt_ms > CW_TIMEOUT_MS_MAX)
        return fault_set(fault, CW_USAGE_ARGUMENT, "attempt_ms", "must be 0 to %d", CW_TIMEOUT_MS_MAX);
    if (options->admin_socket != NULL) {
        if (options->daemon_count != 0 || options->identity != NULL || options->session != NULL)
            return fault_set(fault, CW_USAGE_ARGUMENT, "admin_socket",
                             "a handle is on the admin socket, or on daemons with identity and session");
        return CW_OK;
    }
    if (options->identity == NULL)
        return fault_set(fault, CW_USAGE_ARGUMENT, "identity", "is needed, but for the admin socket");
    if (options->daemons == NULL || options->daemon_count == 0 || options->daemon_count > CW_DAEMONS_MAX)
        return fault_set(fault, CW_USAGE_ARGUMENT, "daemons", "must be 1 to %d", CW_DAEMONS_MAX);
    if (memcmp(options->network_id, options->identity->certificate.network.b, CW_ID_LEN) != 0)
        return fault_set(fault, CW_REFUSED_NETWORK, "identity", "this certificate belongs to another network");
    return CW_OK;
}

static enum cw_err add_daemon(struct cw_client *client, const struct cw_daemon *daemon,
                              const struct cw_identity *identity, struct cw_fault *fault)
{
    struct link_curve to = {daemon->address, daemon->key, identity->keys.curve_public, identity->keys.curve.b};
    enum cw_err err;

    if (daemon->address == NULL)
        return fault_set(fault, CW_USAGE_ARGUMENT, "address", "is needed for each daemon");
    err = link_zmq_open(client->zmq, client->epoll, &to, &client->daemons[client->daemon_count].link, fault);
    if (err == CW_OK)
        client->daemon_count++;
    return err;
}

static enum cw_err add_links(struct cw_client *client, const struct cw_client_options *options, struct cw_fault *fault)
{
    enum cw_err err = CW_OK;

    if (client->admin) {
        err = link_unix_open(options->admin_socket, client->epoll, &client->daemons[0].link, fault);
        client->daemon_count = err == CW_OK;
        return err;
    }
    client->zmq = zmq_ctx_new();
    if (client->zmq == NULL)
        return fault_plain(fault, CW_LOCAL_MEMORY, "");
    for (size_t i = 0; err == CW_OK && i < options->daemon_count; i++)
        err = add_daemon(client, &options->daemons[i], options->identity, fault);
    return err;
}

/* On the admin socket nobody is asked but this very daemon, as it is. */
static enum cw_err take_session(struct cw_client *client, const struct cw_client_options *options,
                                struct cw_fault *fault)
{
    client->session = options->session;
    if (client->admin || client->session != NULL)
        return CW_OK;
    client->owns_session = true;
    return cw_session_new(&client->session) == CW_OK ? CW_OK : fault_plain(fault, CW_LOCAL_MEMORY, "");
}

/* --- open and close -------------------------------------------------------------------------------------------- */

enum cw_err cw_client_open(const struct cw_client_options *options, struct cw_client **out_client,
                           struct cw_fault *out_fault)
{
    if (MISSING(out_fault, out_client))
        return CW_USAGE_ARGUMENT;
    struct cw_client *client;
    enum cw_err err = check_options(options, out_fault);

    if (err != CW_OK)
        return err;
    if (!crypto_init())
        return fault_plain(out_fault, CW_LOCAL_SELF_TEST, "libsodium");
    client = calloc(1, sizeof(*client));
    if (client == NULL)
        return fault_plain(out_fault, CW_LOCAL_MEMORY, "");
    // NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker): check_options() refuses NULL
    memcpy(client->network, options->network_id, CW_ID_LEN);
    client->admin = options->admin_socket != NULL;
    random_bytes(&client->handle, sizeof(client->handle));
    client->handle |= 1; /* 0 is nobody */
    client->attempt_ms = options->attempt_ms != 0 ? options->attempt_ms : CW_ATTEMPT_MS_DEFAULT;
    err = loop_open(client, out_fault);
    if (err == CW_OK)
        err = take_session(client, options, out_fault);
    if (err == CW_OK)
        err = add_links(client, options, out_fault);
    if (err != CW_OK) {
        client_free(client);
        return err;
    }
    *out_client = client;
    return CW_OK;
}

void client_leave(struct cw_client *client)
{
    if (client == NULL)
        return;
    CW_ASSERT(!client->inside);
    client->zmq = NULL;
    client_free(client);
}

void client_free(struct cw_client *client)
{
    attached_leave(&client->attached);
    for (uint32_t i = 0; i < CW_REQUESTS_MAX; i++)
        if (client->requests[i] != NULL)
            request_free(client->requests[i]);
    for (uint32_t i = 0; i < client->daemon_count; i++)
        client->daemons[i].link->ops->close(client->daemons[i].link);
    if (client->zmq != NULL)
        zmq_ctx_term(client->zmq);
    loop_close(client);
    if (client->owns_session)
        cw_session_free(client->session);
    buf_done(&client->frame);
    free(client);
}

void cw_client_close(struct cw_client *client)
{
    if (client == NULL)
        return;
    if (client->inside)
        client->closing = true; /* the round that called the callback ends it */
    else
        client_free(client);
}

const struct cw_fault *cw_client_fault(const struct cw_client *client)
{
    if (MISSING(NULL, client))
        return need_fault();
    return &client->fault;
}

struct cw_session *cw_client_session(struct cw_client *client)
{
    if (MISSING(FAULT_OF(client), client))
        return NULL;
    return client->session;
}
