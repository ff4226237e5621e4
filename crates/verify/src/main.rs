//! `custos-verify`: evidence of an audit log, verified by whoever received it.

mod arguments;

use arguments::{Arguments, Question, Unusable};
use custos_verify::{
    Answer, EXIT_HOLDS, EXIT_UNUSABLE, Language, Message, Refusal, Words, divergence, evidence,
    proof, report, sources,
};
use serde_json::json;
use std::io::{Write, stderr, stdout};
use std::ops::ControlFlow;
use std::process::ExitCode;

fn main() -> ExitCode {
    let environment = |name: &str| std::env::var(name).ok();
    let native = Language::of_environment(environment);
    let words = |language: Language| Words::of(language, &sources(language));
    let arguments = match Arguments::read(std::env::args_os().skip(1)) {
        Ok(arguments) => arguments,
        Err(Unusable { message, language }) => {
            let words = words(language.unwrap_or(native));
            complain(&[words.say(&message), words.say(&Message::new("use"))]);
            return ExitCode::from(EXIT_UNUSABLE);
        }
    };
    let words = words(arguments.language.unwrap_or(native));
    let code = match ask(&arguments.question, &words) {
        Ok(None) => {
            print(&words.say(&Message::new("use")));
            EXIT_HOLDS
        }
        Ok(Some(answer)) => tell(&answer, arguments.json, &words),
        Err(Refusal(message)) => {
            let text = words.say(&message);
            match arguments.json {
                true => complain(&[
                    json!({ "error": { "code": message.id(), "message": text } }).to_string(),
                ]),
                false => complain(&[text]),
            }
            EXIT_UNUSABLE
        }
    };
    ExitCode::from(code)
}

fn ask(question: &Question, words: &Words) -> Result<Option<Answer>, Refusal> {
    Ok(Some(match question {
        Question::Help => return Ok(None),
        Question::Evidence(asked) => evidence(asked, words, &mut |_, _| ControlFlow::Continue(()))?,
        Question::Divergence { first, second, key } => {
            divergence(first, second, key.as_deref(), words)?
        }
        Question::Report { file, key } => report(file, key.as_deref(), words)?,
        Question::Proof { file, index, key } => proof(file, *index, key.as_deref())?,
    }))
}

fn tell(answer: &Answer, json: bool, words: &Words) -> u8 {
    match json {
        true => print(&answer.json.to_string()),
        false => print(&answer.text),
    }
    let notes: Vec<String> = answer.notes.iter().map(|note| words.say(note)).collect();
    complain(&notes);
    answer.exit
}

fn print(text: &str) {
    // Whoever closed the pipe has read enough.
    let _ = writeln!(stdout(), "{text}");
}

fn complain(lines: &[String]) {
    for line in lines {
        // Nothing can be done about a closed terminal.
        let _ = writeln!(stderr(), "{line}");
    }
}
