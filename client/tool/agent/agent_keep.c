/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/agent.h"

#include "lib/fault.h"

#include <sodium.h>

/* --- opening and forgetting ------------------------------------------------------------------------------ */

/* sodium_malloc() does not say when it could not lock: ask again. */
static struct key_bundle *take_locked(void)
{
    struct key_bundle *keys = sodium_malloc(sizeof(*keys));

    if (keys == NULL)
        return NULL;
    if (sodium_mlock(keys, sizeof(*keys)) != 0) {
        sodium_free(keys);
        return NULL;
    }
    return keys;
}

static enum cw_err open_keys(struct agent *a, const struct agent_order *order, struct cw_fault *fault)
{
    if (keyfile_open(order->key_file, order->passphrase, a->keys) != CW_OK)
        return fault_set(fault, CW_LOCAL_KEY, "key", "the key file is damaged, or the passphrase is wrong");
    if (memcmp(a->keys->sign_public, a->certificate.sign_key, KEY_LEN) != 0 ||
        memcmp(a->keys->curve_public, a->certificate.curve_key, KEY_LEN) != 0)
        return fault_set(fault, CW_LOCAL_KEY, "key", "these keys belong to another certificate");
    return CW_OK;
}

enum cw_err agent_open(const struct agent_order *order, struct cw_mono now, struct agent *out, struct cw_fault *fault)
{
    struct agent a = {.deadline = mono_after(now, order->hold_ms)};
    enum cw_err err;

    if (!crypto_init())
        return fault_plain(fault, CW_LOCAL_SELF_TEST, "libsodium");
    if (order->hold_ms < 1 || order->hold_ms > AGENT_HOLD_MS_MAX)
        return fault_set(fault, CW_USAGE_ARGUMENT, "--for", "a login lasts at most 24 hours");
    err = buf_add(&a.certificate_bytes, order->certificate);
    if (err == CW_OK && certificate_parse(buf_slice(&a.certificate_bytes), &a.certificate) != CW_OK)
        err = fault_set(fault, CW_REFUSED_MALFORMED, "cert", "these bytes are not a certificate of this version");
    cert_id_of(buf_slice(&a.certificate_bytes), &a.id);
    if (err == CW_OK) {
        a.keys = take_locked();
        err = a.keys != NULL ? open_keys(&a, order, fault)
                             : fault_set(fault, CW_LOCAL_MEMORY, "memory",
                                         "no memory can be locked here, so the key might be written to disk: raise the "
                                         "limit (ulimit -l)");
    }
    if (err == CW_OK && sodium_mprotect_noaccess(a.keys) != 0)
        err = fault_plain(fault, CW_LOCAL_MEMORY, "memory");
    if (err != CW_OK)
        agent_close(&a);
    else
        *out = a;
    return err;
}

void agent_forget(struct agent *a)
{
    sodium_free(a->keys); /* makes it writable, wipes and unlocks it */
    a->keys = NULL;
}

void agent_close(struct agent *a)
{
    agent_forget(a);
    buf_done(&a->certificate_bytes);
}

/* --- answering ------------------------------------------------------------------------------------------- */

/* Only what this author may say: a header that names this very certificate. */
static enum cw_err check_header(const struct agent *a, struct cw_slice header)
{
    struct submission_header h;
    enum cw_err err = submission_header_parse(header, &h);

    if (err != CW_OK)
        return err;
    return ID_EQ(&h.author, &a->id) ? CW_OK : CW_REFUSED_AUTHOR;
}

static enum cw_err check_bundle(const struct agent *a, struct cw_slice head)
{
    struct hash root;
    uint32_t count;
    enum cw_err err = bundle_head_parse(head, &count, &root);

    if (err != CW_OK)
        return err;
    return a->certificate.may_bundle ? CW_OK : CW_REFUSED_ROLE;
}

static enum cw_err sign(struct agent *a, const struct agent_request *request, struct writer *body)
{
    bool bundle = request->op == AGENT_BUNDLE;
    enum cw_err err = bundle ? check_bundle(a, request->body) : check_header(a, request->body);
    struct signature signature;

    if (err != CW_OK)
        return err;
    if (sodium_mprotect_readonly(a->keys) != 0)
        return CW_LOCAL_MEMORY;
    sign_bytes(bundle ? LABEL_BUNDLE : LABEL_OP, &a->certificate.network, request->body, &a->keys->sign, &signature);
    (void)sodium_mprotect_noaccess(a->keys);
    a->signed_count++;
    writer_bytes(body, signature.b, SIGNATURE_LEN);
    return CW_OK;
}

static enum cw_err hand_curve(struct agent *a, struct writer *body)
{
    if (sodium_mprotect_readonly(a->keys) != 0)
        return CW_LOCAL_MEMORY;
    writer_bytes(body, a->keys->curve.b, KEY_LEN);
    (void)sodium_mprotect_noaccess(a->keys);
    return CW_OK;
}

static enum cw_err hello(const struct agent *a, struct cw_mono now, struct writer *body)
{
    struct agent_hello hello = {.cert = a->id, .left_ms = a->deadline.ms - now.ms, .signed_count = a->signed_count};

    agent_hello_encode(&hello, body);
    return CW_OK;
}

static enum cw_err act(struct agent *a, struct cw_mono now, const struct agent_request *request, struct writer *body)
{
    if (mono_reached(now, a->deadline))
        agent_forget(a);
    if (a->keys == NULL)
        return CW_LOCAL_KEY;
    switch (request->op) {
    case AGENT_HELLO:
        return hello(a, now, body);
    case AGENT_SIGN:
    case AGENT_BUNDLE:
        return sign(a, request, body);
    case AGENT_CURVE:
        return hand_curve(a, body);
    case AGENT_STOP:
        agent_forget(a);
        return CW_OK;
    }
    return CW_REFUSED_MALFORMED;
}

bool agent_answer(struct agent *a, struct cw_mono now, struct cw_slice packet, struct writer *out)
{
    struct agent_request request;
    uint8_t bytes[SIGNATURE_LEN];
    struct writer body = writer_over(bytes, sizeof(bytes));
    enum cw_err code;

    if (agent_request_parse(packet, &request) != CW_OK)
        return false;
    code = act(a, now, &request, &body);
    agent_answer_encode(code, slice(bytes, body.len), out);
    wipe(bytes, sizeof(bytes));
    return !out->failed;
}
