//! The asker against a server on loopback that does what servers do on bad days.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::*;

/// What the server does.
#[derive(Clone)]
enum Does {
    /// Answers with these bytes and closes.
    Says(Vec<u8>),
    /// Answers with a head and then one byte every so often, for ever.
    Drips(Duration),
    /// Answers without end, as fast as it can.
    Floods,
}

/// A server for one kind of answer; where it listens, and the requests it got.
async fn server(does: Does) -> (String, tokio::sync::mpsc::UnboundedReceiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/list.txt", listener.local_addr().unwrap());
    let (asked, requests) = tokio::sync::mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let (does, asked) = (does.clone(), asked.clone());
            tokio::spawn(async move {
                let mut request = vec![0; 4096];
                let length = stream.read(&mut request).await.unwrap_or(0);
                let _ = asked.send(String::from_utf8_lossy(&request[..length]).to_lowercase());
                match does {
                    Does::Says(bytes) => drop(stream.write_all(&bytes).await),
                    Does::Drips(pause) => {
                        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n").await;
                        while stream.write_all(b"1").await.is_ok() {
                            tokio::time::sleep(pause).await;
                        }
                    }
                    Does::Floods => {
                        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await;
                        while stream.write_all(b"198.51.100.1\n").await.is_ok() {}
                    }
                }
            });
        }
    });
    (url, requests)
}

fn says(head: &str, body: &[u8]) -> Does {
    let head = format!("HTTP/1.1 {head}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    Does::Says([head.as_bytes(), body].concat())
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

const NOW: Timestamp = Timestamp::constant(1_790_000_000, 0);

async fn ask(does: Does, change: impl FnOnce(&mut Question<'_>)) -> Result<Answer, Trouble> {
    let (url, _requests) = server(does).await;
    let patience = Patience { whole: Duration::from_millis(1_500), piece: Duration::from_millis(500) };
    let fetcher = Fetcher::new("mimawari (abuse@provider.example)", patience).unwrap();
    let mut question = Question { url: &url, limit: 1 << 20, ..Question::default() };
    change(&mut question);
    fetcher.ask(&question, NOW).await
}

async fn trouble(does: Does) -> Trouble {
    ask(does, |_| {}).await.expect_err("no list")
}

#[tokio::test]
async fn a_version_comes_with_its_marks_and_is_asked_for_only_if_it_changed() {
    let list = says("200 OK\r\nETag: \"7\"\r\nLast-Modified: Mon, 05 Jan 2026 07:00:00 GMT", b"198.51.100.1\n");
    let answer = ask(list.clone(), |_| {}).await.unwrap();
    let Answer::Version { bytes, etag, modified } = answer else { panic!("a version") };
    assert_eq!((bytes.as_slice(), etag.as_deref()), (&b"198.51.100.1\n"[..], Some("\"7\"")));
    assert_eq!(modified.as_deref(), Some("Mon, 05 Jan 2026 07:00:00 GMT"));
    let (url, mut requests) = server(says("304 Not Modified", b"")).await;
    let fetcher = Fetcher::new("mimawari (abuse@provider.example)", Patience::default()).unwrap();
    let question = Question {
        url: &url,
        etag: Some("\"7\""),
        modified: Some("Mon, 05 Jan 2026 07:00:00 GMT"),
        key: Some(("Auth-Key", "secret")),
        limit: 100,
        ..Question::default()
    };
    assert_eq!(fetcher.ask(&question, NOW).await.unwrap(), Answer::Unchanged);
    let request = requests.recv().await.unwrap();
    for line in [
        "if-none-match: \"7\"",
        "if-modified-since: mon, 05 jan 2026 07:00:00 gmt",
        "user-agent: mimawari (abuse@provider.example)",
        "auth-key: secret",
        "accept-encoding: gzip",
    ] {
        assert!(request.contains(line), "{line} in {request}");
    }
}

#[tokio::test]
async fn excuses_are_told_by_a_word_and_asked_waits_are_kept() {
    for (head, word, wait) in [
        ("500 Oops", "refused", None),
        ("403 No", "refused", None),
        ("404 Gone", "gone", None),
        ("302 Found", "refused", None),
        ("204 Nothing", "refused", None),
        ("429 Slow\r\nRetry-After: 120", "too-much-asked", Some(120)),
        ("503 Later\r\nRetry-After: 9999999", "too-much-asked", Some(86_400)),
        ("503 Later\r\nRetry-After: -5", "too-much-asked", Some(0)),
    ] {
        let trouble = trouble(says(head, b"<html>sorry</html>")).await;
        assert_eq!((trouble.word, trouble.wait.map(|wait| wait.as_secs())), (word, wait), "{head}");
    }
    let nobody = Fetcher::new("x", Patience::default()).unwrap();
    let question = Question { url: "http://127.0.0.1:1/", limit: 1, ..Question::default() };
    assert_eq!(nobody.ask(&question, NOW).await.unwrap_err().word, "no-answer");
}

#[tokio::test]
async fn slow_endless_and_cut_answers_end() {
    let slow = trouble(Does::Drips(Duration::from_mins(10))).await;
    assert_eq!(slow.word, "broken", "no piece for half a second");
    let drips = trouble(Does::Drips(Duration::from_millis(100))).await;
    assert_eq!(drips.word, "broken", "a byte now and then, but not all in time");
    assert_eq!(trouble(Does::Floods).await.word, "too-large");
    let announced = says("200 OK", &vec![b'1'; (1 << 20) + 1]);
    assert_eq!(trouble(announced).await.word, "too-large");
    let cut = Does::Says(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n198.51.100.1\n".to_vec());
    assert_eq!(trouble(cut).await.word, "broken", "a list that was cut off is no list");
}

#[tokio::test]
async fn packed_answers_are_unpacked_within_bounds() {
    let list = packed(b"198.51.100.1\n");
    let whole = ask(says("200 OK\r\nContent-Encoding: gzip", &list), |_| {}).await.unwrap();
    assert!(matches!(&whole, Answer::Version { bytes, .. } if bytes == b"198.51.100.1\n"), "{whole:?}");
    let cut = trouble(says("200 OK", &list[..list.len() - 6])).await;
    assert_eq!(cut.word, "broken");
    let bomb = packed(&vec![0; 64 << 20]);
    assert!(bomb.len() < 1 << 17);
    assert_eq!(trouble(says("200 OK", &bomb)).await.word, "too-large");
}
