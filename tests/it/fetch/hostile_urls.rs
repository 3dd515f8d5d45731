//! URLs that must never lead to a connection, each with the port of a listener that would notice.

use crate::support::hostile::{Act, Hostile};

/// Hosts in every spelling that some parser or other has been fooled by.
const HOSTS: &[&str] = &[
    // This machine, plain and in disguise.
    "127.0.0.1",
    "127.0.0.2",
    "127.255.255.254",
    "127.1",
    "127.0.1",
    "2130706433",
    "017700000001",
    "0x7f000001",
    "0x7f.1",
    "0x7f.0x0.0x0.0x1",
    "0177.0.0.1",
    "127.0.0.1.",
    "%31%32%37.0.0.1",
    "127%2e0%2e0%2e1",
    "127。0。0。1",
    "①②⑦.⓪.⓪.①",
    "127.0.0.1",
    "0",
    "0.0.0.0",
    "0.1.2.3",
    "[::1]",
    "[::]",
    "[0:0:0:0:0:0:0:1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::127.0.0.1]",
    "[::ffff:0:127.0.0.1]",
    "localhost",
    "localhost.",
    "LOCALHOST",
    "loc\tal\nhost",
    // Private and link-local networks, cloud metadata.
    "10.0.0.1",
    "10.255.255.255",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.0.1",
    "192.168.1.254",
    "169.254.169.254",
    "169.254.170.2",
    "2852039166",
    "0xa9fea9fe",
    "0251.0376.0251.0376",
    "[fe80::1]",
    "[fe80::a9fe:a9fe]",
    "[fc00::1]",
    "[fd00:ec2::254]",
    "[fec0::1]",
    "[::ffff:169.254.169.254]",
    "[::ffff:10.0.0.1]",
    // Carriers, protocols, documentation, benchmarks, reserved, multicast, broadcast.
    "100.64.0.1",
    "100.127.255.255",
    "192.0.0.1",
    "192.0.0.170",
    "192.0.2.1",
    "192.88.99.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "[ff02::1]",
    "[2001:db8::1]",
    "[3fff::1]",
    "[5f00::1]",
    "[100::1]",
    "[100:0:0:1::1]",
    "[4000::1]",
    // IPv4 embedded in IPv6.
    "[64:ff9b::7f00:1]",
    "[64:ff9b::10.0.0.1]",
    "[64:ff9b:1::7f00:1]",
    "[2002:7f00:1::]",
    "[2002:a00:1::1]",
    "[2001:0:7f00:1::1]",
    "[2001::1]",
    "[2001:10::1]",
    "[2001:20::1]",
    "[2001:2::1]",
    // Credentials that dress one host as another, and a zone.
    "status.vendor.example@127.0.0.1",
    "status.vendor.example:443@127.0.0.1",
    "me:pw@1.1.1.1",
    "me@status.vendor.example",
    "127.0.0.1#@status.vendor.example",
    "127.0.0.1\\@status.vendor.example",
    "[fe80::1%25lo]",
    "[::1%lo]",
];

/// Whole URLs that are no web addresses, or of ports that cannot be.
const OTHERS: &[&str] = &[
    "file:///etc/passwd",
    "ftp://127.0.0.1/",
    "gopher://127.0.0.1:25/_HELO",
    "dict://127.0.0.1:11211/",
    "ldap://10.0.0.1/",
    "unix:/var/run/docker.sock",
    "data:text/plain,x",
    "javascript:alert(1)",
    "ws://127.0.0.1/",
    "jar:http://127.0.0.1!/",
    "http://1.1.1.1:0/",
];

/// All of them, those with a host at `port`.
pub fn with_port(port: u16) -> Vec<String> {
    let hosts = HOSTS.iter().flat_map(|host| {
        // Behind a fragment or a backslash the port would be text.
        match host.split_once(['#', '\\']) {
            Some((real, rest)) => {
                vec![format!("http://{real}:{port}/#{rest}"), format!("https://{real}:{port}\\{rest}")]
            }
            None => vec![format!("http://{host}:{port}/"), format!("https://{host}:{port}/")],
        }
    });
    hosts.chain(OTHERS.iter().map(|url| (*url).to_owned())).collect()
}

/// Listeners at one port on every address of the machine, IPv4 and where there is one IPv6.
pub async fn listeners() -> (Hostile, Option<Hostile>) {
    let v4 = Hostile::at("0.0.0.0:0", |_| vec![Act::Close]).await;
    let address = format!("[::1]:{}", v4.address.port());
    let has_v6 = tokio::net::TcpListener::bind(&address).await.is_ok();
    let v6 = if has_v6 { Some(Hostile::at(&address, |_| vec![Act::Close]).await) } else { None };
    (v4, v6)
}
