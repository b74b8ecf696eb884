//! x
fn main(){ let raw=std::fs::read(std::env::args().nth(1).unwrap()).unwrap(); for l in reports::explain(&raw, jiff::Timestamp::from_second(1_760_000_000).unwrap()) { println!("{l}"); } 
 let r = model::ReportReader::read(&reports::Reader, &raw, jiff::Timestamp::from_second(1_760_000_000).unwrap()); println!("{}", serde_json::to_string_pretty(&r).unwrap()); }
