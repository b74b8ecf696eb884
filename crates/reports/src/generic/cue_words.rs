//! The words by which [`super::cues`] weighs: in lower case, in the languages of the desk and its neighbours.

use Says::{Accused, Info, Noun, Other, Weak};

/// What a word says about the value behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Says {
    /// The value is accused.
    Accused,
    /// The value belongs to the victim, or is evidence, or for information.
    Other,
    /// Rather not accused.
    Weak,
    /// Only what kind of value it is.
    Noun,
    /// The value is for the reader's information, whatever else is said of it.
    Info,
}

/// Words in front of an address.
#[rustfmt::skip] // Words side by side can be read; one a line cannot.
pub(super) const IP_WORDS: &[(Says, &[&str])] = &[
    (
        Other,
        &[
            // In the neighbours' languages.
            "ziel", "angegriffen", "unser server", "unserem server", "unseren server", "unsere ip", "opfer",
            "cible", "notre serveur", "objetivo", "nuestro servidor", "nosso servidor", "alvo", "vittima",
            "nostro server", "doelwit", "onze server", "víctima", "vítima", "cíl", "náš server",
            "naszego serwera", "наш сервер", "нашего сервера", "на наш", "hedef", "kurban", "offer för", "målet",
            "피해", "목적지", "대상", "受害", "目标", "目標", "目的ip", "目的地址",
            "gegen unser", "auf unser", "notre site", "nos serveurs", "nos ip", "vers notre", "nuestra red", "nuestros servidores", "contra nuestro",
            "nossa rede", "nossos servidores", "contra nosso", "verso ", "nostro cliente", "nostri server", "nostra rete", "onze ", "naar ons",
            "log do servidor", "logs do servidor", "log del servidor", "logs del servidor", "log du serveur", "logs du serveur", "serverlog", "log vom server",
            "mijn server", "mijn ip", "mein server", "meine ip", "meinem server", "meinen server", "mon serveur", "mon ip", "mi servidor", "mi ip", "meu servidor",
            "meu ip", "mio server", "mio ip", "mój serwer", "мой сервер", "моего сервера", "мой ip", "我的", "제 서버", "내 서버",
            "nasz serwer", "nasz ", "naszą", "нашему", "нашу сеть", "к серверу", "我公司", "我司", "我方", "本公司", "我单位", "本单位", "我校", "我们的",
            "당사", "당행", "저희", "본사", "수신 서버", "zielport", "ziel-ip", "doel-ip",
            // In English and Japanese.
            "dst", "dest", "target", "victim", "our server", "our ip", "our network", "our host", "our client",
            "our system", "our customer", "my server", "my ip", "my host", "my network", "my w.a.n", "my wan",
            "against", "attacked host", "attacked system", "attacked server", "honeypot", "sensor",
            "logs are from", "daddr", "local ip", "our web", "on our", "hosted at our", "->",
            "=>", "→", "lport", "laddr", "lip=", "nameserver", "name server", "dns server", "resolver",
            "gateway", "legitimate", "were attacked", "attacked ip", "to ip", "towards", "destination",
            "received by", "our node", "reporter", "reported by", "reporting ip", "attacking ", "被害", "宛先",
            "攻撃先", "弊社サーバ", "当社サーバ", "当方", "標的", "protected", "attacks on", "attacked our",
            "being scanned", "being probed", "scanned ip", "attacked from your network", "designates",
            "flood on", "permitted", "client-ip", "network:", "subnet", "destino", "attacked hosts",
            "attacked by your", "targeting", "toward", "cidr", "our machine", "my machine", "own ip",
            "our address", "logged by", "listening on", "ip of the server", "server's ip", "vhost",
            "our firewall", "our mx", "our mail server", "our mailserver", "our smtp", "our router", "our gateway", "our public",
            "our external", "our vps", "our sensor", "our noc", "reachable at", "of ours", "of mine", "server log", "log of the server", "logs of the server", "to:", "hostname:", "host: \"", "server name", "server:",
        ],
    ),
    (
        Accused,
        &[
            // In the neighbours' languages.
            "angreifer", "angriff von", "angriffe von", "quell-ip", "quelle", "von der ip", "von ip",
            "ihrer ip", "desde", "depuis", "provenant d", "provenient", "a partir do", "atacante", "attaquant",
            "aggressore", "aanvaller", "vanaf", "afkomstig", "źródł", "z adresu", "útočník", "zdroj", "z ip",
            "источник", "с ip", "с адреса", "нарушител", "атакующ", "saldırgan", "kaynak", "angripare", "angriper",
            "ihrem netz", "ihrer adresse", "aus ihrem", "votre réseau", "votre serveur", "votre ip", "provenance de", "de l'adresse", "su red", "sus redes",
            "de vocês", "vossa rede", "sua rede", "seu ip", "vostra rete", "vostro", "dall'indirizzo", "dall'ip", "uw netwerk", "państwa sieci", "państwa adres",
            "вашего", "вашей сети", "贵公司", "贵司", "贵单位", "贵方", "貴公司", "来自", "來自", "귀사", "귀하", "귀 기관", "발송 ip", "공격 ip",
            "angreb fra", "공격", "출발지", "발신지", "유포지", "攻击源", "攻擊來源", "攻击者", "源ip", "源地址", "来源",
            // In English and Japanese.
            "src", "source", "attacker", "attacking ip", "offend", "from", "originat", "infected", "abusive",
            "abusing", "abuser", "rhost", "saddr", "remote", "banned", "blocked", "suspicious", "malicious",
            "hosted on", "hosted at", "hosting", "reported ip", "perpetrator", "infringing", "client ",
            "intruder", "sender", "sending", "your ip", "your server", "your network", "your client",
            "your customer", "resolves to", "resolving to", "compromised", "badactor", "送信元", "攻撃元", "接続元",
            "発信元", "アクセス元", "貴社", "御社", "該当", "emitting", "involved", "hacker", "attacked our",
            "have attacked", "attacked our systems", "attacked our servers", "attacked our network",
            "attacked our hosts", "culprit", "rip=", "remote_addr", "abuse report", "abuse from", "origen",
            "origem", "listed", "phish", "fraudulent", "spam", "complaint", "attack by", "attacks by",
            "botnet", "under your", "somebody using", "someone using", "anyone using", "using ip", "using the ip", "following ip", "ip(s)", "offender", "registered",
        ],
    ),
    (
        Noun,
        &[
            "ip address", "ip-address", "ipaddress", "ip addr", "ips:", "ip:", "ip :", "ips ", "host ip",
            "with ip", "address:", "ipv4", "ipv6", "ip ", "ip=", "host:", "ipアドレス", "ip：", "ip-adresse",
            "indirizzo ip", "адрес", "adresse ip", "ip adres", "associated ip", "dirección ip", "endereço ip",
            "hosts", "following", "below", "アドレス", "address", "ips",
        ],
    ),
];

/// Words in front of a URL or a name.
#[rustfmt::skip] // As above.
pub(super) const URL_WORDS: &[(Says, &[&str])] = &[
    (
        Info,
        &[
            // In the neighbours' languages.
            "weitere informationen", "plus d'informations", "más información", "mais informações",
            "maggiori informazioni", "meer informatie", "więcej informacji", "подробнее", "дополнительн",
            // In English and Japanese.
            "more information", "further information", "more info", "read more", "more details", "click here",
            "unsubscribe", "learn more", "additional information", "information about", "information on how",
            "invite you", "for more", "terms and conditions", "background information", "詳細は",
        ],
    ),
    (
        Other,
        &[
            // In the neighbours' languages.
            "offizielle", "originalseite", "site officiel", "légitime", "legítim", "sitio oficial",
            "página oficial", "site oficial", "sito ufficiale", "officiële", "oryginaln", "официальн",
            "verdadera", "verdadero", "auténtic", "site officiel", "notre site", "nuestro sitio", "nuestra web", "nosso site", "nostro sito", "echte ", "echten",
            "unsere seite", "unsere website", "onze site", "onze website", "prawdziw", "nasza strona", "настоящ", "наш сайт", "官方", "正版", "真实网站", "공식", "정상 사이트", "정상사이트",
            "offre légale", "mijn site", "mijn website", "meine seite", "meine website", "mon site", "mi sitio", "mi página", "meu site", "mio sito", "moja strona",
            "мой сайт", "我的网站", "제 사이트",
            // In English and Japanese.
            "documentation", "faq", "wiki", "instructions", "how to", "guide", "customer portal",
            "resource center", "terms of", "privacy", "policy", "screenshot", "power of attorney", "letter of",
            "virustotal", "urlscan", "参照",
            "legitimate", "official", "original", "genuine", "authentic", "our client", "our website",
            "our site", "our web", "our page", "our company", "our channel", "copyrighted work",
            "copyrighted material", "proof", "report it", "delist", "belongs to", "property of",
            "about this", "real site", "real website", "targeted brand", "公式", "正規", "本物", "お問い合わせ",
            "my site", "my website", "my page", "my blog", "my profile", "my channel", "my original", "my flickr", "my instagram",
            "my facebook", "my youtube", "my store", "my shop", "markets and sells", "through websites", "through its website",
            "documents are", "документ", "доверенност", "свидетельств", "see here", "(here", "lookup", "ticket", "download the", "report content", "redirects to",
            "redirect to", "redirecting to", "redirected to", "impersonated", "owned by", "content owned",
            "works:", "work(s)", "work:", "referer", "referrer", "original work", "infringed url",
            "infringed work", "being infringed", "infringed upon", "targeted website", "target website",
            "authorization", "authorisation", "authority to", "the real", "evidence screenshot", "evidence:",
            "evidence link", "example(s)", "examples of", "example of our", "details here", "disinfectant",
            "website of our", "site of our", "official site", "official website", "brand website",
            "brand owner", "brand url", "rights holder", "right holder", "copyright holder", "trademark owner",
            "appeal", "respond at", "reply at", "form at", "form:", "via our", "check:", "check at",
            "in accordance", "under section", "pursuant", "convention", "directive", "removal request form",
            "counter", "confirm", "tools", "see http", "see:", "refer to", "reference:", "references",
            "source:", "source :", "(source", "found on", "loa", "poa", "protected by copyright",
            "copyright protected", "protected by our", "administrative url", "administrat", "spoof ",
            "url requested  ", "url requested:", "requested url", "request url", "attacked url", "list of known", "liste bekannter",
            "impersonates ", "imitates ", "imitating ", "mimics ", "mimicking ", "posing as ",
            "pretending to be ",
        ],
    ),
    (
        Weak,
        &[
            "by our", "evidence", "see ", "details", "owner", "reference", "visit", "please use", "law", "section",
            "act ", "terms", "contact", "web:", "www:", "w:", "homepage", "trademark", "registration",
            "instead", "targets", "target:", "against", "reported to", "login at", "log in at", "our customer",
            "our brand", "根拠", "証拠", "respond", "case", "track", "monitor", "such as", "feed", "help",
            "attacked", "our server", "sample of", "tested", "registrar", "whois", "portal", "logo",
            "facebook", "twitter", "linkedin", "instagram", "youtube", "image", "icon", "like ", "domain of",
            "spoofed", "behalf", "client,", "company", "brand:", "bank (", "group (",
        ],
    ),
    (
        Accused,
        &[
            // In the neighbours' languages.
            "betrüger", "gefälscht", "schadsoftware", "schädlich", "rechtsverletz", "frauduleu", "contrefa",
            "malveillant", "fraude", "falso", "falsa", "malicios", "ilegal", "ilícit", "fraudolent",
            "contraffatt", "oszust", "podvod", "škodliv", "фишинг", "мошенн", "вредонос", "нарушени",
            "незаконн",
            "wyłudz", "złośliw", "podszyw", "fałszyw", "oplicht", "nagemaakt", "sahte", "oltalama", "zararlı", "falešn",
            "adathalász", "csaló", "bedräg", "nätfiske", "svindel", "falsk", "huijaus", "suplanta", "truffa", "golpe",
            "lừa đảo", "피싱", "불법", "유포", "钓鱼", "釣魚", "欺诈", "詐騙", "侵权", "侵權", "仿冒",
            // In English and Japanese.
            "without authorization", "without authorisation", "without permission", "not authorized",
            "not authorised", "infring", "phish", "malicious", "fraudulent", "fake", "offending", "abusive", "illegal",
            "unauthor", "pirat", "counterfeit", "scam", "attack at", "compromised", "remove", "take down",
            "takedown", "disable", "suspend", "stream", "violat", "malware", "spamvert", "de-register",
            "フィッシング", "偽", "侵害", "該当", "対象", "掲載", "違法", "削除", "suspicious", "deceptive", "impersonating",
            "clone", "copied", "defac", "spam", "abuse", "obfuscated", "problem url", "bad url",
            "in your network", "on your", "your server", "your network", "hosting the", "shut down", "block ",
            "distribut", "webshell", "exploit", "leak",
        ],
    ),
    (
        Noun,
        &[
            // In the neighbours' languages.
            "embed", "mirror", "playlist", "folgende", "webseite", "suivant", "siguiente", "enlace", "seguinte", "seguente", "volgende",
            "następując", "следующ", "сайт", "страниц", "ссылк", "página", "pagina", "sitio", "adres strony", "strona", "stronę", "strony", "stronie", "网址", "链接", "網址", "사이트",
            "seite", "recurso", "ресурс", "adresse",
            // In English and Japanese.
            "hosted at", "hosted on", "reported", "detected", "affected", "url(s)", "full url", "hosted by",
            "identified", "found at", "located at", "available at", "appears at", "appears on",
            "accessible at", "following url", "following link", "following site", "following domain",
            "following website", "following location", "following address", "following content", "these url",
            "listed below", "incident", "url", "uri", "link", "location", "domain", "host:", "hostname",
            "site", "web page", "webpage", "page", "following", "content", "resource", "regarding", "source",
            "address", "サイト", "ページ", "リンク", "below", "website", "hosted",
        ],
    ),
];
