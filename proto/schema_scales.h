/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_PROTO_SCHEMA_SCALES_H
#define CASEWIRE_PROTO_SCHEMA_SCALES_H

/*
 * Kinds, roles and ordered value names, as rows. A number is never reused or given another meaning;
 * what a newer version adds is kept and shown as "unrecognised" by an older one.
 * Rows only: proto/schema/schema.c turns them into tables.
 */

/* clang-format off: a row is a line where it can be one */
/* KIND(ID, number, name, two letters of the human reference, its machine, the field that shows its state) */
#define SCHEMA_KINDS(KIND)                                                                         \
    KIND(OCG, 1, "ocg", "OC", OCG, OCG_STATUS)                                                     \
    KIND(LINE, 2, "county_line", "CL", LINE, LINE_STATUS)                                          \
    KIND(CHILD, 3, "missing_child", "MC", CHILD, CHILD_STATUS)                                     \
    KIND(OPERATION, 4, "operation", "OP", OPERATION, OPERATION_STATUS)                             \
    KIND(NOMINAL, 5, "nominal", "NM", ENTITY, ENTITY_STATUS)                                       \
    KIND(PHONE, 6, "phone", "PH", ENTITY, ENTITY_STATUS)                                           \
    KIND(VEHICLE, 7, "vehicle", "VE", ENTITY, ENTITY_STATUS)                                       \
    KIND(ADDRESS, 8, "address", "AD", ENTITY, ENTITY_STATUS)                                       \
    KIND(ACCOUNT, 9, "account", "AC", ENTITY, ENTITY_STATUS)                                       \
    KIND(ORGANISATION, 10, "organisation", "OR", ENTITY, ENTITY_STATUS)

/* ROLE(ID, number, practitioner): the code people read is the ID. DOMAIN §2. */
#define SCHEMA_ROLES(ROLE)                                                                         \
    ROLE(FCR, 1, "force control room")                                                             \
    ROLE(PC, 2, "police officer")                                                                  \
    ROLE(MCET, 3, "missing child exploitation team")                                               \
    ROLE(SUP, 4, "sergeant")                                                                       \
    ROLE(INSP, 5, "inspector")                                                                     \
    ROLE(SUPT, 6, "superintendent")                                                                \
    ROLE(LRO, 7, "lead responsible officer")                                                       \
    ROLE(OCGC, 8, "organised crime group coordinator")                                             \
    ROLE(CLC, 9, "county-lines coordinator")                                                       \
    ROLE(RCLC, 10, "regional county-lines coordinator")                                            \
    ROLE(ROCUA, 11, "regional unit analyst")                                                       \
    ROLE(INT, 12, "intelligence unit")                                                             \
    ROLE(CRU, 13, "central referral unit")                                                         \
    ROLE(GATE, 14, "compartment gatekeeper")                                                       \
    ROLE(RRD, 15, "retention and disposal officer")                                                \
    ROLE(AUD, 16, "auditor")                                                                       \
    ROLE(CSET, 17, "central child exploitation team")                                              \
    ROLE(SYS, 18, "the daemon")                                                                    \
    ROLE(PARTNER, 19, "partner agency")

/* VALUE(SCALE, number, name): ascending within a scale, so that a greater number is the more cautious one. */
#define SCHEMA_SCALES(SCALE)                                                                       \
    SCALE(MARKING, "marking")                                                                      \
    SCALE(RETENTION, "retention_group")                                                            \
    SCALE(RESTRICTION, "restriction")                                                              \
    SCALE(REF_SYSTEM, "ref_system")                                                                \
    SCALE(LINK_TYPE, "link_type")                                                                  \
    SCALE(GROUP_TYPE, "group_type")                                                                \
    SCALE(THREAT, "threat")                                                                        \
    SCALE(REACH, "reach")                                                                          \
    SCALE(BAND, "band")                                                                            \
    SCALE(TIER, "tier")                                                                            \
    SCALE(GRADE, "low_medium_high")                                                                \
    SCALE(PHASE, "investigation_phase")                                                            \
    SCALE(PLAN_STATUS, "plan_status")                                                              \
    SCALE(MEMBER_ROLE, "member_role")                                                              \
    SCALE(ASSETS, "assets")                                                                        \
    SCALE(ARCHIVE_REASON, "archive_reason")                                                        \
    SCALE(CHANNEL, "channel")                                                                      \
    SCALE(GEOGRAPHY, "geography")                                                                  \
    SCALE(COMMODITY, "commodity")                                                                  \
    SCALE(HOLDER, "holder_confidence")                                                             \
    SCALE(TRANSPORT, "transport")                                                                  \
    SCALE(LINE_RISK, "line_risk")                                                                  \
    SCALE(CLOSURE, "closure_type")                                                                 \
    SCALE(PLACEMENT, "placement_type")                                                             \
    SCALE(CARE, "care_status")                                                                     \
    SCALE(VULNERABILITY, "vulnerability")                                                          \
    SCALE(EXPLOITATION, "exploitation_risk")                                                       \
    SCALE(MISSING_RISK, "missing_risk")                                                            \
    SCALE(MISSING_FROM, "missing_from")                                                            \
    SCALE(HARM, "harm")                                                                            \
    SCALE(FOUND_BY, "found_by")                                                                    \
    SCALE(OUTCOME, "outcome")                                                                      \
    SCALE(THEME, "theme")                                                                          \
    SCALE(PARTNER_KIND, "partner_kind")                                                            \
    SCALE(OCG_STATUS, "ocg_status")                                                                \
    SCALE(LINE_STATUS, "line_status")                                                              \
    SCALE(CHILD_STATUS, "child_status")                                                            \
    SCALE(OPERATION_STATUS, "operation_status")                                                    \
    SCALE(EPISODE_STATE, "episode_state")                                                          \
    SCALE(CONFIDENCE, "confidence")                                                                \
    SCALE(REVIEW_LEVEL, "review_level")                                                            \
    SCALE(SEIZURE, "seizure_kind")                                                                 \
    SCALE(DRUG_CLASS, "drug_class")                                                                \
    SCALE(STATUTE, "statute")                                                                      \
    SCALE(PILLAR, "pillar")                                                                        \
    SCALE(LEVEL, "disruption_level")                                                               \
    SCALE(HOW_KNOWN, "how_known")                                                                  \
    SCALE(SCORE_METHOD, "score_method")                                                            \
    SCALE(NRM, "nrm_step")                                                                         \
    SCALE(ORDER, "order_kind")                                                                     \
    SCALE(RECIPIENT, "recipient")                                                                  \
    SCALE(RHI, "rhi_step")                                                                         \
    SCALE(ENTITY_STATUS, "entity_status")                                                          \
    SCALE(NAME_KIND, "name_kind")                                                                  \
    SCALE(SEX, "sex")                                                                              \
    SCALE(ETHNICITY, "ethnicity_self_defined")                                                     \
    SCALE(OBSERVED, "ethnicity_observed")                                                          \
    SCALE(PERSON_ID, "person_id")                                                                  \
    SCALE(PHONE_TYPE, "phone_type")                                                                \
    SCALE(PREMISES, "premises_type")                                                               \
    SCALE(ORGANISATION, "organisation_type")                                                       \
    SCALE(LINK_CONFIDENCE, "link_confidence")                                                      \
    SCALE(LINK_CATEGORY, "link_category")                                                          \
    SCALE(VISIBLE, "visible_to")                                                                   \
    SCALE(SOURCE_GRADE, "source_grade")                                                            \
    SCALE(INFORMATION_GRADE, "information_grade")                                                  \
    SCALE(HANDLING_CODE, "handling_code")                                                          \
    SCALE(CONDITION, "handling_condition")                                                         \
    SCALE(IDENTIFIER, "identifier")                                                                \
    SCALE(NATURE, "fact_or_opinion")                                                               \
    SCALE(PROFESSION, "profession")                                                                \
    SCALE(PREMISES_WARNING, "premises_warning")                                                    \
    SCALE(ORDER_STATUS, "order_status")                                                            \
    SCALE(GRADE_SCHEME, "grade_scheme")                                                            \
    SCALE(DEGREE, "degree")                                                                        \
    SCALE(CHECK_KIND, "check_kind")

/* LINK_KINDS(type, kinds it may lead from, kinds it may lead to): DOMAIN §6.2. A child case stands for the child, who is exploited by a
 * group and is no member of it (§16, 7). */
#define SCHEMA_LINK_KINDS(LINK)                                                                    \
    LINK(1, K_OCG, K_LINE)                                                                         \
    LINK(2, K_LINE | K_OCG, K_LINE | K_OCG)                                                        \
    LINK(3, K_LINE | K_OCG, K_LINE | K_OCG)                                                        \
    LINK(4, K_LINE | K_OCG, K_LINE | K_OCG)                                                        \
    LINK(5, K_NOMINAL, K_OCG)                                                                      \
    LINK(6, K_PERSON, K_LINE | K_OCG)                                                              \
    LINK(7, K_PERSON, K_NOMINAL)                                                                   \
    LINK(8, K_PERSON, K_PERSON)                                                                    \
    LINK(9, K_ALL, K_ALL)                                                                          \
    LINK(10, K_ALL, K_ALL)                                                                         \
    LINK(11, K_ALL, K_OPERATION)                                                                   \
    LINK(12, K_PERSON | K_ORGANISATION, K_PHONE | K_ACCOUNT)                                       \
    LINK(13, K_PERSON, K_PHONE | K_ACCOUNT)                                                        \
    LINK(14, K_PHONE, K_LINE)                                                                      \
    LINK(15, K_ADDRESS, K_LINE)                                                                    \
    LINK(16, K_PERSON, K_ADDRESS)                                                                  \
    LINK(17, K_PERSON, K_ADDRESS)                                                                  \
    LINK(18, K_PERSON, K_ADDRESS)                                                                  \
    LINK(19, K_PERSON, K_ADDRESS)                                                                  \
    LINK(20, K_PERSON, K_ADDRESS)                                                                  \
    LINK(21, K_PERSON | K_ORGANISATION, K_VEHICLE)                                                 \
    LINK(22, K_PERSON, K_VEHICLE)                                                                  \
    LINK(23, K_PERSON, K_PERSON)                                                                   \
    LINK(24, K_PERSON, K_PERSON)                                                                   \
    LINK(25, K_PERSON, K_PERSON)                                                                   \
    LINK(26, K_CHILD, K_CHILD)                                                                     \
    LINK(27, K_ENTITY, K_ALL)

#define SCHEMA_VALUES(V)                                                                           \
    V(MARKING, 0, "OFFICIAL")                                                                      \
    V(MARKING, 1, "OFFICIAL_SENSITIVE")                                                            \
    V(RETENTION, 1, "group_4")                                                                     \
    V(RETENTION, 2, "group_3")                                                                     \
    V(RETENTION, 3, "group_2")                                                                     \
    V(RETENTION, 4, "group_1")                                                                     \
    V(RESTRICTION, 0, "none")                                                                      \
    V(RESTRICTION, 1, "restricted")                                                                \
    V(RESTRICTION, 2, "erased")                                                                    \
    V(REF_SYSTEM, 1, "CRIME")                                                                      \
    V(REF_SYSTEM, 2, "CAD")                                                                        \
    V(REF_SYSTEM, 3, "STORM")                                                                      \
    V(REF_SYSTEM, 4, "MISPER")                                                                     \
    V(REF_SYSTEM, 5, "URN")                                                                        \
    V(REF_SYSTEM, 6, "PNCID")                                                                      \
    V(REF_SYSTEM, 7, "ASN")                                                                        \
    V(REF_SYSTEM, 8, "CRO")                                                                        \
    V(REF_SYSTEM, 9, "OCGM")                                                                       \
    V(REF_SYSTEM, 10, "CLICM")                                                                     \
    V(REF_SYSTEM, 11, "NRM")                                                                       \
    V(REF_SYSTEM, 12, "LA")                                                                        \
    V(REF_SYSTEM, 13, "IR")                                                                        \
    V(REF_SYSTEM, 14, "EXH")                                                                       \
    V(REF_SYSTEM, 15, "HIT")                                                                       \
    V(LINK_TYPE, 1, "runs_line")                                                                   \
    V(LINK_TYPE, 2, "successor_of")                                                                \
    V(LINK_TYPE, 3, "shares_supply")                                                               \
    V(LINK_TYPE, 4, "rival_of")                                                                    \
    V(LINK_TYPE, 5, "member_of")                                                                   \
    V(LINK_TYPE, 6, "exploited_by")                                                                \
    V(LINK_TYPE, 7, "protected_from")                                                              \
    V(LINK_TYPE, 8, "associate_of")                                                                \
    V(LINK_TYPE, 9, "duplicate_of")                                                                \
    V(LINK_TYPE, 10, "split_from")                                                                 \
    V(LINK_TYPE, 11, "part_of_operation")                                                          \
    V(LINK_TYPE, 12, "holder_of")                                                                  \
    V(LINK_TYPE, 13, "used_by")                                                                    \
    V(LINK_TYPE, 14, "deal_number")                                                                \
    V(LINK_TYPE, 15, "cuckooed_by")                                                                \
    V(LINK_TYPE, 16, "lives_at")                                                                   \
    V(LINK_TYPE, 17, "placed_at")                                                                  \
    V(LINK_TYPE, 18, "frequents")                                                                  \
    V(LINK_TYPE, 19, "found_at")                                                                   \
    V(LINK_TYPE, 20, "last_seen_at")                                                               \
    V(LINK_TYPE, 21, "keeper_of")                                                                  \
    V(LINK_TYPE, 22, "travels_in")                                                                 \
    V(LINK_TYPE, 23, "sibling_of")                                                                 \
    V(LINK_TYPE, 24, "parent_of")                                                                  \
    V(LINK_TYPE, 25, "girlfriend_boyfriend_of")                                                    \
    V(LINK_TYPE, 26, "same_place_as")                                                              \
    V(LINK_TYPE, 27, "appears_in")                                                                 \
    V(GROUP_TYPE, 1, "ocg")                                                                        \
    V(GROUP_TYPE, 2, "urban_street_gang")                                                          \
    V(GROUP_TYPE, 3, "priority_individual")                                                        \
    V(GROUP_TYPE, 4, "dangerous_network")                                                          \
    V(GROUP_TYPE, 5, "prison_based")                                                               \
    V(THREAT, 1, "csae")                                                                           \
    V(THREAT, 2, "mshtrafficking")                                                                 \
    V(THREAT, 3, "immigration_crime")                                                              \
    V(THREAT, 4, "drugs")                                                                          \
    V(THREAT, 5, "firearms")                                                                       \
    V(THREAT, 6, "acquisitive")                                                                    \
    V(THREAT, 7, "money_laundering")                                                               \
    V(THREAT, 8, "fraud_economic")                                                                 \
    V(THREAT, 9, "bribery_sanctions")                                                              \
    V(THREAT, 10, "cyber")                                                                         \
    V(THREAT, 11, "violence")                                                                      \
    V(THREAT, 12, "wildlife_rural")                                                                \
    V(THREAT, 13, "waste")                                                                         \
    V(REACH, 1, "district")                                                                        \
    V(REACH, 2, "division")                                                                        \
    V(REACH, 3, "force")                                                                           \
    V(REACH, 4, "regional")                                                                        \
    V(REACH, 5, "national")                                                                        \
    V(REACH, 6, "international")                                                                   \
    V(BAND, 1, "5")                                                                                \
    V(BAND, 2, "4")                                                                                \
    V(BAND, 3, "3")                                                                                \
    V(BAND, 4, "2")                                                                                \
    V(BAND, 5, "1")                                                                                \
    V(TIER, 1, "force_division")                                                                   \
    V(TIER, 2, "force")                                                                            \
    V(TIER, 3, "regional_national")                                                                \
    V(GRADE, 1, "low")                                                                             \
    V(GRADE, 2, "medium")                                                                          \
    V(GRADE, 3, "high")                                                                            \
    V(PHASE, 1, "none")                                                                            \
    V(PHASE, 2, "development")                                                                     \
    V(PHASE, 3, "covert")                                                                          \
    V(PHASE, 4, "overt")                                                                           \
    V(PHASE, 5, "post_charge")                                                                     \
    V(PHASE, 6, "lifetime_management")                                                             \
    V(PLAN_STATUS, 1, "not_started")                                                               \
    V(PLAN_STATUS, 2, "in_progress")                                                               \
    V(PLAN_STATUS, 3, "done")                                                                      \
    V(PLAN_STATUS, 4, "not_applicable")                                                            \
    V(MEMBER_ROLE, 1, "associate")                                                                 \
    V(MEMBER_ROLE, 2, "runner")                                                                    \
    V(MEMBER_ROLE, 3, "enforcer")                                                                  \
    V(MEMBER_ROLE, 4, "facilitator")                                                               \
    V(MEMBER_ROLE, 5, "senior")                                                                    \
    V(MEMBER_ROLE, 6, "head")                                                                      \
    V(MEMBER_ROLE, 7, "exploited")                                                                 \
    V(ASSETS, 1, "none")                                                                           \
    V(ASSETS, 2, "identified")                                                                     \
    V(ASSETS, 3, "restrained")                                                                     \
    V(ASSETS, 4, "confiscation")                                                                   \
    V(ARCHIVE_REASON, 1, "dismantled")                                                             \
    V(ARCHIVE_REASON, 2, "no_intel_in_period")                                                     \
    V(ARCHIVE_REASON, 3, "merged")                                                                 \
    V(ARCHIVE_REASON, 4, "not_meeting_definition")                                                 \
    V(ARCHIVE_REASON, 5, "transferred_out")                                                        \
    V(CHANNEL, 1, "voice")                                                                         \
    V(CHANNEL, 2, "bulk_text")                                                                     \
    V(CHANNEL, 3, "messaging_app")                                                                 \
    V(CHANNEL, 4, "social_media")                                                                  \
    V(CHANNEL, 5, "qr_code")                                                                       \
    V(GEOGRAPHY, 1, "internal")                                                                    \
    V(GEOGRAPHY, 2, "cross_boundary")                                                              \
    V(COMMODITY, 1, "heroin")                                                                      \
    V(COMMODITY, 2, "crack")                                                                       \
    V(COMMODITY, 3, "powder_cocaine")                                                              \
    V(COMMODITY, 4, "cannabis")                                                                    \
    V(COMMODITY, 5, "mdma")                                                                        \
    V(COMMODITY, 6, "benzodiazepine")                                                              \
    V(COMMODITY, 7, "synthetic_opioid")                                                            \
    V(COMMODITY, 8, "other")                                                                       \
    V(HOLDER, 1, "suspected")                                                                      \
    V(HOLDER, 2, "attributed")                                                                     \
    V(HOLDER, 3, "charged")                                                                        \
    V(TRANSPORT, 1, "rail")                                                                        \
    V(TRANSPORT, 2, "coach")                                                                       \
    V(TRANSPORT, 3, "taxi")                                                                        \
    V(TRANSPORT, 4, "hire_car")                                                                    \
    V(TRANSPORT, 5, "private_car")                                                                 \
    V(TRANSPORT, 6, "other")                                                                       \
    V(LINE_RISK, 1, "standard")                                                                    \
    V(LINE_RISK, 2, "medium")                                                                      \
    V(LINE_RISK, 3, "high")                                                                        \
    V(CLOSURE, 1, "type_1")                                                                        \
    V(CLOSURE, 2, "type_2")                                                                        \
    V(PLACEMENT, 1, "none")                                                                        \
    V(PLACEMENT, 2, "family")                                                                      \
    V(PLACEMENT, 3, "kinship")                                                                     \
    V(PLACEMENT, 4, "foster")                                                                      \
    V(PLACEMENT, 5, "childrens_home")                                                              \
    V(PLACEMENT, 6, "semi_independent")                                                            \
    V(PLACEMENT, 7, "hospital")                                                                    \
    V(PLACEMENT, 8, "secure")                                                                      \
    V(CARE, 1, "none")                                                                             \
    V(CARE, 2, "cin")                                                                              \
    V(CARE, 3, "cp_plan")                                                                          \
    V(CARE, 4, "s20_accommodated")                                                                 \
    V(CARE, 5, "interim_care_order")                                                               \
    V(CARE, 6, "full_care_order")                                                                  \
    V(CARE, 7, "remand")                                                                           \
    V(CARE, 8, "uasc")                                                                             \
    V(CARE, 9, "care_leaver")                                                                      \
    V(VULNERABILITY, 1, "CSE")                                                                     \
    V(VULNERABILITY, 2, "CCE")                                                                     \
    V(VULNERABILITY, 3, "LAC")                                                                     \
    V(VULNERABILITY, 4, "CP_PLAN")                                                                 \
    V(VULNERABILITY, 5, "UASC")                                                                    \
    V(VULNERABILITY, 6, "NRM_RG")                                                                  \
    V(VULNERABILITY, 7, "NRM_CG")                                                                  \
    V(VULNERABILITY, 8, "SELF_HARM")                                                               \
    V(VULNERABILITY, 9, "SUICIDE")                                                                 \
    V(VULNERABILITY, 10, "MENTAL_HEALTH")                                                          \
    V(VULNERABILITY, 11, "SUBSTANCE")                                                              \
    V(VULNERABILITY, 12, "MEDICATION")                                                             \
    V(VULNERABILITY, 13, "NEURODIVERGENT")                                                         \
    V(VULNERABILITY, 14, "DISABILITY")                                                             \
    V(VULNERABILITY, 15, "COMMUNICATION")                                                          \
    V(VULNERABILITY, 16, "HBA_FGM_FM")                                                             \
    V(VULNERABILITY, 17, "DEBT")                                                                   \
    V(VULNERABILITY, 18, "CARRIES_WEAPON")                                                         \
    V(VULNERABILITY, 19, "VIOLENT")                                                                \
    V(VULNERABILITY, 20, "ESCAPER")                                                                \
    V(VULNERABILITY, 21, "OSMAN")                                                                  \
    V(VULNERABILITY, 22, "FIREARMS")                                                               \
    V(VULNERABILITY, 23, "CUCKOO_RISK")                                                            \
    V(VULNERABILITY, 24, "CUCKOO_ACTIVE")                                                          \
    V(VULNERABILITY, 25, "CUCKOO_FORMER")                                                          \
    V(EXPLOITATION, 1, "none_known")                                                               \
    V(EXPLOITATION, 2, "emerging")                                                                 \
    V(EXPLOITATION, 3, "moderate")                                                                 \
    V(EXPLOITATION, 4, "significant")                                                              \
    V(MISSING_RISK, 1, "no_apparent_risk")                                                         \
    V(MISSING_RISK, 2, "low")                                                                      \
    V(MISSING_RISK, 3, "medium")                                                                   \
    V(MISSING_RISK, 4, "high")                                                                     \
    V(MISSING_FROM, 1, "home")                                                                     \
    V(MISSING_FROM, 2, "foster")                                                                   \
    V(MISSING_FROM, 3, "childrens_home")                                                           \
    V(MISSING_FROM, 4, "semi_independent")                                                         \
    V(MISSING_FROM, 5, "hospital")                                                                 \
    V(MISSING_FROM, 6, "school")                                                                   \
    V(MISSING_FROM, 7, "public_place")                                                             \
    V(MISSING_FROM, 8, "other")                                                                    \
    V(HARM, 1, "none_known")                                                                       \
    V(HARM, 2, "physical_assault")                                                                 \
    V(HARM, 3, "sexual_assault")                                                                   \
    V(HARM, 4, "self_harm")                                                                        \
    V(HARM, 5, "exploited_sexual")                                                                 \
    V(HARM, 6, "exploited_criminal")                                                               \
    V(HARM, 7, "drugs_alcohol")                                                                    \
    V(HARM, 8, "robbery")                                                                          \
    V(HARM, 9, "death")                                                                            \
    V(HARM, 10, "not_disclosed")                                                                   \
    V(FOUND_BY, 1, "police")                                                                       \
    V(FOUND_BY, 2, "returned_on_own")                                                              \
    V(FOUND_BY, 3, "carer_or_family")                                                              \
    V(FOUND_BY, 4, "member_of_public")                                                             \
    V(FOUND_BY, 5, "other_force")                                                                  \
    V(FOUND_BY, 6, "partner")                                                                      \
    V(OUTCOME, 1, "returned")                                                                      \
    V(OUTCOME, 2, "located_elsewhere_safe")                                                        \
    V(OUTCOME, 3, "located_detained")                                                              \
    V(OUTCOME, 4, "found_deceased")                                                                \
    V(OUTCOME, 5, "reported_in_error")                                                             \
    V(OUTCOME, 6, "reclassified_adult")                                                            \
    V(OUTCOME, 7, "long_term")                                                                     \
    V(THEME, 1, "county_lines")                                                                    \
    V(THEME, 2, "knife_crime")                                                                     \
    V(THEME, 3, "modern_slavery")                                                                  \
    V(THEME, 4, "gangs")                                                                           \
    V(THEME, 5, "child_exploitation")                                                              \
    V(THEME, 6, "other")                                                                           \
    V(PARTNER_KIND, 1, "force")                                                                    \
    V(PARTNER_KIND, 2, "regional_unit")                                                            \
    V(PARTNER_KIND, 3, "national_agency")                                                          \
    V(PARTNER_KIND, 4, "transport_police")                                                         \
    V(PARTNER_KIND, 5, "local_authority")                                                          \
    V(PARTNER_KIND, 6, "charity")                                                                  \
    V(OCG_STATUS, 1, "nominated")                                                                  \
    V(OCG_STATUS, 2, "active")                                                                     \
    V(OCG_STATUS, 3, "archive_pending")                                                            \
    V(OCG_STATUS, 4, "archived")                                                                   \
    V(OCG_STATUS, 5, "rejected")                                                                   \
    V(OCG_STATUS, 6, "merged")                                                                     \
    V(OCG_STATUS, 7, "disposed")                                                                   \
    V(LINE_STATUS, 1, "identified")                                                                \
    V(LINE_STATUS, 2, "active")                                                                    \
    V(LINE_STATUS, 3, "discounted")                                                                \
    V(LINE_STATUS, 4, "inactive")                                                                  \
    V(LINE_STATUS, 5, "closure_proposed")                                                          \
    V(LINE_STATUS, 6, "closed_t1")                                                                 \
    V(LINE_STATUS, 7, "closed_t2")                                                                 \
    V(LINE_STATUS, 8, "merged")                                                                    \
    V(LINE_STATUS, 9, "disposed")                                                                  \
    V(CHILD_STATUS, 1, "open")                                                                     \
    V(CHILD_STATUS, 2, "monitored")                                                                \
    V(CHILD_STATUS, 3, "closed")                                                                   \
    V(CHILD_STATUS, 4, "transitioned")                                                             \
    V(CHILD_STATUS, 5, "merged")                                                                   \
    V(CHILD_STATUS, 6, "disposed")                                                                 \
    V(OPERATION_STATUS, 1, "planned")                                                              \
    V(OPERATION_STATUS, 2, "running")                                                              \
    V(OPERATION_STATUS, 3, "closed")                                                               \
    V(OPERATION_STATUS, 4, "debriefed")                                                            \
    V(EPISODE_STATE, 1, "reported")                                                                \
    V(EPISODE_STATE, 2, "active")                                                                  \
    V(EPISODE_STATE, 3, "located_unverified")                                                      \
    V(EPISODE_STATE, 4, "returned")                                                                \
    V(EPISODE_STATE, 5, "disputed")                                                                \
    V(EPISODE_STATE, 6, "closed")                                                                  \
    V(EPISODE_STATE, 7, "cancelled")                                                               \
    V(EPISODE_STATE, 8, "found_deceased")                                                          \
    V(EPISODE_STATE, 9, "long_term")                                                               \
    V(CONFIDENCE, 1, "unconfirmed")                                                                \
    V(CONFIDENCE, 2, "probable")                                                                   \
    V(CONFIDENCE, 3, "confirmed")                                                                  \
    V(CONFIDENCE, 4, "refuted")                                                                    \
    V(REVIEW_LEVEL, 1, "sgt")                                                                      \
    V(REVIEW_LEVEL, 2, "insp")                                                                     \
    V(REVIEW_LEVEL, 3, "supt")                                                                     \
    V(REVIEW_LEVEL, 4, "panel")                                                                    \
    V(SEIZURE, 1, "drug")                                                                          \
    V(SEIZURE, 2, "cash")                                                                          \
    V(SEIZURE, 3, "blade")                                                                         \
    V(SEIZURE, 4, "firearm")                                                                       \
    V(SEIZURE, 5, "ammunition")                                                                    \
    V(SEIZURE, 6, "phone")                                                                         \
    V(SEIZURE, 7, "vehicle")                                                                       \
    V(SEIZURE, 8, "other")                                                                         \
    V(DRUG_CLASS, 1, "C")                                                                          \
    V(DRUG_CLASS, 2, "B")                                                                          \
    V(DRUG_CLASS, 3, "A")                                                                          \
    V(STATUTE, 1, "misuse_drugs_s23")                                                              \
    V(STATUTE, 2, "pace_s8")                                                                       \
    V(STATUTE, 3, "modern_slavery")                                                                \
    V(STATUTE, 4, "other")                                                                         \
    V(PILLAR, 1, "pursue")                                                                         \
    V(PILLAR, 2, "prevent")                                                                        \
    V(PILLAR, 3, "protect")                                                                        \
    V(PILLAR, 4, "prepare")                                                                        \
    V(LEVEL, 1, "none")                                                                            \
    V(LEVEL, 2, "minor")                                                                           \
    V(LEVEL, 3, "moderate")                                                                        \
    V(LEVEL, 4, "major")                                                                           \
    V(HOW_KNOWN, 1, "electronic")                                                                  \
    V(HOW_KNOWN, 2, "phone_contact")                                                               \
    V(HOW_KNOWN, 3, "told_by_carer")                                                               \
    V(HOW_KNOWN, 4, "seen_by_professional")                                                        \
    V(HOW_KNOWN, 5, "seen_by_police")                                                              \
    V(SCORE_METHOD, 1, "ocgm")                                                                     \
    V(SCORE_METHOD, 2, "morile")                                                                   \
    V(SCORE_METHOD, 3, "local")                                                                    \
    V(NRM, 1, "duty_to_notify")                                                                    \
    V(NRM, 2, "referred")                                                                          \
    V(NRM, 3, "reasonable_grounds_pending")                                                        \
    V(NRM, 4, "reasonable_grounds_positive")                                                       \
    V(NRM, 5, "reasonable_grounds_negative")                                                       \
    V(NRM, 6, "conclusive_grounds_positive")                                                       \
    V(NRM, 7, "conclusive_grounds_negative")                                                       \
    V(NRM, 8, "withdrawn")                                                                         \
    V(ORDER, 1, "CAWN")                                                                            \
    V(ORDER, 2, "CBO")                                                                             \
    V(ORDER, 3, "STRO")                                                                            \
    V(ORDER, 4, "STPO")                                                                            \
    V(ORDER, 5, "SCPO")                                                                            \
    V(ORDER, 6, "DDTRO")                                                                           \
    V(ORDER, 7, "CLOSURE")                                                                         \
    V(ORDER, 8, "other")                                                                           \
    V(ORDER, 9, "GANG_INJ")                                                                        \
    V(ORDER, 10, "KCPO")                                                                           \
    V(ORDER, 11, "SRO")                                                                            \
    V(ORDER, 12, "SHPO")                                                                           \
    V(ORDER, 13, "DVPO")                                                                           \
    V(RECIPIENT, 1, "other")                                                                       \
    V(RECIPIENT, 2, "local_authority")                                                             \
    V(RECIPIENT, 3, "missing_persons_unit")                                                        \
    V(RHI, 1, "offered")                                                                           \
    V(RHI, 2, "accepted")                                                                          \
    V(RHI, 3, "declined")                                                                          \
    V(RHI, 4, "attempted")                                                                         \
    V(RHI, 5, "completed")                                                                         \
    V(RHI, 6, "received")                                                                          \
    V(ENTITY_STATUS, 1, "held")                                                                    \
    V(NAME_KIND, 1, "birth")                                                                       \
    V(NAME_KIND, 2, "known_as")                                                                    \
    V(NAME_KIND, 3, "street")                                                                      \
    V(NAME_KIND, 4, "online")                                                                      \
    V(SEX, 1, "female")                                                                            \
    V(SEX, 2, "male")                                                                              \
    V(SEX, 3, "other")                                                                             \
    V(SEX, 4, "not_known")                                                                         \
    V(ETHNICITY, 1, "W1")                                                                          \
    V(ETHNICITY, 2, "W2")                                                                          \
    V(ETHNICITY, 3, "W3")                                                                          \
    V(ETHNICITY, 4, "W9")                                                                          \
    V(ETHNICITY, 5, "M1")                                                                          \
    V(ETHNICITY, 6, "M2")                                                                          \
    V(ETHNICITY, 7, "M3")                                                                          \
    V(ETHNICITY, 8, "M9")                                                                          \
    V(ETHNICITY, 9, "A1")                                                                          \
    V(ETHNICITY, 10, "A2")                                                                         \
    V(ETHNICITY, 11, "A3")                                                                         \
    V(ETHNICITY, 12, "A9")                                                                         \
    V(ETHNICITY, 13, "B1")                                                                         \
    V(ETHNICITY, 14, "B2")                                                                         \
    V(ETHNICITY, 15, "B9")                                                                         \
    V(ETHNICITY, 16, "O1")                                                                         \
    V(ETHNICITY, 17, "O9")                                                                         \
    V(ETHNICITY, 18, "NS")                                                                         \
    V(OBSERVED, 1, "IC1")                                                                          \
    V(OBSERVED, 2, "IC2")                                                                          \
    V(OBSERVED, 3, "IC3")                                                                          \
    V(OBSERVED, 4, "IC4")                                                                          \
    V(OBSERVED, 5, "IC5")                                                                          \
    V(OBSERVED, 6, "IC6")                                                                          \
    V(OBSERVED, 7, "IC9")                                                                          \
    V(PERSON_ID, 1, "PNCID")                                                                       \
    V(PERSON_ID, 2, "CRO")                                                                         \
    V(PERSON_ID, 3, "URN")                                                                         \
    V(PHONE_TYPE, 1, "mobile")                                                                     \
    V(PHONE_TYPE, 2, "landline")                                                                   \
    V(PHONE_TYPE, 3, "voip")                                                                       \
    V(PREMISES, 1, "home")                                                                         \
    V(PREMISES, 2, "flat")                                                                         \
    V(PREMISES, 3, "foster")                                                                       \
    V(PREMISES, 4, "childrens_home")                                                               \
    V(PREMISES, 5, "hostel")                                                                       \
    V(PREMISES, 6, "hospital")                                                                     \
    V(PREMISES, 7, "school")                                                                       \
    V(PREMISES, 8, "station")                                                                      \
    V(PREMISES, 9, "business")                                                                     \
    V(PREMISES, 10, "other")                                                                       \
    V(ORGANISATION, 1, "business")                                                                 \
    V(ORGANISATION, 2, "charity")                                                                  \
    V(ORGANISATION, 3, "school")                                                                   \
    V(ORGANISATION, 4, "care_provider")                                                            \
    V(ORGANISATION, 5, "public_body")                                                              \
    V(ORGANISATION, 6, "other")                                                                    \
    V(LINK_CONFIDENCE, 1, "possible")                                                              \
    V(LINK_CONFIDENCE, 2, "probable")                                                              \
    V(LINK_CONFIDENCE, 3, "confirmed")                                                             \
    V(LINK_CATEGORY, 1, "suspect")                                                                 \
    V(LINK_CATEGORY, 2, "convicted")                                                               \
    V(LINK_CATEGORY, 3, "victim")                                                                  \
    V(LINK_CATEGORY, 4, "witness")                                                                 \
    V(LINK_CATEGORY, 5, "associate")                                                               \
    V(LINK_CATEGORY, 6, "other")                                                                   \
    V(VISIBLE, 1, "both")                                                                          \
    V(VISIBLE, 2, "from_side_only")                                                                \
    V(SOURCE_GRADE, 1, "1")                                                                        \
    V(SOURCE_GRADE, 2, "2")                                                                        \
    V(SOURCE_GRADE, 3, "3")                                                                        \
    V(INFORMATION_GRADE, 1, "A")                                                                   \
    V(INFORMATION_GRADE, 2, "B")                                                                   \
    V(INFORMATION_GRADE, 3, "C")                                                                   \
    V(INFORMATION_GRADE, 4, "D")                                                                   \
    V(INFORMATION_GRADE, 5, "E")                                                                   \
    V(HANDLING_CODE, 1, "P")                                                                       \
    V(HANDLING_CODE, 2, "C")                                                                       \
    V(CONDITION, 1, "expires")                                                                     \
    V(CONDITION, 2, "recipients")                                                                  \
    V(CONDITION, 3, "no_further_dissemination")                                                    \
    V(CONDITION, 4, "consult_originator")                                                          \
    V(CONDITION, 5, "development_only")                                                            \
    V(CONDITION, 6, "covert")                                                                      \
    V(CONDITION, 7, "overt")                                                                       \
    V(IDENTIFIER, 1, "pncid")                                                                      \
    V(IDENTIFIER, 2, "cro")                                                                        \
    V(IDENTIFIER, 3, "name_and_birth_date")                                                        \
    V(IDENTIFIER, 4, "local_authority_ref")                                                        \
    V(IDENTIFIER, 5, "school_record")                                                              \
    V(IDENTIFIER, 6, "fingerprints")                                                               \
    V(IDENTIFIER, 7, "photograph")                                                                 \
    V(IDENTIFIER, 8, "parent_or_carer")                                                            \
    V(IDENTIFIER, 9, "seen_in_person")                                                             \
    V(IDENTIFIER, 10, "phone")                                                                     \
    V(IDENTIFIER, 11, "address")                                                                   \
    V(NATURE, 1, "fact")                                                                           \
    V(NATURE, 2, "opinion")                                                                        \
    V(NATURE, 3, "intelligence")                                                                   \
    V(PROFESSION, 1, "social_worker")                                                              \
    V(PROFESSION, 2, "reviewing_officer")                                                          \
    V(PROFESSION, 3, "advocate")                                                                   \
    V(PROFESSION, 4, "school_lead")                                                                \
    V(PROFESSION, 5, "youth_justice")                                                              \
    V(PROFESSION, 6, "other")                                                                      \
    V(PREMISES_WARNING, 1, "CARRIES_WEAPON")                                                       \
    V(PREMISES_WARNING, 2, "VIOLENT")                                                              \
    V(PREMISES_WARNING, 3, "FIREARMS")                                                             \
    V(PREMISES_WARNING, 4, "ESCAPER")                                                              \
    V(PREMISES_WARNING, 5, "CUCKOO_FORMER")                                                        \
    V(PREMISES_WARNING, 6, "CUCKOO_RISK")                                                          \
    V(PREMISES_WARNING, 7, "CUCKOO_ACTIVE")                                                        \
    V(PREMISES_WARNING, 8, "DO_NOT_VISIT_UNIFORM")                                                 \
    V(ORDER_STATUS, 1, "drafted")                                                                  \
    V(ORDER_STATUS, 2, "applied")                                                                  \
    V(ORDER_STATUS, 3, "interim")                                                                  \
    V(ORDER_STATUS, 4, "in_force")                                                                 \
    V(ORDER_STATUS, 5, "varied")                                                                   \
    V(ORDER_STATUS, 6, "breached")                                                                 \
    V(ORDER_STATUS, 7, "expired")                                                                  \
    V(ORDER_STATUS, 8, "discharged")                                                               \
    V(ORDER_STATUS, 9, "refused")                                                                  \
    V(GRADE_SCHEME, 1, "3x5x2")                                                                    \
    V(GRADE_SCHEME, 2, "5x5x5")                                                                    \
    V(DEGREE, 1, "suspected")                                                                      \
    V(DEGREE, 2, "likely")                                                                         \
    V(DEGREE, 3, "confirmed")                                                                      \
    V(CHECK_KIND, 1, "phone")                                                                      \
    V(CHECK_KIND, 2, "bank")                                                                       \
    V(CHECK_KIND, 3, "travel")                                                                     \
    V(CHECK_KIND, 4, "social_media")                                                               \
    V(CHECK_KIND, 5, "other")

/* clang-format on */

#endif
