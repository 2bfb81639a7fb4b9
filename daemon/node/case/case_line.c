/* SPDX-License-Identifier: Apache-2.0 */
#include "node/case_work.h"

/* One line of a list, as the case's row keeps it: sealed by whoever calls. */

#define TEXT_LEN_MAX 160
#define LINE_MORE 1u
#define LINE_COMPARTMENTED 2u
#define LINE_DECEASED 4u

static void write_text(struct writer *w, struct cw_slice text)
{
    size_t len = text.len < TEXT_LEN_MAX ? text.len : TEXT_LEN_MAX;

    writer_u8(w, (uint8_t)len);
    writer_bytes(w, text.data, len);
}

static struct cw_slice read_text(struct reader *in)
{
    size_t len = reader_u8(in);

    return reader_slice(in, len);
}

/* --- labels ---------------------------------------------------------------------------------------------- */

/* How many of these names fit what is left; a name that would be cut is left out, and so is what follows it. */
static uint32_t fitting(const struct cw_slice *names, uint32_t count, size_t *left, bool *more)
{
    uint32_t fit = 0;

    while (fit < count && names[fit].len <= TEXT_LEN_MAX && names[fit].len < *left)
        *left -= names[fit++].len + 1;
    *more = *more || fit < count;
    return fit;
}

static void write_names(struct writer *w, const struct cw_slice *names, uint32_t count, size_t *left, bool *more)
{
    uint32_t fit = fitting(names, count, left, more);

    writer_u8(w, (uint8_t)fit);
    for (uint32_t i = 0; i < fit; i++)
        write_text(w, names[i]);
}

static void write_labels(struct writer *w, const struct case_labels *l)
{
    size_t left = LINE_LABELS_LEN_MAX;
    bool more = l->more;

    write_names(w, l->tags, l->tag_count, &left, &more);
    write_names(w, l->areas, l->area_count, &left, &more);
    write_names(w, l->operations, l->operation_count, &left, &more);
    writer_u8(w, (uint8_t)l->conflict_count);
    for (uint32_t i = 0; i < l->conflict_count; i++)
        writer_be16(w, (uint16_t)l->conflicts[i]);
    writer_u8(w, (uint8_t)((more ? LINE_MORE : 0u) | (l->compartmented ? LINE_COMPARTMENTED : 0u) |
                           (l->deceased ? LINE_DECEASED : 0u)));
}

static uint32_t read_names(struct reader *in, struct cw_slice *out)
{
    uint32_t count = reader_u8(in);

    if (count > LABELS_MAX)
        in->failed = true;
    for (uint32_t i = 0; i < count && !in->failed; i++)
        out[i] = read_text(in);
    return in->failed ? 0 : count;
}

static void read_labels(struct reader *in, struct case_labels *out)
{
    out->tag_count = read_names(in, out->tags);
    out->area_count = read_names(in, out->areas);
    out->operation_count = read_names(in, out->operations);
    out->conflict_count = reader_u8(in);
    if (out->conflict_count > LABELS_MAX)
        in->failed = true;
    for (uint32_t i = 0; i < out->conflict_count && !in->failed; i++)
        out->conflicts[i] = reader_be16(in);
    uint8_t flags = reader_u8(in);
    out->more = (flags & LINE_MORE) != 0;
    out->compartmented = (flags & LINE_COMPARTMENTED) != 0;
    out->deceased = (flags & LINE_DECEASED) != 0;
}

/* --- high risk ------------------------------------------------------------------------------------------- */

static void write_high(struct writer *w, const struct case_line *line)
{
    writer_u8(w, (uint8_t)line->high_count);
    for (uint32_t i = 0; i < line->high_count && line->high_count <= LINE_HIGH_MAX; i++)
        writer_be32(w, line->high[i]);
}

static void read_high(struct reader *in, struct case_line *out)
{
    out->high_count = reader_u8(in);
    if (out->high_count > LINE_HIGH_MAX && out->high_count < LINE_HIGH_MANY)
        in->failed = true;
    for (uint32_t i = 0; i < out->high_count && out->high_count <= LINE_HIGH_MAX && !in->failed; i++)
        out->high[i] = reader_be32(in);
}

/* --- the line -------------------------------------------------------------------------------------------- */

void case_line_encode(const struct case_line *line, struct writer *w)
{
    write_text(w, line->reference);
    write_text(w, line->status);
    write_text(w, line->title);
    write_text(w, line->owner);
    write_text(w, line->risk);
    write_text(w, line->op_name);
    writer_be32(w, line->conflicts);
    writer_u8(w, (uint8_t)line->marking);
    write_labels(w, &line->labels);
    writer_be32(w, line->episodes);
    writer_be64(w, (uint64_t)line->repeat_until_ms);
    write_high(w, line);
}

/* A line of an earlier build ends after the conflicts, the labels or the episodes: what it does not say may be anything. */
enum cw_err case_line_parse(struct cw_slice raw, struct case_line *out)
{
    struct reader in = reader_over(raw);

    memset(out, 0, sizeof *out);
    out->reference = read_text(&in);
    out->status = read_text(&in);
    out->title = read_text(&in);
    out->owner = read_text(&in);
    out->risk = read_text(&in);
    out->op_name = read_text(&in);
    out->conflicts = reader_be32(&in);
    if (reader_left(&in) > 0) {
        out->marking = reader_u8(&in);
        read_labels(&in, &out->labels);
    } else {
        out->marking = 1;
        out->labels.more = out->labels.compartmented = true;
    }
    if (reader_left(&in) > 0) {
        out->episodes = reader_be32(&in);
        out->repeat_until_ms = (int64_t)reader_be64(&in);
    }
    out->high_count = LINE_HIGH_UNKNOWN;
    if (reader_left(&in) > 0)
        read_high(&in, out);
    return reader_finish(&in) == CW_OK ? CW_OK : CW_LOCAL_CORRUPT;
}
