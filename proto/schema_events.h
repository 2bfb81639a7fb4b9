/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_PROTO_SCHEMA_EVENTS_H
#define CASEWIRE_PROTO_SCHEMA_EVENTS_H

/*
 * What can happen (DOMAIN §5), what it moves (§7, §9.3), as rows. Which duties it starts and meets: schema_clocks.h;
 * which details it may carry: schema_event_fields.h.
 *
 * EVENT(ID, number, name, kinds, roles, class, subtype, flags)
 *   class    what it is to a guarded step: a close that did not know of it is held back
 *   subtype  the detail field whose value splits its tally (FIELD_NONE: none)
 * STEP(machine, from, EVENT, to, roles, held_by, flags)   "from" is a mask of states
 * ENTRY(EVENT, states, why)   moves nothing, and is yet refused from an author whose episode is in another state
 */

/* clang-format off: a row is a line where it can be one */
#define SCHEMA_EVENTS(E)                                                                           \
    E(NOTE, 1, "note", K_ANY, R_ANY, NONE, NONE, 0)                                                \
    E(DECISION, 2, "decision", K_ANY, R_ANY, NONE, NONE, 0)                                        \
    E(SIGHTING, 10, "sighting", K_CHILD, R_ANY, SIGHTING, NONE, EVENT_EPISODE)                     \
    E(RISK_ASSESSMENT, 11, "risk_assessment", K_ALL, R_ANY, NONE, NONE, EVENT_EPISODE)             \
    E(REVIEW, 12, "review", K_ALL, R_ANY, NONE, NONE, EVENT_EPISODE)                               \
    E(SAFEGUARDING_VISIT, 13, "safeguarding_visit", K_ALL, R_ANY, NONE, NONE, EVENT_TALLIED)       \
    E(WEAPON_SWEEP, 14, "weapon_sweep", K_ALL, R_ANY, NONE, NONE, EVENT_TALLIED)                   \
    E(PATROL, 15, "patrol", K_ALL, R_ANY, NONE, NONE, EVENT_TALLIED)                               \
    E(ENGAGEMENT, 16, "engagement", K_ALL, R_ANY, NONE, NONE, EVENT_TALLIED)                       \
    E(STOP_SEARCH, 17, "stop_search", K_ALL, R_ANY, NONE, NONE, EVENT_TALLIED)                     \
    E(WARRANT, 18, "warrant", K_ALL, R_ANY, NONE, NONE, EVENT_TALLIED)                             \
    E(ARREST, 19, "arrest", K_ALL, R_ANY, ACTIVITY, NONE, EVENT_TALLIED)                           \
    E(CHARGE, 20, "charge", K_ALL, R_ANY, NONE, NONE, EVENT_TALLIED)                               \
    E(COURT_OUTCOME, 21, "court_outcome", K_ALL, R_ANY, NONE, NONE, EVENT_TALLIED)                 \
    E(SEIZURE, 22, "seizure", K_ALL, R_ANY, ACTIVITY, SEIZURE_KIND, EVENT_TALLIED)                 \
    E(SURRENDER, 23, "surrender", K_ALL, R_ANY, NONE, SEIZURE_KIND, EVENT_TALLIED)                 \
    E(DISRUPTION, 24, "disruption", K_OCG | K_LINE | K_OPERATION, R_ANY, NONE, PILLAR, EVENT_TALLIED) \
    E(ORDER_MADE, 25, "order_made", K_ALL, R_ANY, NONE, ORDER_KIND, EVENT_TALLIED)                 \
    E(NRM_STEP, 26, "nrm_step", K_ALL, R(CRU) | R(MCET) | R_SUP_UP, NONE, STEP, EVENT_TALLIED)     \
    E(STRATEGY_MEETING, 27, "strategy_meeting", K_CHILD, R(CRU) | R(MCET) | R_SUP_UP, NONE, NONE, EVENT_TALLIED) \
    E(PARTNER_REFERRAL, 28, "partner_referral", K_ALL, R_ANY, NONE, NONE, EVENT_TALLIED)           \
    E(PUBLICITY, 29, "publicity", K_CHILD, R(SUPT), NONE, NONE, EVENT_EPISODE)                     \
    E(INTEL_ITEM, 30, "intel_item", K_ANY, R_ANY, INTEL, NONE, 0)                                  \
    E(DISCLOSURE, 31, "disclosure", K_ANY, R_ANY, NONE, NONE, 0)                                   \
    E(OTHER_ACTIVITY, 32, "other_activity", K_ALL, R_ANY, NONE, NONE, EVENT_TALLIED)               \
    E(COMMITMENT, 33, "commitment", K_OPERATION, R_ANY, NONE, NONE, EVENT_AHEAD)                   \
    E(RELEASE, 34, "release", K_OPERATION, R(SUPT), NONE, NONE, 0)                                 \
    E(ACTION, 35, "action", K_ALL, R_ANY, ACTION, NONE, EVENT_EPISODE)                             \
    E(FLAGGED, 36, "flagged", K_PERSON | K_ADDRESS, R_ANY, NONE, NONE, 0)                          \
    E(HYPOTHESIS, 38, "hypothesis", K_CHILD, R_SUP_UP, NONE, NONE, EVENT_EPISODE)                  \
    E(RECORDS_CHECK, 39, "records_check", K_CHILD, R(MCET) | R_SUP_UP, NONE, NONE, EVENT_EPISODE)  \
    E(EPISODE_REPORTED, 40, "episode_reported", K_CHILD, R_CHILD, NONE, NONE, EVENT_OPENS_EPISODE) \
    E(RETURN_CLAIM, 41, "return_claim", K_CHILD, R_ANY, NONE, NONE, EVENT_EPISODE | EVENT_AFTER_REPORT) \
    E(RETURNED, 42, "returned", K_CHILD, R_ANY, NONE, NONE, EVENT_EPISODE | EVENT_AFTER_REPORT)    \
    E(CLAIM_REFUTED, 43, "claim_refuted", K_CHILD, R_ANY, NONE, NONE, EVENT_EPISODE)               \
    E(FOUND_DEAD, 44, "found_dead", K_CHILD, R_INSP_UP, NONE, NONE, EVENT_EPISODE)                 \
    E(FOUND_DEAD_CONFIRMED, 45, "found_dead_confirmed", K_CHILD, R_INSP_UP, NONE, NONE, EVENT_EPISODE) \
    E(LONG_TERM, 46, "long_term", K_CHILD, R(SUPT), NONE, NONE, EVENT_EPISODE)                     \
    E(PREVENTION_INTERVIEW, 47, "prevention_interview", K_CHILD, R_CHILD, NONE, NONE, EVENT_EPISODE | EVENT_AFTER_REPORT) \
    E(EPISODE_CLOSED, 48, "episode_closed", K_CHILD, R_SUP_UP, NONE, NONE, EVENT_EPISODE)          \
    E(EPISODE_CANCELLED, 49, "episode_cancelled", K_CHILD, R_SUP_UP, NONE, NONE, EVENT_EPISODE)    \
    E(STILL_MISSING, 50, "still_missing", K_CHILD, R_INSP_UP, NONE, NONE, EVENT_EPISODE)           \
    E(RETURN_CONFIRMED, 51, "return_confirmed", K_CHILD, R_INSP_UP, NONE, NONE, EVENT_EPISODE)     \
    E(CLOSE_CORRECTED, 52, "close_corrected", K_CHILD, R_INSP_UP, NONE, NONE, EVENT_EPISODE)       \
    E(RHI, 53, "rhi", K_CHILD, R(CRU) | R(MCET) | R_SUP_UP, NONE, NONE, EVENT_EPISODE | EVENT_AFTER_REPORT) \
    E(POLICE_PROTECTION, 54, "police_protection", K_CHILD, R_ANY, NONE, NONE, 0)                   \
    E(PROTECTION_ENDED, 55, "protection_ended", K_CHILD, R_ANY, NONE, NONE, 0)                     \
    E(ORDER_ENDED, 56, "order_ended", K_ALL, R_ANY, NONE, NONE, 0)                                 \
    E(ORDER_APPLIED, 57, "order_applied", K_ALL, R_ANY, NONE, ORDER_KIND, EVENT_TALLIED)           \
    E(ORDER_VARIED, 58, "order_varied", K_ALL, R_ANY, NONE, ORDER_KIND, EVENT_TALLIED)             \
    E(ORDER_BREACHED, 59, "order_breached", K_ALL, R_ANY, NONE, ORDER_KIND, EVENT_TALLIED)         \
    E(SCORE, 60, "score", K_OCG, R(OCGC) | R(ROCUA), NONE, NONE, 0)                                \
    E(REJECTED, 61, "rejected", K_OCG, R(OCGC), NONE, NONE, 0)                                     \
    E(ARCHIVE_PROPOSED, 62, "archive_proposed", K_OCG, R(LRO), NONE, NONE, 0)                      \
    E(ARCHIVED, 63, "archived", K_OCG, R(OCGC), NONE, NONE, 0)                                     \
    E(ARCHIVE_REFUSED, 64, "archive_refused", K_OCG, R(OCGC), NONE, NONE, 0)                       \
    E(REACTIVATED, 65, "reactivated", K_OCG, R(OCGC), NONE, NONE, 0)                               \
    E(RENOMINATED, 66, "renominated", K_OCG, R_ANY, NONE, NONE, 0)                                 \
    E(LINE_ASSESSED, 70, "line_assessed", K_LINE, R(CLC) | R(RCLC), NONE, NONE, 0)                 \
    E(NOT_A_LINE, 71, "not_a_line", K_LINE, R(CLC) | R(RCLC), NONE, NONE, 0)                       \
    E(INACTIVITY_ACCEPTED, 72, "inactivity_accepted", K_LINE, R(CLC) | R(RCLC), NONE, NONE, 0)     \
    E(ACTIVITY, 73, "activity", K_LINE, R_ANY, ACTIVITY, NONE, 0)                                  \
    E(CLOSE_TYPE1, 74, "close_type1", K_LINE, R(CLC) | R(RCLC), NONE, NONE, 0)                     \
    E(CLOSURE_CONFIRMED, 75, "closure_confirmed", K_LINE, R(RCLC), NONE, NONE, 0)                  \
    E(CLOSE_TYPE2, 76, "close_type2", K_LINE, R(CLC) | R(RCLC), NONE, NONE, 0)                     \
    E(NUMBER_LIVE, 77, "number_live", K_LINE, R_ANY, ACTIVITY, NONE, 0)                            \
    E(MONITORED, 80, "monitored", K_CHILD, R_CHILD, NONE, NONE, 0)                                 \
    E(CHILD_CLOSED, 81, "child_closed", K_CHILD, R_SUP_UP, NONE, NONE, 0)                          \
    E(TRANSITIONED, 82, "transitioned", K_CHILD, R(MCET) | R(CRU) | R_SUP_UP, NONE, NONE, 0)       \
    E(CHILD_REOPENED, 83, "child_reopened", K_CHILD, R_CHILD, NONE, NONE, 0)                       \
    E(EPISODE_MERGED, 84, "episode_merged", K_CHILD, R_SUP_UP, NONE, NONE, EVENT_EPISODE)          \
    E(EPISODE_UNMERGED, 85, "episode_unmerged", K_CHILD, R_SUP_UP, NONE, NONE, EVENT_WITHDRAWS)    \
    E(MERGED, 90, "merged", K_ALL, R(OCGC) | R(ROCUA) | R(RCLC) | R_INSP_UP, NONE, NONE, 0)        \
    E(DISPOSED, 91, "disposed", K_ANY, R(RRD), NONE, NONE, 0)                                      \
    E(OP_STARTED, 100, "op_started", K_OPERATION, R_ANY, NONE, NONE, 0)                            \
    E(OP_CLOSED, 101, "op_closed", K_OPERATION, R_SUP_UP | R(OCGC) | R(CLC), NONE, NONE, 0)        \
    E(OP_DEBRIEFED, 102, "op_debriefed", K_OPERATION, R_SUP_UP | R(OCGC) | R(CLC), NONE, NONE, 0)  \
    E(HANDOVER_OFFER, 110, "handover_offer", K_ANY, R_HANDOVER, OWNERSHIP, NONE, 0)                \
    E(HANDOVER_ACCEPT, 111, "handover_accept", K_ANY, R_HANDOVER, OWNERSHIP, NONE, EVENT_RANK_IF_HIGH) \
    E(HANDOVER_DECLINE, 112, "handover_decline", K_ANY, R_HANDOVER, OWNERSHIP, NONE, 0)            \
    E(HANDOVER_WITHDRAW, 113, "handover_withdraw", K_ANY, R_HANDOVER, OWNERSHIP, NONE, 0)          \
    E(HANDOVER_CLAIM, 114, "handover_claim", K_ANY, R_HANDOVER, OWNERSHIP, NONE, 0)                \
    E(ARBITRATION, 115, "arbitration", K_ANY, R(SUPT) | R(RCLC) | R(FCR), OWNERSHIP, NONE, 0)      \
    E(CLOCK_ACK, 120, "clock_ack", K_ANY, R_ANY, CLOCK, NONE, 0)                                   \
    E(CLOCK_WAIVED, 121, "clock_waived", K_ANY, R_ANY, CLOCK, NONE, 0)                             \
    E(CLOCK_BREACHED, 122, "clock_breached", K_ANY, R(SYS), CLOCK, NONE, 0)                        \
    E(SEEN, 123, "seen", K_ANY, R_ANY, CLOCK, NONE, 0)                                             \
    E(DELIVERED, 124, "delivered", K_ANY, R(SYS), CLOCK, NONE, 0)                                  \
    E(LINK, 130, "link", K_ANY, R_ANY, NONE, NONE, EVENT_OWN_SIDE)                                 \
    E(LINK_WITHDRAWN, 131, "link_withdrawn", K_ANY, R_ANY, NONE, NONE, EVENT_WITHDRAWS)            \
    E(IDENTITY_MERGED, 135, "identity_merged", K_CHILD, R_INSP_UP, NONE, NONE, 0)                  \
    E(IDENTITY_UNMERGED, 136, "identity_unmerged", K_CHILD, R_INSP_UP, NONE, NONE, EVENT_WITHDRAWS) \
    E(IDENTITY_ACCEPTED, 137, "identity_accepted", K_CHILD, R_INSP_UP, NONE, NONE, 0)              \
    E(SHIFT_BRIEF, 140, "shift_brief", K_ALL, R_ANY, NONE, NONE, 0)                                \
    E(SHIFT_ACCEPTED, 141, "shift_accepted", K_ALL, R_ANY, NONE, NONE, 0)

/* A row's first matching (machine, state, event) counts. DOMAIN §7 with the conflict table of §9.3. */
#define SCHEMA_STEPS(STEP)                                                                         \
    STEP(OCG, S(1), SCORE, 2, R(OCGC) | R(ROCUA), 0, STEP_SOFT)                                    \
    STEP(OCG, S(1), REJECTED, 5, R(OCGC), 0, 0)                                                    \
    STEP(OCG, S(2), ARCHIVE_PROPOSED, 3, R(LRO), 0, 0)                                             \
    STEP(OCG, S(3), ARCHIVED, 4, R(OCGC), HELD(INTEL), 0)                                          \
    STEP(OCG, S(3), ARCHIVE_REFUSED, 2, R(OCGC), 0, 0)                                             \
    STEP(OCG, S(3), INTEL_ITEM, 2, R_ANY, 0, STEP_SOFT)                                            \
    STEP(OCG, S(2) | S(4), MERGED, 6, R(OCGC) | R(ROCUA), 0, 0)                                    \
    STEP(OCG, S(4), REACTIVATED, 2, R(OCGC), 0, 0)                                                 \
    STEP(OCG, S(5), RENOMINATED, 1, R_ANY, 0, 0)                                                   \
    STEP(OCG, S(4) | S(5), DISPOSED, 7, R(RRD), 0, 0)                                              \
    STEP(LINE, S(1), LINE_ASSESSED, 2, R(CLC) | R(RCLC), 0, STEP_SOFT)                             \
    STEP(LINE, S(1), NOT_A_LINE, 3, R(CLC) | R(RCLC), 0, 0)                                        \
    STEP(LINE, S(2), INACTIVITY_ACCEPTED, 4, R(CLC) | R(RCLC), HELD(ACTIVITY), 0)                  \
    STEP(LINE, S(4), ACTIVITY, 2, R_ANY, 0, STEP_SOFT)                                             \
    STEP(LINE, S(4) | S(5) | S(6) | S(7), NUMBER_LIVE, 2, R_ANY, 0, STEP_SOFT)                     \
    STEP(LINE, S(2) | S(4), CLOSE_TYPE1, 5, R(CLC) | R(RCLC), HELD(ACTIVITY), 0)                   \
    STEP(LINE, S(5), CLOSURE_CONFIRMED, 6, R(RCLC), HELD(ACTIVITY), 0)                             \
    STEP(LINE, S(2) | S(4), CLOSE_TYPE2, 7, R(CLC) | R(RCLC), HELD(ACTIVITY), 0)                   \
    STEP(LINE, S(2) | S(4) | S(6) | S(7), MERGED, 8, R(RCLC) | R_INSP_UP, 0, 0)                    \
    STEP(LINE, S(3) | S(6) | S(7), DISPOSED, 9, R(RRD), 0, 0)                                      \
    STEP(CHILD, S(1), MONITORED, 2, R_CHILD, 0, 0)                                                 \
    STEP(CHILD, S(1) | S(2), CHILD_CLOSED, 3, R_SUP_UP, HELD(SIGHTING), 0)                         \
    STEP(CHILD, S(2) | S(3), EPISODE_REPORTED, 1, R_CHILD, 0, STEP_SOFT)                           \
    STEP(CHILD, S(2) | S(3), CHILD_REOPENED, 1, R_CHILD, 0, 0)                                     \
    STEP(CHILD, S(1) | S(2) | S(3), TRANSITIONED, 4, R(MCET) | R(CRU) | R_SUP_UP, 0, 0)            \
    STEP(CHILD, S(1) | S(2) | S(3) | S(4), MERGED, 5, R_INSP_UP, 0, 0)                             \
    STEP(CHILD, S(3) | S(4), DISPOSED, 6, R(RRD), 0, 0)                                            \
    STEP(OPERATION, S(1), OP_STARTED, 2, R_ANY, 0, 0)                                              \
    STEP(OPERATION, S(2), OP_CLOSED, 3, R_SUP_UP | R(OCGC) | R(CLC), 0, 0)                         \
    STEP(OPERATION, S(3), OP_DEBRIEFED, 4, R_SUP_UP | R(OCGC) | R(CLC), 0, 0)                      \
    STEP(EPISODE, S(1), RISK_ASSESSMENT, 2, R_ANY, 0, STEP_SOFT)                                   \
    STEP(EPISODE, S(1) | S(2), EPISODE_CANCELLED, 7, R_SUP_UP, HELD(SIGHTING), STEP_RANK_IF_HIGH)  \
    STEP(EPISODE, S(2) | S(9), RETURN_CLAIM, 3, R_ANY, 0, STEP_SOFT)                               \
    STEP(EPISODE, S(2) | S(3) | S(9), RETURNED, 4, R_ANY, 0, STEP_IN_PERSON)                       \
    STEP(EPISODE, S(3), CLAIM_REFUTED, 2, R_ANY, 0, 0)                                             \
    STEP(EPISODE, S(1) | S(2) | S(3) | S(9), FOUND_DEAD_CONFIRMED, 8, R_INSP_UP, 0, 0)             \
    STEP(EPISODE, S(4) | S(5) | S(6) | S(7), FOUND_DEAD_CONFIRMED, 8, R_INSP_UP, 0, STEP_DEATH_REPORTED) \
    STEP(EPISODE, S(2), LONG_TERM, 9, R(SUPT), HELD(SIGHTING), 0)                                  \
    STEP(EPISODE, S(9), SIGHTING, 2, R_ANY, 0, STEP_SOFT)                                          \
    STEP(EPISODE, S(4), EPISODE_CLOSED, 6, R_SUP_UP, HELD(SIGHTING) | HELD(ACTION), STEP_RANK_IF_HIGH) \
    STEP(EPISODE, S(3) | S(4) | S(5), STILL_MISSING, 2, R_INSP_UP, 0, 0)               \
    STEP(EPISODE, S(3) | S(4) | S(5), RETURN_CONFIRMED, 4, R_INSP_UP, 0, 0)            \
    STEP(EPISODE, S(6), CLOSE_CORRECTED, 4, R_INSP_UP, 0, 0)

#define SCHEMA_ENTRIES(ENTRY)                                                                      \
    ENTRY(RETURN_CLAIM, ~S(1), "its risk is assessed first, and a time is set to look again: record risk_assessment") \
    ENTRY(RETURNED, ~S(1), "its risk is assessed first, and a time is set to look again: record risk_assessment") \
    ENTRY(FOUND_DEAD, ~(S(6) | S(7)), "what is over is not opened again: report the child missing first (episode_reported), and record the death there") \
    ENTRY(PREVENTION_INTERVIEW, S(3) | S(4) | S(5) | S(6), "the child is spoken to when it is back: record the return first") \
    ENTRY(RHI, S(3) | S(4) | S(5) | S(6), "the interview comes after the return: record that first")

/* clang-format on */

#endif
