//! What somebody without the key can do to a table: nothing but take up some of its time.

mod crowd;
mod flood;
mod on_path;
mod wire;

use std::net::{SocketAddr, UdpSocket};
use std::time::Duration;

/// A battery on the node, whose flow the host asks for and hears in every step: no step begins before the answer of the
/// one before, so that every lost frame costs time.
pub(crate) fn scenario(node: SocketAddr, minutes: u32) -> String {
    let (ip, port) = (node.ip(), node.port());
    let (day, hour, minute) = (20 + minutes / 1440, minutes / 60 % 24, minutes % 60);
    format!(
        "scenario:
  name: hostile
  start_time: '2024-06-20 00:00:00'
  end_time: '2024-06-{day} {hour:02}:{minute:02}:00'
  time_resolution: 60
models:
- {{name: Request, type: Dummy, parameters: {{param1: 2.5}}, inputs: {{in1: 0}}, outputs: {{out1: 0}}, states: {{state1: 0}}}}
- name: B1
  type: Battery
  connect: {{ip: {ip}, port: {port}}}
  parameters: {{max_p: 5, min_p: -5, max_energy: 50, charge_efficiency: 90, discharge_efficiency: 90, soc_min: 10, soc_max: 90}}
  inputs: {{flow2b: 2.5}}
  outputs: {{p_out: 0, p_in: 0}}
  states: {{soc: 20, flag: 0, mod: 0}}
connections:
- {{from: Request.state1, to: B1.flow2b, time_shifted: true}}
- {{from: B1.p_out, to: Request.in1}}
monitor:
  file: out.csv
  items: [B1.soc, B1.p_out]
"
    )
}

/// A socket on loopback that gives up waiting soon enough for its thread to see that the test is over.
fn short_waiting_socket() -> UdpSocket {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a free port");
    socket.set_read_timeout(Some(Duration::from_millis(20))).expect("a socket has a time limit");
    socket
}
