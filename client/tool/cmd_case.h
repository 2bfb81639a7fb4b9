/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_TOOL_CMD_CASE_H
#define CASEWIRE_TOOL_CMD_CASE_H

#include "tool/write.h"

/* "missing_child" of a view; "" when the daemon names a kind that this version does not know. */
const char *view_kind(const Cw__CaseView *view);
/* The event and everything that `case event` and `operation result` take; operands[from..] are FIELD=VALUE. */
enum exit_code event_record(const struct cli *cli, const char *case_name, const char *event, int from);

/* --kind of a list. Complains. */
enum exit_code list_query_kind(const struct cli *cli, struct cw_list_query *out);

/* cmd_case_words.c: what --status and --risk of a list may be, of one kind or of all (KIND_NONE), as "low, medium, high". */
#define LIST_WORDS_LEN_MAX 600
void list_statuses(uint32_t kind, char *out, size_t cap);
void list_risks(uint32_t kind, char *out, size_t cap);

extern const struct cli_command cmd_case_open, cmd_case_set, cmd_case_add, cmd_case_remove, cmd_case_event,
    cmd_case_show, cmd_case_list, cmd_case_history, cmd_entity_open, cmd_entity_show, cmd_entity_list;

/* cmd_case_known.c: --as-known-at DIVISION --at TIME, both or neither; division NULL: as it is known here and now. */
struct known_when {
    const char *division;
    struct cw_wall at;
};
enum exit_code known_read(const struct cli *cli, struct known_when *out);

/* Complains about a daemon that does not know the question. */
enum exit_code known_check(const struct cli *cli, const Cw__CaseList *list);
void known_remark(const Cw__CaseList *list); /* what nobody can say, on stderr */

#endif
