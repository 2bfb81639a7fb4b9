/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_TOOL_VIEW_H
#define CASEWIRE_TOOL_VIEW_H

/* A case on a screen of 80 columns. */

#include "tool/out.h"

#define VIEW_WIDTH 80

void view_print(const struct cli *cli, const Cw__CaseView *view);

/* The field that gives the case its risk; NULL: the kind has none, or nobody assessed it. */
const Cw__ViewField *view_risk_field(const Cw__CaseView *view);

/* Pieces: view_fields.c */
void view_conflicts(const struct cli *cli, const Cw__CaseView *view);
void view_fields(const struct cli *cli, const Cw__CaseView *view);
/* "by Officer Wren (NTH, PC), Mon 19 Mar 2018 16:00" */
void view_provenance(const Cw__ViewValue *value, char *out, size_t cap);
/* The value as people read it: times in London, everything else as the daemon words it. */
void view_value(const Cw__ViewValue *value, char *out, size_t cap);
/* Text from column `indent` on, broken at spaces. */
void view_wrap(const char *text, int indent);

/* view_events.c */
void view_events(const struct cli *cli, const Cw__CaseView *view);
/* Totals; `all`: also per division, phase, place, ... */
void view_tallies(const struct cli *cli, const Cw__CaseView *view, bool all);

#endif
