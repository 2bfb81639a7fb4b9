/* SPDX-License-Identifier: Apache-2.0 */
/* The authority's side: may it issue what a request asks for, and the file that answers it. */
#include "tool/enrol.h"

#include "lib/fault.h"

#include <stdlib.h>

#define DAYS_MAX 3650
#define DAY_MS INT64_C(86400000)

/* --- a request ------------------------------------------------------------------------------------------ */

enum cw_err asking_read(struct buf *bytes, struct asking *out, struct cw_fault *fault)
{
    struct asking asking = {.bytes = *bytes};
    struct cw_slice whole = buf_slice(&asking.bytes);
    enum cw_err err;

    *bytes = (struct buf){0};
    err = crypto_init() ? enrol_request_parse(whole, &asking.request) : CW_LOCAL_SELF_TEST;
    if (err == CW_OK)
        err = enrol_request_verify(whole, &asking.request, &asking.cert);
    if (err != CW_OK) {
        asking_done(&asking);
        return err == CW_REFUSED_SIGNATURE
                   ? fault_set(fault, err, "request",
                               "its holder's signature does not cover it: it was changed on the way")
                   : fault_plain(fault, err, "request");
    }
    cert_id_of(asking.request.certificate, &asking.id);
    enrol_hash(whole, &asking.hash);
    *out = asking;
    return CW_OK;
}

enum cw_err asking_open(const char *path, struct asking *out, struct cw_fault *fault)
{
    struct buf bytes = {0};
    enum cw_err err = file_read(path, ENROL_LEN_MAX, &bytes);

    if (err == CW_OK) {
        err = asking_read(&bytes, out, fault);
        if (err != CW_OK)
            snprintf(fault->where, sizeof(fault->where), "%s", path);
        return err;
    }
    buf_done(&bytes);
    return fault_set(fault, err, path,
                     err == CW_REFUSED_SIZE ? "the file is too large to be a request" : "the file cannot be read");
}

void asking_done(struct asking *asking)
{
    buf_done(&asking->bytes);
    *asking = (struct asking){0};
}

static bool shares_a_key(const struct certificate *a, const struct certificate *b)
{
    return memcmp(a->sign_key, b->sign_key, KEY_LEN) == 0 || memcmp(a->seal_key, b->seal_key, KEY_LEN) == 0 ||
           memcmp(a->curve_key, b->curve_key, KEY_LEN) == 0;
}

bool certificates_share_keys(const struct certificate *a, const struct certificate *b)
{
    return memcmp(a->sign_key, b->sign_key, KEY_LEN) == 0 && memcmp(a->seal_key, b->seal_key, KEY_LEN) == 0 &&
           memcmp(a->curve_key, b->curve_key, KEY_LEN) == 0;
}

/* Its holder proved to have the keys, as for a first one. Keys of a certificate that was taken back are not to be had again. */
static bool renews(const struct certificate *asked, const struct trust_cert *before)
{
    return !before->revoked && before->parsed.subject == SUBJECT_DAEMON &&
           slice_eq(before->parsed.division, asked->division) && certificates_share_keys(&before->parsed, asked);
}

static enum cw_err check_keys(const struct asking *asking, const struct authority *a, struct cw_fault *fault)
{
    for (size_t i = 0; i < a->trust->cert_count; i++)
        if (!ID_EQ(&a->trust->certs[i].id, &asking->id) && shares_a_key(&a->trust->certs[i].parsed, &asking->cert) &&
            !renews(&asking->cert, &a->trust->certs[i]))
            return fault_set(fault, CW_REFUSED_REUSED_ID, "request",
                             "another certificate holds one of its keys already");
    return CW_OK;
}

static enum cw_err check_wishes(const struct asking *asking, struct cw_wall now, struct cw_fault *fault)
{
    const struct certificate *c = &asking->cert;

    if (c->role_count != 0 || c->may_bundle)
        return fault_set(fault, CW_REFUSED_ROLE, "request", "a daemon has no roles, and this one asks for some");
    if (now.ms < c->not_before.ms || now.ms > c->not_after.ms)
        return fault_set(fault, CW_REFUSED_EXPIRED, "request",
                         "the certificate that it asks for is not valid now: is the clock right, here and there?");
    if (c->not_after.ms - now.ms > DAYS_MAX * DAY_MS)
        return fault_set(fault, CW_REFUSED_EXPIRED, "request", "it asks for more than ten years");
    return CW_OK;
}

enum cw_err asking_check(const struct asking *asking, const struct authority *a, struct cw_wall now, bool *out_again,
                         struct cw_fault *fault)
{
    const struct trust_cert *before = trust_find(a->trust, &asking->id);

    if (!ID_EQ(&asking->cert.network, &a->network))
        return fault_set(fault, CW_REFUSED_NETWORK, "request", "it was made from the invitation of another network");
    if (!ID_EQ(&asking->cert.issuer, &a->cert))
        return fault_set(fault, CW_REFUSED_AUTHOR, "request", "it was made from the invitation of another authority");
    if (before != NULL && before->revoked)
        return fault_set(fault, CW_REFUSED_EXPIRED, "request",
                         "its certificate was issued before, and taken back since");
    *out_again = before != NULL;
    if (before != NULL)
        return CW_OK;
    enum cw_err err = check_wishes(asking, now, fault);
    return err == CW_OK ? check_keys(asking, a, fault) : err;
}

/* --- the file -------------------------------------------------------------------------------------------- */

static struct join_member member_of(const struct member *m)
{
    return (struct join_member){m->cert, slice_of(m->title), slice_of(m->address)};
}

/* Everybody else whose certificate counts; the latest first, for those are the most likely to be there. */
static void add_members(const struct authority *a, const struct members *members, const struct cert_id *who,
                        struct join *join)
{
    for (uint32_t i = members->count; i-- > 0 && join->peer_count < JOIN_PEERS_MAX;) {
        const struct member *m = &members->at[i];
        const struct trust_cert *cert = trust_find(a->trust, &m->cert);

        if (cert == NULL || cert->revoked)
            continue;
        if (!ID_EQ(&m->cert, who))
            join->peers[join->peer_count++] = member_of(m);
    }
    for (uint32_t i = 0; i < members->count; i++)
        if (ID_EQ(&members->at[i].cert, who)) {
            join->has_member = true;
            join->member = member_of(&members->at[i]);
        }
}

static size_t room_for(const struct authority_segments *segments)
{
    size_t room = 16384; /* everything that is no segment */

    for (size_t i = 0; i < segments->count; i++)
        room += segments->bytes[i].len + 8;
    return room;
}

static enum cw_err seal_and_write(const struct authority *a, struct join *join, size_t room, const char *path)
{
    uint8_t *memory = malloc(room);
    struct writer w = writer_over(memory, room);
    enum cw_err err = CW_LOCAL_MEMORY;

    if (memory != NULL) {
        join_sign(join, &a->network, &a->keys.sign, &w);
        err = w.failed || w.len > JOIN_LEN_MAX ? CW_REFUSED_SIZE : file_write(path, slice(memory, w.len), 0644);
    }
    free(memory);
    return err;
}

enum cw_err joining_write(struct authority *a, const struct members *members, const struct cert_id *who,
                          const char *path, struct cw_fault *fault)
{
    struct join join = {.genesis = buf_slice(&a->genesis), .authority = a->cert};
    struct authority_segments segments;
    struct cw_slice *slices;
    enum cw_err err = authority_segments_read(a->dir, &segments, fault);

    if (err != CW_OK)
        return err;
    slices = calloc(segments.count + 1, sizeof(*slices));
    if (slices == NULL || segments.count > JOIN_SEGMENTS_MAX) {
        free(slices);
        authority_segments_done(&segments);
        return fault_plain(fault, CW_LOCAL_MEMORY, a->dir);
    }
    for (size_t i = 0; i < segments.count; i++)
        slices[i] = buf_slice(&segments.bytes[i]);
    join.segments = slices;
    /* An invitation is to name network and authority, which the root log does; whom it admitted is nobody's business yet. */
    join.segment_count = (uint32_t)(who != NULL ? segments.count : segments.root_count);
    if (who != NULL)
        add_members(a, members, who, &join);
    err = seal_and_write(a, &join, room_for(&segments), path);
    free(slices);
    authority_segments_done(&segments);
    return err == CW_OK ? CW_OK : fault_plain(fault, err, path);
}
