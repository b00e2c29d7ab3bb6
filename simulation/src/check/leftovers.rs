//! V12: no task, connection or lock is left.

use crate::history::Event;

use super::Found;
use super::facts::Facts;

pub(super) fn holds(facts: &Facts<'_>, found: &mut Found<'_>) {
    let mut was_counted = false;
    for (number, entry) in facts.numbered() {
        let Event::Left {
            tasks,
            sockets,
            locks,
        } = entry.event
        else {
            continue;
        };
        was_counted = true;
        if (tasks, sockets, locks) != (0, 0, 0) {
            let what = format!("{tasks} tasks, {sockets} sockets and {locks} locks are left");
            found.add(what, [number]);
        }
    }
    if !was_counted {
        found.add("nobody counted what is left".to_owned(), []);
    }
}
