/* SPDX-License-Identifier: Apache-2.0 */
/* What every program may know: the field table, the logs' heads, the certificates; and a receipt again. */

#include "node/answer.h"
#include "node/answer_log.h"
#include "node/receipt.h"

#include "proto/schema.h"
#include "proto/wire.h"

/* --- schema ------------------------------------------------------------------------------------------ */

static bool put_scale(struct answering *a, enum scale scale, Cw__SchemaField *out)
{
    size_t count;
    const struct schema_value *values = schema_values(&count);

    if (scale == SCALE_NONE)
        return true;
    out->values = ARENA_ARRAY(a->arena, ProtobufCBinaryData, count);
    if (out->values == NULL)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (values[i].scale == scale)
            out->values[out->n_values++] = answer_text(a, values[i].name);
    }
    return true;
}

static Cw__SchemaField *schema_row(struct answering *a, const struct schema_field *field)
{
    Cw__SchemaField *out = ARENA_NEW(a->arena, Cw__SchemaField);

    if (out == NULL)
        return NULL;
    cw__schema_field__init(out);
    SET_NUMBER(out, field, field->number);
    SET_BYTES(out, name, answer_text(a, field->name));
    SET_NUMBER(out, kinds, field->kinds);
    SET_NUMBER(out, type, (uint32_t)field->type);
    SET_BYTES(out, rule, answer_text(a, schema_rule_name(field->rule)));
    SET_NUMBER(out, bound, field->bound > UINT32_MAX ? UINT32_MAX : (uint32_t)field->bound);
    return put_scale(a, field->scale, out) ? out : NULL;
}

enum cw_err answer_schema(struct answering *a, Cw__Answer *out)
{
    size_t count;
    const struct schema_field *fields = schema_fields(&count);
    Cw__Schema *schema = ARENA_NEW(a->arena, Cw__Schema);

    if (schema == NULL)
        return CW_LOCAL_MEMORY;
    cw__schema__init(schema);
    SET_NUMBER(schema, version, SCHEMA_VERSION);
    schema->fields = ARENA_ARRAY(a->arena, Cw__SchemaField *, count);
    if (schema->fields == NULL)
        return CW_LOCAL_MEMORY;
    for (size_t i = 0; i < count; i++) {
        schema->fields[i] = schema_row(a, &fields[i]);
        if (schema->fields[i] == NULL)
            return CW_LOCAL_MEMORY;
    }
    schema->n_fields = count;
    out->schema = schema;
    return CW_OK;
}

/* --- logs and certificates --------------------------------------------------------------------------- */

static Cw__CertificateRow *certificate_row(struct answering *a, const struct authority_cert *cert)
{
    Cw__CertificateRow *out = ARENA_NEW(a->arena, Cw__CertificateRow);

    if (out == NULL)
        return NULL;
    cw__certificate_row__init(out);
    SET_BYTES(out, cert_id, answer_bytes(a, cert->id.b, ID_LEN));
    if (cert->revoked)
        SET_NUMBER(out, revoked, 1);
    return out;
}

static enum cw_err put_certificates(struct answering *a, Cw__AuthorityView *out)
{
    const struct authority *authority = node_authority(a->node);
    uint32_t count = authority_cert_count(authority);
    enum cw_err err = CW_OK;

    out->certificates = ARENA_ARRAY(a->arena, Cw__CertificateRow *, count + 1);
    if (out->certificates == NULL)
        err = CW_LOCAL_MEMORY;
    for (uint32_t i = 0; err == CW_OK && i < count; i++) {
        out->certificates[i] = certificate_row(a, authority_cert_at(authority, i));
        if (out->certificates[i] == NULL)
            err = CW_LOCAL_MEMORY;
        else
            out->n_certificates++;
    }
    node_authority_done(a->node);
    return err;
}

enum cw_err answer_authority(struct answering *a, const Cw__GetAuthority *request, Cw__Answer *out)
{
    Cw__AuthorityView *view = ARENA_NEW(a->arena, Cw__AuthorityView);
    enum cw_err err;

    if (view == NULL)
        return CW_LOCAL_MEMORY;
    cw__authority_view__init(view);
    err = answer_put_heads(a, true, &view->logs, &view->n_logs);
    if (err == CW_OK && request->has_certificates && request->certificates)
        err = put_certificates(a, view);
    if (err == CW_OK)
        out->authority = view;
    return err;
}

/* --- a receipt again ---------------------------------------------------------------------------------- */

enum cw_err answer_receipt(struct answering *a, const Cw__GetReceipt *request, Cw__Answer *out)
{
    Cw__Submitted *submitted = ARENA_NEW(a->arena, Cw__Submitted);
    struct cw_op_id op;
    uint32_t held;
    enum cw_err err;

    if (submitted == NULL)
        return CW_LOCAL_MEMORY;
    if (!request->has_op_id || request->op_id.len != ID_LEN)
        return refuse(&a->refusal, CW_REFUSED_VALUE, "op_id", "an op id has 32 bytes");
    cw__submitted__init(submitted);
    memcpy(op.b, request->op_id.data, ID_LEN);
    err = receipt_build(&a->read, &op, NODE_PEERS_SHOWN_MAX, a->arena, &submitted->receipt, &held);
    if (err == CW_LOCAL_NOT_FOUND)
        return refuse(&a->refusal, CW_REFUSED_UNKNOWN_CASE, "op_id", "no op of this id is held at this division");
    if (err != CW_OK)
        return err;
    SET_BYTES(submitted, op_id, answer_bytes(a, op.b, ID_LEN));
    SET_NUMBER(submitted, held_by, held);
    SET_NUMBER(submitted, repeated, 1);
    out->submitted = submitted;
    return CW_OK;
}
