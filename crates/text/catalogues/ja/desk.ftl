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
