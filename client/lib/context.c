/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/context.h"

#include "lib/fault.h"
#include "lib/identity.h"
#include "lib/need.h"

#include <casewire/signer.h>

#include <stdio.h>
#include <stdlib.h>

#define CONTEXT_LEN_MAX 65536

/* --- the folder ---------------------------------------------------------------------------------------------- */

static enum cw_err find_folder(struct cw_context *context, const char *folder, struct cw_fault *fault)
{
    const char *home = getenv("HOME");
    int len;

    if (folder == NULL)
        folder = getenv("CASEWIRE_HOME");
    if (folder != NULL)
        len = snprintf(context->folder, sizeof(context->folder), "%s", folder);
    else if (home != NULL)
        len = snprintf(context->folder, sizeof(context->folder), "%s/.config/casewire", home);
    else
        return fault_set(fault, CW_LOCAL_CONFIG, "folder", "none is given, nor CASEWIRE_HOME, nor HOME");
    if (len <= 0 || len >= (int)sizeof(context->folder))
        return fault_set(fault, CW_LOCAL_CONFIG, "folder", "its path is empty, or longer than %d bytes",
                         FILE_PATH_LEN_MAX - 1);
    return CW_OK;
}

static enum cw_err take(const struct cw_context *context, const char *name, size_t max, struct buf *out,
                        struct cw_fault *fault)
{
    char path[FILE_PATH_LEN_MAX];
    enum cw_err err = file_path(path, context->folder, name) ? file_take(path, max, out) : CW_LOCAL_NOT_FOUND;

    if (err == CW_OK)
        return CW_OK;
    if (err == CW_LOCAL_NOT_FOUND)
        return fault_set(fault, CW_LOCAL_CONFIG, name, "there is no such file in %.180s", context->folder);
    return fault_set(fault, err == CW_REFUSED_SIZE ? CW_LOCAL_CONFIG : err, name, "it cannot be read in %.180s",
                     context->folder);
}

static enum cw_err read_file(struct cw_context *context, struct cw_fault *fault)
{
    struct buf text = {0};
    enum cw_err err = take(context, "context", CONTEXT_LEN_MAX, &text, fault);

    if (err == CW_OK)
        err = context_file_read(buf_slice(&text), &context->file, fault);
    buf_done(&text);
    return err;
}

static enum cw_err read_network(struct cw_context *context, struct cw_fault *fault)
{
    struct network_genesis genesis;
    struct network_id network;
    enum cw_err err = take(context, "network", NETWORK_GENESIS_LEN_MAX, &context->genesis, fault);

    if (err != CW_OK)
        return err;
    if (network_genesis_parse(buf_slice(&context->genesis), &genesis) != CW_OK)
        return fault_set(fault, CW_REFUSED_MALFORMED, "network", "these bytes are not a network genesis");
    network_id_of(buf_slice(&context->genesis), &network);
    memcpy(context->network, network.b, CW_ID_LEN);
    return CW_OK;
}

/* --- the identity -------------------------------------------------------------------------------------------- */

static enum cw_err open_key_file(struct cw_context *context, struct cw_slice cert, struct cw_slice passphrase,
                                 struct cw_fault *fault)
{
    struct cw_identity_options options = {.size = sizeof(options), .certificate = cert, .passphrase = passphrase};
    struct buf key = {0};
    enum cw_err err = take(context, "key", KEYFILE_LEN_MAX, &key, fault);

    if (err == CW_OK) {
        options.key_file = buf_slice(&key);
        err = cw_identity_open(&options, &context->identity, fault);
    }
    buf_done(&key);
    return err;
}

static enum cw_err open_identity(struct cw_context *context, struct cw_slice passphrase, struct cw_fault *fault)
{
    struct buf cert = {0};
    enum cw_err err = take(context, "cert", CERT_LEN_MAX, &cert, fault);

    if (err == CW_OK &&
        (passphrase.len > 0 || cw_identity_from_agent(NULL, buf_slice(&cert), &context->identity, NULL) != CW_OK))
        err = open_key_file(context, buf_slice(&cert), passphrase, fault);
    buf_done(&cert);
    if (err == CW_OK && memcmp(context->network, context->identity->certificate.network.b, CW_ID_LEN) != 0)
        return fault_set(fault, CW_REFUSED_NETWORK, "cert", "this certificate belongs to another network");
    return err;
}

/* --- open and close -------------------------------------------------------------------------------------------- */

enum cw_err cw_context_open(const struct cw_context_options *options, struct cw_context **out_context,
                            struct cw_fault *out_fault)
{
    if (MISSING(out_fault, out_context))
        return CW_USAGE_ARGUMENT;
    struct cw_context_options defaults = {.size = sizeof(defaults)};
    struct cw_context *context;
    enum cw_err err;

    if (options == NULL)
        options = &defaults;
    if (options->size != sizeof(*options))
        return fault_set(out_fault, CW_USAGE_ARGUMENT, "size", "not the size of this library's options");
    if (HOLLOW(out_fault, options->passphrase))
        return CW_USAGE_ARGUMENT;
    context = calloc(1, sizeof(*context));
    if (context == NULL)
        return fault_plain(out_fault, CW_LOCAL_MEMORY, "");
    err = find_folder(context, options->folder, out_fault);
    if (err == CW_OK)
        err = read_file(context, out_fault);
    if (err == CW_OK)
        err = read_network(context, out_fault);
    if (err == CW_OK)
        err = open_identity(context, options->passphrase, out_fault);
    if (err != CW_OK) {
        cw_context_close(context);
        return err;
    }
    *out_context = context;
    return CW_OK;
}

void cw_context_close(struct cw_context *context)
{
    if (context == NULL)
        return;
    cw_identity_close(context->identity);
    buf_done(&context->genesis);
    free(context);
}

void cw_context_client_options(const struct cw_context *context, struct cw_client_options *out_options)
{
    if (MISSING(NULL, context, out_options))
        return;
    *out_options = (struct cw_client_options){
        .size = sizeof(*out_options),
        .identity = context->identity,
        .daemons = context->file.daemons,
        .daemon_count = context->file.daemon_count,
    };
    memcpy(out_options->network_id, context->network, CW_ID_LEN);
}

enum cw_err cw_context_client(const struct cw_context *context, struct cw_client **out_client,
                              struct cw_fault *out_fault)
{
    if (MISSING(out_fault, context, out_client))
        return CW_USAGE_ARGUMENT;
    struct cw_client_options options;

    cw_context_client_options(context, &options);
    return cw_client_open(&options, out_client, out_fault);
}

const struct cw_identity *cw_context_identity(const struct cw_context *context)
{
    if (MISSING(NULL, context))
        return NULL;
    return context->identity;
}

struct cw_slice cw_context_genesis(const struct cw_context *context)
{
    if (MISSING(NULL, context))
        return slice(NULL, 0);
    return buf_slice(&context->genesis);
}

const char *cw_context_folder(const struct cw_context *context)
{
    if (MISSING(NULL, context))
        return NULL;
    return context->folder;
}

const char *cw_context_admin_socket(const struct cw_context *context)
{
    if (MISSING(NULL, context))
        return NULL;
    return context->file.admin_socket[0] != '\0' ? context->file.admin_socket : NULL;
}

int cw_context_is_synthetic(const struct cw_context *context)
{
    if (MISSING(NULL, context))
        return 0;
    return context->file.synthetic;
}
