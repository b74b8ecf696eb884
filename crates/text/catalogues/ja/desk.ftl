# 窓口が自ら書く報告: 他の事業者あて、年次。

## 他の事業者への報告
outbound-subject = [{ $number }] { $ip } からの{ $category }
outbound-greeting = { $provider }の不正利用対策窓口です。貴ネットワークの機器から、当社ネットワークの機器へ攻撃がありました。ご確認をお願いいたします。
outbound-number = 当社の番号
outbound-category = 内容
outbound-source = 発信元（貴社）
outbound-target = 宛先（当社）
outbound-protocol = プロトコル
outbound-time = 日時
outbound-count = 件数
outbound-log = ログ（原文のまま。時刻は上記のタイムゾーン）:
outbound-ask = この日時に上記のアドレスとポートを使っていたお客様へのご連絡と停止、および結果のご連絡をお願いいたします。どなたであるかはお尋ねしません。同じ内容をXARFで添付しています。

## 接続の報告に足りないもの
form-lack-time = 発生日時
form-lack-zone = 日時のタイムゾーン（+09:00 など）
form-lack-source-ip = 発信元のアドレス
form-lack-source-port = 発信元のポート
form-lack-target-ip = 攻撃されたアドレス
form-lack-target-port = 攻撃されたポート
form-lack-transport = TCP、UDP、ICMPの別
form-lack-log = 発信元が写っているログ

## 年次
year-title = { $year }年の不正利用報告
year-statement = 4項目の合計は{ $sum }件で、全{ $total }件のうち{ $rest }件はどの項目にも分類できませんでした。
year-statement-all = 4項目の合計は{ $sum }件で、全{ $total }件です。
year-months = 月別: 合計（迷惑メール・フィッシング／セキュリティインシデント／権利侵害／その他違法情報／未分類）
capture-caveat = 2つの情報源が同じものをどれだけ知らせたかによる推定です。互いに独立に見つけていれば成り立ちます。写し合っていると少なく出ます。

## 文書など
instrument-kind-paper = 書面
instrument-kind-phone = 電話
instrument-kind-lawsuit = 訴訟書類
instrument-kind-inquiry = 捜査関係事項照会
instrument-kind-warrant = 令状
instrument-phone-script = お客様に関するお問い合わせには、お電話ではお答えしておりません。書面をお送りください。届きしだいお答えします。

## 回答のないお客様
measure-no-answer = { $told }に連絡しましたが、{ $deadline }の期限までに回答がありません。続いている不正利用を止めるためです。

# 窓口が断る理由。crates/desk/src/why/reasons.rs の関数と引数に一致する。
why-field = { $word }（`{ $name }`）

## だれができるか
why-role-may-not = { $who }の役割「{ $role }」では、この操作（{ $what }）はできない。権限のある担当者に頼む。
why-same-person = { $who }は自分が書いたものを承認できない。別の人に頼む。
why-no-basis = 記録に足りないものがある: { $lacks }。先に記入する。
why-not-a-person = { $who }は人ではない。「{ $kind }」はログインした人が承認する。

## 案件
why-case-closed = 案件{ $case }は終了している。先に再開する。
why-case-closed-since = 案件{ $case }はその後に終了した。先に再開する。
why-case-not-closed = 案件{ $case }は終了していないため、再開するものがない。
why-case-merged-away = 案件{ $case }は別の案件に統合されている。再開ではなく統合を取り消す。
why-case-not-in-triage = 案件{ $case }はもう受付の段階にない。案件を開いて状態を確かめる。
why-case-of-other-contract = 案件{ $case }は別の契約のもの。契約を変えずに案件を分割する。
why-choose-contract = この案件がどの契約のものかを選ぶ。
why-no-such-contract = プランと顧客のそろった契約{ $contract }はない。台帳にある契約を選ぶ。
why-moment-passed = 指定の日時は過ぎている。これからの日時を指定する。
why-category-of-other-desk = 「{ $category }」は「{ $lane }」の窓口が扱い、この案件は「{ $own }」の窓口にある。分類を変えずに分割する。
why-confidence-out-of-range = 確からしさは0から1まで。この範囲の数で指定する。
why-closing-lacks = 案件{ $case }を終了する前に、次の項目を記入する: { $lacks }。
why-cannot-end = 案件{ $case }は「{ $exit }」で終了できない。{ $why }
why-exit-by-merging = 統合するときは、終了ではなく統合の操作を使う。
why-exit-without-contract = 停止できる契約が分かっていない。別の終わり方を選ぶ。
why-exit-without-clause = 根拠となる約款の条項、または引き継ぎ先を記入する。
why-exit-not-deliberate = 契約解除にできるのは、不正利用のための契約だけ。先に原因を「意図的利用」にし、理由を記入する。
why-exit-not-told = 顧客に連絡していない。「即時停止」（`stopped`）を選ぶ。
why-words-missing = 内容を文で記入する。
why-words-too-long = 文が{ $limit }バイトを超えている。短くする。
why-cannot-merge = 案件{ $case }は案件{ $into }に統合できない。{ $why }
why-merge-same-case = 同じ案件である。
why-merge-other-desk = 二つの案件は別の窓口が扱う。
why-merge-closed = 一方が終了している。先に再開する。
why-merge-other-contract = 契約が異なる。ある顧客の行いを別の顧客に見せることはできない。
why-observations-each-once = この案件の観測を、それぞれ一度だけ指定する。
why-nothing-left-to-split = 案件に何も残らなくなる。観測を一つは残す。
why-name-observations = 観測を1件から{ $limit }件まで指定する。
why-only-seen = `unread`はfalseにしか変えられない。

## 取り消し
why-undone-already = 記録{ $entry }はすでに取り消されている。
why-entry-of-other-case = 記録{ $entry }は案件{ $case }の経過にない。この案件の記録を指定する。
why-entry-stays = 「{ $what }」の結果は取り消せない。
why-changed-since = 案件{ $case }の`{ $field }`はその後に変更された。先にその変更を取り消す。
why-entry-tells-nothing = 記録{ $entry }に何を移したかが書かれていないため、取り消せない。
why-entry-does-not-fit = 記録の内容が案件の形に合わない: { $error }
why-not-merged-any-more = 案件{ $case }はもう案件{ $into }に統合されていない。

## 統計
why-year-out-of-range = { $year }年は集計できない。1970年から9998年までを指定する。
why-day-out-of-range = { $day }は集計できない日付。別の日を指定する。
why-days-reversed = { $last }は{ $first }より前である。最初の日を先に指定する。

## 措置
why-measure-without-contract = 措置には契約が要る。先に案件の契約を選ぶ。
why-measure-customer-unknown = 案件{ $case }の顧客が分かっていない。措置には契約が要るので、先に選ぶ。
why-measure-case-closed = 案件{ $case }は終了している。何かを停止する前に再開する。
why-measure-state = 措置{ $measure }は「{ $state }」のため、{ $step }できない。
why-step-justified = 記載を変更
why-step-approved = 承認
why-step-refused = 不承認に
why-step-carried-out = 実行
why-step-undone = 解除
why-measure-taken = 措置{ $measure }はほかの処理が実行している。結果を待つ。
why-measure-limit = この1時間に、上限の{ $limit }件の措置を実行した。最も古いものから1時間たつのを待つ。意図した件数であれば、desk.measures_per_hour を上げる。
why-target-unreadable = `{ $target }`は措置の対象として読めない。contract:キー、ip:192.0.2.1、domain:example.com、mailbox:user@example.com、account:名前、url:https://example.com/path のいずれかの形で書く。
why-target-of-other-contract = この案件は契約{ $contract }のものではない。案件の契約を指定する。
why-target-not-held = { $target }は、もうこの案件の契約のものではないか、ほかの契約と共用されている。何かを停止する前に保有者を調べる。
why-justification-too-long = 根拠の記載に{ $limit }文字を超えるものがある。短くする。
why-parameters-wrong = パラメータは{ $limit }バイト以内のJSONオブジェクトで書く。
why-refusal-without-reason = 措置を不承認にする理由を記入する。
why-no-connector-for = { $kind }を実行できる連携先が設定にない。この種類の [[desk.connectors]] を追加する。
why-connector-wrong = 連携先`{ $connector }`の設定に誤りがある: { $why }
why-connector-type = `{ $given }`という種類の連携先はない。次のいずれかを使う: { $known }。
why-connector-name = 連携先にはそれぞれ別の名前を付ける。

## 通報
why-say-why = 理由を記入する。
why-report-state = 通報{ $report }は`{ $state }`の状態にある。`{ $to }`にできるのは次の状態だけ: { $from }。
why-job-without-report = 処理{ $job }に通報の番号がない: { $payload }
why-reading-broke-off = 通報{ $report }の読み取りが途中で止まった: { $error }
why-value-wrong = { $field }に「{ $value }」は使えない。通報に書かれているとおりに書くか、空にする。
why-accuses-nobody = IPアドレス、URL、ドメイン、アカウントのどれもない行がある。どれかを書くか、その行を外す。
why-nothing-accused = 通報なら、だれかを指している。IPアドレス、URL、ドメイン、アカウントのどれかを書くか、通報ではないとする。
why-too-many-accused = 訂正は{ $limit }行まで。残りは書かない。
why-not-corrected = 通報{ $report }の読み取りは訂正されていない。先に訂正する。
why-rule-wrong = 規則の{ $field }に「{ $value }」は使えない。使える書き方は手引きにある。
why-rule-not-in-force = 規則{ $name }は使われていない。何も変えなかった。

## メール
why-mail-state = メール{ $mail }は「{ $state }」の状態にある。{ $why }
why-mail-not-draft = 変更できるのは下書きだけ。先に送信を止めて下書きに戻す。
why-mail-of-dry-run = 試行で書かれたもの。新しく書き直す。
why-mail-not-sendable = 送信できるのは下書きと送信待ちのメールだけ。
why-mail-not-uncertain-or-failed = 再送できるのは「未確認」と「失敗」のメールだけ。
why-mail-not-uncertain = 結果を確定できるのは「未確認」のメールだけ。
why-mail-gone = もう取り消せない。
why-mail-deadline-passed = 文面の期限が過ぎている。取り消して書き直す。
why-mail-case-closed = 案件が終了している。
why-mail-incomplete = メールには件名と、256 KiB以内の本文が要る。
why-mail-names-customer = 通報者に知らせてはならない顧客の名前またはアドレスが文面にある。取り除く。
why-mail-names-reporter = 顧客に知らせてはならない通報者の名前またはアドレスが文面にある。取り除く。
why-mail-to-reporter = 「{ $kind }」は通報者へのメールで、顧客には送れない。
why-mail-written-already = 「{ $kind }」は案件{ $case }ですでに書かれているか、いまは書けない。理由は案件の経過にある。
why-mail-cannot-be-written = 案件{ $case }では「{ $kind }」を書けない。{ $why }
why-withheld-no-contract = 契約が分かっていない。先に選ぶ。
why-withheld-no-address = 顧客にも上位の再販事業者にもメールアドレスがない。台帳に追加する。
why-withheld-no-evidence = 日時が分かり、この契約の期間に入る証拠がない。先に日時の分かる証拠を探す。
why-withheld-not-deliberate = 顧客の故意を前提とするメールである。先に原因を「意図的利用」にし、理由を記入する。
why-mail-cannot-be-composed = メールを組み立てられない: { $error }
why-mail-head-damaged = メール{ $mail }のヘッダーを読めない: { $error }
why-mail-files-damaged = メール{ $mail }の添付を読めない: { $error }
why-file-type-wrong = 添付{ $file }の種類を読めない: { $error }
why-address-wrong = `{ $address }`はメールアドレスではない: { $error }
why-mail-key-damaged = メールの鍵を読めない: { $error }
why-desk-mail-wrong = desk.provider.desk_mail の`{ $address }`はメールアドレスではない。abuse@example.jp の形で書く。
why-mail-folder-empty = desk.mail.folder が空である。メールを置くフォルダを指定する。
why-mail-channel-unknown = desk.mail.channel の`{ $channel }`は存在しない。次のいずれかを使う: { $known }。
why-mail-login-halved = desk.mail.user と desk.mail.password は組で使う。両方を指定するか、どちらも指定しない。

## 文書と記録
why-field-too-long = `{ $field }`が{ $limit }文字を超えている。短くする。
why-instrument-incomplete = 誰が何を求めているかを記入する。
why-instrument-answered = { $number }は回答済みである。
why-instrument-without-case = { $number }は案件に結び付いていない。照会の対象である顧客の案件に結び付ける。
why-answer-missing = 回答の内容を{ $limit }文字以内で記入する。
why-nothing-disclosed = 「{ $kind }」への回答では個人情報を開示しない。捜査関係事項照会書、令状または裁判所の命令の書面を求め、それを登録して回答する。
why-field-not-looked-at = `{ $field }`は開示できない。{ $number }の案件で、それを見た記録がない。
why-look-without-fields = 見る項目を{ $limit }個以内で指定する。
why-source-is-ours = 発信元は自社のアドレスである。保有者には通知のメールで知らせる。
why-no-xarf = 記入内容をXARFにできない。各項目を確かめる。
why-not-reported-outside = 「{ $category }」はこの様式では報告しない。使えるのは次の分類: { $known }。
why-outbound-lacks = 次の項目がないと報告を送れない: { $lacks }。
why-operator-address-wrong = 相手の事業者のアドレスがメールアドレスではない。abuse@example.net の形で書く。
why-unknown-question = `{ $key }`という質問はない。次のいずれかを使う: { $known }。

## 機械
why-record-unreadable = 記録の読み書きに失敗した: { $error }
why-no-randomness = システムから乱数を得られない: { $error }
