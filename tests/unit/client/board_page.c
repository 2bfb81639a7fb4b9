/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/client/board_page.h"

#include "proto/id.h"
#include "proto/wire.h"

#include <stdlib.h>
#include <string.h>

struct page *page;
struct board page_board;

static void set_interval(Cw__Value *value, Cw__Interval *interval, int64_t at)
{
    cw__value__init(value);
    cw__interval__init(interval);
    interval->has_earliest_ms = interval->has_latest_ms = 1;
    interval->earliest_ms = interval->latest_ms = at;
    value->interval = interval;
}

void page_put_field(Cw__ViewField *field, uint32_t number, Cw__ViewValue *value, Cw__ViewValue **values, Cw__Value *is)
{
    cw__view_field__init(field);
    cw__view_value__init(value);
    field->has_field = 1;
    field->field = number;
    field->n_values = 1;
    field->values = values;
    values[0] = value;
    value->value = is;
}

void page_begin(int64_t first)
{
    free(page);
    page = calloc(1, sizeof *page);
    cw__case_view__init(&page->view);
    page->view.human_ref = wire_bytes(slice_of("MC/NTH/2026/ABCDEFG-H"));
    set_interval(&page->seen_is, &page->seen_at, first);
    page_put_field(&page->seen, FIELD_LAST_SEEN, &page->seen_value, page->seen_values, &page->seen_is);
    page->fields[0] = &page->seen;
    page->view.n_fields = 1;
    page->view.fields = page->fields;
    page->view.events = page->event_at;
    page->view.deadlines = page->duty_at;
    page->view.episodes = page->episode_at;
    if (page_board.traces[0] != NULL)
        board_done(&page_board);
    board_begin(&page_board, (struct cw_wall){FROM}, (struct cw_wall){TO}, (struct cw_wall){TO + DAY});
}

Cw__ViewEvent *page_event(uint32_t type, int64_t at, int64_t rhi_step)
{
    size_t i = page->view.n_events++;
    Cw__ViewEvent *event = &page->events[i];

    cw__view_event__init(event);
    memmove(&page->event_at[1], &page->event_at[0], i * sizeof(Cw__ViewEvent *)); /* the newest is first */
    page->event_at[0] = event;
    event->has_type = event->has_op = 1;
    event->type = type;
    page->ops[i][0] = (uint8_t)(i + 1);
    event->op = wire_bytes(slice(page->ops[i], CW_ID_LEN));
    event->event_id = event->op;
    event->author_time_ms = (uint64_t)at;
    set_interval(&page->is[i][0], &page->interval[i], at);
    page_put_field(&page->details[i][0], FIELD_OCCURRED, &page->values[i][0], &page->value_at[i][0], &page->is[i][0]);
    cw__value__init(&page->is[i][1]);
    page->is[i][1].number = rhi_step;
    page_put_field(&page->details[i][1], FIELD_RHI_STEP, &page->values[i][1], &page->value_at[i][1], &page->is[i][1]);
    page->detail_at[i][0] = &page->details[i][0];
    page->detail_at[i][1] = &page->details[i][1];
    event->n_fields = rhi_step != 0 ? 2 : 1;
    event->fields = page->detail_at[i];
    return event;
}

Cw__ViewDeadline *page_duty(int64_t due)
{
    size_t i = page->view.n_deadlines++;

    cw__view_deadline__init(&page->duties[i]);
    page->duty_at[i] = &page->duties[i];
    page->duties[i].clock = wire_bytes(slice_of("M8"));
    page->duties[i].due_ms = (uint64_t)due;
    return &page->duties[i];
}

void page_state(const Cw__ViewEvent *report, const char *state)
{
    size_t i = page->view.n_episodes++;

    cw__view_episode__init(&page->episodes[i]);
    page->episode_at[i] = &page->episodes[i];
    page->episodes[i].state = wire_bytes(slice_of(state));
    if (report != NULL)
        page->episodes[i].episode = report->event_id;
}

void page_put_right(Cw__ViewEvent *event, Cw__ViewEvent *by)
{
    event->corrected_by = by->op;
    by->n_corrects = 1;
    by->corrects = &event->op;
}

size_t page_count(enum board_figure figure)
{
    return json_array_size(page_board.traces[figure]);
}

void page_look(void)
{
    const Cw__CaseView *view = &page->view;

    board_count(&page_board, &(struct board_record){1, &view}, 1);
    board_end(&page_board);
}

void page_look_with(struct page *other)
{
    const Cw__CaseView *pages[] = {&page->view, &other->view};
    const struct board_record records[] = {{1, &pages[0]}, {1, &pages[1]}};

    board_count(&page_board, records, CW_COUNT(records));
    board_end(&page_board);
    free(other);
}

struct page *page_another(int64_t first)
{
    struct page *kept = page;

    page = NULL;
    page_begin(first);
    return kept;
}

void page_end(void)
{
    board_done(&page_board);
    page_board.traces[0] = NULL;
    free(page);
    page = NULL;
}
