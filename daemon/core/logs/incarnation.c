/* SPDX-License-Identifier: Apache-2.0 */
#include "core/incarnation.h"

#define ANCHOR_MAGIC "CWANCHR1"
#define ANCHOR_BODY_LEN (ANCHOR_LEN - ID_LEN)

static void checksum(const uint8_t body[static ANCHOR_BODY_LEN], uint8_t out[static ID_LEN])
{
    hash_one(LABEL_LOCAL, slice(body, ANCHOR_BODY_LEN), out);
}

void anchor_encode(const struct anchor *in, uint8_t out[static ANCHOR_LEN])
{
    struct writer w = writer_over(out, ANCHOR_BODY_LEN);

    memset(out, 0, ANCHOR_LEN);
    writer_bytes(&w, ANCHOR_MAGIC, 8);
    writer_bytes(&w, in->boot_id, sizeof in->boot_id);
    writer_bytes(&w, in->store_id, sizeof in->store_id);
    writer_be64(&w, in->device);
    writer_be64(&w, in->inode);
    writer_slice(&w, ID_SLICE(&in->head.log));
    writer_be64(&w, in->head.seq);
    writer_slice(&w, ID_SLICE(&in->head.seal));
    CW_ASSERT(!w.failed && w.len == ANCHOR_BODY_LEN);
    /* The failed mark has no room of its own beside 128 bytes of facts: it is the magic's last letter. */
    if (in->failed)
        out[7] = 'F';
    checksum(out, out + ANCHOR_BODY_LEN);
}

static bool magic_ok(const uint8_t magic[static 8])
{
    return memcmp(magic, ANCHOR_MAGIC, 7) == 0 && (magic[7] == '1' || magic[7] == 'F');
}

enum cw_err anchor_parse(struct cw_slice bytes, struct anchor *out)
{
    uint8_t sum[ID_LEN], magic[8];
    struct anchor a;

    if (bytes.len != ANCHOR_LEN)
        return CW_LOCAL_CORRUPT;
    checksum(bytes.data, sum);
    if (memcmp(sum, bytes.data + ANCHOR_BODY_LEN, ID_LEN) != 0)
        return CW_LOCAL_CORRUPT;

    struct reader in = reader_over(slice(bytes.data, ANCHOR_BODY_LEN));

    reader_bytes(&in, magic, sizeof magic);
    reader_bytes(&in, a.boot_id, sizeof a.boot_id);
    reader_bytes(&in, a.store_id, sizeof a.store_id);
    a.device = reader_be64(&in);
    a.inode = reader_be64(&in);
    reader_bytes(&in, a.head.log.b, ID_LEN);
    a.head.seq = reader_be64(&in);
    reader_bytes(&in, a.head.seal.b, ID_LEN);
    if (reader_finish(&in) != CW_OK || !magic_ok(magic))
        return CW_LOCAL_CORRUPT;
    a.failed = magic[7] == 'F';
    *out = a;
    return CW_OK;
}

static bool anchor_is_of_this_boot_and_store(const struct incarnation_facts *f, const char **out_why)
{
    const struct anchor *a = &f->anchor;

    if (memcmp(a->boot_id, f->boot_id, sizeof f->boot_id) != 0)
        *out_why = "the machine was started again since the anchor was written";
    else if (memcmp(a->store_id, f->store_id, sizeof f->store_id) != 0)
        *out_why = "the anchor belongs to another store";
    else if (a->device != f->device || a->inode != f->inode)
        *out_why = "the store's file is not the one the anchor was written for";
    else
        return true;
    return false;
}

/* The store may be ahead of the anchor by the commit that a crash cut off from it, never behind. */
static bool heads_agree(const struct incarnation_facts *f, const char **out_why)
{
    const struct position *anchored = &f->anchor.head, *stored = &f->stored;

    if (anchored->seq == 0 || stored->seq == 0) {
        if (anchored->seq == 0)
            return true;
        *out_why = "the anchor names a log that the store does not have: rolled back";
        return false;
    }
    if (!ID_EQ(&anchored->log, &stored->log))
        *out_why = "the anchor names another log than the store";
    else if (stored->seq < anchored->seq)
        *out_why = "the store is behind its anchor: rolled back";
    else if (stored->seq == anchored->seq && !ID_EQ(&stored->seal, &anchored->seal))
        *out_why = "the store's last seal is not the anchored one";
    else
        return true;
    return false;
}

enum incarnation_choice incarnation_decide(const struct incarnation_facts *f, const char **out_why)
{
    enum incarnation_choice anew = f->stored.seq == 0 ? INCARNATION_FIRST : INCARNATION_NEW;

    if (f->store_is_backup)
        *out_why = "the store carries a backup's mark";
    else if (f->own_fork)
        *out_why = "a fork of the own log is proven";
    else if (f->other_cert)
        *out_why = "the certificate was renewed, and a log is one certificate's";
    else if (!f->anchor_readable)
        *out_why = f->stored.seq == 0 ? "no own log yet" : "the anchor is missing or unreadable";
    else if (f->anchor.failed)
        *out_why = "a commit failed before the last stop";
    else if (anchor_is_of_this_boot_and_store(f, out_why) && heads_agree(f, out_why)) {
        *out_why = f->stored.seq == 0 ? "no own log yet" : "the anchor fits: a plain stop or crash";
        return f->stored.seq == 0 ? INCARNATION_FIRST : INCARNATION_CONTINUE;
    }
    return anew;
}
