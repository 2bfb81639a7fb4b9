/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two reports of one absence (docs/fold.md §4.6, DOMAIN §9.3): the scopes that people said to be one become one, before
 * anything looks at a scope. Nothing is copied, so taking the word back leaves the case as it would have been.
 *
 * Of episodes that are not one absence nothing may be united, for the earlier return would end the later search: so who
 * had been back before the merge keeps the two apart, whether or not its author knew.
 */
#include "cases/machine.h"
#include "cases/view.h"
#include "cases/work.h"

struct episode {
    struct hash scope;
    uint32_t root;  /* union-find parent; the least of a class, which is the least scope */
    uint32_t ended; /* rank of the first op that says that the child was back, or never missing; NONE */
};

struct episode_list {
    uint32_t count;
    struct episode *at; /* by scope */
};

static bool says_merged(const struct work_event *e)
{
    return event_counts(e) && e->row->number == EVENT_EPISODE_MERGED;
}

static bool says_ended(const struct work_event *e)
{
    return event_stands(e) && event_ends_absence(e->row->number);
}

static bool opens(const struct work_event *e)
{
    return event_stands(e) && (e->row->flags & EVENT_OPENS_EPISODE) != 0;
}

static int compare_episodes(const void *context, uint32_t a, uint32_t b)
{
    const struct episode *episodes = context;
    int order = ID_COMPARE(&episodes[a].scope, &episodes[b].scope);

    return order != 0 ? order : compare_u64(a, b);
}

static enum cw_err list_episodes(struct fold *f, struct episode_list *out)
{
    struct episode *found = ARENA_ARRAY(f->arena, struct episode, (size_t)f->event_count + 1);
    uint32_t *order = ARENA_ARRAY(f->arena, uint32_t, (size_t)f->event_count + 1);

    out->at = ARENA_ARRAY(f->arena, struct episode, (size_t)f->event_count + 1);
    if (found == NULL || order == NULL || out->at == NULL)
        return CW_LOCAL_MEMORY;
    if (f->reports != NONE)
        found[out->count++] = (struct episode){.ended = NONE};
    for (uint32_t i = 0; i < f->event_count; i++) {
        if (opens(&f->events[i]))
            found[out->count++] = (struct episode){.scope = f->extra[f->events[i].op].thing, .ended = NONE};
    }
    for (uint32_t i = 0; i < out->count; i++)
        order[i] = i;
    sort_indices(order, out->count, compare_episodes, found);
    for (uint32_t i = 0; i < out->count; i++) {
        out->at[i] = found[order[i]];
        out->at[i].root = i;
    }
    return CW_OK;
}

static uint32_t find(const struct episode_list *list, const struct hash *scope)
{
    size_t at;

    return ID_FIND(struct episode, list->at, list->count, scope, scope, &at) ? (uint32_t)at : NONE;
}

static uint32_t root_of(struct episode_list *list, uint32_t episode)
{
    while (list->at[episode].root != episode) {
        list->at[episode].root = list->at[list->at[episode].root].root; /* halves the path */
        episode = list->at[episode].root;
    }
    return episode;
}

/* Events are in order: the first that says so is the earliest. */
static void note_ends(const struct fold *f, struct episode_list *list)
{
    for (uint32_t i = 0; i < f->event_count; i++) {
        uint32_t episode = says_ended(&f->events[i]) ? find(list, &f->events[i].scope) : NONE;

        if (episode != NONE && list->at[episode].ended == NONE)
            list->at[episode].ended = rank_of(f, f->events[i].op);
    }
}

/* The case's own id means its first episode, which has none. */
static uint32_t episode_named(const struct fold *f, const struct work_event *e, const struct episode_list *list)
{
    const struct op_value *about = event_detail(f, e, FIELD_ABOUT);

    if (about == NULL)
        return NONE;
    return find(list, memcmp(about->id.b, f->state->case_id.b, ID_LEN) == 0 ? &scope_none : &about->id);
}

static enum cw_err merge(struct fold *f, const struct work_event *e, struct episode_list *list)
{
    uint32_t here = find(list, &e->scope), there = episode_named(f, e, list), at = rank_of(f, e->op);
    struct episode *least, *other;

    if (here == NONE || there == NONE)
        return CW_OK; /* it takes effect when the report is here */
    here = root_of(list, here);
    there = root_of(list, there);
    if (here == there)
        return CW_OK;
    least = &list->at[here < there ? here : there];
    other = &list->at[here < there ? there : here];
    if (least->ended < at || other->ended < at)
        return note_add(f, NOTE_EPISODES_APART, e->row->number, dot_of(f, e->op, 0), NONE);
    other->root = least->root;
    if (other->ended < least->ended)
        least->ended = other->ended;
    return CW_OK;
}

static enum cw_err list_merged(struct fold *f, struct episode_list *list)
{
    struct case_merged *merged = ARENA_ARRAY(f->arena, struct case_merged, list->count);

    if (merged == NULL)
        return CW_LOCAL_MEMORY;
    for (uint32_t i = 0; i < list->count; i++) {
        uint32_t root = root_of(list, i);

        if (root != i)
            merged[f->state->merged_count++] = (struct case_merged){list->at[i].scope, list->at[root].scope};
    }
    f->state->merged = merged;
    return CW_OK;
}

static void move_scopes(struct fold *f)
{
    for (uint32_t i = 0; i < f->op_count && f->state->merged_count > 0; i++)
        f->extra[i].scope = *state_episode(f->state, &f->extra[i].scope);
    for (uint32_t i = 0; i < f->event_count && f->state->merged_count > 0; i++)
        f->events[i].scope = *state_episode(f->state, &f->events[i].scope);
}

enum cw_err episodes_merge(struct fold *f)
{
    struct episode_list list = {0};
    enum cw_err err;
    bool any = false;

    for (uint32_t i = 0; i < f->event_count && !any; i++)
        any = says_merged(&f->events[i]);
    if (!any)
        return CW_OK;
    err = list_episodes(f, &list);
    if (err != CW_OK)
        return err;
    note_ends(f, &list);
    for (uint32_t i = 0; i < f->event_count && err == CW_OK; i++) {
        if (says_merged(&f->events[i]))
            err = merge(f, &f->events[i], &list);
    }
    if (err == CW_OK)
        err = list_merged(f, &list);
    if (err == CW_OK)
        move_scopes(f);
    return err;
}
