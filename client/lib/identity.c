/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/identity.h"

#include "lib/fault.h"
#include "proto/sign.h"

#include <stdlib.h>

const char *cw_version(void)
{
    return CW_VERSION_TEXT;
}

static enum cw_err read_certificate(struct cw_identity *identity, struct cw_slice bytes, struct cw_fault *fault)
{
    enum cw_err err = buf_add(&identity->certificate_bytes, bytes);

    if (err == CW_OK)
        err = certificate_parse(buf_slice(&identity->certificate_bytes), &identity->certificate);
    if (err != CW_OK)
        return fault_set(fault, err, "certificate", "these bytes are not a certificate of this version");
    cert_id_of(buf_slice(&identity->certificate_bytes), &identity->id);
    return CW_OK;
}

static enum cw_err read_keys(struct cw_identity *identity, const struct cw_identity_options *options,
                             struct cw_fault *fault)
{
    if (keyfile_needs_passphrase(options->key_file) && options->passphrase.len == 0)
        return fault_set(fault, CW_LOCAL_KEY, "key_file", "the key file is protected: its passphrase is needed");
    if (keyfile_open(options->key_file, options->passphrase, &identity->keys) != CW_OK)
        return fault_set(fault, CW_LOCAL_KEY, "key_file", "the key file is damaged, or the passphrase is wrong");
    if (memcmp(identity->keys.sign_public, identity->certificate.sign_key, KEY_LEN) != 0 ||
        memcmp(identity->keys.curve_public, identity->certificate.curve_key, KEY_LEN) != 0)
        return fault_set(fault, CW_LOCAL_KEY, "key_file", "these keys belong to another certificate");
    return CW_OK;
}

enum cw_err cw_identity_open(const struct cw_identity_options *options, struct cw_identity **out_identity,
                             struct cw_fault *out_fault)
{
    struct cw_identity *identity;
    enum cw_err err;

    if (options == NULL || options->size != sizeof(*options))
        return fault_set(out_fault, CW_USAGE_ARGUMENT, "size", "not the size of this library's options");
    if (!crypto_init())
        return fault_plain(out_fault, CW_LOCAL_SELF_TEST, "libsodium");
    identity = calloc(1, sizeof(*identity));
    if (identity == NULL)
        return fault_plain(out_fault, CW_LOCAL_MEMORY, "");
    err = read_certificate(identity, options->certificate, out_fault);
    if (err == CW_OK)
        err = read_keys(identity, options, out_fault);
    if (err != CW_OK) {
        cw_identity_close(identity);
        return err;
    }
    *out_identity = identity;
    return CW_OK;
}

void cw_identity_close(struct cw_identity *identity)
{
    if (identity == NULL)
        return;
    key_bundle_wipe(&identity->keys);
    buf_done(&identity->certificate_bytes);
    free(identity);
}

void cw_identity_id(const struct cw_identity *identity, uint8_t out_id[CW_ID_LEN])
{
    memcpy(out_id, identity->id.b, CW_ID_LEN);
}

void cw_identity_network(const struct cw_identity *identity, uint8_t out_network[CW_ID_LEN])
{
    memcpy(out_network, identity->certificate.network.b, CW_ID_LEN);
}
