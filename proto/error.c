/* SPDX-License-Identifier: Apache-2.0 */
#include <casewire/error.h>

const char *cw_err_sentence(enum cw_err err)
{
    switch (err) {
#define SENTENCE_CASE(name, number, class, sentence) \
    case name:                                       \
        return sentence;
        CW_ERR_TABLE(SENTENCE_CASE)
#undef SENTENCE_CASE
    }
    return "unknown error";
}

const char *cw_err_name(enum cw_err err)
{
    switch (err) {
#define NAME_CASE(name, number, class, sentence) \
    case name:                                   \
        return #name;
        CW_ERR_TABLE(NAME_CASE)
#undef NAME_CASE
    }
    return "CW_UNKNOWN";
}

enum cw_err_class cw_err_class_of(enum cw_err err)
{
    switch (err) {
#define CLASS_CASE_OF(name, number, class, sentence) \
    case name:                                       \
        return CW_CLASS_##class;
        CW_ERR_TABLE(CLASS_CASE_OF)
#undef CLASS_CASE_OF
    }
    return CW_CLASS_LOCAL;
}
