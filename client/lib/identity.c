/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/identity.h"

#include "lib/fault.h"
#include "lib/need.h"
#include "proto/sign.h"

#include <sodium.h>
#include <stdlib.h>

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

/* An identity with its certificate and nothing else. */
static enum cw_err begin(struct cw_slice certificate, struct cw_identity **out, struct cw_fault *fault)
{
    struct cw_identity *identity;
    enum cw_err err;

    if (!crypto_init())
        return fault_plain(fault, CW_LOCAL_SELF_TEST, "libsodium");
    identity = calloc(1, sizeof(*identity));
    if (identity == NULL)
        return fault_plain(fault, CW_LOCAL_MEMORY, "");
    err = read_certificate(identity, certificate, fault);
    if (err != CW_OK)
        cw_identity_close(identity);
    else
        *out = identity;
    return err;
}

enum cw_err cw_identity_open(const struct cw_identity_options *options, struct cw_identity **out_identity,
                             struct cw_fault *out_fault)
{
    if (MISSING(out_fault, out_identity))
        return CW_USAGE_ARGUMENT;
    struct cw_identity *identity = NULL;
    enum cw_err err;

    if (options == NULL || options->size != sizeof(*options))
        return fault_set(out_fault, CW_USAGE_ARGUMENT, "size", "not the size of this library's options");
    if (HOLLOW(out_fault, options->key_file, options->passphrase, options->certificate))
        return CW_USAGE_ARGUMENT;
    err = begin(options->certificate, &identity, out_fault);
    if (identity == NULL)
        return err;
    err = read_keys(identity, options, out_fault);
    if (err != CW_OK) {
        cw_identity_close(identity);
        return err;
    }
    *out_identity = identity;
    return CW_OK;
}

/* --- keys that are kept elsewhere ---------------------------------------------------------------------- */

static enum cw_err check_signer(const struct cw_signer_options *options, struct cw_fault *fault)
{
    if (options == NULL || options->size != sizeof(*options))
        return fault_set(fault, CW_USAGE_ARGUMENT, "size", "not the size of this library's options");
    if (options->sign == NULL)
        return fault_set(fault, CW_USAGE_ARGUMENT, "sign", "is needed");
    return HOLLOW(fault, options->certificate) ? CW_USAGE_ARGUMENT : CW_OK;
}

enum cw_err cw_identity_from_signer(const struct cw_signer_options *options, struct cw_identity **out_identity,
                                    struct cw_fault *out_fault)
{
    if (MISSING(out_fault, out_identity))
        return CW_USAGE_ARGUMENT;
    struct cw_identity *identity = NULL;
    uint8_t *public_key;
    enum cw_err err = check_signer(options, out_fault);

    if (err == CW_OK)
        err = begin(options->certificate, &identity, out_fault);
    if (identity == NULL)
        return err;
    public_key = identity->keys.curve_public;
    memcpy(identity->keys.curve.b, options->curve_secret, KEY_LEN);
    if (crypto_scalarmult_base(public_key, identity->keys.curve.b) != 0 ||
        memcmp(public_key, identity->certificate.curve_key, KEY_LEN) != 0) {
        cw_identity_close(identity);
        return fault_set(out_fault, CW_LOCAL_KEY, "curve_secret", "this key belongs to another certificate");
    }
    identity->sign = options->sign;
    identity->context = options->context;
    identity->done = options->done;
    *out_identity = identity;
    return CW_OK;
}

/* What is returned is believed only when it verifies: a broken signer must not make an op that counts for nothing. */
static enum cw_err ask(void *context, enum label label, struct cw_slice bytes, struct signature *out)
{
    const struct cw_identity *identity = context;
    const struct network_id *network = &identity->certificate.network;
    uint8_t text[CW_SIGNED_TEXT_LEN];
    enum cw_err err;

    signed_string(label, network, bytes, text);
    err = identity->sign(identity->context, label == LABEL_BUNDLE ? CW_SIGN_BUNDLE : CW_SIGN_SUBMISSION, bytes, text,
                         out->b);
    if (err == CW_OK && !verify_bytes(label, network, bytes, identity->certificate.sign_key, out))
        err = CW_LOCAL_KEY;
    return err;
}

struct signer identity_signer(const struct cw_identity *identity)
{
    if (identity->sign == NULL)
        return (struct signer){.secret = &identity->keys.sign};
    return (struct signer){.ask = ask, .context = (void *)(uintptr_t)identity};
}

void cw_identity_close(struct cw_identity *identity)
{
    if (identity == NULL)
        return;
    if (identity->done != NULL)
        identity->done(identity->context);
    key_bundle_wipe(&identity->keys);
    buf_done(&identity->certificate_bytes);
    free(identity);
}

void cw_identity_id(const struct cw_identity *identity, uint8_t out_id[CW_ID_LEN])
{
    if (MISSING(NULL, identity, out_id))
        return;
    memcpy(out_id, identity->id.b, CW_ID_LEN);
}

void cw_identity_network(const struct cw_identity *identity, uint8_t out_network[CW_ID_LEN])
{
    if (MISSING(NULL, identity, out_network))
        return;
    memcpy(out_network, identity->certificate.network.b, CW_ID_LEN);
}
