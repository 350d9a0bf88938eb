//! People and the log of what they do: who comes in, who doesn't, and what can't be undone unseen.

use std::{sync::Arc, time::Duration};

use engine::{
    Context, Settings,
    audit::{self, Actor, Chain, Deed},
    db::Tx,
    people::{
        self, Lifetimes, LinkError, LinkKind, MadeThemselves, NewUser, PeopleError, Role, Seen, User, UserStatus,
    },
};
use model::{AccountId, Clock};
use serde_json::json;
use testkit::{World, database};

async fn world() -> World {
    World::new(database(), 1, Settings::default()).await
}

fn made(login: &str) -> MadeThemselves {
    MadeThemselves {
        login: login.to_owned(),
        name: "Ana".to_owned(),
        password_hash: "$hash".to_owned(),
        language: Some("es".to_owned()),
    }
}

fn new(login: &str, role: Role, works_for: Option<AccountId>) -> NewUser {
    NewUser {
        login: login.to_owned(),
        name: "Ana".to_owned(),
        role,
        works_for,
    }
}

/// Runs something that people do, with ids and the time.
async fn act<T: Send + 'static, E: From<engine::Error> + Send + 'static>(
    world: &World,
    act: impl Fn(&mut Tx<'_>, &Context, model::Timestamp) -> Result<T, E> + Send + 'static,
) -> Result<T, E> {
    let (context, now) = (Arc::clone(&world.context), world.clock.now());
    world.db.write_with(move |tx| act(tx, &context, now)).await
}

/// The first owner, come in by the setup link.
async fn owner(world: &World) -> User {
    let made_owner = act(world, |tx, context, now| {
        let token = people::setup_link(tx, &context.ids, now)?.expect("nobody is there");
        people::take_link(tx, &context.ids, (&token, Some(&made("Ana@Shop.example"))), now)
    });
    made_owner.await.expect("an owner")
}

#[tokio::test]
async fn the_first_owner_comes_in_by_a_link_that_works_once() {
    let world = world().await;
    let tokens = act(&world, |tx, context, now| {
        let link = |tx: &mut Tx<'_>| people::setup_link(tx, &context.ids, now);
        Ok::<_, engine::Error>([link(tx)?, link(tx)?].map(Option::unwrap))
    });
    let [first, second] = tokens.await.unwrap();
    let take = |token: String| {
        act(&world, move |tx, context, now| {
            people::take_link(tx, &context.ids, (&token, Some(&made("Ana@Shop.example"))), now)
        })
    };
    let user = take(first.clone()).await.unwrap();
    assert_eq!((user.role, user.status), (Role::Owner, UserStatus::Active));
    assert_eq!(user.login, "ana@shop.example");
    for token in [first, second] {
        assert!(matches!(take(token).await, Err(LinkError::Unusable)));
    }
    let again = act(&world, |tx, context, now| people::setup_link(tx, &context.ids, now));
    assert_eq!(again.await.unwrap(), None, "there is an owner");
}

#[tokio::test]
async fn an_invitation_expires_and_a_newer_one_replaces_it() {
    let world = world().await;
    let account = world.account(0).await.id;
    let invite = act(&world, move |tx, context, now| {
        let user = people::invite(tx, &context.ids, &new("rosa", Role::Cashier, Some(account)), now)?;
        let link = |tx: &mut Tx<'_>| people::make_link(tx, &context.ids, (LinkKind::Invitation, Some(user.id)), now);
        Ok::<_, PeopleError>([link(tx)?, link(tx)?])
    });
    let [older, newer] = invite.await.unwrap();
    let find = |token: String| act(&world, move |tx, _, now| people::find_link(tx, &token, now));
    assert!(matches!(find(older).await, Err(LinkError::Unusable)));
    let link = find(newer.clone()).await.unwrap();
    assert_eq!(link.user.unwrap().works_for, Some(account));
    world.clock.advance(Duration::from_hours(24 * 7));
    assert!(matches!(find(newer).await, Err(LinkError::Unusable)));
}

#[tokio::test]
async fn who_lacks_the_code_still_has_the_link_that_helps() {
    let world = world().await;
    let links = act(&world, move |tx, context, now| {
        let ben = people::invite(tx, &context.ids, &new("ben", Role::Support, None), now)?;
        people::admit(tx, ben.id)?;
        let link = |tx: &mut Tx<'_>, kind| people::make_link(tx, &context.ids, (kind, Some(ben.id)), now);
        let reset = link(tx, LinkKind::Reset)?;
        Ok::<_, PeopleError>([reset, link(tx, LinkKind::SecondStep)?, link(tx, LinkKind::SecondStep)?])
    });
    let [reset, step, again] = links.await.unwrap();
    let find = |token: String| act(&world, move |tx, _, now| people::find_link(tx, &token, now));
    assert_eq!(find(reset).await.unwrap().kind, LinkKind::Reset);
    assert_eq!(find(again).await.unwrap().kind, LinkKind::SecondStep);
    assert!(matches!(find(step).await, Err(LinkError::Unusable)));
}

#[tokio::test]
async fn a_session_ends_by_idling_by_age_and_by_revoking() {
    let world = world().await;
    let user = owner(&world).await.id;
    let lifetimes = Lifetimes::default();
    let open = || {
        act(&world, move |tx, context, now| {
            people::open_session(tx, &context.ids, (user, &Seen::default()), lifetimes, now)
        })
    };
    let find = |token: String| {
        act(&world, move |tx, _, now| {
            let found = people::find_session(tx, &token, lifetimes, now)?;
            if let Some((session, _)) = &found {
                people::touch_session(tx, session, now)?;
            }
            Ok::<_, engine::Error>(found.map(|(session, _)| session))
        })
    };
    let (first, second) = (open().await.unwrap(), open().await.unwrap());
    let session = find(first.clone()).await.unwrap().unwrap();
    assert!(session.is_fresh(world.clock.now()));
    act(&world, move |tx, _, _| {
        people::revoke_other_sessions(tx, user, session.id)
    })
    .await
    .unwrap();
    assert_eq!(find(second).await.unwrap(), None, "revoked");
    for _ in 0..15 {
        world.clock.advance(Duration::from_hours(11));
        let found = find(first.clone()).await.unwrap().expect("it is used");
        assert!(!found.is_fresh(world.clock.now()));
    }
    world.clock.advance(Duration::from_hours(11));
    assert_eq!(find(first).await.unwrap(), None, "too old, though used");
    let third = open().await.unwrap();
    world.clock.advance(Duration::from_hours(12));
    assert_eq!(find(third).await.unwrap(), None, "not used");
}

#[tokio::test]
async fn whoever_is_disabled_is_out_at_once() {
    let world = world().await;
    let ana = owner(&world).await.id;
    let last = act(&world, move |tx, _, _| people::disable(tx, ana)).await.unwrap_err();
    assert!(matches!(last, PeopleError::LastOwner), "{last}");
    let demoted = act(&world, move |tx, _, _| people::set_role(tx, ana, Role::Finance))
        .await
        .unwrap_err();
    assert!(matches!(demoted, PeopleError::LastOwner), "{demoted}");
    let lifetimes = Lifetimes::default();
    let found = act(&world, move |tx, context, now| {
        let ben = people::invite(tx, &context.ids, &new("ben", Role::Support, None), now)?;
        let token = people::make_link(tx, &context.ids, (LinkKind::Invitation, Some(ben.id)), now)?;
        people::take_link(tx, &context.ids, (&token, Some(&made("ben"))), now)?;
        let session = people::open_session(tx, &context.ids, (ben.id, &Seen::default()), lifetimes, now)?;
        people::disable(tx, ben.id)?;
        let out = people::find_session(tx, &session, lifetimes, now)?;
        assert_eq!(people::enable(tx, ben.id)?.status, UserStatus::Active);
        Ok::<_, LinkError>(out)
    });
    assert_eq!(found.await.unwrap(), None);
}

#[tokio::test]
async fn nobody_is_in_two_places_or_has_anothers_login() {
    let world = world().await;
    owner(&world).await;
    let account = world.account(0).await.id;
    let invite = |new: NewUser| {
        act(&world, move |tx, context, now| {
            people::invite(tx, &context.ids, &new, now)
        })
    };
    for wrong in [new("a.b", Role::Owner, Some(account)), new("a.b", Role::Cashier, None)] {
        assert!(matches!(invite(wrong).await, Err(PeopleError::WrongPlace)));
    }
    let taken = invite(new("ANA@shop.example ", Role::Support, None)).await.unwrap_err();
    assert!(matches!(taken, PeopleError::LoginTaken(_)), "{taken}");
    for login in ["", "a", "a b", "<script>", "x\u{202e}y"] {
        assert!(
            matches!(
                invite(new(login, Role::Support, None)).await,
                Err(PeopleError::InvalidLogin)
            ),
            "{login}"
        );
    }
}

#[tokio::test]
async fn wrong_passwords_make_everybody_wait_longer_and_longer() {
    let world = world().await;
    let ana = owner(&world).await.id;
    let fail = || {
        act(&world, move |tx, _, now| {
            people::note_failure(tx, ana, now)?;
            Ok::<_, engine::Error>(people::credentials(tx, ana)?.unwrap().wait(now))
        })
    };
    for _ in 0..4 {
        assert_eq!(fail().await.unwrap(), None);
    }
    for seconds in [30, 60, 120, 240, 480, 900, 900] {
        assert_eq!(fail().await.unwrap(), Some(Duration::from_secs(seconds)));
    }
    world.clock.advance(Duration::from_mins(15));
    let after = act(&world, move |tx, _, now| {
        Ok::<_, engine::Error>(people::credentials(tx, ana)?.unwrap().wait(now))
    });
    assert_eq!(after.await.unwrap(), None);
}

/// Writes two entries in each of two chains.
async fn deeds(world: &World) -> AccountId {
    let account = world.account(0).await.id;
    for n in 0..2 {
        for chain in [Chain::House, Chain::Account(account)] {
            let write = act(world, move |tx, _, now| {
                let deed = Deed {
                    actor: &Actor::command(),
                    action: "test.write",
                    subject: format!("it {n}"),
                    details: json!({ "n": n }),
                };
                audit::write(tx, chain, &deed, now)
            });
            assert_eq!(write.await.expect("the database works"), n + 1);
        }
    }
    account
}

#[tokio::test]
async fn what_was_done_chains() {
    let world = world().await;
    let account = deeds(&world).await;
    let report = act(&world, |tx, _, _| audit::check(tx)).await.unwrap();
    assert_eq!(
        (report.chains, report.entries, report.is_whole()),
        (2, 4, true),
        "{:?}",
        report.problems
    );
    let page = engine::page::PageRequest { start: 0, limit: 10 };
    let listed = act(&world, move |tx, _, _| audit::list(tx, Chain::Account(account), page))
        .await
        .unwrap();
    assert_eq!(
        listed.entries.iter().map(|entry| entry.number).collect::<Vec<_>>(),
        [2, 1]
    );
    assert_eq!(listed.entries[0].previous_hash, listed.entries[1].hash);
}

#[tokio::test]
async fn nothing_that_was_done_can_be_changed_or_taken_out_unseen() {
    let tampering = [
        "UPDATE audit_entries SET subject = 'another' WHERE number = 1",
        "UPDATE audit_entries SET at = at - 1 WHERE number = 2",
        "DELETE FROM audit_entries WHERE number = 1",
        "DELETE FROM audit_entries WHERE number = 2",
        "DELETE FROM audit_chains WHERE account_id = 'house'",
        "UPDATE audit_chains SET entries_count = 1 WHERE account_id = 'house'",
    ];
    let world = world().await;
    deeds(&world).await;
    for sql in tampering {
        let found = act(&world, move |tx, _, _| {
            tx.execute(sql, &[])?;
            let report = audit::check(tx)?;
            // The error takes back what was changed.
            Err::<(), _>(Tampered(report.problems))
        });
        let Tampered(problems) = found.await.unwrap_err();
        assert!(!problems.is_empty(), "nobody has seen {sql}");
    }
    assert!(act(&world, |tx, _, _| audit::check(tx)).await.unwrap().is_whole());
}

/// What a check found in a changed log.
#[derive(Debug)]
struct Tampered(Vec<audit::Flaw>);

impl From<engine::Error> for Tampered {
    fn from(error: engine::Error) -> Self {
        panic!("{error:?}")
    }
}

#[tokio::test]
async fn a_code_is_taken_once_and_so_is_one_on_paper() {
    let world = world().await;
    let ana = owner(&world).await.id;
    act(&world, move |tx, _, now| {
        people::begin_totp(tx, ana, "SECRET")?;
        assert_eq!(people::begun_totp(tx, ana)?.as_deref(), Some("SECRET"));
        assert!(
            !people::find(tx, ana)?.unwrap().has_totp,
            "nothing has proved that the app is there"
        );
        people::confirm_totp(tx, (ana, 7), &["one".to_owned(), "two".to_owned()], now)
    })
    .await
    .unwrap();
    let taken = act(&world, move |tx, _, now| {
        let steps = [7, 8, 8, 6].map(|step| people::take_totp_step(tx, ana, step).unwrap());
        let papers = ["one", "one", "three"].map(|code| people::take_recovery_code(tx, ana, code, now).unwrap());
        Ok::<_, engine::Error>((steps, papers, people::count_recovery_codes(tx, ana)?))
    });
    assert_eq!(
        taken.await.unwrap(),
        ([false, true, false, false], [true, false, false], 1)
    );
    let off = act(&world, move |tx, _, _| {
        people::remove_totp(tx, ana)?;
        Ok::<_, engine::Error>((
            people::find(tx, ana)?.unwrap().has_totp,
            people::count_recovery_codes(tx, ana)?,
        ))
    });
    assert_eq!(off.await.unwrap(), (false, 0));
}

#[tokio::test]
async fn a_passkey_is_one_persons_and_a_question_is_answered_once() {
    let world = world().await;
    let ana = owner(&world).await.id;
    let key = people::Passkey {
        id: "key".to_owned(),
        name: "Phone".to_owned(),
        credential: people::Credential {
            key: "00".to_owned(),
            algorithm: -7,
            counter: 0,
        },
        created_at: world.clock.now(),
        used_at: None,
    };
    let given = key.clone();
    act(&world, move |tx, context, now| {
        assert!(people::add_passkey(tx, ana, &given)?);
        assert!(!people::add_passkey(tx, ana, &given)?, "it is there already");
        let challenge = people::make_challenge(tx, &context.ids, Some(ana), now)?;
        assert!(!people::take_challenge(tx, &challenge, None, now)?, "it was put to Ana");
        assert!(people::take_challenge(tx, &challenge, Some(ana), now)?);
        assert!(!people::take_challenge(tx, &challenge, Some(ana), now)?);
        let late = people::make_challenge(tx, &context.ids, None, now)?;
        assert!(!people::take_challenge(tx, &late, None, now + Duration::from_mins(5))?);
        let (owner, found) = people::find_passkey(tx, "key")?.unwrap();
        assert_eq!((owner.id, found), (ana, given.clone()));
        people::note_passkey(tx, ana, &given, now)?;
        assert_eq!(people::list_passkeys(tx, ana)?[0].used_at, Some(now));
        assert!(people::remove_passkey(tx, ana, "key")? && people::list_passkeys(tx, ana)?.is_empty());
        Ok::<_, engine::Error>(())
    })
    .await
    .unwrap();
}
