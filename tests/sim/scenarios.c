/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/story.h"

/* To add a story, write it in a scenario_*.c file and add its name here. */
#define STORIES(X)                                                                  \
    X(a_healed_cut_brings_both_sides_together)                                      \
    X(a_risk_raised_in_a_partition_stays_high)                                      \
    X(a_division_reaches_another_through_the_one_between)                           \
    X(a_lone_division_takes_submissions_and_answers)                                \
    X(a_link_that_is_dropped_at_once_is_dialled_with_patience)                      \
    X(a_crash_between_commit_and_send_loses_nothing)                                \
    X(a_reboot_opens_a_new_incarnation_and_loses_nothing)                           \
    X(an_old_copy_put_back_opens_a_new_incarnation)                                 \
    X(a_failed_commit_is_fatal_and_opens_a_new_incarnation)                         \
    X(a_reverted_machine_is_proven_to_have_forked)                                  \
    X(a_fork_behind_its_rival_is_proven_too)                                        \
    X(a_backup_beside_its_anchor_does_not_fork)                                     \
    X(a_fork_whose_batches_have_other_bounds_is_proven_too)                         \
    X(a_division_without_a_disk_gets_what_a_forked_log_holds)                       \
    X(a_full_disk_refuses_and_recovers)                                             \
    X(a_receipt_held_by_two_survives_the_loss_of_a_disk)                            \
    X(a_receipt_held_by_two_waits_for_the_second)                                   \
    X(the_same_submission_to_every_daemon_has_one_effect)                           \
    X(one_submission_id_used_apart_is_flagged_alike)                                \
    X(one_happening_told_by_two_divisions_counts_once)                              \
    X(a_late_certificate_lets_its_officer_write)                                    \
    X(a_clock_wrong_by_an_hour_changes_no_order_that_was_named)                     \
    X(a_clock_beyond_the_certificates_dates_lets_nobody_in)                         \
    X(nobody_takes_a_spoilt_signature)                                              \
    X(garbage_ends_a_session_and_nothing_else)                                      \
    X(an_op_of_a_newer_version_is_kept_and_shown_as_newer)                          \
    X(a_poisonous_op_degrades_one_case_only)                                        \
    X(an_op_nobody_certified_has_no_effect_until_somebody_does)                     \
    X(a_badly_signed_op_is_stored_void)                                             \
    X(other_words_under_an_ops_id_are_nobodys)                                      \
    X(a_backlog_larger_than_any_credit_arrives_whole)                               \
    X(a_relay_cannot_pass_a_bundle_off_as_signed_singly)                            \
    X(a_relay_cannot_spoil_the_path_of_a_bundle)                                    \
    X(scenario_08_an_unmerge_restores_what_was_written_offline_to_the_loser)        \
    X(scenario_08_an_unmerge_made_offline_restores_it_too)                          \
    X(scenario_09_a_cross_merge_has_one_survivor_everywhere)                        \
    X(scenario_09_the_other_way_round_the_same_one_survives)                        \
    X(a_high_risk_report_climbs_across_a_cut_until_somebody_has_it_in_hand_by_name) \
    X(scenario_04_what_was_done_across_a_cut_is_learned_late_and_not_missed)        \
    X(a_duty_that_was_met_in_time_is_signed_by_no_daemon)                           \
    X(scenario_10_a_contested_case_has_two_who_hold_its_duties)                     \
    X(scenario_11_an_offer_whose_sender_dies_lapses_and_the_case_stays_the_senders) \
    X(an_acceptance_that_could_not_know_of_the_lapse_contests_the_case)

#define DECLARE(name) void story_of_##name(void);
STORIES(DECLARE)

#define LISTED(name) {#name, story_of_##name},
const struct story stories[] = {STORIES(LISTED){NULL, NULL}};
