//! Words of the neighbours' languages, by what they speak for and how strongly; letters beyond ASCII as reports mostly
//! write them, in small letters.

use model::Category as C;

#[rustfmt::skip] // Words side by side can be read; one a line cannot.
pub(super) const WORDS: &[(C, u32, &[&str])] = &[
    (C::Phishing, 6, &[
        "hameçonnage", "hameconnage", "фишинг", "фишер", "피싱", "钓鱼", "釣魚", "网络钓鱼", "oltalama", "adathalász", "wyłudz",
    ]),
    (C::Phishing, 4, &["usurpe l'identité", "suplanta", "página falsa", "pagina falsa", "gefälschte seite", "nepagina", "podszyw"]),
    (C::Malware, 5, &["schadsoftware", "schadprogramm", "logiciel malveillant", "código malicioso", "вредонос", "恶意软件", "木马", "악성코드"]),
    (C::InfectedHost, 4, &["infiziert", "infecté", "infectad", "infettat", "geïnfecteerd", "zainfekowan", "заражен", "заражён"]),
    (C::Spam, 4, &["werbemail", "werbung", "unerwünschte mail", "pourriel", "correo no deseado", "correo basura", "спам", "垃圾邮件", "스팸"]),
    (C::LoginAttack, 6, &[
        "fehlgeschlagene anmeld", "fehlgeschlagene login", "force brute", "fuerza bruta", "força bruta", "forza bruta", "подбор парол",
        "перебор парол", "暴力破解", "무차별 대입", "무차별 로그인", "próby logowania", "próby włamania", "inlogpoging",
    ]),
    (C::PortScan, 6, &["poortscan", "escaneo de puertos", "varredura de portas", "scan de ports", "balayage de ports", "skanowanie port", "сканирование порт", "端口扫描", "扫描攻击", "포트 스캔", "포트스캔"]),
    (C::SqlInjection, 7, &["injection sql", "inyección sql", "injeção sql", "injeção de sql", "sql注入"]),
    (C::Ddos, 6, &["déni de service", "denegación de servicio", "negação de serviço", "отказ в обслуживании", "拒绝服务", "디도스"]),
    (C::Fraud, 5, &["betrug", "arnaque", "escroquerie", "estafa", "golpe", "truffa", "frode", "oplichting", "oszustwo", "мошенн", "诈骗", "詐騙", "사기"]),
    (C::Copyright, 5, &["urheberrecht", "droit d'auteur", "contrefaisan", "derechos de autor", "direitos autorais", "diritto d'autore", "auteursrecht", "авторск", "版权", "著作權", "저작권"]),
    (C::RemoteCompromise, 4, &["equipo comprometido", "kompromittiert", "взломан"]),
    // An attack of whatever kind: these decide only where nothing else is said.
    (C::VulnerabilityScan, 0, &["angriff", "attaque", "ataque", "attacco", "атак", "攻击", "공격"]),
];
