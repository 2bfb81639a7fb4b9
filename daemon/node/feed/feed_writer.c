/* SPDX-License-Identifier: Apache-2.0 */
#include "node/feed_work.h"

/*
 * Whether a division wrote something in a case that is told as it is: its ops are looked through as they stand, as many as
 * a step may walk. Beyond, nobody can say.
 */

#define OPS_LOOKED_MAX 1024u

struct looking {
    struct feed_step *s;
    const struct feed_filter *filter;
    struct log_id log; /* last looked at: most ops of a case are of few logs and few people */
    struct cert_id author;
    bool log_fits, author_fits, any;
};

static bool is_log_chosen(const struct looking *l, const struct log_id *log)
{
    struct log_row row;

    return db_get_log(l->s->node, l->s->read.txn, log, &row) == CW_OK &&
           feed_filter_chooses_writer(l->filter, row.head.division);
}

static bool is_author_chosen(const struct looking *l, const struct cert_id *author)
{
    const struct authority_cert *cert = authority_find(node_authority(l->s->node), author);
    bool chosen = cert != NULL && feed_filter_chooses_writer(l->filter, cert->division);

    node_authority_done(l->s->node);
    return chosen;
}

static bool is_chosen(struct looking *l, const struct case_op_row *row)
{
    if (!l->any || !ID_EQ(&l->log, &row->log))
        l->log_fits = is_log_chosen(l, &row->log);
    if (!l->any || !ID_EQ(&l->author, &row->author))
        l->author_fits = is_author_chosen(l, &row->author);
    l->log = row->log;
    l->author = row->author;
    l->any = true;
    return l->log_fits || l->author_fits;
}

enum cw_err feed_wrote(struct feed_step *s, const struct cw_case_id *id, enum feed_fit *out)
{
    struct looking l = {.s = s, .filter = &s->feed->filter};
    struct row_key from = row_key_case(id);
    struct kv_pair pair;
    struct case_op_row row;
    enum cw_err err;

    *out = FIT_UNSURE;
    for (uint32_t i = 0; i < OPS_LOOKED_MAX; i++) {
        err = db_next(s->node, s->read.txn, TABLE_CASE_OP, ID_SLICE(id), row_key_slice(&from), i > 0, &pair);
        if (err != CW_OK) {
            *out = FIT_NO;
            return err == CW_LOCAL_NOT_FOUND ? CW_OK : err;
        }
        if (pair.key.len > sizeof from.b || case_op_row_parse(pair.value, &row) != CW_OK)
            return CW_LOCAL_CORRUPT;
        memcpy(from.b, pair.key.data, pair.key.len);
        from.len = pair.key.len;
        s->walked++;
        if (is_chosen(&l, &row)) {
            *out = FIT_YES;
            return CW_OK;
        }
    }
    return CW_OK;
}
