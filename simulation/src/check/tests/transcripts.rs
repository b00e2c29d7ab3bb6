//! Good histories pass; and for each invariant a smallest bad one, which it alone finds.

mod calls;
mod cuts;
mod good;
mod offsets;
mod results;

use super::script::*;
use crate::history::*;

fn reset(script: &mut Script, to: i64) {
    script.store(Who::Operator, Keeper::Store, Some(to), Write::Reset, vec![]);
}
