/* SPDX-License-Identifier: Apache-2.0 */
/* A missing child: the case, and each of its episodes from the report to the return-home interview. */
#include "tool/verb_rows.h"

#define S(state) (1u << (state))

static const struct cli_option open_options[] = {WRITE_OPTIONS, {NULL, NULL, NULL}};
static const struct cli_option report_options[] = {
    WRITE_OPTIONS,
    RECORD_OPTION,
    {"another", NULL, "although this child is missing already"},
    {NULL, NULL, NULL},
};
static const struct cli_option episode_options[] = {
    WRITE_OPTIONS,
    RECORD_OPTION,
    EPISODE_OPTION,
    {NULL, NULL, NULL},
};
static const struct cli_option merge_options[] = {WRITE_OPTIONS, RECORD_OPTION, {NULL, NULL, NULL}};

const struct cli_command verb_rows_child[] = {
    {.noun = "child",
     .verb = "open",
     VERB_OF(GROUP_CHILD, "FIELD=VALUE...", 1, open_options),
     .summary = "a child is reported missing for the first time",
     .about = "Opens the child's case, and with it the first missing episode. A case is for life: when the child goes "
              "missing again, that is episode report. The first risk assessment is due within half an hour.",
     .examples = "  casewire child open title='Child M' reported='yesterday 23:10' \\\n"
                 "      seen='about yesterday 19:30' where='Quarrel Lane' from=childrens_home\n",
     .says =
         &(const struct verb){
             .opens = KIND_CHILD,
             .cheat = "a child is missing",
             .arguments =
                 {
                     {"title", FIELD_TITLE, "how the case is called; never the child's name", NULL, false},
                     {"reported", FIELD_REPORTED_AT, "when it was reported", "now", false},
                     {"seen", FIELD_LAST_SEEN, "when the child was last seen", NULL, false},
                     {"where", FIELD_LAST_SEEN_PLACE, "where that was", NULL, false},
                     {"from", FIELD_MISSING_FROM, "what the child is missing from", NULL, false},
                     {"risk", FIELD_MISSING_RISK, "the risk as the report sounds", NULL, false},
                     {"informant", FIELD_INFORMANT, "who reported it", NULL, false},
                     {"contact", FIELD_INFORMANT_CONTACT, "how to reach whoever reported it", NULL, false},
                     {"circumstances", FIELD_CIRCUMSTANCES, "what happened", NULL, false},
                     {"clothing", FIELD_CLOTHING, "what the child was wearing", NULL, false},
                     {"given", FIELD_GIVEN_NAMES, "the child's given names", NULL, false},
                     {"family", FIELD_FAMILY_NAME, "the child's family name", NULL, false},
                     {"born", FIELD_BIRTH_DATE, "the child's date of birth", NULL, false},
                     {"home", FIELD_HOME_ADDRESS, "where the child lives", NULL, false},
                     {"care", FIELD_CARE_STATUS, "in whose care the child is", NULL, false},
                     {"la", FIELD_RESPONSIBLE_LA, "the local authority that answers for the child", NULL, false},
                 }}},
    {.noun = "child",
     .verb = "monitor",
     VERB_OF(GROUP_CHILD, "CASE FIELD=VALUE...", 1, open_options),
     .summary = "no episode is live: the plan for the child goes on",
     .about =
         "While the child counts as missing it is refused. When the child goes missing again, episode report opens "
         "the case again.",
     .examples = "  casewire child monitor K7Q2M4X why='Home, plan looked at again in four weeks'\n",
     .says = &(const struct verb){.events = {EVENT_MONITORED},
                                  .arguments =
                                      {
                                          {"why", FIELD_REASON, "what the plan is", NULL, false},
                                      }}},
    {.noun = "child",
     .verb = "close",
     VERB_OF(GROUP_CHILD, "CASE FIELD=VALUE...", 1, open_options),
     .summary = "the plan for the child has ended",
     .about =
         "No episode is live, and the interview after the last return is completed, declined or waived. A sighting "
         "that you did not know of holds it back. When the child goes missing again, episode report opens the case "
         "again.",
     .examples = "  casewire child close K7Q2M4X why='Home, plan ended by all agencies'\n",
     .says = &(const struct verb){.events = {EVENT_CHILD_CLOSED},
                                  .arguments =
                                      {
                                          {"why", FIELD_REASON, "why the plan ends", NULL, true},
                                          {"text", FIELD_TEXT, "what is to be remembered", NULL, false},
                                      }}},
    {0},
};

const struct cli_command
    verb_rows_episode[] =
        {
            {.noun = "episode",
             .verb = "report",
             VERB_OF(GROUP_CHILD, "CASE FIELD=VALUE...", 1, report_options),
             .summary = "a known child is missing again",
             .about = "A new episode of the child's case: one that has ended never begins again.",
             .examples = "  casewire episode report K7Q2M4X reported='23:10' seen='about 19:30' from=home\n",
             .says =
                 &(const struct verb){
                     .events = {EVENT_EPISODE_REPORTED},
                     .reports = true,
                     .arguments =
                         {
                             {"reported", FIELD_REPORTED_AT, "when it was reported", "now", false},
                             {"seen", FIELD_LAST_SEEN, "when the child was last seen", NULL, false},
                             {"where", FIELD_LAST_SEEN_PLACE, "where that was", NULL, false},
                             {"from", FIELD_MISSING_FROM, "what the child is missing from", NULL, false},
                             {"informant", FIELD_INFORMANT, "who reported it", NULL, false},
                             {"contact", FIELD_INFORMANT_CONTACT, "how to reach them", NULL, false},
                             {"circumstances", FIELD_CIRCUMSTANCES, "what happened", NULL, false},
                             {"clothing", FIELD_CLOTHING, "what the child was wearing", NULL, false},
                         }}},
            {.noun = "episode",
             .verb = "assess",
             VERB_OF(GROUP_CHILD, "CASE FIELD=VALUE...", 1, episode_options),
             .summary = "assess the risk, and say when it is looked at again",
             .about = "Names the assessments that it replaces, as you see them now. Anyone may raise a risk; it goes "
                      "down only "
                      "when an inspector says so, and what others say is kept as a proposal.",
             .examples = "  casewire episode assess K7Q2M4X risk=high review='in 4h' \\\n"
                         "      why='Seen with older males'\n",
             .says =
                 &(const struct verb){
                     .events = {EVENT_RISK_ASSESSMENT},
                     .cheat = "a child is missing",
                     .arguments =
                         {
                             {"risk", FIELD_MISSING_RISK, "how dangerous it is", NULL, true},
                             {"why", FIELD_RATIONALE, "why you say so", NULL, false},
                             {"review", FIELD_NEXT_REVIEW, "when it is looked at again", NULL, true},
                             {"factors", FIELD_FACTORS, "what makes it better or worse", NULL, false},
                             {"information", FIELD_RELIED_ON, "which information it rests on", NULL, false},
                         }}},
            {.noun = "episode",
             .verb = "review",
             VERB_OF(GROUP_CHILD, "CASE FIELD=VALUE...", 1, episode_options),
             .summary = "look at it again, and decide",
             .examples = "  casewire episode review K7Q2M4X level=insp review='in 4h' \\\n"
                         "      decision='Search the yards'\n",
             .says = &(const struct verb){.events = {EVENT_REVIEW},
                                          .arguments =
                                              {
                                                  {"level", FIELD_LEVEL, "who looks at it", NULL, false},
                                                  {"decision", FIELD_DECISION, "what is decided", NULL, false},
                                                  {"review", FIELD_NEXT_REVIEW, "when it is looked at again",
                                                   NULL, false},
                                                  {"why", FIELD_RATIONALE, "what you rely on", NULL, false},
                                              }}},
            {.noun = "episode",
             .verb = "sight",
             VERB_OF(GROUP_CHILD, "CASE FIELD=VALUE...", 1, episode_options),
             .summary = "somebody saw the child",
             .about = "When it was seen counts, not when you type it: a sighting behind a return makes that return "
                      "disputed.",
             .examples = "  casewire episode sight K7Q2M4X when='between 16:00 and 17:30' \\\n"
                         "      where='Dunmarsh station' confidence=probable\n",
             .says = &(const struct verb){.events = {EVENT_SIGHTING},
                                          .cheat = "a child is missing",
                                          .arguments =
                                              {
                                                  {"when", FIELD_OCCURRED, "when the child was seen", NULL, false},
                                                  {"where", FIELD_PLACE, "where", NULL, false},
                                                  {"confidence", FIELD_CONFIDENCE, "how sure it is", NULL, false},
                                                  {"source", FIELD_SOURCE, "who says so", NULL, false},
                                                  {"text", FIELD_TEXT, "with whom, in what, which way", NULL, false},
                                              }}},
            {.noun = "episode",
             .verb = "return",
             VERB_OF(GROUP_CHILD, "CASE FIELD=VALUE...", 1, episode_options),
             .summary = "the child is back, or is said to be",
             .about =
                 "Seen by police, or by a professional whom source= names, the child is returned. Whatever else is "
                 "known is a claim: the child counts as missing until somebody has seen it.",
             .examples = "  casewire episode return K7Q2M4X how=told_by_carer\n"
                         "  casewire episode return K7Q2M4X how=seen_by_police when=05:40\n",
             .says = &(const struct verb){.events = {EVENT_RETURNED, EVENT_RETURN_CLAIM},
                                          .cheat = "the child is back",
                                          .arguments =
                                              {
                                                  {"how", FIELD_HOW_KNOWN, "how it is known", NULL, false},
                                                  {"when", FIELD_OCCURRED, "when the child came back", NULL, false},
                                                  {"where", FIELD_PLACE, "where the child is", NULL, false},
                                                  {"source", FIELD_SOURCE, "who says so", NULL, false},
                                                  {"text", FIELD_TEXT, "what else is known", NULL, false},
                                              }}},
            {.noun = "episode",
             .verb = "refute",
             VERB_OF(GROUP_CHILD, "CASE FIELD=VALUE...", 1, episode_options),
             .summary = "the child is not back: still missing",
             .about = "A claim may be refuted by anyone. A return that was recorded, or one in dispute, only by an "
                      "inspector.",
             .examples = "  casewire episode refute K7Q2M4X why='The carer saw another child'\n",
             .says = &(const struct verb){.events = {EVENT_CLAIM_REFUTED, EVENT_STILL_MISSING},
                                          .arguments =
                                              {
                                                  {"why", FIELD_REASON, "how that is known", NULL, true},
                                              }}},
            {.noun = "episode",
             .verb = "confirm",
             VERB_OF(GROUP_CHILD, "CASE FIELD=VALUE...", 1, episode_options),
             .summary = "a disputed return was one: the child is back",
             .about = "Knows of every sighting that you see now; a later one makes it disputed again.",
             .examples = "  casewire episode confirm K7Q2M4X why='Seen at home by the night crew'\n",
             .says = &(const struct verb){.events = {EVENT_RETURN_CONFIRMED},
                                          .arguments =
                                              {
                                                  {"why", FIELD_REASON, "how that is known", NULL, true},
                                              }}},
            {.noun = "episode",
             .verb = "interview",
             VERB_OF(GROUP_CHILD, "CASE FIELD=VALUE...", 1, episode_options),
             .summary = "the police's own talk with the child afterwards",
             .about = "The prevention interview. The independent return-home interview is episode rhi.",
             .examples = "  casewire episode interview K7Q2M4X when=06:10 result='Well, tired'\n",
             .says =
                 &(const struct verb){
                     .events = {EVENT_PREVENTION_INTERVIEW},
                     .states = S(3) | S(4) | S(5),
                     .cheat = "the child is back",
                     .arguments =
                         {
                             {"result", FIELD_RESULT, "how the child is, what comes next", NULL, false},
                             {"when", FIELD_OCCURRED, "when it was", NULL, false},
                             {"disclosures", FIELD_DISCLOSURES, "what the child told", NULL, false},
                         }}},
            {.noun = "episode",
             .verb = "close",
             VERB_OF(GROUP_CHILD, "CASE FIELD=VALUE...", 1, episode_options),
             .summary = "end the episode",
             .about = "While the risk is high, an inspector does. A sighting or a task that you did not know of holds "
                      "it back. "
                      "The return-home interview stays due.",
             .examples = "  casewire episode close K7Q2M4X harm=none_known outcome=returned found=police\n",
             .says = &(const struct verb){.events = {EVENT_EPISODE_CLOSED},
                                          .cheat = "the child is back",
                                          .arguments =
                                              {
                                                  {"harm", FIELD_HARM, "what was done to the child", NULL, true},
                                                  {"outcome", FIELD_OUTCOME, "how it ended", NULL, true},
                                                  {"found", FIELD_FOUND_BY, "who found the child", NULL, true},
                                                  {"text", FIELD_TEXT, "what is to be remembered", NULL, false},
                                              }}},
            {.noun = "episode",
             .verb = "rhi",
             VERB_OF(GROUP_CHILD, "CASE FIELD=VALUE...", 1, episode_options),
             .summary = "a step of the return-home interview",
             .about =
                 "It is due 72 hours after the child came back, whether or not the episode is closed; completed or "
                 "declined ends that.",
             .examples = "  casewire episode rhi K7Q2M4X step=offered\n"
                         "  casewire episode rhi K7Q2M4X step=completed when='yesterday 15:00'\n",
             .says = &(const struct verb){.events = {EVENT_RHI},
                                          .states = S(4) | S(5),
                                          .cheat = "the child is back",
                                          .arguments =
                                              {
                                                  {"step", FIELD_RHI_STEP, "how far it is", NULL, false},
                                                  {"when", FIELD_OCCURRED, "when that was", NULL, false},
                                                  {"disclosures", FIELD_DISCLOSURES, "what the child told, in short",
                                                   NULL, false},
                                                  {"unit", FIELD_UNIT, "who held it", NULL, false},
                                              }}},
            {.noun = "episode",
             .verb = "cancel",
             VERB_OF(GROUP_CHILD, "CASE FIELD=VALUE...", 1, episode_options),
             .summary = "it was reported in error: the child was not missing",
             .about =
                 "By a supervisor, while nobody has said that the child is back. A sighting that you did not know of "
                 "holds it back.",
             .examples = "  casewire episode cancel K7Q2M4X why='At football, the carer had the wrong day'\n",
             .says = &(const struct verb){.events = {EVENT_EPISODE_CANCELLED},
                                          .arguments =
                                              {
                                                  {"why", FIELD_REASON, "how that is known", NULL, false},
                                              }}},
            {.noun = "episode",
             .verb = "merge",
             VERB_OF(GROUP_CHILD, "CASE EPISODE EPISODE FIELD=VALUE...", 3, merge_options),
             .summary = "two reports of one absence: they go on as one episode",
             .about =
                 "By a supervisor, while both are live and nobody has said of either that the child was back. Each is "
                 "named by the digits of its report, or first. The earlier report counts, the greater risk, and what "
                 "was "
                 "seen and done in both; both reports stay good names for it.",
             .examples = "  casewire episode merge K7Q2M4X first 5c01d3 \\\n"
                         "      why='The home and the placement both rang'\n",
             .says = &(const struct verb){.events = {EVENT_EPISODE_MERGED},
                                          .merges = true,
                                          .arguments =
                                              {
                                                  {"why", FIELD_REASON, "how it is known that it is one absence",
                                                   NULL, true},
                                              }}},
            {.noun = "episode",
             .verb = "unmerge",
             VERB_OF(GROUP_CHILD, "CASE EVENT FIELD=VALUE...", 2, merge_options),
             .summary = "they are two absences after all",
             .about =
                 "EVENT is the merging: child show has its number. Each episode is then exactly as if it had never "
                 "been.",
             .examples = "  casewire episode unmerge K7Q2M4X 3f9ac2 why='Two evenings'\n",
             .says = &(const struct verb){.events = {EVENT_EPISODE_UNMERGED},
                                          .corrects = true,
                                          .takes_back = EVENT_EPISODE_MERGED,
                                          .arguments =
                                              {
                                                  {"why", FIELD_REASON, "what was wrong", NULL, true},
                                              }}},
            {.noun = "episode",
             .verb = "long-term",
             VERB_OF(GROUP_CHILD, "CASE FIELD=VALUE...", 1, episode_options),
             .summary = "still missing, and for long: reviews come less often",
             .about =
                 "By a superintendent. The child counts as missing, and its clocks slow but never stop; any sighting "
                 "makes the episode active again.",
             .examples = "  casewire episode long-term K7Q2M4X why='All lines worked, none open'\n",
             .says = &(const struct verb){.events = {EVENT_LONG_TERM},
                                          .arguments =
                                              {
                                                  {"why", FIELD_REASON, "what was done, and what is left to do",
                                                   NULL, true},
                                              }}},
            {.noun = "episode",
             .verb = "found-dead",
             VERB_OF(GROUP_CHILD, "CASE FIELD=VALUE...", 1, episode_options),
             .summary = "a death is reported: to be confirmed",
             .about = "By an inspector. The episode stays live, with every duty, until episode confirm-death; no feed "
                      "tells of it before.",
             .examples = "  casewire episode found-dead K7Q2M4X when='today 05:40' where='Dunmarsh weir'\n",
             .says = &(const struct verb){.events = {EVENT_FOUND_DEAD},
                                          .states = S(1) | S(2) | S(3) | S(5) | S(9),
                                          .arguments =
                                              {
                                                  {"when", FIELD_OCCURRED, "when the child was found", NULL, false},
                                                  {"where", FIELD_PLACE, "where", NULL, false},
                                                  {"source", FIELD_SOURCE, "who says so", NULL, false},
                                                  {"text", FIELD_TEXT, "what else is known", NULL, false},
                                              }}},
            {.noun = "episode",
             .verb = "confirm-death",
             VERB_OF(GROUP_CHILD, "CASE FIELD=VALUE...", 1, episode_options),
             .summary = "it is the child, and it is dead: the episode ends",
             .about = "By another inspector than the one who reported it, or a superintendent, who says how it is "
                      "known. Until then, or until an inspector takes the report back (correct --withdraw), nothing "
                      "else ends the episode.",
             .examples = "  casewire episode confirm-death K7Q2M4X why='Identified by print'\n",
             .says = &(const struct verb){.events = {EVENT_FOUND_DEAD_CONFIRMED},
                                          .arguments =
                                              {
                                                  {"why", FIELD_REASON, "how it is known that it is this child",
                                                   NULL, true},
                                                  {"when", FIELD_OCCURRED, "when it was known", NULL, false},
                                              }}},
            {0},
};
