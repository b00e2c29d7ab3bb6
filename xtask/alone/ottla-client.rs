//! Prepares a connection, with no more than the client. (To await it takes a runtime, which is the program's choice.)

use ottla_client::{Client, ClientConfig};

fn main() {
    let connecting = Client::connect(ClientConfig::new("127.0.0.1:9092"));
    println!("{} bytes", size_of_val(&connecting));
}
