/* SPDX-License-Identifier: Apache-2.0 */
/*
 * People and things that several cases speak of, what leads from one record to another, and children recorded twice.
 * An entity is opened, shown and listed as a case is (cmd_entity.c); what is here is what is said of two records.
 */
#include "tool/verb_rows.h"

static const struct cli_option options[] = {WRITE_OPTIONS, {NULL, NULL, NULL}};

const struct cli_command verb_rows_entity[] = {
    {.noun = "entity",
     .verb = "link",
     VERB_OF(GROUP_CASES, "CASE FIELD=VALUE...", 1, options),
     .summary = "say that one record leads to another",
     .about =
         "CASE is the record that it leads from: a person, a thing, a case. A link is your division's assertion, dated "
         "and graded: who uses a phone, and when, is no property of the phone. Both ends show it, unless "
         "visible=from_side_only.",
     .examples = "  casewire entity link 8Q2M4XK to=K7Q2M4X type=used_by \\\n"
                 "      sure=probable from=2026-11-02\n",
     .says = &(const struct verb){.events = {EVENT_LINK},
                                  .cheat = "people and things",
                                  .arguments =
                                      {
                                          {"to", FIELD_LINK_TO, "the record that it leads to", NULL, false},
                                          {"type", FIELD_LINK_TYPE, "what the one is to the other", NULL, false},
                                          {"sure", FIELD_LINK_CONFIDENCE, "how sure you are", NULL, false},
                                          {"from", FIELD_VALID_FROM, "since when", NULL, false},
                                          {"until", FIELD_VALID_TO, "until when, if it is over", NULL, false},
                                          {"as", FIELD_LINK_CATEGORY, "what a person is in the case", NULL, false},
                                          {"visible", FIELD_VISIBLE_TO, "who sees it", NULL, false},
                                          {"condition", FIELD_CONDITION, "with handling_code=C", NULL, false},
                                      }}},
    {.noun = "entity",
     .verb = "unlink",
     VERB_OF(GROUP_CASES, "CASE EVENT FIELD=VALUE...", 2, options),
     .summary = "take back a link that your division made",
     .about =
         "EVENT is the link's number: entity show has it. What another division says of the same two records stands.",
     .examples = "  casewire entity unlink 8Q2M4XK 3f9ac2 why='Another phone'\n",
     .says = &(const struct verb){.events = {EVENT_LINK_WITHDRAWN},
                                  .corrects = true,
                                  .takes_back = EVENT_LINK,
                                  .arguments =
                                      {
                                          {"why", FIELD_REASON, "what was wrong", NULL, true},
                                      }}},
    {.noun = "child",
     .verb = "merge",
     VERB_OF(GROUP_CASES, "CASE FIELD=VALUE...", 1, options),
     .summary = "say that two cases are one child's",
     .about =
         "CASE becomes an alias of the other: both references stay good, nothing is copied or moved. It takes two "
         "different things by which the child was recognised, and waits, where two divisions own the cases, until both "
         "have said so.",
     .examples = "  casewire child merge K7Q2M4X into=8Q2M4XK by=pncid \\\n"
                 "      and=parent_or_carer why='Same girl, two spellings'\n",
     .says = &(const struct verb){.events = {EVENT_IDENTITY_MERGED},
                                  .as_recorded = true,
                                  .arguments =
                                      {
                                          {"into", FIELD_SURVIVOR, "the case that stays", NULL, false},
                                          {"by", FIELD_IDENTIFIER, "by what she was recognised", NULL, false},
                                          {"and", FIELD_SECOND_IDENTIFIER, "and by what else", NULL, false},
                                          {"why", FIELD_REASON, "what convinced you", NULL, false},
                                      }}},
    {.noun = "child",
     .verb = "agree",
     VERB_OF(GROUP_CASES, "CASE FIELD=VALUE...", 1, options),
     .summary = "agree to another division's merging",
     .about = "CASE is yours, the other theirs. Until the owners of both have said so, they are two children.",
     .examples = "  casewire child agree 8Q2M4XK with=K7Q2M4X\n",
     .says = &(const struct verb){.events = {EVENT_IDENTITY_ACCEPTED},
                                  .as_recorded = true,
                                  .arguments =
                                      {
                                          {"with", FIELD_ABOUT, "the other case", NULL, false},
                                      }}},
    {.noun = "child",
     .verb = "unmerge",
     VERB_OF(GROUP_CASES, "CASE EVENT FIELD=VALUE...", 2, options),
     .summary = "they are two children after all",
     .about = "CASE is the one that was merged, EVENT its merging: child show has its number. Each case is then "
              "exactly as if "
              "it had never been.",
     .examples = "  casewire child unmerge K7Q2M4X 3f9ac2 why='Twins'\n",
     .says = &(const struct verb){.events = {EVENT_IDENTITY_UNMERGED},
                                  .corrects = true,
                                  .as_recorded = true,
                                  .takes_back = EVENT_IDENTITY_MERGED,
                                  .arguments =
                                      {
                                          {"why", FIELD_REASON, "what was wrong", NULL, true},
                                      }}},
    {0},
};
