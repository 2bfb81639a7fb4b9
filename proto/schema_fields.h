/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_PROTO_SCHEMA_FIELDS_H
#define CASEWIRE_PROTO_SCHEMA_FIELDS_H

/*
 * Every field, one row each (DOMAIN §3, §4, §5). To add a field, add a row: entry checks, the fold, views,
 * the client's tool and docs/fields.md all read this table. Numbers are stable and never reused.
 *
 * FIELD(ID, number, name, kinds, place, type, bound, scale, rule, set, lower, flags)
 *   place  CASE a cell of the case · EPISODE a cell of one missing episode · DETAIL of one event only
 *   bound  bytes of a text; of a date of birth the age, in years, that is too old; greatest number otherwise (0: none)
 *   scale  of an enum; of a text: its first word must be a value name of this scale (SCALE_NONE: free)
 *   set    roles that may write; lower: roles that may lower, remove, strike or resolve
 *
 * VALUE_NEEDS(FIELD, value, roles, WITH, WITH)   a value that some who may set the field may not give, nor anybody alone
 *
 * Numbers: 1-99 common, 100- groups, 200- lines, 300- children, 350- episodes, 400- operations, 450- entities,
 * 500- details.
 */

/* clang-format off: a row is a line where it can be one */
#define SCHEMA_COMMON_FIELDS(F)                                                                                        \
    F(KIND, 1, "kind", K_ANY, CASE, TEXT, 16, NONE, DRV, R_NONE, R_NONE, 0)                                            \
    F(HUMAN_REF, 2, "human_ref", K_ANY, CASE, TEXT, 24, NONE, DRV, R_NONE, R_NONE, 0)                                  \
    F(OWNER, 3, "owner", K_ANY, CASE, TEXT, 16, NONE, FSM, R_NONE, R_NONE, 0)                                          \
    F(OCG_STATUS, 4, "status", K_OCG, CASE, ENUM, 0, OCG_STATUS, FSM, R_NONE, R_NONE, 0)                               \
    F(LINE_STATUS, 5, "status", K_LINE, CASE, ENUM, 0, LINE_STATUS, FSM, R_NONE, R_NONE, 0)                            \
    F(CHILD_STATUS, 6, "status", K_CHILD, CASE, ENUM, 0, CHILD_STATUS, FSM, R_NONE, R_NONE, 0)                         \
    F(OPERATION_STATUS, 7, "status", K_OPERATION, CASE, ENUM, 0, OPERATION_STATUS, FSM, R_NONE, R_NONE, 0)             \
    F(CONFLICTS, 8, "conflicts", K_ANY, CASE, NUMBER, 0, NONE, DRV, R_NONE, R_NONE, 0)                                 \
    F(TITLE, 10, "title", K_ALL, CASE, TEXT, 80, NONE, OWN, R_ANY, R_ANY, FIELD_REQUIRED | FIELD_NAME)                 \
    F(SUMMARY, 11, "summary", K_ALL, CASE, LINES, 4000, NONE, MVR, R_ANY, R_ANY, 0)                                    \
    F(MARKING, 12, "marking", K_ANY, CASE, ENUM, 0, MARKING, MAX, R_ANY, R(INT) | R_INSP_UP, 0)                        \
    F(HANDLING, 13, "handling", K_ANY, CASE, TEXT, 80, NONE, ORS, R_ANY, R(INT), 0)                                    \
    F(OP_NAME, 14, "op_name", K_ALL, CASE, TEXT, 32, NONE, MVR, R(OCGC) | R(LRO) | R(CLC) | R_SUP_UP,                  \
      R(OCGC) | R(LRO) | R(CLC) | R_SUP_UP, FIELD_NAME)                                                                \
    F(SPOC, 15, "spoc", K_ALL, CASE, PERSON, 80, NONE, OWN, R_ANY, R_ANY, 0)                                           \
    F(DEPUTY_SPOC, 16, "deputy_spoc", K_ALL, CASE, PERSON, 80, NONE, OWN, R_ANY, R_ANY, 0)                             \
    F(TAGS, 17, "tags", K_ANY, CASE, TEXT, 24, NONE, ORS, R_ANY, R_ANY, 0)                                             \
    F(EXTERNAL_REFS, 18, "external_refs", K_ANY, CASE, TEXT, 48, REF_SYSTEM, GOS, R_ANY, R_ANY, FORM_REFERENCE)        \
    F(LINKS, 19, "links", K_ALL, CASE, TEXT, 120, LINK_TYPE, ORS, R_ANY, R_ANY, 0)                                     \
    F(MOPI_GROUP, 20, "mopi_group", K_ANY, CASE, ENUM, 0, RETENTION, MAX, R(RRD), R(RRD), 0)                           \
    F(RESTRICTION, 21, "restriction", K_ANY, CASE, ENUM, 0, RESTRICTION, MAX, R(RRD), R(RRD), 0)                       \
    F(LEGAL_HOLDS, 22, "legal_holds", K_ANY, CASE, TEXT, 80, NONE, ORS, R(RRD), R(RRD), 0)                             \
    F(INTERESTED, 23, "interested", K_ANY, CASE, TEXT, 16, NONE, ORS, R_ANY, R_SUP_UP, 0)                              \
    F(COMPARTMENTS, 24, "compartments", K_ANY, CASE, TEXT, 24, NONE, GOS, R(GATE), R(GATE), 0)                         \
    F(RRD_REVIEW_DUE, 26, "rrd_review_due", K_ANY, CASE, TIME, 0, NONE, MIN, R(RRD), R(RRD), 0)

#define SCHEMA_OCG_FIELDS(F)                                                                                           \
    F(OCG_NAME, 100, "name", K_OCG, CASE, TEXT, 80, NONE, MVR, R(LRO) | R(OCGC), R(LRO) | R(OCGC),                     \
      FIELD_REQUIRED | FIELD_NAME)                                                                                     \
    F(ALIASES, 101, "aliases", K_OCG, CASE, TEXT, 80, NONE, ORS, R_ANY, R_ANY, 0)                                      \
    F(GROUP_TYPE, 102, "group_type", K_OCG, CASE, ENUM, 0, GROUP_TYPE, MVR, R(OCGC) | R(ROCUA), R(OCGC), 0)            \
    F(PRIMARY_THREAT, 103, "primary_threat", K_OCG, CASE, ENUM, 10, THREAT, MVR, R(OCGC), R(OCGC), 0)                  \
    F(OTHER_THREATS, 104, "other_threats", K_OCG, CASE, ENUM, 0, THREAT, ORS, R_ANY, R_ANY, 0)                         \
    F(REACH, 105, "reach", K_OCG, CASE, ENUM, 0, REACH, MAX, R(OCGC) | R(ROCUA), R(OCGC) | R(ROCUA), 0)                \
    F(BAND, 106, "band", K_OCG, CASE, ENUM, 0, BAND, MAX, R(OCGC) | R(ROCUA), R(OCGC) | R(ROCUA), 0)                   \
    F(TIER, 107, "tier", K_OCG, CASE, ENUM, 0, TIER, MVR, R(OCGC) | R(ROCUA), R(OCGC), FIELD_SHOW_HIGHEST)             \
    F(INTENT, 108, "intent", K_OCG, CASE, ENUM, 0, GRADE, MAX, R(OCGC), R(OCGC), 0)                                    \
    F(CAPABILITY, 109, "capability", K_OCG, CASE, ENUM, 0, GRADE, MAX, R(OCGC), R(OCGC), 0)                            \
    F(LRO, 110, "lro", K_OCG, CASE, PERSON, 80, NONE, OWN, R(OCGC) | R(SUPT), R(OCGC) | R(SUPT), 0)                    \
    F(SENIOR_OWNER, 111, "senior_owner", K_OCG, CASE, PERSON, 80, NONE, OWN, R(SUPT), R(SUPT), 0)                      \
    F(INVESTIGATION_PHASE, 112, "investigation_phase", K_OCG, CASE, ENUM, 0, PHASE, OWN, R(LRO), R(LRO), 0)            \
    F(PLAN_PURSUE, 113, "plan_pursue", K_OCG, CASE, LINES, 2000, NONE, MVR, R(LRO), R(LRO), 0)                         \
    F(PLAN_PREVENT, 114, "plan_prevent", K_OCG, CASE, LINES, 2000, NONE, MVR, R(LRO), R(LRO), 0)                       \
    F(PLAN_PROTECT, 115, "plan_protect", K_OCG, CASE, LINES, 2000, NONE, MVR, R(LRO), R(LRO), 0)                       \
    F(PLAN_PREPARE, 116, "plan_prepare", K_OCG, CASE, LINES, 2000, NONE, MVR, R(LRO), R(LRO), 0)                       \
    F(PURSUE_STATUS, 117, "pursue_status", K_OCG, CASE, ENUM, 0, PLAN_STATUS, OWN, R(LRO), R(LRO), 0)                  \
    F(PREVENT_STATUS, 118, "prevent_status", K_OCG, CASE, ENUM, 0, PLAN_STATUS, OWN, R(LRO), R(LRO), 0)                \
    F(PROTECT_STATUS, 119, "protect_status", K_OCG, CASE, ENUM, 0, PLAN_STATUS, OWN, R(LRO), R(LRO), 0)                \
    F(PREPARE_STATUS, 120, "prepare_status", K_OCG, CASE, ENUM, 0, PLAN_STATUS, OWN, R(LRO), R(LRO), 0)                \
    F(PLAN_DUE, 121, "plan_due", K_OCG, CASE, TIME, 0, NONE, MIN, R(LRO), R(LRO), FIELD_TO_COME)                       \
    F(MEMBERS, 122, "members", K_OCG, CASE, PERSON, 120, MEMBER_ROLE, ORS, R(LRO) | R(INT) | R(ROCUA),                 \
      R(LRO) | R(INT) | R(ROCUA), FIELD_PERSONAL)                                                                      \
    F(WEAPONS, 123, "weapons", K_OCG | K_LINE, CASE, FLAG, 1, NONE, MAX, R_ANY, R_INSP_UP | R(INT) | R(CLC), 0)        \
    F(FIREARMS_ACCESS, 124, "firearms_access", K_OCG, CASE, FLAG, 1, NONE, MAX, R_ANY, R_INSP_UP | R(INT), 0)          \
    F(VIOLENCE_TO_POLICE, 125, "violence_to_police", K_OCG, CASE, FLAG, 1, NONE, MAX, R_ANY, R_INSP_UP | R(INT), 0)    \
    F(EXPLOITS_CHILDREN, 126, "exploits_children", K_OCG, CASE, FLAG, 1, NONE, MAX, R_ANY, R_INSP_UP | R(INT), 0)      \
    F(CORRUPTION, 127, "corruption_suspected", K_OCG, CASE, FLAG, 1, NONE, MAX, R_ANY, R_INSP_UP | R(INT), 0)          \
    F(TERRITORY, 128, "territory", K_OCG, CASE, TEXT, 24, NONE, ORS, R_ANY, R_ANY, 0)                                  \
    F(ASSETS, 129, "assets_flag", K_OCG, CASE, ENUM, 0, ASSETS, LWW, R(LRO), R(LRO), 0)                                \
    F(ORDERS, 130, "orders", K_OCG, CASE, REF, 0, NONE, ORS, R_ANY, R_ANY, 0)                                          \
    F(ARCHIVE_REASON, 131, "archive_reason", K_OCG, CASE, ENUM, 0, ARCHIVE_REASON, OWN, R(OCGC), R(OCGC), 0)           \
    F(LAST_INTEL, 132, "last_intel", K_OCG, CASE, TIME, 0, NONE, DRV, R_NONE, R_NONE, 0)                               \
    F(MEMBER_COUNT, 133, "member_count", K_OCG, CASE, NUMBER, 0, NONE, DRV, R_NONE, R_NONE, 0)

#define SCHEMA_LINE_FIELDS(F)                                                                                          \
    F(BRAND, 200, "brand", K_LINE, CASE, TEXT, 40, NONE, LWW, R(CLC) | R(RCLC), R(CLC) | R(RCLC),                      \
      FIELD_REQUIRED | FIELD_NAME)                                                                                     \
    F(BRAND_ALIASES, 201, "brand_aliases", K_LINE, CASE, TEXT, 40, NONE, ORS, R_ANY, R_ANY, 0)                         \
    F(DEAL_NUMBERS, 202, "deal_numbers", K_LINE, CASE, TEXT, 20, NONE, ORS, R(CLC) | R(INT), R(CLC) | R(INT),          \
      FORM_PHONE)                                                                                                      \
    F(CHANNEL, 203, "channel", K_LINE, CASE, ENUM, 0, CHANNEL, ORS, R_ANY, R_ANY, 0)                                   \
    F(GEOGRAPHY, 204, "geography", K_LINE, CASE, ENUM, 0, GEOGRAPHY, MVR, R(CLC) | R(RCLC), R(CLC) | R(RCLC), 0)       \
    F(EXPORT_FORCE, 205, "export_force", K_LINE, CASE, TEXT, 4, NONE, MVR, R(CLC) | R(RCLC), R(CLC) | R(RCLC), 0)      \
    F(EXPORT_AREA, 206, "export_area", K_LINE, CASE, TEXT, 24, NONE, MVR, R(CLC) | R(RCLC), R(CLC) | R(RCLC), 0)       \
    F(IMPORT_AREAS, 207, "import_areas", K_LINE, CASE, TEXT, 24, NONE, ORS, R_ANY, R_ANY, 0)                           \
    F(COMMODITIES, 208, "commodities", K_LINE, CASE, ENUM, 0, COMMODITY, ORS, R_ANY, R_ANY, 0)                         \
    F(LINE_HOLDER, 209, "line_holder", K_LINE, CASE, PERSON, 80, NONE, MVR, R(CLC) | R(INT), R(CLC) | R(INT),          \
      FIELD_PERSONAL)                                                                                                  \
    F(HOLDER_CONFIDENCE, 210, "holder_confidence", K_LINE, CASE, ENUM, 0, HOLDER, OWN, R(CLC) | R(INT),                \
      R(CLC) | R(INT), 0)                                                                                              \
    F(RUNNERS, 211, "runners", K_LINE, CASE, PERSON, 120, MEMBER_ROLE, ORS, R_ANY, R_ANY, FIELD_PERSONAL)              \
    F(VULNERABLE_PEOPLE, 212, "vulnerable_people", K_LINE, CASE, PERSON, 120, NONE, ORS, R_ANY, R_ANY, FIELD_PERSONAL) \
    F(CUCKOOED, 213, "cuckooed_addresses", K_LINE, CASE, TEXT, 200, NONE, ORS, R_ANY, R_ANY, FIELD_PERSONAL)           \
    F(TRANSPORT, 214, "transport", K_LINE, CASE, ENUM, 0, TRANSPORT, ORS, R_ANY, R_ANY, 0)                             \
    F(LINE_RISK, 215, "line_risk", K_LINE, CASE, ENUM, 0, LINE_RISK, MAX, R_ANY, R(CLC) | R(RCLC), FIELD_RISK)         \
    F(CHILD_EXPLOITATION, 216, "child_exploitation", K_LINE, CASE, FLAG, 1, NONE, MAX, R_ANY, R(CLC), 0)               \
    F(SERIOUS_VIOLENCE, 218, "serious_violence", K_LINE, CASE, FLAG, 1, NONE, MAX, R_ANY, R(CLC), 0)                   \
    F(DEBT_BONDAGE, 219, "debt_bondage", K_LINE, CASE, FLAG, 1, NONE, MAX, R_ANY, R(CLC), 0)                           \
    F(CUCKOOING, 220, "cuckooing", K_LINE, CASE, FLAG, 1, NONE, MAX, R_ANY, R(CLC), 0)                                 \
    F(PARENT_OCG, 221, "parent_ocg", K_LINE, CASE, REF, 0, NONE, MVR, R(OCGC) | R(CLC) | R(ROCUA),                     \
      R(OCGC) | R(CLC), 0)                                                                                             \
    F(DDTRO, 222, "ddtro", K_LINE, CASE, REF, 0, NONE, ORS, R(CLC), R(CLC), 0)                                         \
    F(CLOSURE_TYPE, 223, "closure_type", K_LINE, CASE, ENUM, 0, CLOSURE, OWN, R(CLC), R(CLC), 0)                       \
    F(CLOSURE_EVIDENCE, 224, "closure_evidence", K_LINE, CASE, LINES, 2000, NONE, OWN, R(CLC), R(CLC), 0)              \
    F(SUCCESSOR_OF, 225, "successor_of", K_LINE, CASE, REF, 0, NONE, ORS, R(CLC), R(CLC), 0)                           \
    F(LAST_ACTIVITY, 226, "last_activity", K_LINE, CASE, TIME, 0, NONE, DRV, R_NONE, R_NONE, 0)

#define SCHEMA_CHILD_FIELDS(F)                                                                                         \
    F(GIVEN_NAMES, 300, "given_names", K_CHILD, CASE, PERSON, 80, NONE, MVR, R_CHILD, R_CHILD,                         \
      FIELD_PERSONAL | FIELD_EXPECTED)                                                                                 \
    F(FAMILY_NAME, 301, "family_name", K_CHILD, CASE, PERSON, 80, NONE, MVR, R_CHILD, R_CHILD,                         \
      FIELD_PERSONAL | FIELD_EXPECTED)                                                                                 \
    F(BIRTH_DATE, 302, "birth_date", K_CHILD, CASE, DATE, 18, NONE, MVR, R_CHILD, R_CHILD,                             \
      FIELD_PERSONAL | FIELD_EXPECTED | FIELD_HAS_BEEN)                                                                \
    F(ALSO_KNOWN_AS, 303, "also_known_as", K_CHILD, CASE, PERSON, 80, NONE, ORS, R_ANY, R_ANY, FIELD_PERSONAL)         \
    F(DESCRIPTION, 304, "description", K_CHILD, CASE, LINES, 1000, NONE, LWW, R_ANY, R_ANY, FIELD_PERSONAL)            \
    F(HEIGHT_CM, 305, "height_cm", K_CHILD, CASE, NUMBER, 250, NONE, LWW, R_ANY, R_ANY, FIELD_PERSONAL)                \
    F(BUILD, 306, "build", K_CHILD, CASE, TEXT, 40, NONE, LWW, R_ANY, R_ANY, FIELD_PERSONAL)                           \
    F(HAIR, 307, "hair", K_CHILD, CASE, TEXT, 60, NONE, LWW, R_ANY, R_ANY, FIELD_PERSONAL)                             \
    F(EYES, 308, "eyes", K_CHILD, CASE, TEXT, 40, NONE, LWW, R_ANY, R_ANY, FIELD_PERSONAL)                             \
    F(MARKS, 309, "marks", K_CHILD, CASE, TEXT, 200, NONE, LWW, R_ANY, R_ANY, FIELD_PERSONAL)                          \
    F(HOME_ADDRESS, 310, "home_address", K_CHILD, CASE, LINES, 300, NONE, MVR, R_CHILD, R_CHILD,                       \
      FIELD_PERSONAL | FIELD_EXPECTED)                                                                                 \
    F(PLACEMENT, 311, "placement", K_CHILD, CASE, LINES, 300, NONE, MVR, R_CHILD, R_CHILD, FIELD_PERSONAL)             \
    F(PLACEMENT_TYPE, 312, "placement_type", K_CHILD, CASE, ENUM, 0, PLACEMENT, MVR, R_CHILD, R_CHILD, 0)              \
    F(CARE_STATUS, 313, "care_status", K_CHILD, CASE, ENUM, 0, CARE, MVR, R_CHILD, R(CRU) | R(MCET) | R_SUP_UP,        \
      FIELD_EXPECTED)                                                                                                  \
    F(RESPONSIBLE_LA, 314, "responsible_la", K_CHILD, CASE, TEXT, 24, NONE, MVR, R(CRU) | R(MCET), R(CRU),             \
      FIELD_EXPECTED)                                                                                                  \
    F(HOST_LA, 315, "host_la", K_CHILD, CASE, TEXT, 24, NONE, MVR, R(CRU) | R(MCET), R(CRU), FIELD_EXPECTED)           \
    F(PROFESSIONALS, 316, "professionals", K_CHILD, CASE, PERSON, 200, PROFESSION, ORS, R_ANY, R_ANY,                  \
      FIELD_PERSONAL)                                                                                                  \
    F(VULNERABILITY, 317, "vulnerability", K_CHILD, CASE, ENUM, 0, VULNERABILITY, ORS, R_ANY, R_SUP_UP, 0)             \
    F(EXPLOITATION_SEXUAL, 318, "exploitation_risk_sexual", K_CHILD, CASE, ENUM, 0, EXPLOITATION, MAX, R_ANY,          \
      R(CSET) | R_INSP_UP, FIELD_EXPECTED)                                                                             \
    F(EXPLOITATION_CRIMINAL, 319, "exploitation_risk_criminal", K_CHILD, CASE, ENUM, 0, EXPLOITATION, MAX, R_ANY,      \
      R(CSET) | R_INSP_UP, FIELD_EXPECTED)                                                                             \
    F(MEDICAL, 320, "medical", K_CHILD, CASE, LINES, 1000, NONE, MVR, R_CHILD, R_CHILD, FIELD_PERSONAL)                \
    F(KNOWN_PLACES, 321, "known_places", K_CHILD, CASE, TEXT, 200, NONE, ORS, R_ANY, R_ANY, FIELD_PERSONAL)            \
    F(KNOWN_ASSOCIATES, 322, "known_associates", K_CHILD, CASE, PERSON, 120, NONE, ORS, R_ANY, R_ANY, FIELD_PERSONAL)  \
    F(TRIGGER_PLAN, 323, "trigger_plan", K_CHILD, CASE, LINES, 4000, NONE, MVR, R_CHILD, R_CHILD, FIELD_PERSONAL)      \
    F(SAFE_CONTACT, 324, "safe_contact", K_CHILD, CASE, LINES, 500, NONE, MVR, R_CHILD, R_CHILD, FIELD_PERSONAL)       \
    F(RELOCATION, 325, "relocation_protected", K_CHILD, CASE, FLAG, 1, NONE, MAX, R(CRU) | R_SUP_UP,                   \
      R(CRU) | R_INSP_UP, 0)                                                                                           \
    F(PHOTO_PUBLICITY, 326, "photo_publicity", K_CHILD, CASE, FLAG, 1, NONE, MVR, R(MCET) | R_SUP_UP,                  \
      R(MCET) | R_SUP_UP, FIELD_SHOW_LOWEST)                                                                           \
    F(EPISODE_COUNT, 328, "episode_count", K_CHILD, CASE, NUMBER, 0, NONE, DRV, R_NONE, R_NONE, 0)                     \
    F(EPISODE_COUNT_90D, 329, "episode_count_90d", K_CHILD, CASE, NUMBER, 0, NONE, DRV, R_NONE, R_NONE, 0)             \
    F(REPEAT_MISSING, 330, "repeat_missing", K_CHILD, CASE, FLAG, 1, NONE, DRV, R_NONE, R_NONE, 0)                     \
    F(TURNS_18, 331, "turns_18", K_CHILD, CASE, TIME, 0, NONE, DRV, R_NONE, R_NONE, 0)                                 \
    F(PHOTO, 332, "photo", K_CHILD, CASE, TEXT, 64, NONE, LWW, R(MCET) | R_SUP_UP, R(MCET) | R_SUP_UP,                 \
      FIELD_PERSONAL | FORM_HASH)                                                                                      \
    F(PHOTO_TAKEN, 333, "photo_taken", K_CHILD, CASE, DATE, 0, NONE, LWW, R(MCET) | R_SUP_UP, R(MCET) | R_SUP_UP,      \
      FIELD_HAS_BEEN)                                                                                                  \
    F(PLACEMENT_PROVIDER, 334, "placement_provider", K_CHILD, CASE, TEXT, 80, NONE, MVR, R_CHILD, R_CHILD,             \
      FIELD_PERSONAL)                                                                                                  \
    F(PLACEMENT_FROM, 335, "placement_from", K_CHILD, CASE, DATE, 0, NONE, MVR, R_CHILD, R_CHILD, 0)                   \
    F(PLACEMENT_TO, 336, "placement_to", K_CHILD, CASE, DATE, 0, NONE, MVR, R_CHILD, R_CHILD, 0)                       \
    F(PLAN_REVIEWED, 337, "trigger_plan_reviewed", K_CHILD, CASE, DATE, 0, NONE, MVR, R_CHILD, R_CHILD,                \
      FIELD_HAS_BEEN)                                                                                                  \
    F(DO_NOT_TELL, 338, "do_not_tell", K_CHILD, CASE, PERSON, 200, NONE, ORS, R_CHILD, R_SUP_UP, FIELD_PERSONAL)       \
    F(CAWN_PROTECTING, 339, "cawn_protecting", K_CHILD, CASE, REF, 0, NONE, ORS, R_ANY, R_SUP_UP | R(MCET), 0)

#define SCHEMA_EPISODE_FIELDS(F)                                                                                       \
    F(MISSING_RISK, 350, "missing_risk", K_CHILD, EPISODE, ENUM, 0, MISSING_RISK, MAX, R_ANY, R_INSP_UP, FIELD_RISK)   \
    F(NEXT_REVIEW, 351, "next_review", K_CHILD, EPISODE, TIME, 0, NONE, MIN, R_ANY, R_CHILD, FIELD_TO_COME)            \
    F(LAST_SEEN, 352, "last_seen", K_CHILD, EPISODE, INTERVAL, 0, NONE, MVR, R_ANY, R_CHILD,                           \
      FIELD_EXPECTED | FIELD_HAS_BEEN)                                                                                 \
    F(LAST_SEEN_PLACE, 353, "last_seen_place", K_CHILD, EPISODE, TEXT, 200, NONE, MVR, R_ANY, R_CHILD,                 \
      FIELD_PERSONAL | FIELD_EXPECTED)                                                                                 \
    F(CLOTHING, 354, "clothing", K_CHILD, EPISODE, TEXT, 200, NONE, MVR, R_ANY, R_ANY,                                 \
      FIELD_PERSONAL | FIELD_EXPECTED)                                                                                 \
    F(MISSING_FROM, 355, "missing_from", K_CHILD, EPISODE, ENUM, 0, MISSING_FROM, MVR, R_CHILD, R_CHILD,               \
      FIELD_EXPECTED)                                                                                                  \
    F(CIRCUMSTANCES, 356, "circumstances", K_CHILD, EPISODE, LINES, 4000, NONE, MVR, R_CHILD, R_CHILD,                 \
      FIELD_PERSONAL | FIELD_EXPECTED)                                                                                 \
    F(OIC, 357, "oic", K_CHILD, EPISODE, PERSON, 80, NONE, OWN, R_CHILD, R_CHILD, FIELD_EXPECTED)                      \
    F(HARM, 358, "harm", K_CHILD, EPISODE, ENUM, 0, HARM, ORS, R_CHILD, R_SUP_UP, 0)                                   \
    F(FOUND_BY, 359, "found_by", K_CHILD, EPISODE, ENUM, 0, FOUND_BY, LWW, R_CHILD, R_CHILD, 0)                        \
    F(OUTCOME, 360, "outcome", K_CHILD, EPISODE, ENUM, 0, OUTCOME, MVR, R_SUP_UP, R_SUP_UP, 0)                         \
    F(INFORMANT, 361, "informant", K_CHILD, EPISODE, PERSON, 200, NONE, LWW, R_CHILD, R_CHILD,                         \
      FIELD_PERSONAL | FIELD_EXPECTED)                                                                                 \
    F(REPORTED_AT, 363, "reported_at", K_CHILD, EPISODE, INTERVAL, 0, NONE, IMM, R_ANY, R_NONE,                        \
      FIELD_EXPECTED | FIELD_HAS_BEEN)                                                                                 \
    F(EPISODE_STATE, 364, "episode_state", K_CHILD, EPISODE, ENUM, 0, EPISODE_STATE, FSM, R_NONE, R_NONE, 0)           \
    F(INFORMANT_RELATION, 365, "informant_relation", K_CHILD, EPISODE, TEXT, 60, NONE, LWW, R_CHILD, R_CHILD, 0)       \
    F(INFORMANT_CONTACT, 366, "informant_contact", K_CHILD, EPISODE, PERSON, 120, NONE, LWW, R_CHILD, R_CHILD,         \
      FIELD_PERSONAL)                                                                                                  \
    F(DEBRIEF_INTEL, 367, "debrief_intel", K_CHILD, EPISODE, TEXT, 32, NONE, ORS, R_ANY, R(INT) | R_SUP_UP,            \
      FORM_REFERENCE)

#define SCHEMA_OPERATION_FIELDS(F)                                                                                     \
    F(THEME, 400, "theme", K_OPERATION, CASE, ENUM, 0, THEME, OWN, R_ANY, R_ANY, 0)                                    \
    F(PARTNERS, 401, "partners", K_OPERATION, CASE, TEXT, 120, PARTNER_KIND, ORS, R_ANY, R_ANY, 0)                     \
    F(PHASES, 402, "phases", K_OPERATION, CASE, TEXT, 40, NONE, ORS, R_ANY, R_ANY, 0)                                  \
    F(OBJECTIVES, 403, "objectives", K_OPERATION, CASE, TEXT, 200, NONE, ORS, R_ANY, R_ANY, 0)                         \
    F(TEMPLATE_OF, 404, "template_of", K_OPERATION, CASE, REF, 0, NONE, IMM, R_ANY, R_NONE, 0)                         \
    F(PLACES, 405, "places", K_OPERATION, CASE, TEXT, 60, NONE, ORS, R_ANY, R_ANY, 0)                                  \
    F(RUNS, 406, "runs", K_OPERATION, CASE, INTERVAL, 0, NONE, MVR, R_ANY, R_ANY, 0)

#define SCHEMA_ENTITY_FIELDS(F)                                                                                        \
    F(ENTITY_STATUS, 450, "status", K_ENTITY, CASE, ENUM, 0, ENTITY_STATUS, FSM, R_NONE, R_NONE, 0)                    \
    F(NAMES, 451, "names", K_NOMINAL, CASE, PERSON, 120, NAME_KIND, ORS, R_ANY, R_ANY,                                 \
      FIELD_REQUIRED | FIELD_NAME | FIELD_PERSONAL)                                                                    \
    F(BORN, 452, "birth_date", K_NOMINAL, CASE, DATE, 130, NONE, MVR, R_ANY, R_ANY, FIELD_PERSONAL | FIELD_HAS_BEEN)   \
    F(SEX, 453, "sex", K_NOMINAL, CASE, ENUM, 0, SEX, MVR, R_ANY, R_ANY, FIELD_PERSONAL)                               \
    F(ETHNICITY_SELF, 454, "ethnicity_self_defined", K_NOMINAL, CASE, ENUM, 0, ETHNICITY, MVR, R_ANY, R_ANY,           \
      FIELD_PERSONAL)                                                                                                  \
    F(ETHNICITY_OBSERVED, 455, "ethnicity_observed", K_NOMINAL, CASE, ENUM, 0, OBSERVED, MVR, R_ANY, R_ANY,            \
      FIELD_PERSONAL)                                                                                                  \
    F(PERSON_IDS, 456, "person_ids", K_NOMINAL, CASE, TEXT, 48, PERSON_ID, GOS, R_ANY, R_ANY,                          \
      FORM_REFERENCE | FIELD_PERSONAL)                                                                                 \
    F(APPEARANCE, 457, "description", K_NOMINAL, CASE, LINES, 1000, NONE, LWW, R_ANY, R_ANY, FIELD_PERSONAL)           \
    F(WARNINGS, 458, "warnings", K_NOMINAL, CASE, ENUM, 0, VULNERABILITY, ORS, R_ANY, R_SUP_UP, 0)                     \
    F(NUMBER, 460, "number", K_PHONE, CASE, TEXT, 24, NONE, IMM, R_ANY, R_NONE,                                        \
      FIELD_KEY | FIELD_NAME | FIELD_PERSONAL | FORM_NUMBER)                                                           \
    F(NUMBER_CANONICAL, 461, "number_e164", K_PHONE, CASE, TEXT, 24, NONE, DRV, R_NONE, R_NONE, FIELD_PERSONAL)        \
    F(IMEI, 462, "imei", K_PHONE, CASE, TEXT, 24, NONE, IMM, R_ANY, R_NONE,                                            \
      FIELD_KEY | FIELD_NAME | FIELD_PERSONAL | FORM_IMEI)                                                             \
    F(IMSI, 463, "imsi", K_PHONE, CASE, TEXT, 24, NONE, IMM, R_ANY, R_NONE,                                            \
      FIELD_KEY | FIELD_NAME | FIELD_PERSONAL | FORM_IMSI)                                                             \
    F(ICCID, 464, "iccid", K_PHONE, CASE, TEXT, 24, NONE, IMM, R_ANY, R_NONE,                                          \
      FIELD_KEY | FIELD_NAME | FIELD_PERSONAL | FORM_ICCID)                                                            \
    F(PHONE_TYPE, 465, "phone_type", K_PHONE, CASE, ENUM, 0, PHONE_TYPE, LWW, R_ANY, R_ANY, 0)                         \
    F(PLATE, 470, "plate", K_VEHICLE, CASE, TEXT, 16, NONE, IMM, R_ANY, R_NONE,                                        \
      FIELD_KEY | FIELD_NAME | FIELD_PERSONAL | FORM_PLATE)                                                            \
    F(PLATE_CANONICAL, 471, "plate_canonical", K_VEHICLE, CASE, TEXT, 16, NONE, DRV, R_NONE, R_NONE, FIELD_PERSONAL)   \
    F(VIN, 472, "vin", K_VEHICLE, CASE, TEXT, 17, NONE, IMM, R_ANY, R_NONE,                                            \
      FIELD_KEY | FIELD_NAME | FIELD_PERSONAL | FORM_CODE)                                                             \
    F(MAKE, 473, "make", K_VEHICLE, CASE, TEXT, 40, NONE, LWW, R_ANY, R_ANY, 0)                                        \
    F(MODEL, 474, "model", K_VEHICLE, CASE, TEXT, 40, NONE, LWW, R_ANY, R_ANY, 0)                                      \
    F(COLOUR, 475, "colour", K_VEHICLE, CASE, TEXT, 40, NONE, LWW, R_ANY, R_ANY, 0)                                    \
    F(COUNTRY, 476, "country", K_VEHICLE, CASE, TEXT, 3, NONE, LWW, R_ANY, R_ANY, FORM_CODE)                           \
    F(CLONED, 477, "cloned_suspected", K_VEHICLE, CASE, FLAG, 1, NONE, MAX, R_ANY, R(INT) | R_INSP_UP, 0)              \
    F(UPRN, 480, "uprn", K_ADDRESS, CASE, TEXT, 12, NONE, IMM, R_ANY, R_NONE, FIELD_KEY | FIELD_PERSONAL | FORM_UPRN)  \
    F(PREMISES, 481, "premises", K_ADDRESS, CASE, TEXT, 120, NONE, IMM, R_ANY, R_NONE,                                 \
      FIELD_KEY | FIELD_NAME | FIELD_PERSONAL)                                                                         \
    F(POSTCODE, 482, "postcode", K_ADDRESS, CASE, TEXT, 10, NONE, IMM, R_ANY, R_NONE, FIELD_PERSONAL | FORM_POSTCODE)  \
    F(POSTCODE_CANONICAL, 483, "postcode_canonical", K_ADDRESS, CASE, TEXT, 10, NONE, DRV, R_NONE, R_NONE,             \
      FIELD_PERSONAL)                                                                                                  \
    F(STREET, 484, "street", K_ADDRESS, CASE, TEXT, 120, NONE, LWW, R_ANY, R_ANY, FIELD_PERSONAL)                      \
    F(TOWN, 485, "town", K_ADDRESS, CASE, TEXT, 60, NONE, LWW, R_ANY, R_ANY, FIELD_PERSONAL)                           \
    F(DISTRICT, 486, "district", K_ADDRESS, CASE, TEXT, 24, NONE, LWW, R_ANY, R_ANY, 0)                                \
    F(PREMISES_TYPE, 487, "premises_type", K_ADDRESS, CASE, ENUM, 0, PREMISES, LWW, R_ANY, R_ANY, 0)                   \
    F(PREMISES_WARNINGS, 488, "premises_warnings", K_ADDRESS, CASE, ENUM, 0, PREMISES_WARNING, ORS, R_ANY, R_SUP_UP, 0)\
    F(PLATFORM, 490, "platform", K_ACCOUNT, CASE, TEXT, 40, NONE, IMM, R_ANY, R_NONE, FIELD_REQUIRED)                  \
    F(HANDLE, 491, "handle", K_ACCOUNT, CASE, TEXT, 80, NONE, IMM, R_ANY, R_NONE,                                      \
      FIELD_REQUIRED | FIELD_NAME | FIELD_PERSONAL)                                                                    \
    F(ORGANISATION_NAME, 495, "name", K_ORGANISATION, CASE, TEXT, 120, NONE, LWW, R_ANY, R_ANY,                        \
      FIELD_REQUIRED | FIELD_NAME)                                                                                     \
    F(ORGANISATION_TYPE, 496, "organisation_type", K_ORGANISATION, CASE, ENUM, 0, ORGANISATION, LWW, R_ANY, R_ANY, 0)

#define DETAIL(F, ID, number, name, type, bound, scale, flags)                                                         \
    F(ID, number, name, K_ANY, DETAIL, type, bound, scale, LOG, R_EVENT, R_NONE, flags)
/* Said once by whoever records it, and said otherwise in a correction only by those who weigh it (DOMAIN §11.2). */
#define GRADE(F, ID, number, name, type, bound, scale, flags) \
    F(ID, number, name, K_ANY, DETAIL, type, bound, scale, LOG, R_EVENT, R(INT), flags)

/* Those without EVERY_EVENT or EVERY_RESULT only on the events that list them (schema_event_fields.h). */
#define SCHEMA_DETAIL_FIELDS(F)                                                                                        \
    DETAIL(F, OCCURRED, 500, "occurred", INTERVAL, 0, NONE, FIELD_EVERY_EVENT | FIELD_HAS_BEEN)                        \
    DETAIL(F, PLACE, 501, "place", TEXT, 120, NONE, FIELD_EVERY_EVENT)                                                 \
    DETAIL(F, UNIT, 502, "unit", TEXT, 60, NONE, FIELD_EVERY_EVENT)                                                    \
    DETAIL(F, IN_PHASE, 503, "phase", TEXT, 40, NONE, FIELD_EVERY_EVENT)                                               \
    DETAIL(F, OBJECTIVE, 504, "objective", TEXT, 200, NONE, FIELD_EVERY_EVENT)                                         \
    DETAIL(F, EXHIBIT, 505, "exhibit", TEXT, 32, NONE, FIELD_EVERY_RESULT | FORM_REFERENCE)                            \
    DETAIL(F, COUNT, 506, "count", NUMBER, 1000000, NONE, FIELD_EVERY_RESULT)                                          \
    DETAIL(F, PENCE, 507, "pence", PENCE, 0, NONE, FIELD_EVERY_RESULT)                                                 \
    DETAIL(F, MG, 508, "mg", MG, 0, NONE, FIELD_EVERY_RESULT)                                                          \
    DETAIL(F, WRAPS, 509, "wraps", NUMBER, 10000000, NONE, FIELD_EVERY_RESULT)                                         \
    DETAIL(F, NOT_COUNTED, 510, "not_counted", FLAG, 1, NONE, FIELD_EVERY_RESULT)                                      \
    DETAIL(F, WITHIN, 511, "within", REF, 0, NONE, FIELD_EVERY_RESULT)                                                 \
    DETAIL(F, CATEGORY, 512, "category", TEXT, 40, NONE, FIELD_EVERY_RESULT)                                           \
    DETAIL(F, TEXT, 513, "text", LINES, 2000, NONE, FIELD_EVERY_EVENT | FIELD_PERSONAL)                                \
    DETAIL(F, SOURCE, 514, "source", TEXT, 120, NONE, FIELD_EVERY_EVENT)                                               \
    DETAIL(F, REASON, 515, "reason", TEXT, 400, NONE, FIELD_EVERY_EVENT)                                               \
    DETAIL(F, CONFIDENCE, 516, "confidence", ENUM, 0, CONFIDENCE, 0)                                                   \
    DETAIL(F, FACTORS, 517, "factors", LINES, 1000, NONE, FIELD_PERSONAL)                                              \
    DETAIL(F, RATIONALE, 518, "rationale", LINES, 2000, NONE, FIELD_PERSONAL)                                          \
    DETAIL(F, LEVEL, 519, "level", ENUM, 0, REVIEW_LEVEL, 0)                                                           \
    DETAIL(F, DECISION, 520, "decision", TEXT, 400, NONE, 0)                                                           \
    DETAIL(F, SEIZURE_KIND, 521, "seizure_kind", ENUM, 0, SEIZURE, 0)                                                  \
    DETAIL(F, DRUG_CLASS, 522, "drug_class", ENUM, 0, DRUG_CLASS, 0)                                                   \
    DETAIL(F, SUBSTANCE, 523, "substance", TEXT, 40, NONE, 0)                                                          \
    DETAIL(F, VALUATION, 524, "valuation_basis", TEXT, 80, NONE, 0)                                                    \
    DETAIL(F, STATUTE, 525, "statute", ENUM, 0, STATUTE, 0)                                                            \
    DETAIL(F, EXECUTED, 526, "executed", FLAG, 1, NONE, 0)                                                             \
    DETAIL(F, RESULT, 527, "result", TEXT, 200, NONE, 0)                                                               \
    DETAIL(F, POWER, 528, "power", TEXT, 60, NONE, 0)                                                                  \
    DETAIL(F, PILLAR, 529, "pillar", ENUM, 0, PILLAR, 0)                                                               \
    DETAIL(F, CLAIMED_LEVEL, 530, "claimed_level", ENUM, 0, LEVEL, 0)                                                  \
    DETAIL(F, GRADED_LEVEL, 531, "graded_level", ENUM, 0, LEVEL, 0)                                                    \
    DETAIL(F, LEAD_AGENCY, 532, "lead_agency", TEXT, 60, NONE, 0)                                                      \
    DETAIL(F, CONTRIBUTORS, 533, "contributors", TEXT, 200, NONE, 0)                                                   \
    DETAIL(F, HOW_KNOWN, 534, "how_known", ENUM, 0, HOW_KNOWN, 0)                                                      \
    DETAIL(F, INTERVIEWED, 535, "interviewed", FLAG, 1, NONE, 0)                                                       \
    DETAIL(F, UNDER_18, 537, "age_under_18", FLAG, 1, NONE, 0)                                                         \
    DETAIL(F, OFFENCE, 538, "offence", TEXT, 60, NONE, 0)                                                              \
    DETAIL(F, TO_DIVISION, 539, "to_division", TEXT, 16, NONE, FORM_CODE)                                              \
    DETAIL(F, AGENCY, 540, "agency", TEXT, 60, NONE, 0)                                                                \
    DETAIL(F, RECIPIENT, 541, "recipient", TEXT, 120, NONE, 0)                                                         \
    DETAIL(F, METHOD, 542, "method", ENUM, 0, SCORE_METHOD, 0)                                                         \
    DETAIL(F, TOTAL, 543, "total", NUMBER, 1000000, NONE, 0)                                                           \
    DETAIL(F, STEP, 544, "step", ENUM, 0, NRM, 0)                                                                      \
    DETAIL(F, ORDER_KIND, 545, "order_kind", ENUM, 0, ORDER, 0)                                                        \
    DETAIL(F, SUBJECT, 546, "subject", PERSON, 120, NONE, FIELD_EVERY_EVENT | FIELD_PERSONAL)                          \
    DETAIL(F, OFFICERS, 547, "officers", NUMBER, 100000, NONE, 0)                                                      \
    DETAIL(F, DISCLOSURES, 548, "disclosures", LINES, 2000, NONE, FIELD_PERSONAL)                                      \
    DETAIL(F, RHI_STEP, 549, "rhi_step", ENUM, 0, RHI, 0)                                                              \
    DETAIL(F, PHONE, 550, "phone", TEXT, 20, NONE, FORM_PHONE)                                                         \
    DETAIL(F, SURVIVOR, 551, "survivor", REF, 0, NONE, 0)                                                              \
    DETAIL(F, CONCERNS, 552, "concerns", LINES, 1000, NONE, FIELD_PERSONAL)                                            \
    DETAIL(F, SEEN, 553, "seen", FLAG, 1, NONE, 0)                                                                     \
    DETAIL(F, CLOCK, 554, "clock", REF, 0, NONE, 0)                                                                    \
    DETAIL(F, DUE, 555, "due", TIME, 0, NONE, FIELD_TO_COME)                                                           \
    DETAIL(F, TOLD, 556, "told", TEXT, 120, NONE, 0)                                                                   \
    DETAIL(F, ABOUT, 557, "about", REF, 0, NONE, 0)                                                                    \
    DETAIL(F, SECTION_47, 558, "section_47", FLAG, 1, NONE, 0)                                                         \
    DETAIL(F, CONFERENCE, 559, "conference", FLAG, 1, NONE, 0)                                                         \
    DETAIL(F, RECIPIENT_KIND, 560, "recipient_kind", ENUM, 0, RECIPIENT, 0)                                            \
    DETAIL(F, LINK_TYPE, 570, "link_type", ENUM, 0, LINK_TYPE, 0)                                                      \
    DETAIL(F, LINK_TO, 571, "to", REF, 0, NONE, 0)                                                                     \
    DETAIL(F, VALID_FROM, 572, "valid_from", TIME, 0, NONE, 0)                                                         \
    DETAIL(F, VALID_TO, 573, "valid_to", TIME, 0, NONE, 0)                                                             \
    DETAIL(F, VALID_OPEN, 574, "valid_open", FLAG, 1, NONE, 0)                                                         \
    DETAIL(F, LINK_CONFIDENCE, 575, "link_confidence", ENUM, 0, LINK_CONFIDENCE, 0)                                    \
    GRADE(F, SOURCE_GRADE, 576, "source_grade", ENUM, 0, SOURCE_GRADE, 0)                                              \
    GRADE(F, INFORMATION_GRADE, 577, "information_grade", ENUM, 0, INFORMATION_GRADE, 0)                               \
    GRADE(F, HANDLING_CODE, 578, "handling_code", ENUM, 0, HANDLING_CODE, 0)                                           \
    GRADE(F, CONDITION, 579, "condition", TEXT, 120, CONDITION, FIELD_SEVERAL)                                         \
    DETAIL(F, LINK_CATEGORY, 580, "link_category", ENUM, 0, LINK_CATEGORY, 0)                                          \
    DETAIL(F, VISIBLE_TO, 581, "visible_to", ENUM, 0, VISIBLE, 0)                                                      \
    DETAIL(F, BASIS, 582, "basis", REF, 0, NONE, 0)                                                                    \
    DETAIL(F, IDENTIFIER, 583, "identifier", ENUM, 0, IDENTIFIER, 0)                                                   \
    DETAIL(F, SECOND_IDENTIFIER, 584, "second_identifier", ENUM, 0, IDENTIFIER, 0)                                     \
    DETAIL(F, NATURE, 590, "fact_or_opinion", ENUM, 0, NATURE, FIELD_EVERY_EVENT)                                      \
    DETAIL(F, RELIED_ON, 600, "relied_on", LINES, 1000, NONE, FIELD_PERSONAL)                                          \
    DETAIL(F, VISITED_BY, 601, "visited_by", PERSON, 120, NONE, 0)                                                     \
    DETAIL(F, NEXT_VISIT, 602, "next_visit", TIME, 0, NONE, FIELD_TO_COME)                                             \
    DETAIL(F, OBJECT, 603, "object", TEXT, 80, NONE, 0)                                                                \
    DETAIL(F, CUSTODY_REF, 604, "custody_ref", TEXT, 32, NONE, FORM_REFERENCE)                                         \
    DETAIL(F, COURT, 605, "court", TEXT, 80, NONE, 0)                                                                  \
    DETAIL(F, SENTENCE_MONTHS, 606, "sentence_months", NUMBER, 1200, NONE, 0)                                          \
    DETAIL(F, PROTECTS, 607, "protects", PERSON, 120, NONE, FIELD_PERSONAL)                                            \
    DETAIL(F, ORDER_STATUS, 608, "order_status", ENUM, 0, ORDER_STATUS, 0)                                             \
    DETAIL(F, ORDER_CONDITIONS, 609, "order_conditions", LINES, 2000, NONE, FIELD_PERSONAL)                            \
    DETAIL(F, SERVED, 610, "served", TIME, 0, NONE, FIELD_HAS_BEEN)                                                    \
    DETAIL(F, CONVENED_BY, 611, "convened_by", TEXT, 80, NONE, 0)                                                      \
    DETAIL(F, AGENCIES, 612, "agencies", TEXT, 400, NONE, 0)                                                           \
    DETAIL(F, NEXT_MEETING, 613, "next_meeting", TIME, 0, NONE, FIELD_TO_COME)                                         \
    DETAIL(F, REFERRAL_FORM, 614, "referral_form", TEXT, 60, NONE, 0)                                                  \
    DETAIL(F, ACCEPTED, 615, "accepted", FLAG, 1, NONE, 0)                                                             \
    DETAIL(F, FEEDBACK_DUE, 616, "feedback_due", TIME, 0, NONE, FIELD_TO_COME)                                         \
    DETAIL(F, AUTHORISED_BY, 617, "authorised_by", PERSON, 120, NONE, 0)                                               \
    DETAIL(F, CHANNELS, 618, "channels", TEXT, 200, NONE, 0)                                                           \
    DETAIL(F, RELEASED_AT, 619, "released_at", TIME, 0, NONE, FIELD_HAS_BEEN)                                          \
    DETAIL(F, WITHDRAWN_AT, 620, "withdrawn_at", TIME, 0, NONE, 0)                                                     \
    DETAIL(F, PURPOSE, 621, "purpose", TEXT, 200, NONE, 0)                                                             \
    DETAIL(F, LEGAL_BASIS, 622, "legal_basis", TEXT, 120, NONE, 0)                                                     \
    DETAIL(F, DISCLOSED, 623, "disclosed", TEXT, 400, NONE, 0)                                                         \
    DETAIL(F, SANITISED, 624, "sanitised", FLAG, 1, NONE, FIELD_EVERY_EVENT)                                           \
    GRADE(F, GRADE_SCHEME, 625, "grade_scheme", ENUM, 0, GRADE_SCHEME, 0)                                              \
    GRADE(F, OLD_GRADE, 626, "old_grade", TEXT, 8, NONE, FORM_CODE)                                                    \
    DETAIL(F, DEGREE, 627, "degree", ENUM, 0, DEGREE, 0)                                                               \
    DETAIL(F, REVIEW_DUE, 628, "review_due", TIME, 0, NONE, FIELD_TO_COME)                                             \
    DETAIL(F, CHECK_KIND, 629, "check_kind", ENUM, 0, CHECK_KIND, 0)                                                   \
    DETAIL(F, REQUEST, 630, "request", TEXT, 400, NONE, FIELD_PERSONAL)                                                \
    DETAIL(F, RISK_BRIEF, 631, "risk_brief", LINES, 2000, NONE, FIELD_PERSONAL)                                        \
    DETAIL(F, CLOCKS_TOLD, 632, "clocks_told", TEXT, 400, NONE, 0)                                                     \
    DETAIL(F, LINK_ROLE, 633, "role", ENUM, 0, MEMBER_ROLE, 0)

/* A child is at risk until a supervisor says why it is not, and when that is looked at again (DOMAIN §4.4). */
#define SCHEMA_VALUE_NEEDS(VN) VN(MISSING_RISK, 1, R_SUP_UP, RATIONALE, NEXT_REVIEW)

#define SCHEMA_FIELDS(F)                                                                                               \
    SCHEMA_COMMON_FIELDS(F)                                                                                            \
    SCHEMA_OCG_FIELDS(F)                                                                                               \
    SCHEMA_LINE_FIELDS(F)                                                                                              \
    SCHEMA_CHILD_FIELDS(F)                                                                                             \
    SCHEMA_EPISODE_FIELDS(F)                                                                                           \
    SCHEMA_OPERATION_FIELDS(F)                                                                                         \
    SCHEMA_ENTITY_FIELDS(F)                                                                                            \
    SCHEMA_DETAIL_FIELDS(F)

/* clang-format on */

#endif
