/* SPDX-License-Identifier: Apache-2.0 */
#include "node/reply_frame.h"

#include "proto/wire.h"

void reply_begin(Cw__Answer *answer, const uint8_t request_id[static 16], enum cw_err code)
{
    cw__answer__init(answer);
    answer->has_v = 1;
    answer->v = 1;
    answer->has_id = 1;
    answer->id = wire_bytes(slice(request_id, 16));
    answer->has_code = 1;
    answer->code = (uint32_t)code;
}

void reply_refusal(const uint8_t request_id[static 16], const struct refusal *why, struct writer *out)
{
    Cw__Answer answer;
    const char *text = why->text[0] != '\0' ? why->text : cw_err_sentence(why->code);

    reply_begin(&answer, request_id, why->code);
    answer.has_where = why->where[0] != '\0';
    answer.where = wire_bytes(slice_of(why->where));
    answer.has_text = 1;
    answer.text = wire_bytes(slice_of(text));
    wire_pack(&answer.base, out);
}
