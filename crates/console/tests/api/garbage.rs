//! Ten thousand mutated requests: each is answered with a status of its own, none with 500.

use crate::house::{Ask, House, xarf};
use axum::http::Method;
use serde_json::json;
use testkit::TempStore;

/// A small generator of its own, so that a failure can be repeated.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides.max(1)
    }

    /// Bytes with a few of them changed, doubled, cut out or replaced by what breaks parsers.
    fn mutate(&mut self, mut bytes: Vec<u8>) -> Vec<u8> {
        const NASTY: [&[u8]; 12] = [
            b"\0",
            b"\xff\xfe",
            b"\"",
            b"{",
            b"[[[[[[[[",
            b"-1",
            b"1e999",
            b"null",
            b"\\u0000",
            b"\r\n",
            "\u{202e}".as_bytes(),
            b"99999999999999999999",
        ];
        for _ in 0..=self.roll(4) {
            let at = self.roll(bytes.len() + 1);
            match self.roll(5) {
                0 => bytes.truncate(at),
                1 => bytes.splice(at..at, NASTY[self.roll(NASTY.len())].iter().copied()).for_each(drop),
                2 if at < bytes.len() => bytes[at] = u8::try_from(self.roll(256)).unwrap(),
                3 => {
                    let end = (at + self.roll(20)).min(bytes.len());
                    bytes.drain(at..end);
                }
                _ => {
                    let end = (at + self.roll(40)).min(bytes.len());
                    let piece = bytes[at..end].to_vec();
                    bytes.splice(at..at, piece);
                }
            }
        }
        bytes
    }
}

#[tokio::test]
async fn no_request_makes_the_program_fail() -> anyhow::Result<()> {
    let temp = TempStore::sqlite().await?;
    let house = House::new(&temp.store).await?;
    house.ask(Ask::json("/api/v1/reports", "admin", &xarf())).await;
    house.work().await?;
    let case =
        house.ask(Ask::get("/api/v1/cases", "admin")).await.json()["items"][0]["id"].as_str().unwrap().to_owned();
    let holding =
        json!({ "subject": "ip:192.0.2.99", "contract": null, "from_at": "2026-01-01T00:00:00Z", "dry_run": true });
    let proposal = json!({ "kind": "limit-mail", "target": "mailbox:taro@example.com", "params": { "rate": 5 }, "record": { "basis": "contract" } });
    let bodies: Vec<(Method, String, &str, Vec<u8>)> = vec![
        (Method::POST, "/api/v1/reports".into(), "application/json", xarf().to_string().into()),
        (
            Method::POST,
            "/api/v1/attributions".into(),
            "application/json",
            br#"[{"ip":"192.0.2.10","port":443,"at":"2026-11-22T14:05:00+09:00","uncertainty_s":5}]"#.to_vec(),
        ),
        (Method::POST, "/api/v1/holdings".into(), "application/json", holding.to_string().into()),
        (
            Method::POST,
            "/api/v1/imports/holdings?dry_run=true".into(),
            "text/csv",
            b"subject,contract,from,to\nip:192.0.2.50,VPS1,2024-01-01T00:00:00Z,\n".to_vec(),
        ),
        (
            Method::POST,
            "/api/v1/imports/plans?dry_run=true".into(),
            "application/json",
            br#"[{"key":"S","name":"x","service":"vps","control":"root","disk_gb":5}]"#.to_vec(),
        ),
        (Method::POST, format!("/api/v1/cases/{case}/measures"), "application/json", proposal.to_string().into()),
        (
            Method::PATCH,
            format!("/api/v1/cases/{case}"),
            "application/json",
            br#"{"cause":{"class":"victim","confidence":0.5,"reason":"x"}}"#.to_vec(),
        ),
        (
            Method::POST,
            "/api/v1/playbooks/checks".into(),
            "application/json",
            json!({ "body": desk::playbook::DEFAULT }).to_string().into(),
        ),
        (
            Method::POST,
            "/report".into(),
            "application/x-www-form-urlencoded",
            b"kind=spam&ip=192.0.2.1&port=25&date=2026-11-22&time=10%3A00&token=a.b".to_vec(),
        ),
    ];
    let queries = [
        "/api/v1/cases?view=open&text=192&limit=10&cursor=1.2.3",
        "/api/v1/reports?state=read&from_at=2026-01-01T00:00:00Z&cursor=1.2",
        "/api/v1/customers?text=K1&limit=5",
        "/api/v1/holdings?subject=ip:192.0.2.10&from_at=2026-01-01T00:00:00Z",
        "/api/v1/journal?after=0&limit=2",
        "/report/thanks?lang=en&receipt=abc.def",
    ];
    let mut dice = Dice(20_261_122);
    let (mut refused, mut taken) = (0, 0);
    for round in 0..10_000_u32 {
        let ask = if round % 4 == 0 {
            let query = queries[dice.roll(queries.len())];
            let text = dice.mutate(query.as_bytes().to_vec());
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/?&=.:-_%".contains(&byte);
            let path: String = text.into_iter().filter(|byte| plain(*byte)).map(char::from).collect();
            Ask::get(&format!("/{}", path.trim_start_matches('/')), "admin")
        } else {
            let (method, path, media, body) = &bodies[dice.roll(bodies.len())];
            let body = dice.mutate(body.clone());
            Ask { method: method.clone(), version: Some(1), ..Ask::post(path, "admin", media, body) }
        };
        let said = format!("round {round}: {} {} {:?}", ask.method, ask.path, String::from_utf8_lossy(&ask.body));
        let reply = house.ask(ask).await;
        let status = reply.status.as_u16();
        assert!(status < 500, "{said}: {status} {}", reply.text());
        *(if status >= 400 { &mut refused } else { &mut taken }) += 1;
    }
    assert!(refused > 2_000 && taken > 200, "the mutations hit both sides: {refused} refused, {taken} taken");
    Ok(())
}
