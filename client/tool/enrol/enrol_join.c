/* SPDX-License-Identifier: Apache-2.0 */
/* Reading an invitation or an answer: from the genesis through the logs to the signature over the whole. */
#include "tool/enrol.h"

#include "lib/fault.h"

#include <stdlib.h>

#define SEGMENT_FIELD_LEN_MIN 3 /* its tag, its length, a byte */

static size_t memory_for(const struct buf *bytes)
{
    size_t count = bytes->len / SEGMENT_FIELD_LEN_MIN;

    return 4096 + (count < JOIN_SEGMENTS_MAX ? count : JOIN_SEGMENTS_MAX) * sizeof(struct cw_slice);
}

static enum cw_err parse(struct joining *j, struct cw_fault *fault)
{
    size_t len = memory_for(&j->bytes);
    struct arena arena;
    enum cw_err err;

    j->memory = malloc(len);
    if (j->memory == NULL)
        return fault_plain(fault, CW_LOCAL_MEMORY, "");
    arena = arena_over(j->memory, len);
    err = join_parse(buf_slice(&j->bytes), &arena, &j->join);
    return err == CW_OK ? CW_OK : fault_plain(fault, err, "file");
}

static enum cw_err follow_logs(struct joining *j, struct cw_fault *fault)
{
    enum cw_err err = cw_trust_new(j->join.genesis, NULL, &j->trust, fault);

    for (uint32_t i = 0; err == CW_OK && i < j->join.segment_count; i++)
        err = cw_trust_add(j->trust, j->join.segments[i], fault);
    if (err == CW_OK)
        network_id_of(j->join.genesis, &j->network);
    return err;
}

static bool is_authority(const struct cw_trust *trust, const struct cert_id *id)
{
    for (size_t i = 0; i < trust->authority_count; i++)
        if (ID_EQ(&trust->authorities[i].cert, id))
            return true;
    return false;
}

static enum cw_err check_signer(struct joining *j, struct cw_fault *fault)
{
    const struct trust_cert *signer = trust_find(j->trust, &j->join.authority);

    if (signer == NULL || signer->revoked || !is_authority(j->trust, &j->join.authority))
        return fault_set(fault, CW_REFUSED_AUTHOR, "authority",
                         "no authority that the network's root admitted signs this file");
    if (!join_verify(buf_slice(&j->bytes), &j->join, &j->network, signer->parsed.sign_key))
        return fault_set(fault, CW_REFUSED_SIGNATURE, "signature",
                         "the authority's signature does not cover this file: it was changed on the way");
    j->authority = signer;
    return CW_OK;
}

const struct trust_cert *joining_cert(const struct joining *j, const struct join_member *member)
{
    return trust_find(j->trust, &member->cert);
}

static enum cw_err check_member(const struct joining *j, const struct join_member *member, struct cw_fault *fault)
{
    const struct trust_cert *cert = joining_cert(j, member);
    char title[ENROL_TITLE_LEN_MAX + 1];

    fault_clean_text(member->title, title, sizeof(title));
    if (cert == NULL || cert->parsed.subject != SUBJECT_DAEMON)
        return fault_set(fault, CW_REFUSED_AUTHOR, title, "the authority's log has no such daemon");
    if (cert->revoked)
        return fault_set(fault, CW_REFUSED_EXPIRED, title, "its certificate was taken back");
    return CW_OK;
}

static enum cw_err check_members(const struct joining *j, struct cw_fault *fault)
{
    enum cw_err err = j->join.has_member ? check_member(j, &j->join.member, fault) : CW_OK;

    for (uint32_t i = 0; err == CW_OK && i < j->join.peer_count; i++)
        err = check_member(j, &j->join.peers[i], fault);
    return err;
}

enum cw_err joining_read(struct buf *bytes, struct joining *out, struct cw_fault *fault)
{
    struct joining j = {.bytes = *bytes};
    enum cw_err err;

    *bytes = (struct buf){0};
    err = parse(&j, fault);
    if (err == CW_OK)
        err = follow_logs(&j, fault);
    if (err == CW_OK)
        err = check_signer(&j, fault);
    if (err == CW_OK)
        err = check_members(&j, fault);
    if (err != CW_OK)
        joining_done(&j);
    else
        *out = j;
    return err;
}

enum cw_err joining_open(const char *path, struct joining *out, struct cw_fault *fault)
{
    struct buf bytes = {0};
    enum cw_err err = file_read(path, JOIN_LEN_MAX, &bytes);

    if (err == CW_OK) {
        err = joining_read(&bytes, out, fault);
        if (err != CW_OK && strcmp(fault->where, "file") == 0) /* all of it: by its name */
            snprintf(fault->where, sizeof(fault->where), "%s", path);
        return err;
    }
    buf_done(&bytes);
    return fault_set(fault, err, path,
                     err == CW_REFUSED_SIZE ? "the file is too large to be one" : "the file cannot be read");
}

void joining_done(struct joining *j)
{
    cw_trust_free(j->trust);
    free(j->memory);
    buf_done(&j->bytes);
    *j = (struct joining){0};
}
