//! The properties that every store must have, as tests: one property, one name, one test.
//!
//! A user's whole test file, for a table of their own:
//!
//! ```
//! # #[derive(Debug, Clone)] struct MyTable(ottla_offset_store::memory::MemoryTable);
//! # impl MyTable { async fn open(place: &std::path::Path) -> MyTable { unimplemented!() } }
//! # #[async_trait::async_trait]
//! # impl ottla_offset_store::OffsetTable for MyTable {
//! #     fn info(&self) -> ottla_offset_store::StoreInfo { self.0.info() }
//! #     async fn read(&self, keys: &[ottla_offset_store::Key])
//! #         -> Result<Vec<Option<ottla_offset_store::Row>>, ottla_offset_store::StoreError> { self.0.read(keys).await }
//! #     async fn write_if(&self, writes: &[ottla_offset_store::table::Write])
//! #         -> Result<Vec<ottla_offset_store::table::Written>, ottla_offset_store::StoreError> { self.0.write_if(writes).await }
//! #     async fn scan(&self, group: Option<&str>)
//! #         -> Result<Vec<ottla_offset_store::Row>, ottla_offset_store::StoreError> { self.0.scan(group).await }
//! # }
//! use ottla_offset_store::TableStore;
//!
//! ottla_offset_store::suite! { async |place| TableStore::new(MyTable::open(place.path()).await) }
//! ```
//!
//! The closure is called more than once with one [`Place`] and must give handles on the same data each time: one may
//! be fenced through another. Where two handles can't open the same place, [`Place::shared`] gives clones of one. Each
//! test needs `tokio` (features `rt`, `macros`, `time`) among the crate's dependencies.
//!
//! A store that commits results implements [`Probe`] and writes `suite! { results: async |place| … }` beside the
//! first. A store that keeps offsets and no rows, such as the group's own in Kafka, writes
//! `suite! { plain: async |place| …, if: there_is_a_server() }` instead: what needs a fence, an owner or a topic id in the
//! row is left out, and partitions 0 to 9 of [`Place::topic`] are enough. Properties are chosen by [`StoreInfo`](crate::StoreInfo); one that does not apply prints why and passes.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "these are tests, and their names say what they check"
)]

pub mod claims;
pub mod commits;
pub mod crashes;
pub mod fencing;
pub mod names;
mod place;
mod probe;
pub mod resets;
pub mod results;
pub mod scale;
mod steps;

pub use place::Place;
pub use probe::Probe;

/// Makes one `#[tokio::test]` a property of a store. See [`conformance`](mod@crate::conformance).
#[macro_export]
macro_rules! suite {
    (results: $open:expr) => {
        $crate::properties! { $open, if true =>
            results::results_and_offset_move_together
            results::a_fenced_commit_writes_neither
            results::results_that_fail_leave_the_claim_where_it_stood
            results::results_that_panic_leave_the_claim_where_it_stood
            results::a_transaction_that_is_dropped_writes_nothing
            results::owners_that_fence_each_other_count_each_record_once
            results::a_dropped_commit_did_both_or_neither
            results::results_are_on_the_disk_when_the_commit_returns
        }
    };
    (plain: $open:expr, if: $there:expr) => {
        $crate::properties! { $open, if $there =>
            claims::a_new_row_stores_its_start_at_once
            claims::a_claim_starts_where_the_last_commit_ended
            claims::a_marker_is_no_start
            claims::a_restart_writes_down_what_it_skips
            claims::a_released_row_keeps_its_offset_and_shows_no_owner
            commits::commits_follow_each_other
            commits::another_handle_reads_what_was_committed
            commits::nothing_committed_reads_as_nothing
            commits::a_skip_is_written_down
            commits::an_advance_taken_back_changes_nothing
            commits::a_commit_to_a_marker_is_refused_alone
            resets::a_reset_to_a_marker_is_refused
            resets::deleting_what_is_not_there_is_no_error
            crashes::a_commit_survives_the_store
            crashes::a_commit_is_on_the_disk_when_it_returns
            crashes::a_store_can_be_opened_many_times_at_once
            scale::a_thousand_commits_of_one_partition
        }
    };
    ($open:expr) => {
        $crate::properties! { $open, if true =>
            claims::a_new_row_stores_its_start_at_once
            claims::a_claimed_row_knows_its_topic
            claims::a_row_keeps_how_many_partitions_it_was_made_with
            claims::a_claim_starts_where_the_last_commit_ended
            claims::a_claim_shows_its_owner
            claims::two_claims_from_one_reading_make_one_owner
            claims::a_late_claim_does_not_unseat_the_owner
            claims::a_marker_is_no_start
            claims::a_topic_made_anew_is_not_claimed_by_chance
            claims::a_restart_follows_a_topic_made_anew_and_never_goes_back
            claims::a_row_adopts_a_topic_id_that_appears
            claims::a_restart_writes_down_what_it_skips
            claims::a_released_row_keeps_its_offset_and_shows_no_owner
            fencing::an_older_claim_is_fenced
            fencing::a_fenced_commit_writes_nothing
            fencing::a_commit_of_no_way_at_all_is_fenced_too
            fencing::every_write_draws_a_new_fence
            fencing::a_fenced_owner_claims_again_and_goes_on
            fencing::two_owners_by_right_are_told_of_each_other
            fencing::by_hand_any_claim_over_ours_is_told_at_once
            fencing::a_release_by_a_fenced_owner_changes_nothing
            fencing::owners_that_fence_each_other_never_go_back
            commits::a_commit_moves_the_row
            commits::commits_follow_each_other
            commits::a_commit_of_many_answers_each
            commits::another_handle_reads_what_was_committed
            commits::nothing_committed_reads_as_nothing
            commits::a_skip_is_written_down
            commits::an_advance_taken_back_changes_nothing
            commits::a_commit_to_a_marker_is_refused_alone
            resets::a_reset_fences_the_owner
            resets::a_reset_to_the_same_offset_fences_too
            resets::the_owner_goes_on_from_the_reset
            resets::a_reset_shows_in_the_fences
            resets::a_reset_makes_a_row
            resets::a_reset_keeps_how_many_partitions_a_row_was_made_with
            resets::a_reset_wins_against_a_busy_owner
            resets::a_reset_to_a_marker_is_refused
            resets::a_deletion_forgets_the_offset_and_fences_the_owner
            resets::a_deletion_revives_no_late_claim
            resets::deleting_what_is_not_there_is_no_error
            crashes::a_commit_survives_the_store
            crashes::a_commit_is_on_the_disk_when_it_returns
            crashes::a_dropped_call_did_all_or_nothing
            crashes::a_store_can_be_opened_many_times_at_once
            names::names_of_any_letters_stay_apart
            names::names_that_run_together_stay_apart
            names::the_longest_names_fit
            names::the_largest_numbers_fit
            names::a_list_is_one_groups_or_everybodys
            names::metadata_of_any_letters_reads_back
            scale::ten_thousand_partitions_in_one_commit
            scale::a_thousand_commits_of_one_partition
        }
    };
}

/// One test a property.
#[doc(hidden)]
#[macro_export]
macro_rules! properties {
    ($open:expr, if $there:expr => $($room:ident :: $property:ident)*) => {
        $(
            #[::tokio::test]
            async fn $property() {
                if $there {
                    $crate::conformance::$room::$property($open).await;
                }
            }
        )*
    };
}
