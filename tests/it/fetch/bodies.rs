//! Bodies that break off, blow up, or come in strange codings.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::*;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test]
async fn a_body_shorter_than_its_length_is_cut_short() {
    let mut bytes = head("200 OK", &["content-length: 100"]);
    bytes.extend(b"{\"incidents\":[]");
    cut_short_because(of_bytes(bytes).await, "breaks off after 15 bytes");
}

#[tokio::test]
async fn chunks_without_the_last_one_are_cut_short() {
    let mut bytes = head("200 OK", &["transfer-encoding: chunked"]);
    bytes.extend(b"2\r\n[]\r\n");
    cut_short_because(of_bytes(bytes).await, "breaks off after 2 bytes");
}

#[tokio::test]
async fn gzip_is_decoded_and_half_of_it_is_cut_short() {
    let text = (0..10_000).map(|n| n.to_string()).collect::<String>();
    let packed = gzip(text.as_bytes());
    let whole = of(&fetcher(), answer("200 OK", &["content-encoding: gzip"], &packed)).await.unwrap();
    assert_eq!(body(whole).bytes, text.as_bytes());
    let half = &packed[..packed.len() / 2];
    cut_short_because(of(&fetcher(), answer("200 OK", &["content-encoding: gzip"], half)).await, "breaks off");
    // Without a length, the end of the connection is the end of the body: only the coding knows that it is not whole.
    let mut bytes = head("200 OK", &["content-encoding: gzip"]);
    bytes.extend(half);
    cut_short_because(of_bytes(bytes).await, "breaks off");
}

const BROTLI: [u8; 21] = [11, 8, 128, 123, 34, 112, 97, 103, 101, 34, 58, 34, 98, 114, 111, 116, 108, 105, 34, 125, 3];

#[tokio::test]
async fn brotli_is_decoded_and_half_of_it_is_cut_short() {
    let whole = of(&fetcher(), answer("200 OK", &["content-encoding: br"], BROTLI)).await.unwrap();
    assert_eq!(body(whole).bytes, br#"{"page":"brotli"}"#);
    let half = of(&fetcher(), answer("200 OK", &["content-encoding: br"], &BROTLI[..12])).await;
    cut_short_because(half, "breaks off");
}

/// 64 MiB of zeros.
const BROTLI_BOMB: [u8; 106] = [
    203, 255, 255, 63, 248, 39, 0, 226, 177, 64, 32, 247, 254, 143, 255, 255, 127, 240, 79, 0, 196, 97, 17, 128, 238,
    253, 31, 255, 255, 255, 224, 159, 0, 136, 195, 2, 0, 221, 251, 63, 254, 255, 255, 193, 63, 1, 16, 135, 5, 0, 186,
    247, 127, 252, 255, 255, 131, 127, 2, 32, 14, 11, 0, 116, 239, 255, 248, 255, 255, 7, 255, 4, 64, 28, 22, 0, 232,
    222, 255, 241, 255, 255, 15, 254, 9, 128, 56, 44, 0, 208, 189, 255, 203, 255, 255, 63, 252, 19, 0, 113, 88, 0, 160,
    123, 255, 7,
];

#[tokio::test]
async fn bombs_stop_at_the_cap() {
    let packed = gzip(&vec![0; 12 << 20]);
    assert!(packed.len() < 100_000);
    let bomb = of(&fetcher(), answer("200 OK", &["content-encoding: gzip"], packed)).await;
    cut_short_because(bomb, "longer than the 8 MiB that are read at most");
    let bomb = of(&fetcher(), answer("200 OK", &["content-encoding: br"], BROTLI_BOMB)).await;
    cut_short_because(bomb, "longer than the 8 MiB that are read at most");
}

#[tokio::test]
async fn a_body_of_exactly_the_cap_is_whole() {
    let fetcher = Fetcher::new(Settings { body_cap: 1024, ..settings() }).unwrap();
    let whole = of(&fetcher, answer("200 OK", &[], [b'x'; 1024])).await.unwrap();
    assert_eq!(body(whole).bytes.len(), 1024);
    cut_short_because(of(&fetcher, answer("200 OK", &[], [b'x'; 1025])).await, "longer than the 1 KiB");
}

#[tokio::test]
async fn a_length_beyond_the_cap_is_refused_before_a_byte_of_it() {
    let acts = vec![Act::Send(head("200 OK", &["content-length: 1000000000000000"])), Act::Hang];
    cut_short_because(of(&fetcher(), acts).await, "longer than the 8 MiB");
}

#[tokio::test]
async fn chunks_without_end_stop_at_the_cap() {
    let mut chunk = b"100000\r\n".to_vec();
    chunk.extend(vec![b' '; 0x10_0000]);
    chunk.extend(b"\r\n");
    let acts = vec![Act::Send(head("200 OK", &["transfer-encoding: chunked"])), Act::Repeat(chunk)];
    cut_short_because(of(&fetcher(), acts).await, "longer than the 8 MiB");
}

#[tokio::test]
async fn codings_that_we_did_not_ask_for_are_named() {
    let twice = gzip(&gzip(b"{}"));
    for (header, words) in [
        ("content-encoding: zstd", "\"zstd\""),
        ("content-encoding: gzip, gzip", "\"gzip, gzip\""),
        ("content-encoding: gzip\r\ncontent-encoding: gzip", "compressed more than once"),
    ] {
        unexpected_because(of(&fetcher(), answer("200 OK", &[header], &twice)).await, words);
    }
    let plain = of(&fetcher(), answer("200 OK", &["content-encoding: identity"], "{}")).await.unwrap();
    assert_eq!(body(plain).bytes, b"{}");
}

#[tokio::test]
async fn damaged_gzip_is_not_the_expected_document() {
    let damaged = answer("200 OK", &["content-encoding: gzip"], "this is not gzip at all");
    unexpected_because(of(&fetcher(), damaged).await, "the body is damaged");
}

#[tokio::test]
async fn a_part_that_nobody_asked_for_is_no_whole_document() {
    let part = answer("206 Partial Content", &["content-range: bytes 0-1/9"], "[]");
    cut_short_because(of(&fetcher(), part).await, "HTTP 206");
}
