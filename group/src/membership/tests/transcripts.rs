//! Whole conversations with a coordinator: events in, and the exact list of actions that comes out.

use super::*;

#[test]
fn a_follower_finds_joins_syncs_and_beats() {
    let mut member = Member::with(config());
    member.machine.join(member.now);
    assert_eq!(member.written(), ["send FindCoordinator"]);
    assert_eq!(
        member.answer(Response::Coordinator(7)),
        ["send JoinGroup \"\" (a new member) to 7"]
    );
    assert_eq!(
        member.refuse(RequestError::MemberIdRequired("me".into())),
        ["send JoinGroup \"me\" (a new member) to 7"]
    );
    assert_eq!(
        member.answer(joined(4, "other")),
        ["send SyncGroup \"me\" 4 to 7"]
    );
    assert_eq!(
        member.answer(synced()),
        ["assign generation 4 to \"me\": t-0 t-1"]
    );
    let assigned = member.now;
    assert_eq!(member.wait(), ["send Heartbeat \"me\" 4 to 7"]);
    assert_eq!(member.now, assigned + 3 * SECOND);
    assert_eq!(member.answer(Response::Alive), [""; 0]);
}

#[test]
fn the_leader_assigns_by_the_counts_it_asks_for() {
    let mut member = Member::with(config());
    member.machine.join(member.now);
    member.written();
    member.answer(Response::Coordinator(7));
    assert_eq!(member.answer(joined(1, "me")), ["describe t"]);
    assert_eq!(
        member.counts(&[("t", 3)]),
        ["send SyncGroup \"me\" 1 [me: t-0 t-1] [other: t-2] to 7"]
    );
}

#[test]
fn a_leader_without_counts_asks_again() {
    let mut member = Member::with(config());
    member.machine.join(member.now);
    member.written();
    member.answer(Response::Coordinator(7));
    member.answer(joined(1, "me"));
    let error: SharedError = Arc::new(std::io::Error::from(std::io::ErrorKind::TimedOut));
    member
        .machine
        .handle_partition_counts(member.now, Err(error));
    assert_eq!(member.written(), [""; 0]);
    assert_eq!(member.wait(), ["describe t"]);
}

/// A static leader that was away while a topic grew, and finds the group as it left it (KIP-814).
#[test]
fn a_leader_that_comes_back_sees_that_a_topic_grew_meanwhile() {
    let comes_back = |counts: Option<PartitionCounts>| {
        let mut member = Member::with(config());
        member.machine.join(member.now);
        member.written();
        member.answer(Response::Coordinator(7));
        let Response::Joined(joined) = joined(3, "me") else {
            panic!("a join brings a join");
        };
        let skips = Joined {
            skip_assignment: true,
            ..joined
        };
        let sync = member.answer(Response::Joined(skips));
        assert_eq!(sync, ["send SyncGroup \"me\" 3 to 7"]);
        let Response::Synced(synced) = synced() else {
            panic!("a sync brings a sync");
        };
        let lines = member.answer(Response::Synced(Synced { counts, ..synced }));
        assert_eq!(lines[1..], ["describe t"], "{lines:?}");
        member
    };
    let two = PartitionCounts::from([("t".into(), 2)]);
    let mut member = comes_back(Some(two.clone()));
    assert_eq!(member.counts(&[("t", 3)]), ["revoke within 30s"]);
    let mut member = comes_back(Some(two));
    assert_eq!(member.counts(&[("t", 2)]), [""; 0]);
    // Another client assigned, and left no word.
    let mut member = comes_back(None);
    assert_eq!(member.counts(&[("t", 3)]), [""; 0]);
}

#[test]
fn the_leader_rebalances_when_a_topic_grows() {
    let mut member = Member::stable(config(), true);
    let mut lines = Vec::new();
    while !lines.contains(&"describe t".to_owned()) {
        lines = member.wait();
        if lines.iter().any(|l| l.starts_with("send Heartbeat")) {
            member.answer(Response::Alive);
        }
    }
    assert_eq!(member.counts(&[("t", 2)]), [""; 0]);
    lines.clear();
    while !lines.contains(&"describe t".to_owned()) {
        lines = member.wait();
        if lines.iter().any(|l| l.starts_with("send Heartbeat")) {
            member.answer(Response::Alive);
        }
    }
    assert_eq!(member.counts(&[("t", 3)]), ["revoke within 30s"]);
    assert_eq!(
        member.released(),
        ["send JoinGroup \"me\" (the topics' partitions changed) to 7"]
    );
}

#[test]
fn a_rebalance_revokes_before_it_rejoins_with_the_same_id() {
    let mut member = Member::stable(config(), false);
    member.wait();
    assert_eq!(
        member.code(ErrorCode::REBALANCE_IN_PROGRESS),
        ["revoke within 30s"]
    );
    assert_eq!(
        member.wait(),
        ["send Heartbeat \"me\" 1 to 7"],
        "it stays alive meanwhile"
    );
    assert_eq!(member.code(ErrorCode::REBALANCE_IN_PROGRESS), [""; 0]);
    assert_eq!(
        member.released(),
        ["send JoinGroup \"me\" (the group rebalances) to 7"]
    );
}

#[test]
fn a_member_that_is_not_known_loses_and_joins_anew() {
    let mut member = Member::stable(config(), false);
    member.wait();
    assert_eq!(
        member.code(ErrorCode::UNKNOWN_MEMBER_ID),
        ["lose: the coordinator does not know this member"]
    );
    assert_eq!(member.released(), [""; 0]);
    assert_eq!(
        member.wait(),
        ["send JoinGroup \"\" (the coordinator does not know this member) to 7"]
    );
}

#[test]
fn an_old_generation_loses_and_keeps_the_id() {
    let mut member = Member::stable(config(), false);
    member.wait();
    assert_eq!(
        member.code(ErrorCode::ILLEGAL_GENERATION),
        ["lose: the generation is over"]
    );
    member.released();
    assert_eq!(
        member.wait(),
        ["send JoinGroup \"me\" (the generation is over) to 7"]
    );
}

#[test]
fn lost_while_revoking_is_said_again() {
    let mut member = Member::stable(config(), false);
    member.wait();
    member.code(ErrorCode::REBALANCE_IN_PROGRESS);
    member.wait();
    assert_eq!(
        member.code(ErrorCode::UNKNOWN_MEMBER_ID),
        ["lose: the coordinator does not know this member"]
    );
    assert_eq!(member.machine.state(), State::Losing);
}

#[test]
fn frozen_longer_than_the_session_it_knows_without_asking() {
    let mut member = Member::stable(config(), false);
    member.freeze(46 * SECOND);
    member.machine.handle_timeout(member.now);
    assert_eq!(
        member.written(),
        ["lose: no heartbeat came through within the session time-out"]
    );
}

#[test]
fn an_answer_that_waited_out_the_freeze_does_not_count() {
    let mut member = Member::stable(config(), false);
    member.wait();
    member.freeze(46 * SECOND);
    assert_eq!(
        member.answer(Response::Alive),
        ["lose: no heartbeat came through within the session time-out"]
    );
}

#[test]
fn without_a_coordinator_it_looks_and_beats_on_until_the_session_ends() {
    let mut member = Member::stable(config(), false);
    let assigned = member.now;
    member.wait();
    assert_eq!(member.unreachable(), [""; 0]);
    let mut lines = Vec::new();
    while member.machine.state() == State::Stable {
        lines = member.wait();
        if lines == ["send FindCoordinator"] {
            lines = member.unreachable();
        }
    }
    assert_eq!(
        lines,
        ["lose: no heartbeat came through within the session time-out"]
    );
    assert_eq!(member.now, assigned + 45 * SECOND);
}

#[test]
fn a_coordinator_that_moves_costs_nothing() {
    let mut member = Member::stable(config(), false);
    member.wait();
    assert_eq!(member.code(ErrorCode::NOT_COORDINATOR), [""; 0]);
    assert_eq!(member.wait(), ["send FindCoordinator"]);
    assert_eq!(
        member.answer(Response::Coordinator(8)),
        ["send Heartbeat \"me\" 1 to 8"]
    );
    assert_eq!(member.answer(Response::Alive), [""; 0]);
    assert_eq!(member.machine.state(), State::Stable);
}

#[test]
fn trouble_is_told_once_and_so_is_its_end() {
    let mut member = Member::stable(config(), false);
    member.wait();
    let mut told = member.unreachable();
    while told.is_empty() {
        let lines = member.wait();
        assert_eq!(lines, ["send FindCoordinator"]);
        told = member.unreachable();
    }
    assert_eq!(told, ["trouble with FindCoordinator: connection refused"]);
    member.wait();
    assert_eq!(member.unreachable(), [""; 0]);
    member.wait();
    member.answer(Response::Coordinator(7));
    let told = member.answer(Response::Alive);
    assert_eq!(told.len(), 1);
    assert!(told[0].starts_with("recovered after"), "{told:?}");
}

#[test]
fn what_never_worked_is_given_up_within_half_a_minute() {
    let mut member = Member::with(config());
    let start = member.now;
    member.machine.join(member.now);
    member.written();
    let mut last = member.unreachable();
    while !member.machine.state().is_final() {
        member.wait();
        last = member.unreachable();
    }
    assert!(last[0].starts_with("fail: gave up on FindCoordinator"));
    assert!(member.now < start + 32 * SECOND);
}

#[test]
fn a_question_is_answered_only_by_a_later_heartbeat() {
    let mut member = Member::stable(config(), false);
    member.wait();
    member.machine.confirm(member.now);
    assert_eq!(member.written(), [""; 0], "one heartbeat is under way");
    assert_eq!(
        member.answer(Response::Alive),
        ["send Heartbeat \"me\" 1 to 7"],
        "it was sent before the question"
    );
    assert_eq!(member.answer(Response::Alive), ["confirmed 1"]);
}

#[test]
fn questions_share_a_heartbeat() {
    let mut member = Member::stable(config(), false);
    member.machine.confirm(member.now);
    member.machine.confirm(member.now);
    member.machine.confirm(member.now);
    assert_eq!(member.written(), ["send Heartbeat \"me\" 1 to 7"]);
    assert_eq!(
        member.answer(Response::Alive),
        ["confirmed 1", "send Heartbeat \"me\" 1 to 7"]
    );
    assert_eq!(member.answer(Response::Alive), ["confirmed 2"]);
}

#[test]
fn a_question_outlives_a_lost_heartbeat_but_not_the_assignment() {
    let mut member = Member::stable(config(), false);
    member.machine.confirm(member.now);
    member.written();
    assert_eq!(member.unreachable(), [""; 0]);
    member.wait();
    assert_eq!(
        member.answer(Response::Coordinator(7)),
        ["send Heartbeat \"me\" 1 to 7"]
    );
    assert_eq!(
        member.code(ErrorCode::REBALANCE_IN_PROGRESS),
        ["refuted 1", "revoke within 30s"]
    );
    member.machine.confirm(member.now);
    assert_eq!(member.written(), ["refuted 1"]);
}

#[test]
fn it_leaves_after_letting_go() {
    let mut member = Member::stable(config(), false);
    assert_eq!(member.leave(), ["revoke within 8s"]);
    assert_eq!(member.released(), ["send LeaveGroup \"me\" to 7"]);
    assert_eq!(member.answer(Response::Left), ["left"]);
}

#[test]
fn it_leaves_in_time_though_nobody_answers() {
    let mut member = Member::stable(config(), false);
    member.leave();
    member.released();
    let asked = member.now;
    assert_eq!(member.wait(), ["left"]);
    assert_eq!(member.now, asked + 3 * SECOND);
}

#[test]
fn it_leaves_though_a_join_is_under_way() {
    let mut member = Member::with(config());
    member.machine.join(member.now);
    member.written();
    member.answer(Response::Coordinator(7));
    member.refuse(RequestError::MemberIdRequired("me".into()));
    assert_eq!(member.leave(), ["send LeaveGroup \"me\" to 7"]);
}

#[test]
fn it_waits_for_the_id_it_leaves_with() {
    let mut member = Member::with(config());
    member.machine.join(member.now);
    member.written();
    member.answer(Response::Coordinator(7));
    assert_eq!(member.leave(), [""; 0]);
    assert_eq!(
        member.refuse(RequestError::MemberIdRequired("me".into())),
        ["send LeaveGroup \"me\" to 7"]
    );
}

#[test]
fn a_static_member_goes_without_a_word() {
    let mut member = Member::stable(
        MembershipConfig {
            instance_id: Some("i".into()),
            ..config()
        },
        false,
    );
    member.leave();
    assert_eq!(member.released(), ["left"]);
}

#[test]
fn what_waiting_cannot_help_fails_at_once() {
    for (code, line) in [
        (
            ErrorCode::GROUP_MAX_SIZE_REACHED,
            "fail: the group has as many members as the broker allows",
        ),
        (
            ErrorCode::INVALID_SESSION_TIMEOUT,
            "fail: the broker does not allow a session time-out of 45s",
        ),
        (
            ErrorCode::INCONSISTENT_GROUP_PROTOCOL,
            "fail: the group's members know none of the assignors [\"range\"]",
        ),
    ] {
        let mut member = Member::with(config());
        member.machine.join(member.now);
        member.written();
        member.answer(Response::Coordinator(7));
        assert_eq!(member.code(code), [line]);
        assert_eq!(member.machine.poll_timeout(), None);
    }
}

#[test]
fn a_fenced_instance_loses_and_fails() {
    let mut member = Member::stable(
        MembershipConfig {
            instance_id: Some("i".into()),
            ..config()
        },
        false,
    );
    member.wait();
    assert_eq!(
        member.code(ErrorCode::FENCED_INSTANCE_ID),
        [
            "lose: the member failed",
            "fail: another member of the group uses the instance id \"i\""
        ]
    );
}

#[test]
fn a_rebalance_during_sync_rejoins_at_once() {
    let mut member = Member::with(config());
    member.machine.join(member.now);
    member.written();
    member.answer(Response::Coordinator(7));
    member.answer(joined(1, "other"));
    assert_eq!(
        member.code(ErrorCode::REBALANCE_IN_PROGRESS),
        ["send JoinGroup \"me\" (a new member) to 7"]
    );
}
