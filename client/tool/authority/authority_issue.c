/* SPDX-License-Identifier: Apache-2.0 */
/* What an authority says: certificates, their end, membership, policy. */
#include "tool/authority.h"

#include "lib/fault.h"
#include "lib/when.h"

#define DAY_MS INT64_C(86400000)
#define BEFORE_MS INT64_C(3600000)

static enum cw_err add_record(struct authority *a, enum authority_act act, struct cw_slice body, struct cw_fault *fault)
{
    struct authority_record record = {.act = act, .body = body};
    size_t room = body.len + 64;
    uint8_t *payload = arena_take(&a->arena, room, 1);
    struct writer w = writer_over(payload, room);
    struct clear_record clear = {.network = a->network,
                                 .author = a->cert,
                                 .secret = &a->keys.sign,
                                 .op_class = CLASS_AUTHORITY,
                                 .now = when_now()};
    enum cw_err err;

    if (payload == NULL || a->pending_count == AUTHORITY_BATCH_MAX)
        return fault_plain(fault, CW_LOCAL_MEMORY, "authority log");
    authority_record_encode(&record, &w);
    clear.payload = slice(payload, w.len);
    err = clear_record_build(&clear, &a->arena, &a->pending[a->pending_count]);
    if (err != CW_OK)
        return fault_plain(fault, err, "authority log");
    a->pending_count++;
    return CW_OK;
}

static void fill_certificate(const struct authority *a, const struct issue_order *order, const struct key_bundle *keys,
                             struct certificate *out)
{
    *out = (struct certificate){.network = a->network, .subject = order->subject, .issuer = a->cert};
    random_bytes(out->serial, sizeof(out->serial));
    out->division = slice_of(order->division);
    out->name = slice_of(order->name);
    memcpy(out->sign_key, keys->sign_public, KEY_LEN);
    memcpy(out->curve_key, keys->curve_public, KEY_LEN);
    /* People read through their daemon: only daemons and regional units get audience keys. */
    if (order->subject == SUBJECT_DAEMON || order->subject == SUBJECT_REGIONAL)
        memcpy(out->seal_key, keys->seal_public, KEY_LEN);
    out->role_count = order->role_count;
    memcpy(out->roles, order->roles, sizeof(out->roles));
    out->may_bundle = order->may_bundle;
    out->not_before.ms = when_now().ms - BEFORE_MS;
    out->not_after.ms = when_now().ms + order->days * DAY_MS;
}

static enum cw_err write_key(const struct issue_order *order, const char *path, const struct key_bundle *keys,
                             struct cw_fault *fault)
{
    if (order->keep != NULL)
        return order->keep(order->keep_ctx, keys, fault);
    enum cw_err err = authority_write_new_key(path, keys, order->passphrase);

    if (err == CW_REFUSED_REUSED_ID)
        return fault_set(fault, CW_USAGE_ORDER, path, "there is a key already: it is never overwritten");
    return err == CW_OK ? CW_OK : fault_plain(fault, err, order->home);
}

static enum cw_err write_home(const struct authority *a, const struct issue_order *order, const struct key_bundle *keys,
                              struct cw_slice certificate, struct cw_fault *fault)
{
    char key[PATH_LEN_MAX], cert[PATH_LEN_MAX], network[PATH_LEN_MAX];
    enum cw_err err = folder_make(order->home, 0700);

    if (err == CW_OK && !(path_join(key, order->home, "key") && path_join(cert, order->home, "cert") &&
                          path_join(network, order->home, "network")))
        err = CW_LOCAL_IO;
    if (err == CW_OK && file_exists(key))
        return fault_set(fault, CW_USAGE_ORDER, key, "there is a key already: it is never overwritten");
    if (err == CW_OK) {
        err = write_key(order, key, keys, fault);
        if (err != CW_OK)
            return err;
    }
    if (err == CW_OK)
        err = file_write(cert, certificate, 0644);
    if (err == CW_OK)
        err = file_write(network, buf_slice(&a->genesis), 0644);
    return err == CW_OK ? CW_OK : fault_plain(fault, err, order->home);
}

static enum cw_err add_issue(struct authority *a, struct cw_slice certificate, const struct signature *possession,
                             struct cw_fault *fault)
{
    struct act_issue act = {.certificate = certificate, .possession = *possession};
    uint8_t body[CERT_LEN_MAX + 256];
    struct writer w = writer_over(body, sizeof(body));

    sign_bytes(LABEL_CERT, &a->network, certificate, &a->keys.sign, &act.issuer);
    act_issue_encode(&act, &w);
    return add_record(a, ACT_ISSUE, slice(body, w.len), fault);
}

/* Either may be NULL. */
static enum cw_err change_members(struct authority *a, const struct cert_id *added, const struct cert_id *removed,
                                  struct cw_fault *fault)
{
    struct act_membership act = {.audience = slice_of(AUDIENCE_FORCE),
                                 .added_count = added != NULL,
                                 .added = added,
                                 .removed_count = removed != NULL,
                                 .removed = removed};
    uint8_t body[256];
    struct writer w = writer_over(body, sizeof(body));

    act_membership_encode(&act, &w);
    return add_record(a, ACT_MEMBERSHIP, slice(body, w.len), fault);
}

enum cw_err authority_revoke(struct authority *a, const struct cert_id *cert, enum revoke_kind kind,
                             struct cw_fault *fault)
{
    struct act_revoke act = {.cert = *cert, .kind = kind};
    uint8_t body[256];
    struct writer w = writer_over(body, sizeof(body));

    act_revoke_encode(&act, &w);
    return add_record(a, ACT_REVOKE, slice(body, w.len), fault);
}

/* A new membership brings a new key: what is written from then on, a revoked daemon has no key to. */
enum cw_err authority_expel(struct authority *a, const struct cert_id *cert, enum revoke_kind kind,
                            struct cw_fault *fault)
{
    enum cw_err err = authority_revoke(a, cert, kind, fault);

    return err == CW_OK ? change_members(a, NULL, cert, fault) : err;
}

enum cw_err authority_admit(struct authority *a, struct cw_slice certificate, const struct signature *possession,
                            struct cw_fault *fault)
{
    struct cert_id id;
    enum cw_err err = add_issue(a, certificate, possession, fault);

    cert_id_of(certificate, &id);
    return err == CW_OK ? change_members(a, &id, NULL, fault) : err;
}

static enum cw_err issue_with(struct authority *a, const struct issue_order *order, const struct key_bundle *keys,
                              struct cw_fault *fault)
{
    struct certificate cert;
    uint8_t bytes[CERT_LEN_MAX];
    struct writer w = writer_over(bytes, sizeof(bytes));
    struct signature possession;
    struct cert_id id;
    enum cw_err err;

    fill_certificate(a, order, keys, &cert);
    certificate_encode(&cert, &w);
    if (certificate_parse(slice(bytes, w.len), &cert) != CW_OK)
        return fault_set(fault, CW_REFUSED_VALUE, "issue",
                         "division, name or roles are outside what a certificate holds");
    cert_id_of(slice(bytes, w.len), &id);
    sign_bytes(LABEL_POSSESSION, &a->network, slice(bytes, w.len), &keys->sign, &possession);
    err = write_home(a, order, keys, slice(bytes, w.len), fault);
    if (err == CW_OK)
        err = add_issue(a, slice(bytes, w.len), &possession, fault);
    if (err == CW_OK && order->subject == SUBJECT_DAEMON)
        err = change_members(a, &id, order->replaces, fault);
    if (err == CW_OK && order->replaces != NULL)
        err = authority_revoke(a, order->replaces, REVOKE_SUPERSEDED, fault);
    return err;
}

enum cw_err authority_issue(struct authority *a, const struct issue_order *order, struct cw_fault *fault)
{
    struct refusal refusal = {0};
    struct key_bundle keys;
    enum cw_err err;

    if (text_check(slice_of(order->name), NAME_LEN_MAX, false, "--name", &refusal) != CW_OK)
        return fault_of_refusal(fault, CW_REFUSED_TEXT, &refusal);
    if (order->division[0] == '\0' || strlen(order->division) > DIVISION_LEN_MAX ||
        strspn(order->division, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") != strlen(order->division))
        return fault_set(fault, CW_REFUSED_VALUE, "--division",
                         "a division's code is capital letters and digits, at most 16");
    key_bundle_new(&keys);
    err = issue_with(a, order, &keys, fault);
    key_bundle_wipe(&keys);
    return err;
}

enum cw_err authority_policy(struct authority *a, const char *name, const char *value, struct cw_fault *fault)
{
    struct act_policy act = {.name = slice_of(name), .value = slice_of(value)};
    struct policy_said said;
    uint8_t body[1024];
    struct writer w = writer_over(body, sizeof(body));
    enum cw_err err = authority_policy_check(name, value, fault);

    if (err == CW_OK)
        err = authority_policy_room(a, name, value, &said, fault);
    if (err != CW_OK)
        return err;
    act_policy_encode(&act, &w);
    err = add_record(a, ACT_POLICY, slice(body, w.len), fault);
    if (err == CW_OK)
        trust_note_policy(a->trust, &said);
    return err;
}
