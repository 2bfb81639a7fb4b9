/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/agent.h"

static const uint8_t magic[4] = "cwag";

static bool take_magic(struct reader *in)
{
    uint8_t found[sizeof(magic)];

    reader_bytes(in, found, sizeof(found));
    return !in->failed && memcmp(found, magic, sizeof(magic)) == 0;
}

void agent_request_encode(const struct agent_request *in, struct writer *out)
{
    writer_bytes(out, magic, sizeof(magic));
    writer_u8(out, (uint8_t)in->op);
    writer_slice(out, in->body);
}

/* Which ops have a body. */
static bool body_fits(const struct agent_request *r)
{
    bool wanted = r->op == AGENT_SIGN || r->op == AGENT_BUNDLE;

    return wanted ? r->body.len > 0 && r->body.len <= HEADER_LEN_MAX : r->body.len == 0;
}

enum cw_err agent_request_parse(struct cw_slice packet, struct agent_request *out)
{
    struct reader in = reader_over(packet);
    struct agent_request r;
    uint8_t op;

    if (packet.len > AGENT_REQUEST_LEN_MAX)
        return CW_REFUSED_SIZE;
    if (!take_magic(&in))
        return CW_REFUSED_MALFORMED;
    op = reader_u8(&in);
    r.body = reader_slice(&in, reader_left(&in));
    if (reader_finish(&in) != CW_OK || op < AGENT_HELLO || op > AGENT_STOP)
        return CW_REFUSED_MALFORMED;
    r.op = (enum agent_op)op;
    if (!body_fits(&r))
        return CW_REFUSED_MALFORMED;
    *out = r;
    return CW_OK;
}

void agent_answer_encode(enum cw_err code, struct cw_slice body, struct writer *out)
{
    writer_bytes(out, magic, sizeof(magic));
    writer_be16(out, (uint16_t)code);
    if (code == CW_OK)
        writer_slice(out, body);
}

enum cw_err agent_answer_parse(struct cw_slice packet, struct cw_slice *out_body)
{
    struct reader in = reader_over(packet);
    struct cw_slice body;
    enum cw_err code;

    if (packet.len > AGENT_ANSWER_LEN_MAX || !take_magic(&in))
        return CW_PEER_MALFORMED;
    code = (enum cw_err)reader_be16(&in);
    body = reader_slice(&in, reader_left(&in));
    if (reader_finish(&in) != CW_OK || (code != CW_OK && body.len != 0))
        return CW_PEER_MALFORMED;
    if (code != CW_OK)
        return cw_err_class_of(code) == CW_CLASS_NONE ? CW_PEER_MALFORMED : code;
    *out_body = body;
    return CW_OK;
}

void agent_hello_encode(const struct agent_hello *in, struct writer *out)
{
    writer_bytes(out, in->cert.b, ID_LEN);
    writer_be64(out, (uint64_t)in->left_ms);
    writer_be64(out, in->signed_count);
}

enum cw_err agent_hello_parse(struct cw_slice body, struct agent_hello *out)
{
    struct reader in = reader_over(body);
    struct agent_hello hello;
    uint64_t left;

    reader_bytes(&in, hello.cert.b, ID_LEN);
    left = reader_be64(&in);
    hello.signed_count = reader_be64(&in);
    if (reader_finish(&in) != CW_OK || left > INT64_MAX)
        return CW_PEER_MALFORMED;
    hello.left_ms = (int64_t)left;
    *out = hello;
    return CW_OK;
}
