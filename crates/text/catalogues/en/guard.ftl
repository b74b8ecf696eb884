# What the mail guard says.
guard-read = { $lines } lines read, { $events } of them events of mail, { $skipped } too long; { $accounts } accounts, { $found } findings
guard-action-lock = LOCK
guard-action-watch = watch
guard-action-limit-source = LIMIT SOURCE

# One sentence for each detector.
guard-found-api = The API sent mails to { $value } recipients (threshold { $threshold }) and no page of the web mail was opened
guard-found-bounces = { $kind ->
    [hijack] { $value } mails of this account came back within { $hours } h (threshold { $threshold })
   *[joe-job] { $value } bounces came in within { $hours } h (threshold { $threshold }) for mails that this account did not send
}
guard-found-countries = Right passwords from { $value } different { $counted ->
    [country] countries
    [as] networks
   *[address] addresses
} within { $hours } h (threshold { $threshold })
guard-found-fan_out = { $value } signs of a sender of advertising at once (threshold { $threshold }): { $signs }
guard-found-joint = { $value } independent kinds of signs within { $hours } h (threshold { $threshold }): { $rules }
guard-found-ping_pong = { $value } changes between two far places within { $hours } h (threshold { $threshold }); { $hypothesis ->
    [shared] both are known for long: perhaps a shared account
   *[stolen] one of them is new
}
guard-found-sending = { $value } recipients within { $hours } h (threshold { $threshold }), far above what this account ever sent: { $signs }
guard-found-stuffing = { $kind ->
    [source] Passwords of { $value } accounts were tried from here within { $hours } h (threshold { $threshold })
    [network] Passwords of { $value } accounts were tried from this network within { $hours } h (threshold { $threshold })
    [target] Passwords of this account were tried from { $value } addresses within { $hours } h (threshold { $threshold })
   *[success] The password was right from an address that tried { $value } accounts within { $hours } h (threshold { $threshold })
}
guard-found-successes = { $value } right passwords within { $hours } h (threshold { $threshold }); this account's usual highest number is { $usual }
guard-found-teleporter = { $value } visits to { $kind ->
    [excursion] far places and back
    [country] countries never seen before, in as many weeks,
   *[as] networks never seen before, in as many weeks,
} within { $hours } h (threshold { $threshold })
guard-found-travel = { $value } km/h between { $from } and { $to } (threshold { $threshold })

# Statistics of a month.
guard-month = { $month }: { $mails } mails of { $accounts } accounts; { $silent } accounts logged in and sent none; { $percent } % of the deliveries failed
cli-col-mails = Mails
cli-col-accounts = Accounts
cli-col-percent = %
cli-col-country = Country

# What a customer reads when a mail is stopped.
guard-policy-locked = Sending is stopped for this account, to keep strangers from using it.
guard-policy-trial = The trial is over; no more mail can be sent.
guard-policy-place = Sending from this country or network is stopped for the time being.
guard-policy-abroad = Sending from abroad ({ $country }) has not been opened by the owner of this account.
guard-policy-concurrent = This account may be used from { $most } addresses at once. Please try again later.
guard-policy-quota = The limit of { $most } { $of ->
    [mails] mails
   *[recipients] recipients
} in { $hours } h is reached. { $later ->
    [never] Please write to fewer recipients.
   *[yes] Please try again after { $frees }.
}

# What other thresholds would have done with old logs.
guard-replay-all = all rules
cli-col-rule-set = Rules
cli-col-locked = Locked
cli-col-ended = Thefts ended
cli-col-innocent = Innocent hit
cli-col-spam-stopped = Recipients spared
cli-col-until-lock = Minutes until the lock (median)
