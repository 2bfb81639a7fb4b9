/* SPDX-License-Identifier: Apache-2.0 */
#include "net/listen.h"

#include "net/zsocket.h"

#include <errno.h>
#include <stdio.h>
#include <zmq.h>

/* What an address that nothing can listen at wants. `settings`: somebody must act. */
static const struct {
    int number;
    bool settings;
    const char *advice;
} refusals[] = {
    {EADDRINUSE, true,
     "stop the program that listens there (ss --listening --tcp --numeric --processes shows it), or set another port"},
    {EACCES, true, "ports below 1024 are closed to this daemon: set a higher one"},
    {EADDRNOTAVAIL, false, "no interface of this machine has it (ip address shows them): set one that it has"},
    {ENODEV, false,
     "its host is neither an interface nor an address of this machine (ip address shows them), nor a name of one"},
    {0, false, "set another address"},
};

bool listen_explain(const char *setting, const char *address, int number, char out[static LISTEN_TEXT_LEN_MAX])
{
    size_t i = 0;

    while (refusals[i].number != 0 && refusals[i].number != number)
        i++;
    (void)snprintf(out, LISTEN_TEXT_LEN_MAX, "%s: cannot listen at %.120s: %s; %s", setting, address,
                   number == ENODEV ? "no such host" : zmq_strerror(number), refusals[i].advice);
    return refusals[i].settings;
}

/* With a key that nobody knows, and nobody to ask about theirs: the socket's settings refuse whoever comes. */
enum cw_err listen_try(const char *setting, const char *address, struct refusal *why)
{
    const uint8_t secret[KEY_LEN] = {1};
    struct zsocket_keys own;
    void *context = zsocket_context(), *socket = NULL;
    char text[LISTEN_TEXT_LEN_MAX];
    enum cw_err err = CW_OK;

    zsocket_keys_from(secret, &own);
    if (context != NULL)
        socket = zsocket_server(context, &own, DOOR_PEERS);
    if (socket == NULL) {
        err = refuse(why, CW_LOCAL_MEMORY, "net", "no socket can be made: descriptors or memory are short");
    } else if (!zsocket_bind(socket, address)) {
        (void)listen_explain(setting, address, zmq_errno(), text);
        err = refuse(why, CW_LOCAL_CONFIG, "net", "%s", text);
    }
    zsocket_close(socket);
    if (context != NULL)
        (void)zmq_ctx_term(context);
    return err;
}
