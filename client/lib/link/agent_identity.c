/* SPDX-License-Identifier: Apache-2.0 */
/* An identity whose signing key the agent keeps. Each signature is a connection of its own, so any thread may ask. */
#include "lib/agent.h"
#include "lib/fault.h"
#include "lib/need.h"

#include "proto/sign.h"

#include <stdlib.h>
#include <unistd.h>

struct agent_link {
    int folder;
    char name[AGENT_NAME_LEN_MAX];
};

static void link_close(void *context)
{
    struct agent_link *link = context;

    close(link->folder);
    free(link);
}

static enum cw_err sign(void *context, enum cw_signing what, struct cw_slice bytes,
                        const uint8_t text[CW_SIGNED_TEXT_LEN], uint8_t out_signature[CW_SIGNATURE_LEN])
{
    const struct agent_link *link = context;
    struct agent_request request = {what == CW_SIGN_BUNDLE ? AGENT_BUNDLE : AGENT_SIGN, bytes};
    uint8_t packet[AGENT_ANSWER_LEN_MAX];
    struct cw_slice body;
    enum cw_err err = agent_ask(link->folder, link->name, &request, packet, &body);

    (void)text; /* the agent makes it itself, of what it has looked at */
    if (err == CW_OK && body.len != CW_SIGNATURE_LEN)
        err = CW_PEER_MALFORMED;
    if (err != CW_OK)
        return err == CW_LOCAL_NOT_FOUND || err == CW_PEER_MALFORMED ? CW_LOCAL_KEY : err;
    memcpy(out_signature, body.data, CW_SIGNATURE_LEN);
    return CW_OK;
}

/* The transport key of the agent that keeps this certificate. */
static enum cw_err fetch_curve(const struct agent_link *link, const struct cert_id *cert, uint8_t out[static CW_ID_LEN])
{
    uint8_t packet[AGENT_ANSWER_LEN_MAX];
    struct agent_hello hello;
    struct cw_slice body;
    enum cw_err err = agent_greet(link->folder, link->name, &hello);

    if (err == CW_OK && !ID_EQ(&hello.cert, cert))
        err = CW_LOCAL_NOT_FOUND;
    if (err == CW_OK)
        err = agent_ask(link->folder, link->name, &(struct agent_request){.op = AGENT_CURVE}, packet, &body);
    if (err == CW_OK && body.len != CW_ID_LEN)
        err = CW_PEER_MALFORMED;
    if (err == CW_OK)
        memcpy(out, body.data, CW_ID_LEN);
    wipe(packet, sizeof(packet));
    return err;
}

static enum cw_err explain(enum cw_err err, const struct agent_link *link, struct cw_fault *fault)
{
    if (err == CW_LOCAL_NOT_FOUND)
        return fault_set(fault, err, link->name, "nobody with this certificate is logged in");
    if (err == CW_LOCAL_KEY)
        return fault_set(fault, err, link->name,
                         "what listens at the agent's socket is not yours, or its time is over");
    return fault_set(fault, CW_LOCAL_KEY, link->name, "the agent does not answer as an agent does");
}

/* Asks for the transport key, and makes the identity with a link of its own. */
static enum cw_err make_identity(const struct agent_link *link, const struct cert_id *cert,
                                 struct cw_signer_options *options, struct cw_identity **out, struct cw_fault *fault)
{
    struct agent_link *kept;
    enum cw_err err = fetch_curve(link, cert, options->curve_secret);

    if (err != CW_OK)
        return explain(err, link, fault);
    kept = malloc(sizeof(*kept));
    if (kept == NULL)
        return fault_plain(fault, CW_LOCAL_MEMORY, "");
    *kept = *link;
    options->context = kept;
    options->done = link_close;
    err = cw_identity_from_signer(options, out, fault);
    if (err != CW_OK)
        free(kept);
    return err;
}

enum cw_err cw_identity_from_agent(const char *run_dir, struct cw_slice certificate, struct cw_identity **out_identity,
                                   struct cw_fault *out_fault)
{
    if (MISSING(out_fault, out_identity) || HOLLOW(out_fault, certificate))
        return CW_USAGE_ARGUMENT;
    struct cw_signer_options options = {.size = sizeof(options), .certificate = certificate, .sign = sign};
    struct agent_link link;
    struct cert_id cert;
    enum cw_err err;

    if (!crypto_init())
        return fault_plain(out_fault, CW_LOCAL_SELF_TEST, "libsodium");
    cert_id_of(certificate, &cert);
    agent_name_of(&cert, link.name);
    err = agent_folder_open(run_dir, false, &link.folder, out_fault);
    if (err != CW_OK)
        return err;
    err = make_identity(&link, &cert, &options, out_identity, out_fault);
    wipe(options.curve_secret, sizeof(options.curve_secret));
    if (err != CW_OK)
        close(link.folder);
    return err;
}
