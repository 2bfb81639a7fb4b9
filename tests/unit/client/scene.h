/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_UNIT_CLIENT_SCENE_H
#define TESTS_UNIT_CLIENT_SCENE_H

/* A view of a case, made by hand, for what is found in views. */

#include "tool/waiting.h"

#include "proto/schema.h"
#include "proto/wire.h"

#include <check.h>
#include <stdlib.h>

#define B(text) wire_bytes(slice_of(text))
#define VALUES 8

/* A child case of NTH; fields are added by the tests. */
struct scene {
    Cw__CaseView view;
    Cw__ViewField fields[4], *field_at[4];
    Cw__ViewValue values[VALUES];
    Cw__ViewValue *at[4][VALUES], *proposals[4][VALUES];
    Cw__Value plain[VALUES];
    Cw__OpRef refs[VALUES];
    uint8_t ops[VALUES][CW_ID_LEN];
    Cw__ViewConflict conflict, *conflict_at[1];
    Cw__ViewDeadline deadline, *deadline_at[1];
    Cw__ViewNote note, *note_at[1];
    Cw__ViewEvent event, *event_at[1];
    Cw__Author author;
    Cw__ViewEpisode episode, *episode_at[1];
    Cw__OpRef *named[1];
    ProtobufCBinaryData resolvers[2], notes[1];
    size_t value_count;
};

struct scene *scene_new(void); /* freed with free() */
Cw__ViewField *add_field(struct scene *s, uint32_t number);
Cw__ViewValue *new_value(struct scene *s, const char *text, int64_t said_ms);
Cw__ViewValue *add_value(struct scene *s, Cw__ViewField *f, const char *text, int64_t said_ms);
void add_conflict(struct scene *s, Cw__ViewField *f, const char *field);

/* What waits in it for somebody of these roles. */
struct waits {
    size_t count;
    struct waiting at[8];
};
void keep_waiting(void *context, const struct waiting *w); /* a waiting_sink: context is a struct waits */
struct waits scene_waits(const struct scene *s, const char *division, uint32_t roles, int64_t now_ms);

#endif
