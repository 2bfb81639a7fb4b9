/* SPDX-License-Identifier: Apache-2.0 */
/* What officers do to any kind of case: hand it over, share out the work, put right what was wrong. */
#include "tool/verb_rows.h"

static const struct cli_option options[] = {WRITE_OPTIONS, RECORD_OPTION, {NULL, NULL, NULL}};
static const struct cli_option task_options[] = {
    WRITE_OPTIONS,
    RECORD_OPTION,
    EPISODE_OPTION,
    {NULL, NULL, NULL},
};

static const struct cli_option correct_options[] = {
    WRITE_OPTIONS,
    {"withdraw", NULL, "it did not happen: the event is taken back, and why"},
    {NULL, NULL, NULL},
};

const struct cli_command verb_rows_work[] = {
    {.noun = "handover",
     .verb = "offer",
     VERB_OF(GROUP_CASES, "CASE FIELD=VALUE...", 1, options),
     .summary = "offer the case to another division",
     .about = "You own it, with every duty, until somebody there accepts by name. Silence is no acceptance.",
     .examples = "  casewire handover offer K7Q2M4X to=EST why='Placed there since Monday'\n",
     .says = &(const struct verb){.events = {EVENT_HANDOVER_OFFER},
                                  .cheat = "hand over",
                                  .arguments =
                                      {
                                          {"to", FIELD_TO_DIVISION, "code of the division", NULL, false},
                                          {"why", FIELD_REASON, "why there, and what they must know", NULL, false},
                                          {"brief", FIELD_RISK_BRIEF, "the risk, in your words", NULL, false},
                                          {"clocks", FIELD_CLOCKS_TOLD, "which duties are due next", NULL, false},
                                      }}},
    {.noun = "handover",
     .verb = "accept",
     VERB_OF(GROUP_CASES, "CASE [FIELD=VALUE...]", 1, options),
     .summary = "take over a case that is offered to you",
     .about = "Its duties are yours from then on. A child that is missing at high risk is accepted by an inspector or "
              "above; until then it stays with who offered it.",
     .examples = "  casewire handover accept K7Q2M4X\n",
     .says = &(const struct verb){.events = {EVENT_HANDOVER_ACCEPT},
                                  .cheat = "hand over",
                                  .arguments =
                                      {
                                          {"text", FIELD_TEXT, "what is to be remembered", NULL, false},
                                      }}},
    {.noun = "handover",
     .verb = "decline",
     VERB_OF(GROUP_CASES, "CASE FIELD=VALUE...", 1, options),
     .summary = "refuse it: the other division goes on owning it",
     .examples = "  casewire handover decline K7Q2M4X why='The child lives in WST'\n",
     .says = &(const struct verb){.events = {EVENT_HANDOVER_DECLINE},
                                  .arguments =
                                      {
                                          {"why", FIELD_REASON, "why not", NULL, false},
                                      }}},
    {.noun = "handover",
     .verb = "withdraw",
     VERB_OF(GROUP_CASES, "CASE [FIELD=VALUE...]", 1, options),
     .summary = "take back an offer that nobody has accepted",
     .examples = "  casewire handover withdraw K7Q2M4X\n",
     .says = &(const struct verb){.events = {EVENT_HANDOVER_WITHDRAW},
                                  .arguments =
                                      {
                                          {"why", FIELD_REASON, "why", NULL, false},
                                      }}},
    {.noun = "handover",
     .verb = "claim",
     VERB_OF(GROUP_CASES, "CASE FIELD=VALUE...", 1, options),
     .summary = "say that the case is yours, though none was offered",
     .about = "Both divisions own it then, with every duty, until a superintendent or the control room decides.",
     .examples = "  casewire handover claim K7Q2M4X why='Found here, and staying here'\n",
     .says = &(const struct verb){.events = {EVENT_HANDOVER_CLAIM},
                                  .arguments =
                                      {
                                          {"why", FIELD_REASON, "why", NULL, false},
                                      }}},
    {.noun = "clock",
     .verb = "ack",
     VERB_OF(GROUP_WORK, "CASE CLOCK [FIELD=VALUE...]", 2, options),
     .summary = "you have this duty in hand",
     .about = "By name, once it is over, for those whom it reaches: it is told to nobody further up. It is no "
              "fulfilment; the clock runs on. CLOCK is the name or the digits that clock list shows.",
     .examples = "  casewire clock ack K7Q2M4X M1\n",
     .says = &(const struct verb){.events = {EVENT_CLOCK_ACK},
                                  .duty = true,
                                  .cheat = "share the work",
                                  .arguments =
                                      {
                                          {"text", FIELD_TEXT, "what you are doing about it", NULL, false},
                                      }}},
    {.noun = "clock",
     .verb = "waive",
     VERB_OF(GROUP_WORK, "CASE CLOCK FIELD=VALUE...", 2, options),
     .summary = "this duty need not be met, and why",
     .about = "Only by those whom clock list names; others are refused.",
     .examples = "  casewire clock waive K7Q2M4X M8 why='Moved abroad, interview held there'\n",
     .says = &(const struct verb){.events = {EVENT_CLOCK_WAIVED},
                                  .duty = true,
                                  .arguments =
                                      {
                                          {"why", FIELD_REASON, "why not", NULL, false},
                                      }}},
    {.noun = "task",
     .verb = "add",
     VERB_OF(GROUP_CASES, "CASE FIELD=VALUE...", 1, task_options),
     .summary = "something is to be done",
     .about = "A closing that did not know of a task is held back until somebody has read it.",
     .examples = "  casewire task add K7Q2M4X what='Ask the bus depot' who='Night crew' due=03:00\n",
     .says = &(const struct verb){.events = {EVENT_ACTION},
                                  .cheat = "share the work",
                                  .arguments =
                                      {
                                          {"what", FIELD_DECISION, "what is to be done", NULL, false},
                                          {"who", FIELD_UNIT, "who does it", NULL, false},
                                          {"due", FIELD_DUE, "until when", NULL, false},
                                      }}},
    {.noun = "task",
     .verb = "done",
     VERB_OF(GROUP_CASES, "CASE EVENT FIELD=VALUE...", 2, options),
     .summary = "it is done, or needs doing no more",
     .about = "EVENT is the task's number: case show has it.",
     .examples = "  casewire task done K7Q2M4X 3f9ac2 result='Not on any bus since 19:00'\n",
     .says = &(const struct verb){.events = {EVENT_ACTION},
                                  .corrects = true,
                                  .cheat = "share the work",
                                  .arguments =
                                      {
                                          {"result", FIELD_RESULT, "what came of it", NULL, true},
                                      }}},
    {.noun = "correct",
     VERB_OF(GROUP_CASES, "CASE EVENT FIELD=VALUE...", 3, correct_options),
     .summary = "put right what an event says",
     .about =
         "The event is said again, with what you give; the rest stays as it was, or as it was put right last. With "
         "--withdraw it is taken back instead: it stays in the history, marked, and counts no more; a risk that it set "
         "stays until it is assessed anew. Both stand in the history. Somebody who might not have recorded it can do "
         "neither.",
     .examples = "  casewire correct K7Q2M4X 81c0e2 when='yesterday 15:40' why='Clock was wrong'\n"
                 "  casewire correct K7Q2M4X 81c0e2 --withdraw why='It was another child'\n",
     .says = &(const struct verb){.corrects = true,
                                  .arguments =
                                      {
                                          {"why", FIELD_REASON, "what was wrong", NULL, true},
                                      }}},
    {0},
};

const struct cli_command *const verb_tables[] = {verb_rows_child, verb_rows_episode, verb_rows_work, verb_rows_entity,
                                                 NULL};
