/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/submission.h"

#include "lib/fault.h"
#include "lib/identity.h"
#include "lib/need.h"

#include <stdlib.h>

/* Proof and path of each, and the tree twice. */
#define PROOFS_MEMORY_LEN(count) \
    ((size_t)(count) * (PROOF_LEN_MAX + BUNDLE_PATH_MAX * ID_LEN + 2 * sizeof(struct hash) + 64) + 4096)

struct item {
    struct submission_draft draft; /* borrows from parts */
    struct draft_parts parts;
    struct cw_op_id op;
    size_t header_len;
    uint8_t header[HEADER_LEN_MAX];
};

struct cw_bundle {
    const struct cw_identity *identity;
    bool is_signed;
    struct item **items;
    uint32_t count, room;
};

enum cw_err cw_bundle_new(const struct cw_identity *identity, struct cw_bundle **out_bundle, struct cw_fault *out_fault)
{
    if (MISSING(out_fault, identity, out_bundle))
        return CW_USAGE_ARGUMENT;
    struct cw_bundle *bundle;

    if (!identity->certificate.may_bundle)
        return fault_set(out_fault, CW_REFUSED_ROLE, "identity", "this certificate signs singly, not in bundles");
    bundle = calloc(1, sizeof(*bundle));
    if (bundle == NULL)
        return fault_plain(out_fault, CW_LOCAL_MEMORY, "bundle");
    bundle->identity = identity;
    *out_bundle = bundle;
    return CW_OK;
}

static void item_free(struct item *item)
{
    if (item == NULL)
        return;
    draft_parts_done(&item->parts);
    free(item);
}

void cw_bundle_free(struct cw_bundle *bundle)
{
    if (bundle == NULL)
        return;
    for (uint32_t i = 0; i < bundle->count; i++)
        item_free(bundle->items[i]);
    free(bundle->items);
    free(bundle);
}

size_t cw_bundle_count(const struct cw_bundle *bundle)
{
    if (MISSING(NULL, bundle))
        return 0;
    return bundle->count;
}

/* --- adding -------------------------------------------------------------------------------------------------------- */

static bool make_room(struct cw_bundle *b)
{
    uint32_t room = b->room == 0 ? 32 : 2 * b->room;
    struct item **more;

    if (b->count < b->room)
        return true;
    more = reallocarray(b->items, room, sizeof(struct item *));
    if (more == NULL)
        return false;
    b->items = more;
    b->room = room;
    return true;
}

/* The header, which gives the op its id: what is signed later is the ids. */
static enum cw_err make_header(struct item *item)
{
    void *memory = malloc(SUBMISSION_MEMORY_LEN);
    struct arena arena = arena_over(memory, SUBMISSION_MEMORY_LEN);
    struct cw_slice header = slice(NULL, 0);
    enum cw_err err = CW_LOCAL_MEMORY;

    if (memory != NULL)
        err = submission_header_build(&item->draft, &arena, &header, &item->op);
    if (err == CW_OK) {
        memcpy(item->header, header.data, header.len);
        item->header_len = header.len;
    }
    free(memory);
    return err;
}

enum cw_err cw_bundle_add(struct cw_bundle *bundle, const struct cw_draft *draft, struct cw_wall now,
                          struct cw_fault *out_fault)
{
    if (MISSING(out_fault, bundle, draft))
        return CW_USAGE_ARGUMENT;
    struct item *item;
    enum cw_err err;

    if (bundle->is_signed)
        return fault_set(out_fault, CW_USAGE_ORDER, "bundle", "it is signed already");
    if (bundle->count == CW_BUNDLE_COUNT_MAX)
        return fault_set(out_fault, CW_REFUSED_SIZE, "bundle", "a bundle has at most %d submissions",
                         CW_BUNDLE_COUNT_MAX);
    item = make_room(bundle) ? calloc(1, sizeof(*item)) : NULL;
    if (item == NULL)
        return fault_plain(out_fault, CW_LOCAL_MEMORY, "bundle");
    err = submission_draft_of(draft, bundle->identity, now, &item->draft, &item->parts, out_fault);
    if (err != CW_OK) {
        free(item);
        return err;
    }
    err = make_header(item);
    if (err != CW_OK) {
        item_free(item);
        return fault_plain(out_fault, err, "draft");
    }
    bundle->items[bundle->count++] = item;
    return CW_OK;
}

enum cw_err cw_bundle_ids(const struct cw_bundle *bundle, size_t index, struct cw_op_id *out_op,
                          struct cw_case_id *out_case)
{
    if (MISSING(NULL, bundle, out_op, out_case))
        return CW_USAGE_ARGUMENT;
    const struct item *item;

    if (index >= bundle->count)
        return CW_USAGE_ARGUMENT;
    item = bundle->items[index];
    *out_op = item->op;
    if (item->draft.has_case)
        *out_case = item->draft.case_id;
    else
        case_id_of(&item->op, out_case);
    return CW_OK;
}

/* --- signing -------------------------------------------------------------------------------------------------------- */

static enum cw_err make_all(const struct cw_bundle *b, const struct cw_slice *proofs, const struct cw_slice *paths,
                            struct cw_submission **out)
{
    enum cw_err err = CW_OK;
    uint32_t made = 0;

    while (err == CW_OK && made < b->count) {
        const struct item *item = b->items[made];
        struct signed_header header = {slice(item->header, item->header_len), proofs[made], paths[made], item->op};

        err = submission_new(&item->draft, &header, &out[made]);
        made += err == CW_OK;
    }
    while (err != CW_OK && made > 0)
        cw_submission_free(out[--made]);
    return err;
}

static enum cw_err sign_all(const struct cw_bundle *b, struct arena *arena, struct cw_submission **out)
{
    struct signer signer = identity_signer(b->identity);
    struct cw_op_id *ops = ARENA_ARRAY(arena, struct cw_op_id, b->count);
    struct cw_slice *proofs = ARENA_ARRAY(arena, struct cw_slice, b->count);
    struct cw_slice *paths = ARENA_ARRAY(arena, struct cw_slice, b->count);
    enum cw_err err;

    if (ops == NULL || proofs == NULL || paths == NULL)
        return CW_LOCAL_MEMORY;
    for (uint32_t i = 0; i < b->count; i++)
        ops[i] = b->items[i]->op;
    err = bundle_build_by(&b->identity->certificate.network, &signer, ops, b->count, arena, proofs, paths);
    return err == CW_OK ? make_all(b, proofs, paths, out) : err;
}

enum cw_err cw_bundle_sign(struct cw_bundle *bundle, struct cw_submission **out_submissions, struct cw_fault *out_fault)
{
    if (MISSING(out_fault, bundle, out_submissions))
        return CW_USAGE_ARGUMENT;
    size_t len =
        PROOFS_MEMORY_LEN(bundle->count) + bundle->count * (sizeof(struct cw_op_id) + 2 * sizeof(struct cw_slice));
    struct cw_submission **made;
    struct arena arena;
    enum cw_err err = CW_LOCAL_MEMORY;

    if (bundle->is_signed || bundle->count == 0)
        return fault_set(out_fault, CW_USAGE_ORDER, "bundle", "%s",
                         bundle->is_signed ? "it is signed already" : "nothing was added to it");
    arena = arena_over(malloc(len), len);
    made = calloc(bundle->count, sizeof(struct cw_submission *));
    if (arena.base != NULL && made != NULL)
        err = sign_all(bundle, &arena, made);
    if (err == CW_OK) {
        memcpy(out_submissions, made, bundle->count * sizeof(struct cw_submission *));
        bundle->is_signed = true;
    }
    free(arena.base);
    free(made);
    return err == CW_OK ? CW_OK : submission_explain(err, out_fault);
}
