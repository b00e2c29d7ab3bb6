use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rand::SeedableRng;
use rand::rngs::StdRng;

use super::*;

fn settings(random: &mut StdRng) -> Settings {
    Settings {
        users: vec![User::new("alice", "secret", random)],
        ..Settings::default()
    }
}

fn chosen(mechanism: Mechanism) -> Login {
    Login::Chosen {
        mechanism,
        bare: false,
    }
}

#[test]
fn plain_takes_the_right_password_and_nothing_else() {
    let mut random = StdRng::seed_from_u64(1);
    let settings = settings(&mut random);
    let mut try_token = |token: &[u8]| {
        let mut login = chosen(Mechanism::Plain);
        login.take(token, &settings, &mut random);
        login.may_pass(true)
    };
    assert!(try_token(b"\0alice\0secret"));
    assert!(try_token(b"alice\0alice\0secret"));
    for wrong in [
        &b"\0alice\0secrets"[..],
        b"\0bob\0secret",
        b"bob\0alice\0secret",
        b"alice\0secret",
        b"",
        b"\0\0",
        b"\0alice\0secret\0",
    ] {
        assert!(!try_token(wrong), "{wrong:?}");
    }
}

#[test]
fn scram_wants_a_proof_of_this_very_conversation() {
    let mut random = StdRng::seed_from_u64(1);
    let settings = settings(&mut random);
    for mechanism in [Mechanism::ScramSha256, Mechanism::ScramSha512] {
        let mut login = chosen(mechanism);
        let step = login.take(b"n,,n=alice,r=abc", &settings, &mut random);
        let Some(Step::Token(first)) = step else {
            panic!("{step:?}")
        };
        assert!(
            first.starts_with(b"r=abc"),
            "the client's nonce comes first"
        );
        assert!(!login.may_pass(true));
        let step = login.take(b"c=biws,r=abc,p=AAAA", &settings, &mut random);
        assert!(matches!(step, Some(Step::Failed(_))));
        assert!(!login.may_pass(true));
    }
    let mut login = chosen(Mechanism::ScramSha256);
    let step = login.take(b"n,,n=bob,r=abc", &settings, &mut random);
    assert!(matches!(step, Some(Step::Failed(_))));
}

#[test]
fn who_has_not_chosen_a_mechanism_sends_no_token() {
    let mut random = StdRng::seed_from_u64(1);
    let settings = settings(&mut random);
    let mut login = Login::Fresh;
    assert_eq!(login.take(b"\0alice\0secret", &settings, &mut random), None);
}

/// The example of RFC 7677: user `user`, password `pencil`.
#[test]
fn scram_is_that_of_the_rfc() {
    let salt = STANDARD.decode("W22ZaJ0SNY7soEsUEjb6gQ==").unwrap();
    let mechanism = Mechanism::ScramSha256;
    let credentials = Credentials::salted_with(mechanism, "pencil", salt.try_into().unwrap());
    let challenge = scram::Challenge {
        mechanism,
        user: "user".to_owned(),
        credentials,
        nonce: "rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0".to_owned(),
        signed: "n=user,r=rOprNGfwEbeRWgbNEkqO,\
                 r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,\
                 s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"
            .to_owned(),
    };
    let proof = "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,\
                 p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
    let (user, own) = challenge.check(proof.as_bytes()).unwrap();
    assert_eq!(user, "user");
    assert_eq!(own, b"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
}
