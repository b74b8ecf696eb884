# メールガードの文言。
guard-read = { $lines } 行を読み取り、メールの記録 { $events } 行、長すぎる行 { $skipped } 行。アカウント { $accounts } 件、検出 { $found } 件
guard-action-lock = 停止
guard-action-watch = 注視
guard-action-limit-source = 接続元を制限

# 検出の種類ごとに一文。
guard-found-api = ウェブメールの画面を開かずに、APIから { $value } 人へ送信した（しきい値 { $threshold }）
guard-found-bounces = { $kind ->
    [hijack] { $hours } 時間に、このアカウントが送ったメール { $value } 通が届かずに戻った（しきい値 { $threshold }）
   *[joe-job] { $hours } 時間に、このアカウントが送っていないメールの不達通知が { $value } 通届いた（しきい値 { $threshold }）
}
guard-found-countries = { $hours } 時間に { $value } の異なる{ $counted ->
    [country] 国
    [as] ネットワーク
   *[address] アドレス
}から認証に成功した（しきい値 { $threshold }）
guard-found-fan_out = 広告業者に似た送り方の特徴が { $value } 個そろった（しきい値 { $threshold }）：{ $signs }
guard-found-joint = { $hours } 時間に、種類の異なる兆候が { $value } 種類そろった（しきい値 { $threshold }）：{ $rules }
guard-found-ping_pong = { $hours } 時間に、離れた二か所の間を { $value } 回行き来した（しきい値 { $threshold }）。{ $hypothesis ->
    [shared] どちらも以前から使われており、共用アカウントの可能性がある
   *[stolen] 片方は新しい場所である
}
guard-found-sending = { $hours } 時間に { $value } 人へ送信した（しきい値 { $threshold }）。これまでの送信量を大きく超えている：{ $signs }
guard-found-stuffing = { $kind ->
    [source] { $hours } 時間に、ここから { $value } 件のアカウントのパスワードが試された（しきい値 { $threshold }）
    [network] { $hours } 時間に、このネットワークから { $value } 件のアカウントのパスワードが試された（しきい値 { $threshold }）
    [target] { $hours } 時間に、{ $value } 個のアドレスからこのアカウントのパスワードが試された（しきい値 { $threshold }）
   *[success] { $hours } 時間に { $value } 件のアカウントを試したアドレスから、認証に成功した（しきい値 { $threshold }）
}
guard-found-successes = { $hours } 時間に { $value } 回、認証に成功した（しきい値 { $threshold }）。ふだんの最大は { $usual } 回
guard-found-teleporter = { $hours } 時間に、{ $kind ->
    [excursion] 遠い場所へ行って戻る動き
    [country] 週ごとに初めての国から使う動き
   *[as] 週ごとに初めてのネットワークから使う動き
}が { $value } 回あった（しきい値 { $threshold }）
guard-found-travel = { $from }から{ $to }へ時速 { $value } kmで移動したことになる（しきい値 { $threshold }）

# 月ごとの集計。
guard-month = { $month }：{ $accounts } アカウントから { $mails } 通。送信せずに認証だけしたアカウント { $silent } 件、配送誤り率 { $percent } %
cli-col-mails = 通数
cli-col-accounts = アカウント
cli-col-percent = %
cli-col-country = 国

# 送信が止められたときに利用者が読む文。
guard-policy-locked = 第三者による利用を防ぐため、このアカウントの送信は停止されています。
guard-policy-trial = お試し期間が終了したため、送信できません。
guard-policy-place = 現在、この国またはネットワークからの送信は一時的に停止されています。
guard-policy-abroad = 海外（{ $country }）からの送信は、事前の設定がないため受け付けられません。
guard-policy-concurrent = 同時に利用できる接続元は { $most } か所までです。しばらくしてからお試しください。
guard-policy-quota = { $hours } 時間に送信できる{ $of ->
    [mails] 通数
   *[recipients] 宛先数
}の上限（{ $most }）に達しました。{ $later ->
    [never] 宛先を減らしてお試しください。
   *[yes] { $frees } 以降に再度お試しください。
}

# 過去のログで試した結果。
guard-replay-all = 全規則
cli-col-rule-set = 規則
cli-col-locked = 停止
cli-col-ended = 乗っ取りを検出
cli-col-innocent = 無関係の利用者
cli-col-spam-stopped = 防げた宛先
cli-col-until-lock = 停止まで（分、中央値）
