//! The provider of the tests, as the tables that an import reads.

pub(crate) const PLANS: &str = "key,name,service,control,yen_per_month
S1,レンタルサーバ ライト,shared-hosting,managed,990
M1,メールプラン,mail,managed,330
V1,VPS 2G,vps,root,1580
D1,専用サーバ M,server,root,19800
A1,光アクセス,access,root,4950
";

pub(crate) const CUSTOMERS: &str = "key,name,mail,lang,parent,desk_mail
K0001,山田 太郎,yamada@example.com,ja,,
K0002,Example Trading Ltd,office@example.net,en,,
K0003,株式会社みなと製作所,it@minato.example.jp,ja,,
K0004,再販ネット株式会社,info@resale.example.jp,ja,,abuse@resale.example.jp
K0005,喫茶こもれび,komorebi@example.org,ja,K0004,
";

pub(crate) const CONTRACTS: &str = "key,customer,plan,from,to,responsible
WEB-1001,K0001,S1,2024-01-01T00:00:00Z,,山田 太郎
WEB-1002,K0003,S1,2024-05-01T00:00:00Z,,
WEB-1003,K0005,S1,2025-02-01T00:00:00Z,,
WEB-1004,K0002,S1,2024-03-01T00:00:00Z,,
WEB-1005,K0001,S1,2024-03-01T00:00:00Z,,
VPS-2001,K0002,V1,2024-01-01T00:00:00Z,,
VPS-2002,K0003,V1,2025-06-01T00:00:00Z,,
SRV-3001,K0003,D1,2023-04-01T00:00:00Z,,佐々木 健
MAIL-4001,K0001,M1,2024-01-01T00:00:00Z,,
LINE-5001,K0002,A1,2024-01-01T00:00:00Z,,
LINE-5002,K0001,A1,2024-01-01T00:00:00Z,,
";

pub(crate) const HOLDINGS: &str = "subject,contract,port_lo,port_hi,from,to
ip:192.0.2.1,,,,2024-01-01T00:00:00Z,
domain:shop.example.com,WEB-1001,,,2024-01-01T00:00:00Z,
domain:minato.example.jp,WEB-1002,,,2024-05-01T00:00:00Z,
domain:komorebi.example.org,WEB-1003,,,2025-02-01T00:00:00Z,
domain:blog.example.net,WEB-1004,,,2024-03-01T00:00:00Z,
domain:garden.example.org,WEB-1005,,,2024-03-01T00:00:00Z,
mailbox:taro@shop.example.com,MAIL-4001,,,2024-01-01T00:00:00Z,
ip:192.0.2.21,VPS-2001,,,2024-01-01T00:00:00Z,
ip:192.0.2.22,VPS-2002,,,2025-06-01T00:00:00Z,
ip:192.0.2.31,SRV-3001,,,2023-04-01T00:00:00Z,
ip:192.0.2.32,SRV-3001,,,2023-04-01T00:00:00Z,
ip:192.0.2.40,LINE-5001,,,2024-01-01T00:00:00Z,
ip:203.0.113.5,LINE-5001,1024,32767,2024-01-01T00:00:00Z,
ip:203.0.113.5,LINE-5002,32768,65535,2024-01-01T00:00:00Z,
ip:2001:db8:1::/56,LINE-5002,,,2024-01-01T00:00:00Z,
";

pub(crate) const PREFIXES: &str = "prefix,asn
192.0.2.0/24,64500
203.0.113.0/24,64500
2001:db8::/32,64500
";
