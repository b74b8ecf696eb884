# 用語: 一つのものに一つの名前。画面・コマンド・メールのすべてがここから取る。
# 表に入る語(状態・重大度・役割など)は6文字以内。

## 言語
lang-ja = 日本語
lang-en = 英語

## 種別
category-spam = 迷惑メール
category-bulk-messaging = 大量配信
category-ddos = DDoS攻撃
category-infected-host = マルウェア感染
category-login-attack = 不正ログイン試行
category-port-scan = ポートスキャン
category-reconnaissance = 探索行為
category-scraping = 過度な自動収集
category-sql-injection = SQLインジェクション
category-vulnerability-scan = 脆弱性探索
category-phishing = フィッシング
category-malware = マルウェア配布
category-fraud = 詐欺サイト
category-csam = 児童ポルノ
category-csem = 児童の性的搾取
category-exposed-data = 情報漏えい
category-brand-infringement = 商標権侵害
category-suspicious-registration = 不審なドメイン
category-remote-compromise = サイト改ざん
category-copyright = 著作権侵害
category-copyright-p2p = 著作権(P2P)
category-copyright-cyberlocker = 著作権(保管庫)
category-copyright-link-site = 著作権(リンク)
category-copyright-ugc = 著作権(投稿)
category-copyright-usenet = 著作権(Usenet)
category-cve = 既知の脆弱性
category-misconfiguration = 設定の不備
category-open-service = 開放サービス
category-botnet = ボットネット
category-compromised-server = サーバ乗っ取り
category-blocklist = ブロックリスト掲載
category-threat-intelligence = 脅威情報
category-compromised-account = アカウント悪用
category-defamation = 誹謗中傷
category-obscene = わいせつ情報
category-harassment = 脅迫・嫌がらせ
category-eavesdropping = 盗聴
category-impersonation = なりすまし
category-unknown = 種別不明

## 年次表の区分
group-spam-phishing = 迷惑メール・フィッシング
group-incident = セキュリティインシデント
group-rights = 権利侵害
group-other-unlawful = その他違法情報
group-unsorted = 未分類

## 重大度
severity-info = 参考
severity-low = 低
severity-medium = 中
severity-high = 高
severity-critical = 緊急

## 担当
lane-abuse = 不正利用
lane-rights = 権利侵害

## 案件の状態
case-state-triage = 受付
case-state-open = 対応待ち
case-state-waiting = 顧客回答待ち
    .done = 通知済み
case-state-answered = 回答あり
case-state-contained = 停止
case-state-closed = 終了

## 終わり方
exit-fixed = 解決
exit-stopped = 即時停止
exit-warned-then-stopped = 警告後停止
exit-cancelled = 契約解除
exit-referred-out = 他機関案内
exit-info-only = 参考記録
exit-not-ours = 管理外
exit-lacks-data = 情報不足
exit-rejected = 却下
exit-merged = 統合

## 原因
cause-unknown = 未確認
cause-victim = 第三者悪用
cause-deliberate = 意図的利用
cause-careless = 設定・不注意
cause-open-network = 開放網

## 証拠の確かさ
grade-claim = 申告のみ
grade-stated = 特定あり
grade-shown = 証跡あり
grade-confirmed = 確認済み

## 法的根拠
basis-third-party-fact = 第三者の公表・通報
basis-contract = 約款
basis-consent = 個別の同意
basis-lawful-business = 正当業務行為
basis-self-defence = 正当防衛
basis-necessity = 緊急避難
basis-service-impact = 設備・役務への支障
basis-instrument = 令状等

## 措置
measure-kind-suspend = サービス停止
measure-kind-lock-account = アカウント停止
measure-kind-limit-mail = 送信制限
measure-kind-block-port = ポート遮断
measure-kind-quarantine-path = 部分非公開
measure-kind-force-password = 再設定要求
measure-kind-cancel = 契約解除

measure-state-proposed = 提案
measure-state-approved = 承認済み
measure-state-acting = 実行中
measure-state-active = 有効
measure-state-undoing = 解除中
measure-state-ended = 終了
measure-state-refused = 不承認
measure-state-failed = 失敗

## 措置の前に足りないもの
lack-basis = 法的根拠
lack-purpose = 目的
lack-reference = 条項・文書
lack-necessity = 他の手段では足りない理由
lack-side-effects = 副作用
lack-metrics = 影響の数値
lack-communications-data = 通信の秘密に触れられる根拠
lack-end = 終了日時

## サービス
service-shared-hosting = 共用サーバ
service-vps = VPS
service-server = 専用サーバ
service-access = 接続回線
service-mail = メール
service-domain = ドメイン

control-managed = 当社管理
control-root = 顧客管理

## 人
role-reporter = 通報者
role-auditor = 監査
role-operator = 担当
role-lead = 責任者
role-admin = 管理者

permission-view-cases = 案件を見る
permission-view-personal = 個人情報を見る
permission-work-cases = 案件を処理する
permission-propose-measure = 措置を提案する
permission-approve-measure = 措置を承認する
permission-edit-inventory = 台帳を変更する
permission-edit-policy = 方針とひな型を変更する
permission-manage-users = 利用者を管理する
permission-view-journal = 記録簿を見る

## 通報
request-stop = 停止の依頼
request-identify = 発信者照会
request-stop-and-identify = 停止と照会

noise-bounce = 配送不能通知
noise-auto-reply = 自動応答
noise-marketing = 広告
noise-housekeeping = 稼働通知
noise-reply = 返信
noise-declared = 担当者の判断

format-xarf-v4 = XARF v4
format-xarf-v3 = XARF v3
format-x-arf = X-ARF
format-arf = ARF
format-fail2ban = fail2ban
format-shadowserver = Shadowserver
format-acns = ACNS著作権侵害通知
format-spam-cop = SpamCop
format-feed = フィード（ファイル）
format-listing = 公開リスト
format-dmarc = DMARC集計レポート
format-tls-rpt = SMTP TLSレポート
format-form = 通報フォーム
format-generic = 自由文

place-site = サイト
place-account = アカウント
place-host = ホスト

## 脅威の呼び名
threat-ddos = DDoS攻撃
threat-password-list = パスワードリスト攻撃
threat-spoofed-login = なりすましログイン
threat-web-application = Webアプリケーションへの攻撃
threat-cms = CMS・WordPressの改ざん
threat-own-brand-phishing = 自社をかたるフィッシング
threat-water-torture = DNS水責め攻撃
threat-bind-hole = BINDの脆弱性
threat-targeted = 標的型攻撃
threat-iot-default-password = IoT機器の初期パスワード
threat-eavesdrop = 盗聴
threat-tamper = データの閲覧・改ざん・破壊
threat-impersonate = なりすまし
threat-stepping-stone = 踏み台
threat-dos = サービス妨害
threat-defamation = 誹謗中傷
threat-copyright = 著作権侵害
threat-obscene = わいせつ情報
threat-fraud = 詐欺
threat-spam = 迷惑メール

## よく使う語
term-case = 案件
term-report = 通報
term-reporter = 通報者
term-customer = 顧客
term-contract = 契約
term-plan = プラン
term-measure = 措置
term-notice = 通知
term-deadline = 期限
term-evidence = 証拠
term-journal = 記録簿
term-playbook = 対応手順
term-queue = 一覧
term-reseller = 再販事業者
term-unknown = 不明
term-none = なし
term-yes = はい
term-no = いいえ
term-hidden = 非表示

## 時間
duration-days = { $n }日
duration-hours = { $n }時間
duration-minutes = { $n }分
duration-seconds = { $n }秒
time-left = 残り{ $length }
time-overdue = { $length }超過
time-stated = 報告者の時刻表記: { $original }（タイムゾーン { $zone }）、誤差 ±{ $error }
time-stated-no-zone = 報告者の時刻表記: { $original }（タイムゾーンの記載なし、UTCとみなす）、誤差 ±{ $error }
time-zone-only = 報告者のタイムゾーン: { $zone }、誤差 ±{ $error }
time-error-only = 時刻の誤差 ±{ $error }

## 対象
subject-site = サイト { $name }
subject-account = アカウント { $name }
subject-host = { $name }
subject-host-port = { $name }（ポート { $port }）
