/* SPDX-License-Identifier: Apache-2.0 */
#include <casewire/error.h>

#include <stddef.h>

static const struct row {
    enum cw_err err;
    enum cw_err_class class;
    const char *name, *sentence;
} rows[] = {
#define ROW(name, number, class, sentence) {name, CW_CLASS_##class, #name, sentence},
    CW_ERR_TABLE(ROW)
#undef ROW
};

static const struct row *row_of(enum cw_err err)
{
    static const struct row unknown = {CW_LOCAL_CORRUPT, CW_CLASS_LOCAL, "CW_UNKNOWN", "unknown error"};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].err == err)
            return &rows[i];
    }
    return &unknown;
}

const char *cw_err_sentence(enum cw_err err)
{
    return row_of(err)->sentence;
}

const char *cw_err_name(enum cw_err err)
{
    return row_of(err)->name;
}

/* A number that came after this version was made: the registry gives each class its hundred. */
static enum cw_err_class class_of_hundred(int number)
{
    static const enum cw_err_class classes[] = {CW_CLASS_LOCAL, CW_CLASS_REFUSED, CW_CLASS_PEER, CW_CLASS_AGAIN};

    return number >= 100 && number < 400 ? classes[number / 100] : CW_CLASS_LOCAL;
}

enum cw_err_class cw_err_class_of(enum cw_err err)
{
    const struct row *row = row_of(err);

    return row->err == err ? row->class : class_of_hundred((int)err);
}
