/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_PROTO_SCHEMA_CLOCKS_H
#define CASEWIRE_PROTO_SCHEMA_CLOCKS_H

/*
 * Duties and how long they may take (DOMAIN §8, §10), as rows. What the columns mean is docs/fold.md §19. Every number here is
 * a default: policy replaces it ("clock.M8.duration_s", "clock.M8.told", "ladder.2"). Numbers are never reused; 2 was M1E.
 *
 * SPAN(ID, number, name, unit, value)
 *   Families stand one after the other: what a row's `due` picks is the family's first, second, ...
 * CLOCK(ID, number, name, title, kinds, start, from_a, from_b, start_field, start_mask, due, span,
 *       met_a, met_b, met_c, met_d, met_field, met_mask, after, told, waive, soon_s, step_s, flags)
 *   from_*   events, or fields of a FIELD start          met_*  events, or fields of a BY_FIELD row
 *   told     whom a breach reaches first                 waive  who may waive it, with a reason
 *   soon_s   due soon this long before the deadline      step_s how long each rung of the ladder waits; 0: no ladder
 */

/* clang-format off: a row is a line where it can be one */
#define SCHEMA_SPANS(S)                                              \
    S(M1, 1, "M1", SECONDS, MINUTES(30))                             \
    S(M2_HIGH, 2, "M2.high", SECONDS, HOURS(4))                      \
    S(M2_MEDIUM, 3, "M2.medium", SECONDS, HOURS(8))                  \
    S(M2_LOW, 4, "M2.low", SECONDS, HOURS(24))                       \
    S(M2_NONE, 5, "M2.no_apparent_risk", SECONDS, HOURS(12))         \
    S(M2_LONG, 6, "M2.long_term", SECONDS, DAYS(7))                  \
    S(M3, 7, "M3", SECONDS, HOURS(24))                               \
    S(M3B, 8, "M3B", SECONDS, HOURS(72))                             \
    S(M3C, 9, "M3C", SECONDS, DAYS(7))                               \
    S(M3D, 10, "M3D", SECONDS, DAYS(14))                             \
    S(M3E, 11, "M3E", SECONDS, DAYS(28))                             \
    S(M3Q, 12, "M3Q", SECONDS, DAYS(91))                             \
    S(M4_HIGH, 13, "M4.high", SECONDS, HOURS(1))                     \
    S(M4_OTHER, 14, "M4.other", SECONDS, HOURS(4))                   \
    S(M5, 15, "M5", SECONDS, HOURS(72))                              \
    S(M6, 16, "M6", WORKING_DAYS, 1)                                 \
    S(M6_EPISODES, 17, "M6.episodes", COUNT, 3)                      \
    S(M6_WINDOW, 18, "M6.window", SECONDS, DAYS(90))                 \
    S(M6_MISSING, 19, "M6.missing", SECONDS, HOURS(24))              \
    S(M7, 20, "M7", SECONDS, HOURS(24))                              \
    S(M8, 21, "M8", SECONDS, HOURS(72))                              \
    S(M9, 22, "M9", WORKING_DAYS, 1)                                 \
    S(M10, 23, "M10", SECONDS, HOURS(72))                            \
    S(M11, 24, "M11", WORKING_DAYS, 15)                              \
    S(M12_SIGNIFICANT, 25, "M12.significant", SECONDS, DAYS(28))     \
    S(M12_MODERATE, 26, "M12.moderate", SECONDS, DAYS(56))           \
    S(M12_EMERGING, 27, "M12.emerging", SECONDS, DAYS(90))           \
    S(M13_AGE, 28, "M13.age", AGE, 18)                               \
    S(M13, 29, "M13", DAYS_BEFORE, 0)                                \
    S(M13A, 30, "M13A", DAYS_BEFORE, 180)                            \
    S(M13B, 31, "M13B", DAYS_BEFORE, 28)                             \
    S(M14_HOME, 32, "M14.home", AGE, 16)                             \
    S(M14_CARE, 33, "M14.care", AGE, 18)                             \
    S(M14R, 34, "M14R", MONTHS, 6)                                   \
    S(N1, 35, "N1", SECONDS, HOURS(24))                              \
    S(N2, 36, "N2", WORKING_DAYS, 5)                                 \
    S(W1_HIGH, 37, "W1.high", SECONDS, MINUTES(30))                  \
    S(W1_LIVE, 38, "W1.live", SECONDS, HOURS(2))                     \
    S(W1_OTHER, 39, "W1.other", WORKING_DAYS, 5)                     \
    S(W2_HIGH, 40, "W2.high", SECONDS, HOURS(1))                     \
    S(W2_LIVE, 41, "W2.live", SECONDS, HOURS(4))                     \
    S(W2_OTHER, 42, "W2.other", WORKING_DAYS, 2)                     \
    S(O1, 43, "O1", SECONDS, DAYS(28))                               \
    S(O6, 44, "O6", SECONDS, DAYS(28))                               \
    S(O8, 45, "O8", WORKING_DAYS, 2)                                 \
    S(L1, 46, "L1", SECONDS, DAYS(7))                                \
    S(L4, 47, "L4", SECONDS, DAYS(28))                               \
    S(LATE, 48, "late", SECONDS, MINUTES(1))

#define SCHEMA_CLOCKS(C) \
    C(M1, 1, "M1", "first risk assessment", K_CHILD, REPORTED, 0, 0, 0, 0, SPAN, M1, \
      EVENT_RISK_ASSESSMENT, 0, 0, 0, FIELD_MISSING_RISK, ANY_VALUE, 0, R(INSP) | R(FCR), R_NONE, MINUTES(15), QUICK, \
      CLOCK_EPISODE | CLOCK_LIVE | CLOCK_ALWAYS) \
    C(M7, 3, "M7", "prevention interview", K_CHILD, EVENT, EVENT_RETURNED, EVENT_RETURN_CLAIM, 0, 0, SPAN, M7, \
      EVENT_PREVENTION_INTERVIEW, 0, 0, 0, 0, 0, 0, R(SUP), R_INSP_UP, HOURS(20), QUICK, CLOCK_EPISODE | CLOCK_RETURN) \
    C(M8, 4, "M8", "return-home interview", K_CHILD, EVENT, EVENT_RETURNED, EVENT_RETURN_CONFIRMED, 0, 0, SPAN, M8, \
      EVENT_RHI, 0, 0, 0, FIELD_RHI_STEP, B(3) | B(5), 0, R(CRU), R(CRU) | R_INSP_UP, HOURS(24), HOURS(4), \
      CLOCK_EPISODE | CLOCK_RETURN | CLOCK_OFFERED | CLOCK_CONFIRMS) \
    C(O1, 5, "O1", "first score", K_OCG, OPENING, 0, 0, 0, 0, SPAN, O1, \
      EVENT_SCORE, 0, 0, 0, 0, 0, 0, R(OCGC), R(OCGC), DAYS(7), 0, 0) \
    C(O6, 6, "O6", "archive decision", K_OCG, EVENT, EVENT_ARCHIVE_PROPOSED, 0, 0, 0, SPAN, O6, \
      EVENT_ARCHIVED, EVENT_ARCHIVE_REFUSED, 0, 0, 0, 0, 0, R(OCGC), R(OCGC), DAYS(7), 0, 0) \
    C(L1, 7, "L1", "line assessed", K_LINE, OPENING, 0, 0, 0, 0, SPAN, L1, \
      EVENT_LINE_ASSESSED, 0, 0, 0, 0, 0, 0, R(CLC), R(CLC), DAYS(2), 0, 0) \
    C(L4, 8, "L4", "closure check-back", K_LINE, EVENT, EVENT_CLOSURE_CONFIRMED, 0, 0, 0, SPAN, L4, \
      EVENT_REVIEW, 0, 0, 0, 0, 0, 0, R(CLC), R(CLC), DAYS(7), 0, 0) \
    C(W1, 9, "W1", "answer to a hand-over", K_ANY, EVENT, EVENT_HANDOVER_OFFER, 0, 0, 0, HANDOVER, W1_HIGH, \
      EVENT_HANDOVER_ACCEPT, EVENT_HANDOVER_DECLINE, EVENT_HANDOVER_WITHDRAW, EVENT_HANDOVER_CLAIM, 0, 0, 0, \
      R(FCR), R_NONE, MINUTES(15), QUICK, CLOCK_EACH | CLOCK_LAPSES) \
    C(M2, 10, "M2", "risk review", K_CHILD, EVENT, EVENT_RISK_ASSESSMENT, EVENT_REVIEW, 0, 0, REVIEW, M2_HIGH, \
      EVENT_REVIEW, 0, 0, 0, 0, 0, 0, R_INSP_UP, R_NONE, MINUTES(60), QUICK, CLOCK_EPISODE | CLOCK_LIVE | CLOCK_ALWAYS) \
    C(M3, 11, "M3", "command review, 24 hours", K_CHILD, REPORTED, 0, 0, 0, 0, SPAN, M3, \
      EVENT_REVIEW, 0, 0, 0, FIELD_LEVEL, SUPT_LEVEL, 0, R(SUPT), SUPT_WAIVES, HOURS(4), HOURS(1), SUPT_REVIEW) \
    C(M3B, 12, "M3B", "command review, 72 hours", K_CHILD, REPORTED, 0, 0, 0, 0, SPAN, M3B, \
      EVENT_REVIEW, 0, 0, 0, FIELD_LEVEL, SUPT_LEVEL, SPAN_M3, R(SUPT), SUPT_WAIVES, HOURS(12), HOURS(1), SUPT_REVIEW) \
    C(M3C, 13, "M3C", "command review, 7 days", K_CHILD, REPORTED, 0, 0, 0, 0, SPAN, M3C, \
      EVENT_REVIEW, 0, 0, 0, FIELD_LEVEL, SUPT_LEVEL, SPAN_M3B, R(SUPT), SUPT_WAIVES, DAYS(1), HOURS(4), SUPT_REVIEW) \
    C(M3D, 14, "M3D", "command review, 14 days", K_CHILD, REPORTED, 0, 0, 0, 0, SPAN, M3D, \
      EVENT_REVIEW, 0, 0, 0, FIELD_LEVEL, SUPT_LEVEL, SPAN_M3C, R(SUPT), SUPT_WAIVES, DAYS(1), HOURS(4), SUPT_REVIEW) \
    C(M3E, 15, "M3E", "command review, 28 days", K_CHILD, REPORTED, 0, 0, 0, 0, SPAN, M3E, \
      EVENT_REVIEW, 0, 0, 0, FIELD_LEVEL, SUPT_LEVEL, SPAN_M3D, R(SUPT), SUPT_WAIVES, DAYS(2), HOURS(4), SUPT_REVIEW) \
    C(M3Q, 16, "M3Q", "command review, quarterly", K_CHILD, EVENT, EVENT_REVIEW, 0, FIELD_LEVEL, SUPT_LEVEL, SPAN, M3Q, \
      EVENT_REVIEW, 0, 0, 0, FIELD_LEVEL, SUPT_LEVEL, 0, R(SUPT), SUPT_WAIVES, DAYS(7), SLOW, SUPT_REVIEW) \
    C(M4, 17, "M4", "circulated as missing", K_CHILD, REPORTED, 0, 0, 0, 0, RISK, M4_HIGH, \
      FIELD_EXTERNAL_REFS, 0, 0, 0, 0, B(6), 0, R(SUP), R_INSP_UP, MINUTES(30), QUICK, CLOCK_EPISODE | CLOCK_LIVE | CLOCK_BY_FIELD) \
    C(M5, 18, "M5", "national missing persons unit told", K_CHILD, REPORTED, 0, 0, 0, 0, SPAN, M5, \
      EVENT_DISCLOSURE, 0, 0, 0, FIELD_RECIPIENT_KIND, B(3), 0, R(MCET), R_SUP_UP, HOURS(12), HOURS(4), CLOCK_EPISODE | CLOCK_LIVE) \
    C(M6, 19, "M6", "strategy discussion", K_CHILD, STRATEGY, 0, 0, 0, 0, SPAN, M6, \
      EVENT_STRATEGY_MEETING, 0, 0, 0, 0, 0, 0, R(CRU), R(CRU) | R_INSP_UP, HOURS(8), HOURS(4), CLOCK_EPISODE) \
    C(M9, 20, "M9", "partner told what the interview disclosed", K_CHILD, EVENT, EVENT_RHI, 0, FIELD_RHI_STEP, B(6), SPAN, M9, \
      EVENT_PARTNER_REFERRAL, 0, 0, 0, 0, 0, 0, R(MCET), R(MCET) | R_SUP_UP, HOURS(4), HOURS(4), CLOCK_EPISODE) \
    C(M10, 21, "M10", "police protection ends", K_CHILD, EVENT, EVENT_POLICE_PROTECTION, 0, 0, 0, SPAN, M10, \
      EVENT_PROTECTION_ENDED, 0, 0, 0, 0, 0, 0, R(INSP) | R(CRU), R_NONE, HOURS(12), QUICK, CLOCK_EACH) \
    C(M11, 22, "M11", "first section 47 conference", K_CHILD, EVENT, EVENT_STRATEGY_MEETING, 0, FIELD_SECTION_47, B(1), SPAN, M11, \
      EVENT_STRATEGY_MEETING, 0, 0, 0, FIELD_CONFERENCE, B(1), 0, R(CRU), R(CRU) | R_INSP_UP, DAYS(3), SLOW, 0) \
    C(M12, 23, "M12", "sexual exploitation risk reviewed", K_CHILD, FIELD, FIELD_EXPLOITATION_SEXUAL, 0, 0, 0, GRADE, M12_SIGNIFICANT, \
      FIELD_EXPLOITATION_SEXUAL, 0, 0, 0, 0, 0, 0, R(CSET), R(CSET) | R_INSP_UP, DAYS(7), SLOW, CLOCK_BY_FIELD) \
    C(M12C, 24, "M12C", "criminal exploitation risk reviewed", K_CHILD, FIELD, FIELD_EXPLOITATION_CRIMINAL, 0, 0, 0, GRADE, M12_SIGNIFICANT, \
      FIELD_EXPLOITATION_CRIMINAL, 0, 0, 0, 0, 0, 0, R(CSET), R(CSET) | R_INSP_UP, DAYS(7), SLOW, CLOCK_BY_FIELD) \
    C(M13, 25, "M13", "transition at 18", K_CHILD, BIRTH, 0, 0, 0, 0, BIRTHDAY, M13, \
      EVENT_TRANSITIONED, 0, 0, 0, 0, 0, 0, R(MCET) | R(CRU), R_INSP_UP, DAYS(7), SLOW, CLOCK_EARLIER) \
    C(M13A, 26, "M13A", "transition at 18: 180 days before", K_CHILD, BIRTH, 0, 0, 0, 0, BIRTHDAY, M13A, \
      EVENT_TRANSITIONED, 0, 0, 0, 0, 0, 0, R(MCET) | R(CRU), R(MCET) | R(CRU) | R_SUP_UP, DAYS(14), 0, CLOCK_EARLIER) \
    C(M13B, 27, "M13B", "transition at 18: 28 days before", K_CHILD, BIRTH, 0, 0, 0, 0, BIRTHDAY, M13B, \
      EVENT_TRANSITIONED, 0, 0, 0, 0, 0, 0, R(MCET) | R(CRU), R(MCET) | R(CRU) | R_SUP_UP, DAYS(7), SLOW, CLOCK_EARLIER) \
    C(M14, 28, "M14", "abduction warning notice ends", K_CHILD, EVENT, EVENT_ORDER_MADE, 0, FIELD_ORDER_KIND, B(1), ORDER, M14_HOME, \
      EVENT_ORDER_ENDED, 0, 0, 0, FIELD_ORDER_KIND, B(1), 0, R(MCET), R_INSP_UP, DAYS(28), SLOW, CLOCK_EACH | CLOCK_NAMED) \
    C(M14R, 29, "M14R", "abduction warning notice reviewed", K_CHILD, EVENT, EVENT_ORDER_MADE, EVENT_REVIEW, FIELD_ORDER_KIND, B(1), SPAN, M14R, \
      EVENT_REVIEW, EVENT_ORDER_ENDED, 0, 0, 0, 0, 0, R(MCET), R(MCET) | R_SUP_UP, DAYS(14), SLOW, CLOCK_EACH | CLOCK_NAMED) \
    C(N1, 30, "N1", "referred to the national mechanism", K_CHILD, FIELD, FIELD_VULNERABILITY, 0, 0, B(1) | B(2), SPAN, N1, \
      EVENT_NRM_STEP, 0, 0, 0, FIELD_STEP, B(2), 0, R(CRU), R(CRU) | R_INSP_UP, HOURS(6), HOURS(4), CLOCK_EARLIER) \
    C(N2, 31, "N2", "first decision of the national mechanism", K_ALL, EVENT, EVENT_NRM_STEP, 0, FIELD_STEP, B(2), SPAN, N2, \
      EVENT_NRM_STEP, 0, 0, 0, FIELD_STEP, B(4) | B(5) | B(6) | B(7) | B(8), 0, R(CRU), R(CRU), DAYS(1), 0, CLOCK_OUTSIDE) \
    C(W2, 32, "W2", "arbitration of a contested case", K_ANY, EVENT, EVENT_HANDOVER_CLAIM, EVENT_HANDOVER_ACCEPT, 0, 0, HANDOVER, W2_HIGH, \
      EVENT_ARBITRATION, 0, 0, 0, 0, 0, 0, R(FCR) | R(SUPT), R_NONE, MINUTES(30), QUICK, 0) \
    C(O8, 33, "O8", "cash detention", K_ALL, EVENT, EVENT_SEIZURE, 0, FIELD_SEIZURE_KIND, B(2), SPAN, O8, \
      EVENT_ORDER_MADE, 0, 0, 0, 0, 0, 0, R(SUP) | R(LRO), R_SUP_UP, HOURS(12), HOURS(1), 0) \
    C(N1E, 34, "N1E", "referred to the national mechanism: significant risk", K_CHILD, FIELD, \
      FIELD_EXPLOITATION_SEXUAL, FIELD_EXPLOITATION_CRIMINAL, 0, B(4), SPAN, N1, \
      EVENT_NRM_STEP, 0, 0, 0, FIELD_STEP, B(2), 0, R(CRU), R(CRU) | R_INSP_UP, HOURS(6), HOURS(4), CLOCK_EARLIER)
/* clang-format on */

#endif
