/* SPDX-License-Identifier: Apache-2.0 */
/* Names and remarks for what the fold found out, in words an officer uses. */
#include "cases/view.h"
#include "cases/words.h"

const char *value_remark(const struct case_value *value)
{
    if ((value->flags & VALUE_FLOOR) != 0)
        return "by a revoked author: stays until a decision names it";
    if ((value->flags & VALUE_RAISED_CONCURRENT) != 0)
        return "lowered without knowing of a higher assessment";
    if ((value->flags & VALUE_STRUCK) != 0)
        return "struck out";
    if ((value->flags & VALUE_REMOVED_ONCE) != 0)
        return "removed by somebody who had not seen this entry";
    if ((value->flags & VALUE_WITHHELD) != 0)
        return "withheld: erased or not readable here";
    if ((value->flags & VALUE_UNRECOGNISED) != 0)
        return "unrecognised: written by a newer version";
    return value->fate == FATE_CONFLICT ? "in conflict" : "";
}

const char *fate_name(enum fate fate)
{
    static const char *const names[] = {
        [FATE_CURRENT] = "current",
        [FATE_CONFLICT] = "in conflict",
        [FATE_SUPERSEDED] = "superseded",
        [FATE_OUTRANKED] = "outranked",
        [FATE_PROPOSAL] = "proposal",
        [FATE_PENDING] = "pending",
        [FATE_VOID] = "void",
        [FATE_FLOOR] = "floor",
        [FATE_DETAIL] = "detail",
        [FATE_UNKNOWN] = "newer data",
        [FATE_ACT] = "done",
    };
    return (size_t)fate < CW_COUNT(names) && names[fate] != NULL ? names[fate] : "";
}

const char *verdict_name(enum case_verdict verdict)
{
    static const char *const names[] = {
        [VERDICT_EFFECTIVE] = "effective",
        [VERDICT_PENDING] = "pending",
        [VERDICT_VOID] = "void",
        [VERDICT_VOID_FLOOR] = "void, revoked",
    };
    return (size_t)verdict < CW_COUNT(names) && names[verdict] != NULL ? names[verdict] : "";
}

const char *owner_state_name(enum owner_state state)
{
    static const char *const names[] = {
        [OWNER_NONE] = "unknown",
        [OWNER_OWNED] = "owned",
        [OWNER_OFFERED] = "offered",
        [OWNER_CONTESTED] = "contested",
    };
    return (size_t)state < CW_COUNT(names) ? names[state] : "";
}

/* {about} is replaced by the start of the other op's id. */
static const char *note_sentence(enum note_kind kind)
{
    switch (kind) {
    case NOTE_LOWER_UNAWARE:
        return " lowers a value but does not account for {about}: the higher stands";
    case NOTE_STEP_NO_EFFECT:
        return " has no effect: the state did not allow this step";
    case NOTE_STEP_HELD:
        return " is held back: it did not know of {about}";
    case NOTE_STEP_ROLE:
        return " has no effect: this step needs a rank that its author does not have";
    case NOTE_RETURN_DISPUTED:
        return " contradicts the return {about}: counted as missing until an inspector decides";
    case NOTE_NEW_EPISODE:
        return " lies after the verified return {about}: is this a new episode?";
    case NOTE_DEATH_UNCONFIRMED:
        return " reports a death: to be confirmed, the episode stays live";
    case NOTE_REMOVE_UNAWARE:
        return " stays: the removal {about} had not seen it";
    case NOTE_NO_LRO:
        return "active without a lead responsible officer";
    case NOTE_SAME_OTHER_TYPE:
        return " says it is the same as {about}, which is of another type: ignored";
    case NOTE_OWNER_NO_EFFECT:
        return " has no effect: the ownership did not allow this step";
    case NOTE_FLAGGED_OP:
        return " counts, with a warning about how it came here";
    case NOTE_FLOOR:
        return " is by a revoked author: it holds the value up until a decision names it";
    case NOTE_EPISODES_APART:
        return " has no effect: the child had been back from one of the two, so what was reported later is another "
               "absence";
    case NOTE_CASE_OPEN:
        return " has no effect: the child is missing, so its case is open";
    case NOTE_OPENING_MISSING:
        return " stands in for the opening, which is not here or void: a child may be missing of whom nothing else is "
               "told";
    }
    return " is noted";
}

bool note_denies_effect(enum note_kind kind)
{
    return kind == NOTE_STEP_NO_EFFECT || kind == NOTE_STEP_HELD || kind == NOTE_STEP_ROLE ||
           kind == NOTE_OWNER_NO_EFFECT || kind == NOTE_EPISODES_APART || kind == NOTE_CASE_OPEN;
}

static void put_short(struct writer *w, const struct cw_op_id *op)
{
    put_hex(w, slice(op->b, 4));
}

static void put_sentence(struct writer *w, const struct case_note *note, const char *sentence)
{
    const char *about = strchr(sentence, '{');

    if (about == NULL) {
        put_text(w, sentence);
        return;
    }
    writer_bytes(w, sentence, (size_t)(about - sentence));
    put_short(w, &note->about);
    put_text(w, about + strlen("{about}"));
}

size_t note_remark(const struct case_note *note, char *out, size_t cap)
{
    struct writer w = writer_over(out, cap > 0 ? cap - 1 : 0);
    const char *sentence = note_sentence(note->kind);

    put_sentence(&w, note, sentence + (*sentence == ' '));
    if (cap > 0)
        out[w.len] = '\0';
    return w.len;
}

size_t note_line(const struct case_note *note, char *out, size_t cap)
{
    struct writer w = writer_over(out, cap > 0 ? cap - 1 : 0);

    if (!ID_IS_ZERO(&note->op.op))
        put_short(&w, &note->op.op);
    put_sentence(&w, note, note_sentence(note->kind));
    if (cap > 0)
        out[w.len] = '\0';
    return w.len;
}
