//! A webhook against a real listener on this machine.

use std::sync::{Arc, Mutex};

use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::super::tests::order;
use super::*;

const SECRET: &str = "0123456789abcdef0123456789abcdef";

/// Answers each connection with the next of `answers` and keeps the requests; an empty answer closes the connection.
async fn server(answers: Vec<String>) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/measures", listener.local_addr().unwrap());
    let seen = Arc::new(Mutex::new(Vec::new()));
    let requests = Arc::clone(&seen);
    tokio::spawn(async move {
        for answer in answers {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = Vec::new();
            let mut buffer = [0; 4096];
            loop {
                let read = stream.read(&mut buffer).await.unwrap();
                request.extend_from_slice(&buffer[..read]);
                let text = String::from_utf8_lossy(&request).into_owned();
                let length = text.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok());
                let body = text.split_once("\r\n\r\n").map(|(_, body)| body.len());
                if read == 0 || body.is_some_and(|body| body >= length.unwrap_or(0)) {
                    requests.lock().unwrap().push(text);
                    break;
                }
            }
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    (url, seen)
}

fn answer(status: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
}

fn hook(url: &str) -> Box<dyn Connector> {
    open(&json!({"url": url, "secret": SECRET, "timeout_seconds": 2})).unwrap()
}

#[tokio::test]
async fn answers_are_told_apart() {
    let cases = [
        ("200 OK", "{\"message\":\"locked\"}", Answer::Done("locked".to_owned())),
        ("200 OK", "{\"message\":\"locked\",\"done_before\":true}", Answer::DoneBefore("locked".to_owned())),
        ("409 Conflict", "{\"message\":\"no such mailbox\"}", Answer::Refused("no such mailbox".to_owned())),
        ("202 Accepted", "", Answer::Unknown("HTTP 202".to_owned())),
        ("302 Found", "", Answer::Unknown("HTTP 302".to_owned())),
        ("404 Not Found", "<html>", Answer::Unknown("HTTP 404".to_owned())),
    ];
    let (url, _) = server(cases.iter().map(|(status, body, _)| answer(status, body)).collect()).await;
    let hook = hook(&url);
    for (status, _, expected) in cases {
        assert_eq!(hook.ask(Verb::Act, &order()).await, expected, "{status}");
    }
}

#[tokio::test]
async fn a_broken_line_is_asked_again_with_the_same_key_and_a_good_signature() {
    let (url, seen) = server(vec![String::new(), answer("503 Busy", ""), answer("200 OK", "{}")]).await;
    assert_eq!(hook(&url).ask(Verb::Undo, &order()).await, Answer::Done("HTTP 200".to_owned()));
    let seen = seen.lock().unwrap().clone();
    assert_eq!(seen.len(), 3);
    for request in &seen {
        let header = |name: &str| {
            let line = request.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")));
            line.unwrap().to_owned()
        };
        let (_, body) = request.split_once("\r\n\r\n").unwrap();
        assert_eq!(serde_json::from_str::<Order>(body).unwrap(), order());
        assert_eq!(header("idempotency-key"), "k1:undo");
        let signed = sign(SECRET, &header("mimawari-timestamp"), "k1:undo", body.as_bytes()).unwrap();
        assert_eq!(header("mimawari-signature"), signed);
    }
}

#[test]
fn the_signature_is_the_one_that_any_tool_makes() {
    // printf '1.k:act.{}' | openssl dgst -sha256 -hmac 0123456789abcdef0123456789abcdef
    let expected = "sha256=d0966e06ac4189f3dee34b6d753ad3057e647e42d556fb1f669b1a04d7d9f92e";
    assert_eq!(sign(SECRET, "1", "k:act", b"{}").unwrap(), expected);
}

#[tokio::test]
async fn nobody_there_is_not_known() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/secret-path", listener.local_addr().unwrap());
    drop(listener);
    let answer = hook(&url).ask(Verb::Act, &order()).await;
    assert!(matches!(&answer, Answer::Unknown(words) if !words.contains("secret-path")), "{answer:?}");
}

#[tokio::test]
async fn a_flood_is_read_to_its_bound() {
    let (url, _) = server(vec![answer("200 OK", &"x".repeat(5_000_000))]).await;
    assert_eq!(hook(&url).ask(Verb::Act, &order()).await, Answer::Done("HTTP 200".to_owned()));
}

#[test]
fn wrong_settings_say_what_is_wrong() {
    for (settings, word) in [
        (json!({"url": "http://192.0.2.1/", "secret": SECRET}), "https"),
        (json!({"url": "https://example.com/", "secret": "short"}), "32"),
        (json!({"url": "https://example.com/", "secret": SECRET, "timeout_seconds": 60}), "attempts"),
        (json!({"url": "nowhere", "secret": SECRET}), "url"),
        (json!({"url": "https://example.com/", "secret": SECRET, "verify_tls": false}), "unknown field"),
    ] {
        let error = open(&settings).err().unwrap();
        assert!(error.contains(word) && !error.contains(SECRET), "{error}");
    }
}
