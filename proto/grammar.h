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
    size_t align;                  /* of an element, when in the arena */
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

/* --- building tables -------------------------------------------------------------------------------- */

/* offsetof, refused by the compiler when the member does not have the size that the field type stores. */
#define FIELD_OFFSET(kind, member, width) \
    (offsetof(kind, member) + 0 * sizeof(char[sizeof(((kind *)0)->member) == (width) ? 1 : -1]))
#define FIELD_SIZEOF(kind, member) sizeof(((kind *)0)->member)

#define NUMBER_FIELD(n, kind, member, lo, hi, with) \
    {.number = (n), .type = FIELD_NUMBER, .bits = (with), .min = (lo), .max = (hi), .offset = FIELD_OFFSET(kind, member, 8)}
#define SHORT_FIELD(n, kind, member, lo, hi, with) \
    {.number = (n), .type = FIELD_SHORT, .bits = (with), .min = (lo), .max = (hi), .offset = FIELD_OFFSET(kind, member, 4)}
#define FLAG_FIELD(n, kind, member) {.number = (n), .type = FIELD_FLAG, .max = 1, .offset = FIELD_OFFSET(kind, member, sizeof(bool))}
#define FIXED_FIELD(n, kind, member, with)                                                                     \
    {.number = (n), .type = FIELD_FIXED, .bits = (with), .min = FIELD_SIZEOF(kind, member),                    \
     .max = FIELD_SIZEOF(kind, member), .offset = offsetof(kind, member)}
#define BYTES_FIELD(n, kind, member, lo, hi, with)                                      \
    {.number = (n), .type = FIELD_BYTES, .bits = (with), .min = (lo), .max = (hi), \
     .offset = FIELD_OFFSET(kind, member, sizeof(struct cw_slice))}

#define GRAMMAR_FIELDS(array) .fields = (array), .field_count = CW_COUNT(array)

#endif
