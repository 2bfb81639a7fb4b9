/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_TOOL_VIEW_H
#define CASEWIRE_TOOL_VIEW_H

/*
 * A case on a screen of 80 columns, for somebody at the end of a shift: first the risk, who owns it, what is due,
 * what is disputed, where a child was seen last, what happened last, so that this much fits 24 lines; then fields and
 * totals.
 */

#include "tool/out.h"

#define VIEW_WIDTH 80
#define VIEW_LABEL 10 /* columns of the words at the left */

void view_print(const struct cli *cli, const Cw__CaseView *view);
/* Of a child with several records the first, and of the others what is live and due: they run as before (DOMAIN.md 9.3). */
void view_print_records(const struct cli *cli, const Cw__CaseView *const *records, size_t count);

/* The field that gives the case its risk; NULL: the kind has none, or nobody assessed it. */
const Cw__ViewField *view_risk_field(const Cw__CaseView *view);

/* Of an episode that is over. */
bool view_is_over(const Cw__CaseView *view, const Cw__ViewField *field);

/* The colour of "HIGH". */
enum tone view_risk_tone(const char *risk);
/* "NTH, in charge Sgt Wren; open; episode active" */
#define VIEW_OWNER_LEN_MAX 500
void view_owner(const Cw__CaseView *view, char out[static VIEW_OWNER_LEN_MAX]);
/* Where and when a missing child was seen last, by a sighting or by the report; false: nobody says. */
bool view_last_seen(const Cw__CaseView *view, char *out, size_t cap);

/* A word at the left, in bold; "" for a line that goes on. */
void view_label(const struct cli *cli, const char *word);
/* "Officer Wren (NTH, PC), Mon 19 Mar 2018 16:00" */
void view_provenance(const Cw__ViewValue *value, char *out, size_t cap);
/* As short as can be: "Officer Wren (NTH, PC), 16:00" */
void view_by(const Cw__Author *author, struct cw_wall when, char out[static 200]);
struct cw_wall view_said(const Cw__ViewValue *value); /* the author's time, else when it was sequenced */
/* The value as people read it: times in London, everything else as the daemon words it. */
void view_value(const Cw__ViewValue *value, char *out, size_t cap);
/* "and 5700 more: casewire case history MC/NTH/2026/K7Q2M4X-C", from this column on; nothing when there are none. */
void view_more(const Cw__CaseView *view, uint32_t count, int indent);
/* Text from column `indent` on, broken at spaces; a word longer than the line is cut into lines. */
void view_wrap(const char *text, int indent);
/* The same, but at most so many lines; what is left out is marked "...". */
void view_wrap_lines(const char *text, int indent, int lines);
/* "risk assessment" of "risk_assessment". */
void view_words(ProtobufCBinaryData name, char *out, size_t cap);

/* view_links.c: what another child's record shares with this one, as a question. */
void view_candidate(const Cw__ViewCandidate *candidate, char *out, size_t cap);

/* view_duties.c */
void view_duties(const struct cli *cli, const Cw__CaseView *view);
void view_beside(const struct cli *cli, const Cw__CaseView *const *records, size_t count);

/* view_seen.c: the state of what was handed to somebody, and open tasks. */
void view_told(const struct cli *cli, const Cw__CaseView *view);
void view_tasks(const struct cli *cli, const Cw__CaseView *view);

/* view_child.c: how often the child was reported missing, when that was not the first time; what nobody has said yet. */
void view_episode_count(const struct cli *cli, const Cw__CaseView *view);
bool view_is_counted(const Cw__ViewField *field);
void view_unsaid(const struct cli *cli, const Cw__CaseView *view);

/* view_fields.c: without those that the head has said; with who said what when -v. */
void view_fields(const struct cli *cli, const Cw__CaseView *view);

/* view_known.c: of a view as of another time; else nothing. */
void view_known(const struct cli *cli, const Cw__CaseView *view);
/* view_disputes.c: what is open; with -v, also what a rule decided. */
void view_disputes(const struct cli *cli, const Cw__CaseView *view);

/* view_links.c: nothing when there is nothing. */
void view_identity(const struct cli *cli, const Cw__CaseView *view);
void view_links(const struct cli *cli, const Cw__CaseView *view);

/* view_events.c */
void view_last(const struct cli *cli, const Cw__CaseView *view);   /* the newest few, in a line or two each */
void view_events(const struct cli *cli, const Cw__CaseView *view); /* all, with their ids: -v */
/* "Officer Wren (NTH, PC), 16:00"; "missing risk high; rationale Seen with older males" */
void view_event_by(const Cw__ViewEvent *event, char out[static 200]);
void view_event_details(const Cw__CaseView *view, const Cw__ViewEvent *event, char *out, size_t cap);
/* Totals; `all`: also per division, phase, place, ... */
void view_tallies(const struct cli *cli, const Cw__CaseView *view, bool all);

#endif
