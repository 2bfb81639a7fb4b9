/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_PROTO_GRAMMAR_H
#define CASEWIRE_PROTO_GRAMMAR_H

/*
 * The strict grammar of docs/protocol.md §2, as tables: one table per message says both how its bytes are
 * read into a struct and how the struct is written. The encoding is protobuf's; what is added is that every
 * value has one spelling. Fields ascend, each once, repeated ones adjacent; varints are minimal; a number
 * that is 0, a flag that is false and a byte string that is empty (or an id of zeros) are left out unless
 * the table says REQUIRED. So for every accepted string, writing what was read gives the same string.
 *
 * Why not protobuf-c here: it accepts any order, duplicates and overlong varints, and copies every byte
 * string. Catch-up reads some hundred thousand headers a second, in place.
 *
 * An *open* message (peer session) skips fields it does not know and accepts zeros that were written out.
 */

#include "proto/bytes.h"

enum field_type {
    FIELD_NUMBER,  /* varint -> uint64_t */
    FIELD_SHORT,   /* varint -> uint32_t or an enum */
    FIELD_FLAG,    /* varint 1 -> bool */
    FIELD_FIXED,   /* bytes of one length -> copied into an array or id struct */
    FIELD_BYTES,   /* bytes -> struct cw_slice borrowed from the input */
    FIELD_MESSAGE, /* sub-message by its own table */
};

enum {
    FIELD_REQUIRED = 1 << 0,  /* always written, also when zero */
    FIELD_HAS = 1 << 1,       /* presence is a bool at has_offset */
    FIELD_ARENA = 1 << 2,     /* repeated: the struct holds a pointer to an array in the arena */
    FIELD_ASCENDING = 1 << 3, /* repeated FIELD_SHORT or FIELD_NUMBER: each above the one before */
    FIELD_TEXT = 1 << 4,      /* FIELD_BYTES: the text rule, without line feeds */
    FIELD_CODE = 1 << 5,      /* FIELD_BYTES: a division code, A-Z and 0-9 */
    FIELD_ZIGZAG = 1 << 6,    /* FIELD_NUMBER: sint64 -> int64_t; min and max are not looked at */
};

struct grammar;

struct field {
    uint32_t number;
    enum field_type type;
    unsigned bits;
    uint64_t min, max;             /* a number's value, a byte string's length */
    uint32_t count_min, count_max; /* count_max 0: not repeated */
    size_t offset;                 /* of the value, in the struct that the grammar fills */
    size_t stride;                 /* between elements of a repeated field */
    size_t index_stride;           /* inside a repeated sub-message kept as parallel arrays */
    size_t count_offset, has_offset;
    const struct grammar *sub;
};

struct grammar {
    const struct field *fields; /* ascending numbers */
    uint32_t field_count;
    uint32_t version; /* 0, or field 1 is `v`, which must be this: above gives CW_REFUSED_VERSION */
    size_t len_max;   /* of the whole, for top messages; above gives CW_REFUSED_SIZE */
    size_t size;      /* of the struct, for top messages */
    bool open;
    bool (*check)(const void *record); /* what no single field can say; may be NULL */
};

/* The largest struct that a top message may fill. */
#define GRAMMAR_STRUCT_SIZE_MAX 4096

/*
 * out is untouched on failure. arena may be NULL when no field is FIELD_ARENA. CW_REFUSED_SIZE,
 * CW_REFUSED_VERSION, CW_REFUSED_MALFORMED, or CW_LOCAL_MEMORY when the arena is full.
 */
enum cw_err grammar_parse(const struct grammar *g, struct cw_slice bytes, struct arena *arena, void *out);

/* The same for an open message; *out_unknown: it, or a message in it, holds a field that the tables do not know. */
enum cw_err grammar_parse_open(const struct grammar *g, struct cw_slice bytes, struct arena *arena, void *out,
                               bool *out_unknown);

size_t grammar_size(const struct grammar *g, const void *record);
/* Overflow is left in the writer. Counts above the table's are our own mistake (asserted). */
void grammar_encode(const struct grammar *g, const void *record, struct writer *out);

/* One sub-message with its tag and length, for messages that are composed by hand. */
void grammar_encode_field(uint32_t number, const struct grammar *g, const void *record, struct writer *out);

/* --- building tables ---------------------------------------------------------------------------------
 *
 * n: field number. kind: the struct. with: bits. Numbers and byte strings have lo and hi, repeated ones least
 * and most (how many) and a counter, a uint32_t member. HAS: presence is the bool member `has`. ARENA: the
 * member is a pointer. FLAT: the sub-message's table fills the same struct. EACH: inside a repeated flat
 * sub-message, one of its parallel arrays.
 */

/* offsetof, refused by the compiler when the member does not have the size that the field type stores. */
#define FIELD_OFFSET(kind, member, width) \
    (offsetof(kind, member) + 0 * sizeof(char[sizeof(((kind *)0)->member) == (width) ? 1 : -1]))
#define FIELD_SIZEOF(kind, member) sizeof(((kind *)0)->member)

#define FIELD_HEAD(n, of_type, with) .number = (n), .type = (of_type), .bits = (with)
#define FIELD_RANGE(lo, hi) .min = (lo), .max = (hi)
#define FIELD_COUNT(kind, counter, least, most) \
    .count_min = (least), .count_max = (most), .count_offset = FIELD_OFFSET(kind, counter, 4)

#define NUMBER_FIELD(n, kind, member, lo, hi, with)                                                     \
    {                                                                                                   \
        FIELD_HEAD(n, FIELD_NUMBER, with), FIELD_RANGE(lo, hi), .offset = FIELD_OFFSET(kind, member, 8) \
    }
#define SHORT_FIELD(n, kind, member, lo, hi, with)                                                     \
    {                                                                                                  \
        FIELD_HEAD(n, FIELD_SHORT, with), FIELD_RANGE(lo, hi), .offset = FIELD_OFFSET(kind, member, 4) \
    }
#define FLAG_FIELD(n, kind, member)                                                                         \
    {                                                                                                       \
        FIELD_HEAD(n, FIELD_FLAG, 0), FIELD_RANGE(0, 1), .offset = FIELD_OFFSET(kind, member, sizeof(bool)) \
    }
#define FIXED_FIELD(n, kind, member, with)                                                                     \
    {                                                                                                          \
        FIELD_HEAD(n, FIELD_FIXED, with), FIELD_RANGE(FIELD_SIZEOF(kind, member), FIELD_SIZEOF(kind, member)), \
            .offset = offsetof(kind, member)                                                                   \
    }
#define BYTES_FIELD(n, kind, member, lo, hi, with)                        \
    {                                                                     \
        FIELD_HEAD(n, FIELD_BYTES, with), FIELD_RANGE(lo, hi),            \
            .offset = FIELD_OFFSET(kind, member, sizeof(struct cw_slice)) \
    }
#define MESSAGE_FIELD(n, kind, member, table, with)                                          \
    {                                                                                        \
        FIELD_HEAD(n, FIELD_MESSAGE, with), .offset = offsetof(kind, member), .sub = (table) \
    }
#define FLAT_FIELD(n, table, with)                         \
    {                                                      \
        FIELD_HEAD(n, FIELD_MESSAGE, with), .sub = (table) \
    }

#define NUMBER_HAS_FIELD(n, kind, member, lo, hi, with, has)                                             \
    {                                                                                                    \
        FIELD_HEAD(n, FIELD_NUMBER, FIELD_HAS | (with)), FIELD_RANGE(lo, hi),                            \
            .offset = FIELD_OFFSET(kind, member, 8), .has_offset = FIELD_OFFSET(kind, has, sizeof(bool)) \
    }
#define SHORT_HAS_FIELD(n, kind, member, lo, hi, has)                                                    \
    {                                                                                                    \
        FIELD_HEAD(n, FIELD_SHORT, FIELD_HAS), FIELD_RANGE(lo, hi),                                      \
            .offset = FIELD_OFFSET(kind, member, 4), .has_offset = FIELD_OFFSET(kind, has, sizeof(bool)) \
    }
#define FLAG_HAS_FIELD(n, kind, member, has)                                                                         \
    {                                                                                                                \
        FIELD_HEAD(n, FIELD_FLAG, FIELD_HAS), FIELD_RANGE(0, 1), .offset = FIELD_OFFSET(kind, member, sizeof(bool)), \
                                                                 .has_offset = FIELD_OFFSET(kind, has, sizeof(bool)) \
    }
#define FIXED_HAS_FIELD(n, kind, member, has)                                                                       \
    {                                                                                                               \
        FIELD_HEAD(n, FIELD_FIXED, FIELD_HAS), FIELD_RANGE(FIELD_SIZEOF(kind, member), FIELD_SIZEOF(kind, member)), \
            .offset = offsetof(kind, member), .has_offset = FIELD_OFFSET(kind, has, sizeof(bool))                   \
    }
#define BYTES_HAS_FIELD(n, kind, member, lo, hi, has)                      \
    {                                                                      \
        FIELD_HEAD(n, FIELD_BYTES, FIELD_HAS), FIELD_RANGE(lo, hi),        \
            .offset = FIELD_OFFSET(kind, member, sizeof(struct cw_slice)), \
            .has_offset = FIELD_OFFSET(kind, has, sizeof(bool))            \
    }
#define MESSAGE_HAS_FIELD(n, kind, member, table, has)                                                               \
    {                                                                                                                \
        FIELD_HEAD(n, FIELD_MESSAGE, FIELD_HAS), .offset = offsetof(kind, member),                                   \
                                                 .has_offset = FIELD_OFFSET(kind, has, sizeof(bool)), .sub = (table) \
    }
#define FLAT_HAS_FIELD(n, kind, table, has)                                                                          \
    {                                                                                                                \
        FIELD_HEAD(n, FIELD_MESSAGE, FIELD_HAS), .has_offset = FIELD_OFFSET(kind, has, sizeof(bool)), .sub = (table) \
    }

/* Repeated, in an array of the struct. */
#define FIELD_ARRAY(kind, member) .offset = offsetof(kind, member), .stride = FIELD_SIZEOF(kind, member[0])
#define NUMBERS_FIELD(n, kind, member, counter, most, lo, hi, with)                                  \
    {                                                                                                \
        FIELD_HEAD(n, FIELD_NUMBER, with), FIELD_RANGE(lo, hi), FIELD_COUNT(kind, counter, 0, most), \
            FIELD_ARRAY(kind, member)                                                                \
    }
#define SHORTS_FIELD(n, kind, member, counter, most, lo, hi, with)                                  \
    {                                                                                               \
        FIELD_HEAD(n, FIELD_SHORT, with), FIELD_RANGE(lo, hi), FIELD_COUNT(kind, counter, 0, most), \
            FIELD_ARRAY(kind, member)                                                               \
    }
#define FIXEDS_FIELD(n, kind, member, counter, least, most)                                                       \
    {                                                                                                             \
        FIELD_HEAD(n, FIELD_FIXED, 0), FIELD_RANGE(FIELD_SIZEOF(kind, member[0]), FIELD_SIZEOF(kind, member[0])), \
            FIELD_COUNT(kind, counter, least, most), FIELD_ARRAY(kind, member)                                    \
    }
#define BYTES_LIST_FIELD(n, kind, member, counter, most, lo, hi)                                 \
    {                                                                                            \
        FIELD_HEAD(n, FIELD_BYTES, 0), FIELD_RANGE(lo, hi), FIELD_COUNT(kind, counter, 0, most), \
            FIELD_ARRAY(kind, member)                                                            \
    }
#define MESSAGES_FIELD(n, kind, member, counter, least, most, table)                                         \
    {                                                                                                        \
        FIELD_HEAD(n, FIELD_MESSAGE, 0), FIELD_COUNT(kind, counter, least, most), FIELD_ARRAY(kind, member), \
            .sub = (table)                                                                                   \
    }

/* Repeated, in an array of the arena. */
#define FIELD_POINTER(kind, member) .offset = offsetof(kind, member), .stride = FIELD_SIZEOF(kind, member[0])
#define NUMBERS_ARENA_FIELD(n, kind, member, counter, least, most, lo, hi)                                      \
    {                                                                                                           \
        FIELD_HEAD(n, FIELD_NUMBER, FIELD_ARENA), FIELD_RANGE(lo, hi), FIELD_COUNT(kind, counter, least, most), \
            FIELD_POINTER(kind, member)                                                                         \
    }
#define FIXEDS_ARENA_FIELD(n, kind, member, counter, most)                             \
    {                                                                                  \
        FIELD_HEAD(n, FIELD_FIXED, FIELD_ARENA),                                       \
            FIELD_RANGE(FIELD_SIZEOF(kind, member[0]), FIELD_SIZEOF(kind, member[0])), \
            FIELD_COUNT(kind, counter, 0, most), FIELD_POINTER(kind, member)           \
    }
#define BYTES_ARENA_FIELD(n, kind, member, counter, most, lo, hi)                                          \
    {                                                                                                      \
        FIELD_HEAD(n, FIELD_BYTES, FIELD_ARENA), FIELD_RANGE(lo, hi), FIELD_COUNT(kind, counter, 0, most), \
            FIELD_POINTER(kind, member)                                                                    \
    }
#define MESSAGES_ARENA_FIELD(n, kind, member, counter, least, most, table)                  \
    {                                                                                       \
        FIELD_HEAD(n, FIELD_MESSAGE, FIELD_ARENA), FIELD_COUNT(kind, counter, least, most), \
            FIELD_POINTER(kind, member), .sub = (table)                                     \
    }

/* A repeated sub-message kept as parallel arrays. */
#define FLAT_MESSAGES_FIELD(n, kind, counter, least, most, table)                                \
    {                                                                                            \
        FIELD_HEAD(n, FIELD_MESSAGE, 0), FIELD_COUNT(kind, counter, least, most), .sub = (table) \
    }
#define EACH_SHORT_FIELD(n, kind, member, lo, hi, with)                                                    \
    {                                                                                                      \
        FIELD_HEAD(n, FIELD_SHORT, with), FIELD_RANGE(lo, hi), .offset = FIELD_OFFSET(kind, member[0], 4), \
                                                               .index_stride = 4                           \
    }
#define EACH_FIXED_FIELD(n, kind, member, with)                                                                      \
    {                                                                                                                \
        FIELD_HEAD(n, FIELD_FIXED, with), FIELD_RANGE(FIELD_SIZEOF(kind, member[0]), FIELD_SIZEOF(kind, member[0])), \
            .offset = offsetof(kind, member), .index_stride = FIELD_SIZEOF(kind, member[0])                          \
    }

/* A signed or hashed record; one without version; a part of either; an open message. */
#define GRAMMAR_FIELDS(array) .fields = (array), .field_count = CW_COUNT(array)
#define RECORD_GRAMMAR(array, kind, most, verify)                                                       \
    {                                                                                                   \
        GRAMMAR_FIELDS(array), .version = 1, .len_max = (most), .size = sizeof(kind), .check = (verify) \
    }
#define PLAIN_GRAMMAR(array, kind, most, verify)                                          \
    {                                                                                     \
        GRAMMAR_FIELDS(array), .len_max = (most), .size = sizeof(kind), .check = (verify) \
    }
#define PART_GRAMMAR(array)   \
    {                         \
        GRAMMAR_FIELDS(array) \
    }
#define OPEN_GRAMMAR(array, kind, most, verify)                                                         \
    {                                                                                                   \
        GRAMMAR_FIELDS(array), .len_max = (most), .size = sizeof(kind), .open = true, .check = (verify) \
    }

#endif
