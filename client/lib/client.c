/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/client.h"

#include "lib/fault.h"
#include "lib/identity.h"
#include "lib/unpack.h"
#include "proto/sign.h"

#include <stdlib.h>

static enum cw_err open_link(struct cw_client *client, const struct cw_client_options *options, struct cw_fault *fault)
{
    struct link_curve to;

    client->admin = options->admin_socket != NULL;
    if (client->admin)
        return link_unix_open(options->admin_socket, &client->link, fault);
    if (options->address == NULL || options->identity == NULL)
        return fault_set(fault, CW_USAGE_ARGUMENT, options->address == NULL ? "address" : "identity", "is needed");
    if (memcmp(options->network_id, options->identity->certificate.network.b, CW_ID_LEN) != 0)
        return fault_set(fault, CW_REFUSED_NETWORK, "identity", "this certificate belongs to another network");
    to = (struct link_curve){options->address, options->daemon_key, options->identity->keys.curve_public,
                             options->identity->keys.curve.b};
    return link_zmq_open(&to, &client->link, fault);
}

enum cw_err cw_client_open(const struct cw_client_options *options, struct cw_client **out_client,
                           struct cw_fault *out_fault)
{
    struct cw_client *client;
    enum cw_err err;

    if (options == NULL || options->size != sizeof(*options))
        return fault_set(out_fault, CW_USAGE_ARGUMENT, "size", "not the size of this library's options");
    if (!crypto_init())
        return fault_plain(out_fault, CW_LOCAL_SELF_TEST, "libsodium");
    client = calloc(1, sizeof(*client));
    if (client == NULL)
        return fault_plain(out_fault, CW_LOCAL_MEMORY, "");
    memcpy(client->network, options->network_id, CW_ID_LEN);
    err = open_link(client, options, out_fault);
    if (err != CW_OK) {
        free(client);
        return err;
    }
    *out_client = client;
    return CW_OK;
}

void cw_client_close(struct cw_client *client)
{
    if (client == NULL)
        return;
    client->link->ops->close(client->link);
    free(client);
}

const struct cw_fault *cw_client_fault(const struct cw_client *client)
{
    return &client->fault;
}

bool client_is_answer(const Cw__Answer *answer, const uint8_t id[static 16])
{
    return answer->has_v && answer->v == 1 && answer->has_id && answer->id.len == 16 &&
           memcmp(answer->id.data, id, 16) == 0;
}

enum cw_err client_refusal(const Cw__Answer *answer, struct cw_fault *fault)
{
    enum cw_err code = (enum cw_err)answer->code;
    char where[sizeof(fault->where)], text[CW_FAULT_TEXT_LEN_MAX];

    if (!answer->has_code || answer->code == CW_OK)
        return CW_OK;
    fault_clean_text(wire_slice(answer->where), where, sizeof(where));
    fault_clean_text(wire_slice(answer->text), text, sizeof(text));
    /* A number this version does not know still is a refusal. */
    if (cw_err_class_of(code) == CW_CLASS_NONE || answer->code > 9999)
        code = CW_PEER_MALFORMED;
    return fault_set(fault, code, where, "%s", text[0] != '\0' ? text : cw_err_sentence(code));
}

/* Receives until the answer to `id` comes: an answer to a request that was given up earlier is dropped. */
static enum cw_err wait_answer(struct cw_client *client, const uint8_t id[static 16], struct cw_mono deadline,
                               struct cw_answer **out_answer)
{
    struct buf frame = {0};
    enum cw_err err;

    for (;;) {
        struct cw_answer *answer = NULL;

        err = client->link->ops->receive(client->link, deadline, &frame, &client->fault);
        if (err != CW_OK)
            break;
        err = answer_take(&frame, &answer);
        if (err != CW_OK) {
            fault_set(&client->fault, err, "answer", "the daemon's answer cannot be read");
            break;
        }
        if (client_is_answer(answer->message, id)) {
            *out_answer = answer;
            break;
        }
        cw_answer_close(answer);
    }
    buf_done(&frame);
    return err;
}

enum cw_err client_ask(struct cw_client *client, Cw__Request *request, int32_t timeout_ms,
                       struct cw_answer **out_answer)
{
    struct cw_mono deadline = mono_after(link_now(), timeout_ms);
    struct buf bytes = {0};
    struct cw_answer *answer = NULL;
    uint8_t id[16];
    enum cw_err err;

    if (timeout_ms < 1 || timeout_ms > CW_TIMEOUT_MS_MAX)
        return fault_set(&client->fault, CW_USAGE_ARGUMENT, "timeout_ms", "must be 1 to %d", CW_TIMEOUT_MS_MAX);
    random_bytes(id, sizeof(id));
    request->has_v = request->has_id = true;
    request->v = 1;
    request->id = wire_bytes(slice(id, sizeof(id)));
    request->has_network = !client->admin || !id_is_zero(client->network);
    request->network = wire_bytes(slice(client->network, CW_ID_LEN));
    err = message_pack(&request->base, CW_MESSAGE_LEN_MAX, &bytes);
    if (err != CW_OK)
        fault_set(&client->fault, err, "request", "%s", cw_err_sentence(err));
    else
        err = client->link->ops->send(client->link, buf_slice(&bytes), deadline, &client->fault);
    buf_done(&bytes);
    if (err == CW_OK)
        err = wait_answer(client, id, deadline, &answer);
    if (err == CW_OK && answer->message->submitted == NULL)
        err = client_refusal(answer->message, &client->fault);
    if (err != CW_OK) {
        cw_answer_close(answer);
        return err;
    }
    *out_answer = answer;
    return CW_OK;
}
