//! Names what starts a cluster, with no more than its own crate. (To await it takes a runtime, which is the program's choice.)

use ottla_embedded::EmbeddedCluster;

fn main() {
    let starting = EmbeddedCluster::builder().brokers(3).topic("orders", 6).start();
    println!("{} bytes", size_of_val(&starting));
}
