use super::*;

#[test]
fn a_transcript_is_read_step_by_step() {
    let text = "# What.\n\n$ kafka-topics --list\n< one\n< two\n? a b\n! c\n= f.json {\"a\": 1}\n$ kafka-topics --no\nx\n";
    let steps = parse(text).unwrap();
    let first = Typed {
        words: vec!["kafka-topics", "--list"],
        reads: "one\ntwo\n".to_owned(),
        prints: vec!["a b"],
        never: vec!["c"],
        fails: false,
        either: false,
    };
    let second = Typed {
        words: vec!["kafka-topics", "--no"],
        fails: true,
        ..Typed::default()
    };
    let file = Step::Write {
        name: "f.json",
        text: "{\"a\": 1}",
    };
    assert_eq!(steps, [Step::Run(first), file, Step::Run(second)]);
    assert!(parse("? nothing was run\n").is_err());
    assert!(parse("lines say what they are\n").is_err());
}

#[test]
fn names_in_braces_are_filled_in_and_json_is_left_alone() {
    let filled = fill(
        "{servers} {topic} {\"a\": {\"topic\": \"{topic}\"}} {folder}/x",
        "h:1",
        "/f",
        "7",
    );
    assert_eq!(filled, "h:1 topic-7 {\"a\": {\"topic\": \"topic-7\"}} /f/x");
}

#[test]
fn what_is_printed_is_compared_without_the_width_of_columns() {
    let typed = Typed {
        prints: vec!["a 1 2"],
        never: vec!["Error"],
        ..Typed::default()
    };
    assert_eq!(fault(&typed, Ended::Well, "x a   1\t2 y"), None);
    assert!(fault(&typed, Ended::Well, "a 1").is_some());
    assert!(fault(&typed, Ended::Well, "a 1 2 Error").is_some());
    assert!(fault(&typed, Ended::Badly, "a 1 2").is_some());
    assert!(fault(&typed, Ended::TooLate, "a 1 2").is_some());
    let prepares = Typed {
        either: true,
        ..Typed::default()
    };
    assert_eq!(fault(&prepares, Ended::Badly, ""), None);
}

#[test]
fn the_transcripts_can_be_read_and_name_tools_that_there_are() {
    for entry in fs::read_dir(sources().join("tools")).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        assert!(text.starts_with("# "), "{text:.80}");
        for step in parse(&text).unwrap() {
            if let Step::Run(typed) = step {
                let known = TOOLS.iter().any(|(name, _)| *name == typed.words[0]);
                assert!(known, "{:?}", typed.words);
            }
        }
    }
}
