/* SPDX-License-Identifier: Apache-2.0 */
/* What a reader asks a feed for, and what its filter then says of cases. */
#include "node/feed_work.h"
#include "tests/fuzz/fuzz.h"

#include "proto/wire.h"

static uint8_t arena_memory[8 << 20];

static struct case_line line = {.labels = {.tag_count = 1, .area_count = 1, .operation_count = 1}};
static struct case_row row = {.kind = KIND_CHILD, .flags = CASE_FOLDED};

static struct feed_subject subject(bool folded, bool more)
{
    line.reference = slice_of("MC/NTH/2026/K7Q2M4X-C");
    line.title = slice_of("Child M");
    line.owner = slice_of("NTH");
    line.risk = slice_of("high");
    line.labels.tags[0] = slice_of("repeat");
    line.labels.areas[0] = slice_of("Dunmarsh");
    line.labels.operations[0] = slice_of("SORREL");
    line.labels.more = more;
    row.flags = folded ? CASE_FOLDED : 0;
    return (struct feed_subject){
        .case_id = {{7}}, .row = &row, .line = &line, .author_division = "NTH", .origin = "EST"};
}

/* Whoever asks for less is told no less: each sort taken away. */
static void holds_widening(const struct feed_filter *f, const struct feed_subject *s)
{
    enum feed_fit fit = feed_filter_fit(f, s);

    for (int sort = 0; sort < 8; sort++) {
        struct feed_filter wider = *f;
        struct feed_names *names[] = {&wider.divisions, &wider.owners,     &wider.risks,     &wider.tags,
                                      &wider.areas,     &wider.operations, &wider.case_names};

        if (sort < 7)
            names[sort]->count = 0;
        else
            wider.kinds = 0;
        FUZZ_MUST(feed_filter_fit(&wider, s) >= fit);
    }
    FUZZ_MUST(feed_filter_fit(&(struct feed_filter){0}, s) == FIT_YES);
}

static void holds(const struct feed *feed, const Cw__Subscribe *ask)
{
    const struct feed_names *names[] = {&feed->filter.divisions, &feed->filter.owners, &feed->filter.risks,
                                        &feed->filter.tags,      &feed->filter.areas,  &feed->filter.operations,
                                        &feed->filter.case_names};

    FUZZ_MUST(feed->start >= START_CURSOR && feed->start <= START_NOW);
    FUZZ_MUST(feed->credit_items <= FEED_CREDIT_ITEMS_MAX && feed->credit_bytes <= FEED_CREDIT_BYTES_MAX);
    FUZZ_MUST(slice_eq(feed->asked_cursor, wire_slice(ask->cursor)));
    for (size_t i = 0; i < CW_COUNT(names); i++) {
        FUZZ_MUST(names[i]->count <= FILTER_NAMES_MAX);
        for (uint32_t k = 0; k < names[i]->count; k++)
            FUZZ_MUST(names[i]->at[k].len > 0 && names[i]->at[k].len <= FILTER_NAME_LEN_MAX);
    }
    for (int i = 0; i < 4; i++) {
        struct feed_subject s = subject((i & 1) != 0, (i & 2) != 0);

        holds_widening(&feed->filter, &s);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct reader_identity who = {.link = 1, .subject = SUBJECT_REGIONAL};
    static const uint8_t id[16] = {1};
    struct arena arena = arena_over(arena_memory, sizeof(arena_memory));
    struct refusal why = {0};
    ProtobufCMessage *message;
    struct feed *feed;
    bool unknown;

    if (wire_unpack(&cw__subscribe__descriptor, slice(data, size), &arena, &message, &unknown) != CW_OK)
        return 0;
    feed = feed_new(&who, id, (const Cw__Subscribe *)(const void *)message, &why);
    if (feed != NULL)
        holds(feed, (const Cw__Subscribe *)(const void *)message);
    else
        FUZZ_MUST(why.code == CW_REFUSED_SIZE || why.code == CW_REFUSED_VALUE || why.code == CW_REFUSED_MISSING);
    feed_free(feed);
    return 0;
}
