/* SPDX-License-Identifier: Apache-2.0 */
/* Values as people read them: "high", "£15,000.00", "12.5 g", times with their zone. Bounded, never cut inside a letter. */
#include "cases/view.h"
#include "cases/words.h"
#include "proto/civil.h"

/* Room for the dots and the NUL is kept apart, so that a cut text says that it is cut. */
#define CUT_MARK "..."
#define CUT_LEN (sizeof(CUT_MARK) - 1)

static size_t whole_letters(const char *text, size_t len)
{
    while (len > 0 && ((uint8_t)text[len] & 0xc0) == 0x80)
        len--;
    return len;
}

/* Cuts what outgrew the buffer and terminates; full is what would have been written. */
static size_t finish_text(char *out, size_t cap, const struct writer *w)
{
    size_t len = w->len;

    if (cap == 0)
        return 0;
    if (w->failed || len > cap - 1) {
        len = cap > CUT_LEN ? cap - 1 - CUT_LEN : 0;
        len = whole_letters(out, len < w->len ? len : w->len);
        if (cap > CUT_LEN) {
            memcpy(out + len, CUT_MARK, CUT_LEN);
            len += CUT_LEN;
        }
    }
    out[len] = '\0';
    return len;
}

/* Byte by byte, so that what fits before an overflow is kept. */
static void put_line(struct writer *w, struct cw_slice text)
{
    for (size_t i = 0; i < text.len && !w->failed; i++)
        writer_u8(w, text.data[i] == '\n' ? ' ' : text.data[i]);
}

static void put_two(struct writer *w, int64_t n)
{
    writer_u8(w, (uint8_t)('0' + n / 10 % 10));
    writer_u8(w, (uint8_t)('0' + n % 10));
}

static void put_thousands(struct writer *w, uint64_t n)
{
    uint64_t power = 1;

    while (n / power >= 1000)
        power *= 1000;
    put_u64(w, n / power);
    for (power /= 1000; power > 0; power /= 1000) {
        uint64_t group = n / power % 1000;

        writer_u8(w, ',');
        writer_u8(w, (uint8_t)('0' + group / 100));
        put_two(w, (int64_t)(group % 100));
    }
}

static void put_pounds(struct writer *w, int64_t pence)
{
    uint64_t size = pence < 0 ? (uint64_t)0 - (uint64_t)pence : (uint64_t)pence;

    put_text(w, pence < 0 ? "-\xc2\xa3" : "\xc2\xa3");
    put_thousands(w, size / 100);
    writer_u8(w, '.');
    put_two(w, (int64_t)(size % 100));
}

static void put_grams(struct writer *w, int64_t mg)
{
    uint64_t size = mg < 0 ? 0 : (uint64_t)mg;
    uint64_t rest = size % 1000;

    put_thousands(w, size / 1000);
    if (rest > 0) {
        writer_u8(w, '.');
        writer_u8(w, (uint8_t)('0' + rest / 100));
        if (rest % 100 > 0)
            writer_u8(w, (uint8_t)('0' + rest / 10 % 10));
        if (rest % 10 > 0)
            writer_u8(w, (uint8_t)('0' + rest % 10));
    }
    put_text(w, " g");
}

static void put_time(struct writer *w, int64_t ms)
{
    int64_t days = days_of(ms);
    int64_t minutes = (ms - days * DAY_MS) / 60000;
    int64_t year, month, day;

    civil_of(days, &year, &month, &day);
    if (year < 0 || year > 9999) {
        put_i64(w, ms);
        put_text(w, " ms");
        return;
    }
    put_two(w, year / 100);
    put_two(w, year % 100);
    writer_u8(w, '-');
    put_two(w, month);
    writer_u8(w, '-');
    put_two(w, day);
    writer_u8(w, ' ');
    put_two(w, minutes / 60);
    writer_u8(w, ':');
    put_two(w, minutes % 60);
    put_text(w, " UTC");
}

static void put_interval(struct writer *w, const struct op_value *value)
{
    put_time(w, value->number);
    if (value->latest != value->number) {
        put_text(w, " to ");
        put_time(w, value->latest);
    }
}

static void put_number(struct writer *w, const struct schema_field *field, int64_t number)
{
    const char *name;

    if (field != NULL && field->type == TYPE_PENCE) {
        put_pounds(w, number);
    } else if (field != NULL && field->type == TYPE_MG) {
        put_grams(w, number);
    } else if (field != NULL && field->type == TYPE_ENUM) {
        name = schema_value_name(field->scale, number);
        if (name != NULL) {
            put_text(w, name);
            return;
        }
        put_text(w, "unrecognised (");
        put_i64(w, number);
        put_text(w, ")");
    } else {
        put_i64(w, number);
    }
}

size_t value_text(const struct schema_field *field, const struct op_value *value, char *out, size_t cap)
{
    struct writer w = writer_over(out, cap > 0 ? cap - 1 : 0);

    switch (value->type) {
    case VALUE_TEXT:
        put_line(&w, value->text);
        break;
    case VALUE_NUMBER:
        put_number(&w, field, value->number);
        break;
    case VALUE_FLAG:
        put_text(&w, value->number != 0 ? "yes" : "no");
        break;
    case VALUE_ID:
        put_hex(&w, ID_SLICE(&value->id));
        break;
    case VALUE_INTERVAL:
        put_interval(&w, value);
        break;
    case VALUE_NONE:
        put_text(&w, "withheld");
        break;
    }
    return finish_text(out, cap, &w);
}

/* --- an op in one line ------------------------------------------------------------------------------------- */

static const char *verb_word(uint32_t verb)
{
    switch (verb) {
    case VERB_SET:
        return "sets ";
    case VERB_ADD:
        return "adds to ";
    case VERB_REMOVE:
        return "removes from ";
    case VERB_STRIKE:
        return "strikes from ";
    default:
        return "changes ";
    }
}

/* The lines of text that name a case, what is traded or where: of others, new ones among them, a region reads none. */
static bool is_for_region(uint32_t field)
{
    switch (field) {
    case FIELD_KIND:
    case FIELD_HUMAN_REF:
    case FIELD_OWNER:
    case FIELD_TITLE:
    case FIELD_OP_NAME:
    case FIELD_TAGS:
    case FIELD_INTERESTED:
    case FIELD_OCG_NAME:
    case FIELD_ALIASES:
    case FIELD_TERRITORY:
    case FIELD_BRAND:
    case FIELD_BRAND_ALIASES:
    case FIELD_EXPORT_FORCE:
    case FIELD_EXPORT_AREA:
    case FIELD_IMPORT_AREAS:
    case FIELD_PLACES:
    case FIELD_TO_DIVISION:
        return true;
    default:
        return false;
    }
}

bool field_is_withheld(const struct schema_field *field, enum told_to who)
{
    if (who == TOLD_FORCE)
        return false;
    if (field == NULL || (field->flags & FIELD_PERSONAL) != 0 || field->type == TYPE_LINES ||
        field->type == TYPE_PERSON || field->type == TYPE_REF)
        return true;
    if (field->number == FIELD_TITLE && who == TOLD_REGION_NAMELESS)
        return true;
    return field->type == TYPE_TEXT && !is_for_region(field->number);
}

static bool is_shown(const struct schema_field *field, const struct op_write *write, enum told_to who)
{
    return field != NULL && (field->flags & FIELD_PERSONAL) == 0 && !field_is_withheld(field, who) &&
           (write->has_value || write->has_max);
}

static void put_write(struct writer *w, const struct op_write *write, enum told_to who)
{
    const struct schema_field *field = schema_field(write->field);
    struct op_value value = write->value;
    char text[64];

    put_text(w, verb_word((uint32_t)write->verb));
    if (field == NULL) {
        put_text(w, "field ");
        put_u64(w, write->field);
        return;
    }
    put_text(w, field->name);
    if (!is_shown(field, write, who))
        return;
    if (!write->has_value)
        value = (struct op_value){.type = VALUE_NUMBER, .number = (int64_t)(write->max_value & INT64_MAX)};
    value_text(field, &value, text, sizeof(text));
    put_text(w, " = ");
    put_text(w, text);
}

static void put_what(struct writer *w, const struct op *op)
{
    const struct schema_event *event = schema_event(op->event);
    const char *kind = schema_kind_name(op->kind);

    switch (op->type) {
    case OP_OPEN:
        put_text(w, "opens ");
        put_text(w, kind != NULL ? kind : "a case of a newer kind");
        break;
    case OP_EVENT:
        put_text(w, op->withdraws ? "withdraws by " : op->correct_count > 0 ? "corrects by " : "records ");
        put_text(w, event != NULL ? event->name : "a newer event");
        break;
    case OP_SET:
        break;
    default:
        put_text(w, "newer operation ");
        put_u64(w, op->type);
        break;
    }
}

size_t op_line(const struct op *op, enum told_to who, char *out, size_t cap)
{
    struct writer w = writer_over(out, cap > 0 ? cap - 1 : 0);

    put_what(&w, op);
    for (uint32_t i = 0; i < op->write_count && i < 3; i++) {
        put_text(&w, w.len > 0 ? (i == 0 ? ": " : ", ") : "");
        put_write(&w, &op->writes[i], who);
    }
    if (op->write_count > 3) {
        put_text(&w, " and ");
        put_u64(&w, op->write_count - 3);
        put_text(&w, " more");
    }
    if (w.len == 0)
        put_text(&w, "changes nothing");
    return finish_text(out, cap, &w);
}
