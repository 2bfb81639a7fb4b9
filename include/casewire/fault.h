/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_FAULT_H
#define CASEWIRE_FAULT_H

#include <casewire/error.h>
#include <casewire/types.h>

#define CW_FAULT_WHERE_LEN_MAX 48
#define CW_FAULT_TEXT_LEN_MAX 240

/**
 * What went wrong, as a person reads it. Texts are clean UTF-8 and end with a NUL: they may be printed, whoever
 * they came from. A fault is filled only on failure.
 */
struct cw_fault {
    enum cw_err code;
    char where[CW_FAULT_WHERE_LEN_MAX]; /**< field, part, option, file or address; "" when the whole */
    char text[CW_FAULT_TEXT_LEN_MAX];   /**< one sentence: which rule, or what happened */
};

#endif
