# 帳簿: 文書と電話、顧客の備え、他の事業者への報告、閲覧の記録。案件に付く様式。

## 文書と電話
registers-instruments = 文書
registers-readiness = 備え
registers-outbound = 他社への報告
registers-looks = 閲覧の記録
registers-lead = 訴訟・警察からの電話・捜査関係事項照会書・令状などの控え。通報の件数には数えない。
registers-enter = 文書を登録
registers-reference = 先方の番号
registers-case = 案件番号
registers-done = 回答したもの
registers-answer = 回答
registers-answered-by = 回答者
registers-disclosed = 開示した情報の種類
registers-no-deadline = 期限なし
registers-link = 案件に結び付ける
registers-nothing-personal = この文書への回答では個人情報を開示できない。開示できるのは、案件に結び付けた訴訟書類・照会書・令状への回答だけ。
registers-refuse = 応じない(回答欄に理由を書く)

## 顧客の備え
readiness-lead = 責任者または終了日の決まっていないサイトとサーバー。担当者の交代や終わった企画のサイトが放置されやすい。
readiness-none = 責任者と終了日がすべて決まっている。
readiness-missing = 足りないもの
readiness-owner = 責任者
readiness-end-date = 終了日
readiness-contacts = 時間外の連絡先
readiness-strong-password = 強いパスワード
readiness-auto-update = 自動更新
readiness-backup = バックアップ
readiness-firewall = ファイアウォール
readiness-network-map = ネットワーク図
readiness-settings = 設定の控え
readiness-recovery = 復旧の手段

## 他の事業者への報告
outbound-lead = 他の事業者に知らせた攻撃。必要な項目がそろわないと送れない。
outbound-none = 他の事業者への報告はない。
connection-title = 接続の記録
connection-open = 接続の項目
connection-whole = 必要な項目はそろっている。
connection-lead = 発信元を持つ事業者に、文章とXARFで知らせる。
connection-ours = 発信元が当社のアドレスか、接続だけでは示せない種別のため、他の事業者への報告は作れない。
connection-to = 宛先(先方の窓口)
connection-at = 日時(UTC)
connection-zone = ログのタイムゾーン
connection-source-ip = 発信元アドレス
connection-source-port = 発信元ポート
connection-target-ip = 宛先アドレス
connection-target-port = 宛先ポート
connection-transport = プロトコル
connection-count = 回数
connection-log = ログ(通報の原文のまま送る)
connection-send = 報告を送る

## 閲覧の記録
looks-lead = 個人情報や通信の記録を、誰が何の根拠で見たか。根拠のない閲覧は断られる。
looks-none = 閲覧の記録はない。
looks-what = 対象
looks-fields = 項目
look-communications = 通信の記録
look-personal = 個人情報

## 案件に付く様式
incident-title = 被害の記録
incident-lead = 「解消」または停止で終えるには、六つすべての回答が要る。
incident-fill = 被害の記録を書く
incident-target = 何が攻撃されたか
incident-state = 続いているか、壊されたものは何か
incident-log = ログはあるか、どこにあるか
incident-informed = 誰に知らせたか
incident-source = 発信元に問い合わせたか、その答え
incident-recovery = どう復旧したか
answers-title = 顧客の回答
answers-none = 顧客の回答はまだない。
answers-fill = 電話で聞いた回答を書く
contract-step-open = 契約上の対応の段階に入った。証拠一式を作り、停止・解約の提案を二人で判断する。
do-pack = 証拠一式
pack-lead = 経過・通報・通知・措置と、同じ契約の過去の案件を一つのファイルにまとめる。ほかの顧客の情報は入らない。通報者の名は入るため、顧客には渡さない。
pack-purpose = 契約上の措置の判断

## 行ったこと
done-entered = 登録した。
done-answered = 回答を記録した。
done-linked = 案件に結び付けた。
done-reported = 他の事業者への報告を送信待ちに入れた。
triage-dismissed = 受付で対応しないと判断
key-go-registers = 帳簿へ
key-make-pack = 証拠一式を作る
event-instrument-entered = 文書を登録
event-instrument-linked = 文書を結び付け
event-instrument-answered = 文書に回答
event-access-granted = 閲覧
event-access-denied = 閲覧を拒否
event-outbound-sent = 他の事業者へ報告
event-case-pack = 証拠一式を作成
event-case-answers = 電話の回答を記録
event-report-reread = 通報を再読み取り
