//! The classic protocol: joining, syncing, being thrown out.

use super::*;

#[test]
fn s37_a_new_member_has_to_come_back_with_its_id() {
    let mut world = World::new();
    let member_id = &world.new_id();
    assert!(member_id.starts_with("worker-"));
    assert_eq!(world.state(), "Empty");
    let ticket = world.join(&Join {
        member_id,
        ..Join::default()
    });
    assert!(world.is_parked(ticket));
    world.wait(Duration::ZERO);
    let outcome = world.joined(ticket);
    assert_eq!(
        (outcome.error, outcome.generation, &outcome.leader),
        (ErrorCode::NONE, 1, member_id)
    );
    assert_eq!(outcome.protocol.as_deref(), Some("range"));
    assert_eq!(outcome.members.len(), 1);
}

#[test]
fn before_version_4_a_new_member_is_in_at_once() {
    let mut world = World::new();
    let ticket = world.join(&Join {
        version: 3,
        ..Join::default()
    });
    world.wait(Duration::ZERO);
    let outcome = world.joined(ticket);
    assert_eq!(outcome.generation, 1);
    assert_eq!(outcome.response(3).protocol_name, Some("range"));
}

#[test]
fn an_id_that_is_not_used_is_forgotten_after_the_session_timeout() {
    let mut world = World::new();
    let member_id = &world.new_id();
    world.wait(SESSION);
    let ticket = world.join(&Join {
        member_id,
        ..Join::default()
    });
    assert_eq!(world.joined(ticket).error, ErrorCode::UNKNOWN_MEMBER_ID);
}

#[test]
fn a_pending_id_holds_up_the_rebalance_until_it_expires() {
    let mut world = World::new();
    let (generation, ids) = world.stable(1);
    world.new_id();
    let late = &world.new_id();
    let first = world.join(&Join {
        member_id: late,
        ..Join::default()
    });
    let second = world.join(&Join {
        member_id: &ids[0],
        ..Join::default()
    });
    assert!(world.is_parked(first) && world.is_parked(second));
    world.wait(SESSION);
    assert_eq!(world.joined(first).generation, generation + 1);
    assert_eq!(world.joined(second).generation, generation + 1);
}

#[test]
fn the_initial_delay_waits_for_more_members_but_not_for_ever() {
    let delay = Duration::from_secs(3);
    let mut world = World::with(GroupSettings {
        initial_rebalance_delay: delay,
        ..GroupSettings::default()
    });
    let mut tickets = vec![world.join(&Join {
        version: 3,
        ..Join::default()
    })];
    for _ in 0..5 {
        world.wait(delay - Duration::from_millis(1));
        tickets.push(world.join(&Join {
            version: 3,
            ..Join::default()
        }));
        assert!(world.is_parked(tickets[0]));
    }
    world.wait(2 * delay);
    for ticket in tickets {
        assert_eq!(world.joined(ticket).generation, 1);
    }
}

#[test]
fn everybody_gets_what_the_leader_gave_it() {
    let mut world = World::new();
    let (generation, ids) = world.stable(3);
    assert_eq!((generation, world.state().as_str()), (1, "Stable"));
    // A sync that was answered and lost is answered again.
    let again = world.sync(&ids[1], 1, &[]);
    assert_eq!(world.synced(again), Ok(ids[1].as_bytes().to_vec()));
}

#[test]
fn s60_all_are_told_to_rejoin_when_one_comes() {
    let mut world = World::new();
    let (generation, ids) = world.stable(2);
    let member_id = &world.new_id();
    let new = world.join(&Join {
        member_id,
        ..Join::default()
    });
    assert_eq!(world.state(), "PreparingRebalance");
    for member in &ids {
        assert_eq!(
            world.heartbeat(member, generation),
            ErrorCode::REBALANCE_IN_PROGRESS
        );
    }
    let sync = world.sync(&ids[1], generation, &[]);
    assert_eq!(world.synced(sync), Err(ErrorCode::REBALANCE_IN_PROGRESS));
    let joins: Vec<Ticket> = ids
        .iter()
        .map(|member_id| {
            world.join(&Join {
                member_id,
                ..Join::default()
            })
        })
        .collect();
    assert_eq!(world.joined(new).generation, generation + 1);
    assert_eq!(
        world.joined(joins[0]).members.len(),
        3,
        "the leader stays the leader"
    );
    assert!(world.joined(joins[1]).members.is_empty());
    assert_eq!(
        world.heartbeat(&ids[1], generation),
        ErrorCode::ILLEGAL_GENERATION
    );
}

#[test]
fn s55_a_member_that_does_not_come_back_is_left_behind_after_the_rebalance_timeout() {
    let mut world = World::new();
    let (generation, ids) = world.stable(2);
    let member_id = &world.new_id();
    let session = Duration::from_secs(120);
    let new = world.join(&Join {
        member_id,
        session,
        ..Join::default()
    });
    let first = world.join(&Join {
        member_id: &ids[0],
        session,
        ..Join::default()
    });
    for _ in 0..59 {
        world.wait(Duration::from_secs(1));
        assert_eq!(
            world.heartbeat(&ids[1], generation),
            ErrorCode::REBALANCE_IN_PROGRESS
        );
    }
    assert!(world.is_parked(new));
    world.wait(Duration::from_secs(1));
    assert_eq!(world.joined(new).generation, generation + 1);
    assert_eq!(world.joined(first).members.len(), 2);
    assert_eq!(
        world.heartbeat(&ids[1], generation),
        ErrorCode::UNKNOWN_MEMBER_ID
    );
}

#[test]
fn s56_a_member_that_is_not_heard_of_is_out_after_its_session_timeout() {
    let mut world = World::new();
    let (generation, ids) = world.stable(2);
    world.wait(SESSION / 2);
    assert_eq!(world.heartbeat(&ids[0], generation), ErrorCode::NONE);
    world.wait(SESSION / 2);
    assert_eq!(
        world.heartbeat(&ids[0], generation),
        ErrorCode::REBALANCE_IN_PROGRESS
    );
    assert_eq!(
        world.heartbeat(&ids[1], generation),
        ErrorCode::UNKNOWN_MEMBER_ID
    );
    assert_eq!(
        world.commit(&ids[1], generation, 0, 5),
        ErrorCode::UNKNOWN_MEMBER_ID
    );
    world.wait(SESSION);
    assert_eq!(world.state(), "Empty");
}

#[test]
fn commits_keep_a_session_alive() {
    let mut world = World::new();
    let (generation, ids) = world.stable(1);
    for offset in 0..5 {
        world.wait(SESSION / 2);
        assert_eq!(
            world.commit(&ids[0], generation, 0, offset),
            ErrorCode::NONE
        );
    }
    assert_eq!(world.heartbeat(&ids[0], generation), ErrorCode::NONE);
}

#[test]
fn s59_a_leader_that_dies_before_it_assigns_does_not_hang_the_others() {
    let mut world = World::new();
    let [_, follower] = &world.two_joined();
    let sync = world.sync(follower, 1, &[]);
    world.wait(SESSION);
    assert_eq!(world.synced(sync), Err(ErrorCode::REBALANCE_IN_PROGRESS));
    let again = world.join(&Join {
        member_id: follower,
        ..Join::default()
    });
    let outcome = world.joined(again);
    assert_eq!((outcome.generation, &outcome.leader), (2, follower));
}

#[test]
fn who_heartbeats_and_never_syncs_is_out_after_the_rebalance_timeout() {
    let mut world = World::new();
    let [leader, lazy] = &world.two_joined();
    let sync = world.sync(leader, 1, &[]);
    assert_eq!(world.synced(sync), Ok(Vec::new()));
    for _ in 0..59 {
        world.wait(Duration::from_secs(1));
        assert_eq!(world.heartbeat(lazy, 1), ErrorCode::NONE);
        assert_eq!(world.heartbeat(leader, 1), ErrorCode::NONE);
    }
    world.wait(Duration::from_secs(1));
    assert_eq!(world.heartbeat(lazy, 1), ErrorCode::UNKNOWN_MEMBER_ID);
    assert_eq!(world.heartbeat(leader, 1), ErrorCode::REBALANCE_IN_PROGRESS);
}

#[test]
fn a_follower_that_joins_again_with_nothing_new_changes_nothing_and_the_leader_does() {
    let mut world = World::new();
    let (generation, ids) = world.stable(2);
    let follower = world.join(&Join {
        member_id: &ids[1],
        ..Join::default()
    });
    assert_eq!(world.joined(follower).generation, generation);
    assert_eq!(world.state(), "Stable");
    let changed = world.join(&Join {
        member_id: &ids[1],
        protocols: &[("range", b"new")],
        ..Join::default()
    });
    assert!(world.is_parked(changed));
    assert_eq!(world.state(), "PreparingRebalance");
}

#[test]
fn a_join_whose_answer_was_lost_gets_it_again() {
    let mut world = World::new();
    let ids = [world.new_id(), world.new_id()];
    let joins = ids.each_ref().map(|member_id| {
        world.join(&Join {
            member_id,
            ..Join::default()
        })
    });
    world.wait(Duration::ZERO);
    let first = joins.map(|ticket| world.joined(ticket));
    for (member_id, first) in ids.iter().zip(first) {
        let again = world.join(&Join {
            member_id,
            ..Join::default()
        });
        assert_eq!(world.joined(again), first);
    }
}

#[test]
fn s61_members_without_a_common_assignor_are_refused() {
    let mut world = World::new();
    world.stable(1);
    let other = world.join(&Join {
        protocols: &[("sticky", b"")],
        ..Join::default()
    });
    assert_eq!(
        world.joined(other).error,
        ErrorCode::INCONSISTENT_GROUP_PROTOCOL
    );
    let other = world.join(&Join {
        protocol_type: "connect",
        ..Join::default()
    });
    assert_eq!(
        world.joined(other).error,
        ErrorCode::INCONSISTENT_GROUP_PROTOCOL
    );
    let mut world = World::new();
    let none = world.join(&Join {
        protocols: &[],
        ..Join::default()
    });
    assert_eq!(
        world.joined(none).error,
        ErrorCode::INCONSISTENT_GROUP_PROTOCOL
    );
}

#[test]
fn s65_the_assignor_that_most_vote_for_wins() {
    let mut world = World::new();
    let eager: &[(&str, &[u8])] = &[("range", b"r"), ("cooperative-sticky", b"c")];
    let cooperative: &[(&str, &[u8])] = &[
        ("cooperative-sticky", b"c"),
        ("range", b"r"),
        ("other", b""),
    ];
    let joins = [eager, cooperative, cooperative].map(|protocols| {
        world.join(&Join {
            version: 3,
            protocols,
            ..Join::default()
        })
    });
    world.wait(Duration::ZERO);
    for ticket in joins {
        assert_eq!(
            world.joined(ticket).protocol.as_deref(),
            Some("cooperative-sticky")
        );
    }
}

#[test]
fn session_timeouts_outside_of_the_limits_are_refused() {
    let mut world = World::new();
    for session in [Duration::from_secs(5), Duration::from_secs(1801)] {
        let ticket = world.join(&Join {
            session,
            ..Join::default()
        });
        assert_eq!(
            world.joined(ticket).error,
            ErrorCode::INVALID_SESSION_TIMEOUT
        );
    }
}

#[test]
fn s54_a_full_group_takes_nobody_else() {
    let mut world = World::with(GroupSettings {
        max_size: 2,
        ..GroupSettings::default()
    });
    let (_, ids) = world.stable(2);
    let ticket = world.join(&Join::default());
    assert_eq!(
        world.joined(ticket).error,
        ErrorCode::GROUP_MAX_SIZE_REACHED
    );
    let ticket = world.join(&Join {
        member_id: &ids[1],
        ..Join::default()
    });
    assert_eq!(world.joined(ticket).error, ErrorCode::NONE);
}

#[test]
fn leaving_takes_members_pending_ids_and_parked_requests_out() {
    let mut world = World::new();
    let (generation, ids) = world.stable(2);
    let pending = &world.new_id();
    let codes = world.leave(&[(pending, None), ("nobody", None), (&ids[1], None)]);
    assert_eq!(
        codes,
        [
            ErrorCode::NONE,
            ErrorCode::UNKNOWN_MEMBER_ID,
            ErrorCode::NONE
        ]
    );
    assert_eq!(
        world.heartbeat(&ids[0], generation),
        ErrorCode::REBALANCE_IN_PROGRESS
    );
    let other = world.new_id();
    let joining = world.join(&Join {
        member_id: &other,
        ..Join::default()
    });
    assert_eq!(world.leave(&[(&other, None)]), [ErrorCode::NONE]);
    assert_eq!(world.joined(joining).error, ErrorCode::UNKNOWN_MEMBER_ID);
    let last = world.join(&Join {
        member_id: &ids[0],
        ..Join::default()
    });
    assert_eq!(world.joined(last).generation, generation + 1);
    assert_eq!(world.leave(&[(&ids[0], None)]), [ErrorCode::NONE]);
    assert_eq!(world.state(), "Empty");
}

#[test]
fn s47_a_coordinator_that_moves_in_a_rebalance_goes_back_to_the_last_generation() {
    let mut world = World::new();
    let (generation, ids) = world.stable(2);
    let member_id = &world.new_id();
    let new = world.join(&Join {
        member_id,
        ..Join::default()
    });
    let old = world.join(&Join {
        member_id: &ids[1],
        ..Join::default()
    });
    world.call(|groups, cx| groups.coordinator_moved(cx, GROUP));
    assert_eq!(world.joined(new).error, ErrorCode::NOT_COORDINATOR);
    assert_eq!(world.joined(old).error, ErrorCode::NOT_COORDINATOR);
    assert_eq!(world.state(), "Stable");
    assert_eq!(world.heartbeat(&ids[0], generation), ErrorCode::NONE);
    let lost = world.join(&Join {
        member_id,
        ..Join::default()
    });
    assert_eq!(
        world.joined(lost).error,
        ErrorCode::UNKNOWN_MEMBER_ID,
        "it was in no log"
    );
    world.wait(SESSION - Duration::from_millis(1));
    assert_eq!(
        world.heartbeat(&ids[1], generation),
        ErrorCode::NONE,
        "its session began anew"
    );
}

#[test]
fn a_sync_for_another_protocol_or_generation_is_refused() {
    let mut world = World::new();
    let (generation, ids) = world.stable(1);
    let ticket = world.sync(&ids[0], generation + 1, &[]);
    assert_eq!(world.synced(ticket), Err(ErrorCode::ILLEGAL_GENERATION));
    let ticket = Ticket(1000);
    let request = SyncGroupRequest {
        group_id: GROUP,
        generation_id: generation,
        member_id: &ids[0],
        protocol_name: Some("sticky"),
        ..SyncGroupRequest::default()
    };
    world.call(|groups, cx| groups.sync_group(cx, ticket, &request));
    assert_eq!(
        world.synced(ticket),
        Err(ErrorCode::INCONSISTENT_GROUP_PROTOCOL)
    );
}

#[test]
fn a_session_that_is_ended_by_fault_is_like_one_that_has_run_out() {
    let mut world = World::new();
    let (generation, ids) = world.stable(2);
    assert!(world.groups.members(GROUP).eq(BTreeSet::from_iter(&ids)));
    world.call(|groups, cx| groups.expire_session(cx, GROUP, &ids[1]));
    assert_eq!(
        world.heartbeat(&ids[1], generation),
        ErrorCode::UNKNOWN_MEMBER_ID
    );
    assert_eq!(
        world.heartbeat(&ids[0], generation),
        ErrorCode::REBALANCE_IN_PROGRESS
    );
    let mut world = World::new();
    world.enter("m1");
    world.call(|groups, cx| groups.expire_session(cx, GROUP, "m1"));
    assert_eq!(
        world.holding("m1", 1, &Target::new()).error,
        ErrorCode::UNKNOWN_MEMBER_ID
    );
}
