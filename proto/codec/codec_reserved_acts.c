/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/codec.h"
#include "proto/reserved.h"

#define JUDGED_KEY_NUMBER_MAX 255
#define OBJECT_NUMBER_MAX 65535
#define VERSION_NUMBER_MAX 65535

/* --- reinstate ------------------------------------------------------------------------------------- */

static bool act_reinstate_holds(const void *record)
{
    const struct act_reinstate *act = record;

    for (uint32_t i = 1; i < act->op_count; i++) {
        if (memcmp(&act->ops[i - 1], &act->ops[i], sizeof act->ops[i]) >= 0)
            return false;
    }
    return act->op_count > 0;
}

static const struct field act_reinstate_fields[] = {
    FIXED_FIELD(1, struct act_reinstate, cert, FIELD_REQUIRED),
    FIXEDS_ARENA_FIELD(2, struct act_reinstate, ops, op_count, REINSTATED_MAX),
};

static const struct grammar act_reinstate_grammar =
    PLAIN_GRAMMAR(act_reinstate_fields, struct act_reinstate, FRAME_LEN_MAX, act_reinstate_holds);

enum cw_err act_reinstate_parse(struct cw_slice body, struct arena *arena, struct act_reinstate *out)
{
    return grammar_parse(&act_reinstate_grammar, body, arena, out);
}

void act_reinstate_encode(const struct act_reinstate *in, struct writer *out)
{
    grammar_encode(&act_reinstate_grammar, in, out);
}

/* --- fork judgement -------------------------------------------------------------------------------- */

static bool act_fork_judgement_holds(const void *record)
{
    const struct act_fork_judgement *act = record;

    for (uint32_t i = 0; i < act->head_count; i++) {
        const struct judged_head *head = &act->heads[i], *before = i == 0 ? NULL : head - 1;

        if (head->seq < act->from || (before != NULL && before->seq > head->seq))
            return false;
        if (before != NULL && before->seq == head->seq && memcmp(&before->seal, &head->seal, sizeof head->seal) >= 0)
            return false;
    }
    return true;
}

static const struct field judged_head_fields[] = {
    NUMBER_FIELD(1, struct judged_head, seq, 1, UINT64_MAX, 0),
    FIXED_FIELD(2, struct judged_head, seal, FIELD_REQUIRED),
};

static const struct grammar judged_head_grammar = PART_GRAMMAR(judged_head_fields);

static const struct field act_fork_judgement_fields[] = {
    FIXED_FIELD(1, struct act_fork_judgement, log, FIELD_REQUIRED),
    NUMBER_FIELD(2, struct act_fork_judgement, from, 1, UINT64_MAX, 0),
    MESSAGES_FIELD(3, struct act_fork_judgement, heads, head_count, 0, JUDGED_HEADS_MAX, &judged_head_grammar),
    SHORT_FIELD(4, struct act_fork_judgement, key, 1, JUDGED_KEY_NUMBER_MAX, 0),
};

static const struct grammar act_fork_judgement_grammar =
    PLAIN_GRAMMAR(act_fork_judgement_fields, struct act_fork_judgement, FRAME_LEN_MAX, act_fork_judgement_holds);

enum cw_err act_fork_judgement_parse(struct cw_slice body, struct act_fork_judgement *out)
{
    return grammar_parse(&act_fork_judgement_grammar, body, NULL, out);
}

void act_fork_judgement_encode(const struct act_fork_judgement *in, struct writer *out)
{
    grammar_encode(&act_fork_judgement_grammar, in, out);
}

/* --- versions -------------------------------------------------------------------------------------- */

static bool act_versions_holds(const void *record)
{
    const struct act_versions *act = record;

    for (uint32_t i = 0; i < act->object_count; i++) {
        if (act->objects[i].least > act->objects[i].most)
            return false;
        if (i > 0 && act->objects[i - 1].object >= act->objects[i].object)
            return false;
    }
    return act->writers_min > 0 || act->object_count > 0;
}

static const struct field object_versions_fields[] = {
    SHORT_FIELD(1, struct object_versions, object, 1, OBJECT_NUMBER_MAX, 0),
    SHORT_FIELD(2, struct object_versions, least, 1, VERSION_NUMBER_MAX, 0),
    SHORT_FIELD(3, struct object_versions, most, 1, VERSION_NUMBER_MAX, 0),
};

static const struct grammar object_versions_grammar = PART_GRAMMAR(object_versions_fields);

static const struct field act_versions_fields[] = {
    SHORT_FIELD(1, struct act_versions, writers_min, 0, VERSION_NUMBER_MAX, 0),
    MESSAGES_FIELD(2, struct act_versions, objects, object_count, 0, OBJECT_VERSIONS_MAX, &object_versions_grammar),
};

static const struct grammar act_versions_grammar =
    PLAIN_GRAMMAR(act_versions_fields, struct act_versions, FRAME_LEN_MAX, act_versions_holds);

enum cw_err act_versions_parse(struct cw_slice body, struct act_versions *out)
{
    return grammar_parse(&act_versions_grammar, body, NULL, out);
}

void act_versions_encode(const struct act_versions *in, struct writer *out)
{
    grammar_encode(&act_versions_grammar, in, out);
}

/* --- well-formed or not ---------------------------------------------------------------------------- */

static enum cw_err parse_act(enum authority_act act, struct cw_slice body, struct arena *scratch)
{
    union {
        struct act_reinstate reinstate;
        struct act_fork_judgement judgement;
        struct act_versions versions;
    } read;

    switch (act) {
    case ACT_REINSTATE:
        return act_reinstate_parse(body, scratch, &read.reinstate);
    case ACT_FORK_JUDGEMENT:
        return act_fork_judgement_parse(body, &read.judgement);
    case ACT_VERSIONS:
        return act_versions_parse(body, &read.versions);
    default:
        return CW_REFUSED_UNKNOWN_OP;
    }
}

enum cw_err reserved_act_check(enum authority_act act, struct cw_slice body, struct arena *scratch)
{
    size_t mark = arena_mark(scratch);
    enum cw_err err = parse_act(act, body, scratch);

    arena_release(scratch, mark);
    return err;
}
