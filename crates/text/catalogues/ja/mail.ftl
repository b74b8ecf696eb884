# メールの見出しと、ひな型の外で組み立てる句。メールは敬語。

## お知らせの見出し(ひな型から section("mail-part-…") で使う)
mail-part-report = ご連絡の内容
mail-part-stepping-stone = 第三者に悪用されている可能性について
mail-part-risk = 放置した場合に起こり得ること
mail-part-answer = ご回答のお願い
mail-part-stop = 期限までにご回答がない場合
mail-part-causes = 考えられる原因
mail-part-measures = 今すぐお願いしたいこと
mail-part-notes = ご注意いただきたいこと

mail-part-events = 確認された事象
mail-part-measure = 実施した措置
mail-part-ground = 措置の理由と根拠
mail-part-undo = 措置の解除について
mail-part-missing = ご提供いただきたい情報
mail-part-outcome = 対応の結果
mail-part-fail2ban = fail2banの設定について
mail-part-identity = 契約者の情報について
mail-part-limits = 当窓口でできること・できないこと
mail-part-next = 今後の流れ
mail-part-forward = お客様へのご転送のお願い
mail-part-objection = 異議のお申し出について
mail-part-contract = ご契約について
mail-part-prevention = 再発を防ぐために
mail-part-note = 担当者より

## 法的根拠(文の中で「…に基づき」に続く形)
mail-basis-third-party-fact = 第三者から提供された情報または公表されている事実
mail-basis-contract = ご契約の利用約款
mail-basis-consent = お客様から個別にいただいた同意
mail-basis-lawful-business = 電気通信役務を適切に提供するための正当な業務行為
mail-basis-self-defence = 現に行われている攻撃に対する正当防衛
mail-basis-necessity = 差し迫った危険を避けるための緊急避難
mail-basis-service-impact = 当社の設備または他のお客様へのサービスに生じた支障への対処
mail-basis-instrument = 裁判所の令状その他の法令に基づく命令

## 措置(件名や表の中で名詞として)
mail-measure-suspend = サービスの一時停止
mail-measure-lock-account = アカウントの利用停止
mail-measure-limit-mail = メール送信数の制限
mail-measure-block-port = 通信ポートの遮断
mail-measure-quarantine-path = サイトの一部の非公開
mail-measure-force-password = パスワードの再設定
mail-measure-cancel = ご契約の解除

## 通報に足りない情報
missing-address = 発信元のIPアドレス
    .why = どの回線・サーバからの通信かを特定するために必要です。
missing-port = 発信元のポート番号
    .why = 一つのIPアドレスを多数のお客様が同時に共有している場合があり、アドレスだけではどのお客様の通信かを特定できないためです。
missing-time = 発生した日時（秒まで）
    .why = IPアドレスの割り当ては時間とともに変わるため、発生した時点の利用者を調べる必要があります。
missing-zone = 日時のタイムゾーン（例: 日本時間、UTC）
    .why = タイムゾーンが異なると、別のお客様を調べてしまうおそれがあります。
missing-url = 該当するページの完全なURL
    .why = サイト内のどのページかを確認し、必要な範囲に限って対応するためです。
missing-log-lines = 該当するログの行（加工していないもの）
    .why = 事象の内容と回数を、当社側の情報と照合するためです。
missing-headers = 迷惑メールの全ヘッダ
    .why = 「Received:」行から実際の送信元を確認するためです。差出人欄は容易に偽装されます。
missing-rate = 通信の回数と、その時間の長さ（例: 1秒あたり500回）
    .why = 対応の要否は、回数と頻度によって判断しているためです。
missing-target = 攻撃を受けたIPアドレスとポート番号
    .why = 当社側の記録と照合し、同じ通信であることを確かめるためです。
missing-reason = 問題とされる点（被害の内容、該当する法令など）
    .why = 利用約款に照らして、当社が対応できる事案かどうかを判断するためです。
missing-work = 侵害されたとされる権利・著作物を特定できる情報
    .why = どの権利がどの部分で侵害されているかを、発信者に示して照会するためです。
missing-authority = 権利者ご本人または代理人であることを示す資料
    .why = 法令に基づく手続きは、権利者からのお申し出によって行うためです。
missing-screenshot = 画面の写し（表示された日時がわかるもの）
    .why = 内容が変更・削除された後でも確認できるようにするためです。

## 参考記録とした理由
info-reason-single-ping = 単発の応答確認（ping）
info-reason-below-threshold = 対応の基準に満たない回数
info-reason-maybe-forged = 発信元が詐称された可能性
info-reason-already-over = 受付時点で終息
info-reason-ordinary = 通常の通信

## ログの説明
log-when = { $at }に、
log-when-unknown = （日時の記載なし）
log-from = { $end }から、
log-to = { $end }へ、
log-end-full = { $ip }のポート{ $port }（{ $service }）
log-end-port = { $ip }のポート{ $port }
log-end-service = ポート{ $port }（{ $service }）
log-end-port-only = ポート{ $port }
log-line = { $when }{ $from }{ $to }{ $how ->
    [TCP] TCPの通信がありました。
    [UDP] UDPの通信がありました。
    [ICMP] ICMPの通信がありました。
   *[none] 通信がありました。
}
log-count = （{ $n }回）

## 見本(ひな型の確認と下見に使う架空の内容)
mail-sample-customer = 山田 太郎
mail-sample-reseller = サンプル再販株式会社
mail-sample-plan = スタンダード
mail-sample-clause = 利用約款第12条
mail-sample-reference = 利用約款第12条第1項第3号（第三者に不利益を与える行為）
mail-sample-purpose = 第三者への被害の拡大を防ぐため
mail-sample-note = お電話でのご相談も、平日9時から18時まで承っております。
mail-sample-reporter = セキュリティ対応チーム

## お客様への質問(desk が本文の末尾に付ける。番号 Q1…Q6 は回答の読み取りに使う)
mail-questions = ご確認いただきたいこと
mail-questions-how = お手数ですが、次の各行の「:」の後にご記入のうえ、このメールにご返信ください。
mail-question-up = 記載の日時に、該当の機器・サービスは稼働していましたか
mail-question-ongoing = 現在も同じ事象が続いていますか
mail-question-logs = お客様側の記録（ログ）で確認できましたか
mail-question-who = どなた（どのアカウント・機器）によるものですか
mail-question-mistake = 操作や設定の誤りによるものですか
mail-question-stepping-stone = 第三者に踏み台として利用された可能性はありますか

## 通報の要約(添付)
mail-summary-file = tsuho-youyaku
mail-summary-title = 通報の要約（案件 { $number }）
mail-summary-about = 当窓口に届いた通報から、通報者を特定できる情報を除いてまとめたものです。
mail-summary-shared = 通報者の同意を得て、通報の本文をそのまま添えます。
mail-summary-report = 通報 { $n }: { $at } 受付（{ $utc } UTC）
mail-summary-format = 形式: { $format }
mail-summary-subject-kind = 事象の種類: { $category }
mail-summary-lines = 記載されていた記録:
mail-summary-no-lines = 記録（ログ）の記載はありません。
mail-summary-from = 通報者: { $who }
mail-summary-more = ほかに { $n } 件の通報があります。
mail-reminder-note = 先にお送りしたご連絡について、まだご回答をいただいておりません。
