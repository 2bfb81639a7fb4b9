/* SPDX-License-Identifier: Apache-2.0 */
/* What the fold found out that no value says by itself, and where each missing episode stands. */

#include "node/answer_case.h"

#include "cases/deaths.h"

#include "proto/wire.h"

#define NOTE_LINE_LEN_MAX 240

static Cw__ViewNote *note_of(struct answering *a, const struct case_note *note)
{
    char line[NOTE_LINE_LEN_MAX];
    Cw__ViewNote *out = ARENA_NEW(a->arena, Cw__ViewNote);

    if (out == NULL)
        return NULL;
    cw__view_note__init(out);
    note_line(note, line, sizeof line);
    SET_NUMBER(out, kind, note->kind);
    SET_BYTES(out, text, answer_text(a, line));
    if (!ID_IS_ZERO(&note->op.op))
        SET_BYTES(out, op, answer_bytes(a, note->op.op.b, ID_LEN));
    if (!ID_IS_ZERO(&note->about))
        SET_BYTES(out, about, answer_bytes(a, note->about.b, ID_LEN));
    return out;
}

bool answer_put_notes(struct answering *a, const struct shown_case *shown, Cw__CaseView *out)
{
    const struct case_state *state = shown->loaded.state;

    out->notes = ARENA_ARRAY(a->arena, Cw__ViewNote *, state->note_count + 1);
    if (out->notes == NULL)
        return false;
    for (uint32_t i = 0; i < state->note_count; i++) {
        if (note_tells_death(&state->notes[i]) && answer_covers_death(a, shown))
            continue;
        out->notes[out->n_notes] = note_of(a, &state->notes[i]);
        if (out->notes[out->n_notes++] == NULL)
            return false;
    }
    return true;
}

static bool put_merged(struct answering *a, const struct case_state *in, const struct hash *scope, Cw__ViewEpisode *out)
{
    out->merged = ARENA_ARRAY(a->arena, ProtobufCBinaryData, in->merged_count + 1);
    if (out->merged == NULL)
        return false;
    for (uint32_t i = 0; i < in->merged_count; i++) {
        if (ID_EQ(&in->merged[i].into, scope))
            out->merged[out->n_merged++] = answer_bytes(a, in->merged[i].scope.b, ID_LEN);
    }
    return true;
}

static Cw__ViewEpisode *episode_of(struct answering *a, const struct case_state *in, const struct case_machine *machine)
{
    const struct schema_field *row = schema_field(schema_machine_field(machine->machine));
    const char *state = row == NULL ? NULL : schema_value_name(row->scale, machine->state);
    Cw__ViewEpisode *out = ARENA_NEW(a->arena, Cw__ViewEpisode);

    if (out == NULL)
        return NULL;
    cw__view_episode__init(out);
    if (!ID_IS_ZERO(&machine->scope))
        SET_BYTES(out, episode, answer_bytes(a, machine->scope.b, ID_LEN));
    SET_BYTES(out, state, answer_text(a, state == NULL ? "newer" : state));
    if (machine->last_step < in->op_count)
        SET_BYTES(out, last_step, answer_bytes(a, in->ops[machine->last_step].op_id.b, ID_LEN));
    return put_merged(a, in, &machine->scope, out) ? out : NULL;
}

bool answer_put_episodes(struct answering *a, const struct shown_case *shown, Cw__CaseView *out)
{
    const struct case_state *state = shown->loaded.state;

    out->episodes = ARENA_ARRAY(a->arena, Cw__ViewEpisode *, state->machine_count + 1);
    if (out->episodes == NULL)
        return false;
    for (uint32_t i = 0; i < state->machine_count; i++) {
        if (state->machines[i].machine != MACHINE_EPISODE)
            continue;
        out->episodes[out->n_episodes] = episode_of(a, state, &state->machines[i]);
        if (out->episodes[out->n_episodes] == NULL)
            return false;
        out->n_episodes++;
    }
    return true;
}
