/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_TOOL_VERB_SAYING_H
#define CASEWIRE_TOOL_VERB_SAYING_H

/* Between the files that run a verb: what is being said. */

#include "tool/verb.h"

#include "lib/draft.h"

#define ASSIGNMENT_LEN_MAX 8192

struct saying {
    struct writing w;
    const struct verb *verb;
    struct context context;
    uint32_t event;                          /* EVENT_NONE: the opening */
    const Cw__ViewEvent *corrected;          /* NULL: nothing is */
    struct verb_again again;                 /* with it: what else is put right, and where the rest comes from */
    const Cw__ViewDeadline *duty;            /* that it is about; NULL: none */
    char other[2 * CW_ID_LEN + 1];           /* of a verb that merges: the id of the other report */
    int from;                                /* the first operand that is NAME=VALUE */
    bool given[VERB_ARGUMENTS_MAX];          /* by argument */
    struct cw_slice given_names[WRITES_MAX]; /* names of fields that were given anew */
    size_t given_count;
};

/* verb_assign.c: one field, as it would be typed; all that the operands say, and what the verb presets. Complain. */
enum exit_code saying_assign(struct saying *s, const struct schema_field *field, const char *name, const char *value);
enum exit_code saying_assign_all(struct saying *s);

/* verb_choose.c: which of the verb's events it is. Complains. */
enum exit_code saying_choose(struct saying *s);

/* verb_correct.c: what is said of an event that was recorded before. Complain. */
enum exit_code saying_name_corrected(struct saying *s);
void saying_put_right(struct saying *s);               /* names what is corrected, in the draft */
enum exit_code saying_keep_the_rest(struct saying *s); /* what the corrected event said and is not said anew */
enum exit_code saying_changes(const struct saying *s); /* a correction that says nothing anew is refused */
bool saying_withdraws(const struct saying *s);
enum exit_code saying_only_why(const struct saying *s); /* nothing is said of what did not happen, but why */

#endif
