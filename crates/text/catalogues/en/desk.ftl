# Reports that the desk writes itself: to other operators, and about a year.

## A report to another operator
outbound-subject = [{ $number }] { $category } from { $ip }
outbound-greeting = This is the abuse desk of { $provider }. A machine in your network attacked one in ours. Please look into it.
outbound-number = Our number
outbound-category = What
outbound-source = From (yours)
outbound-target = To (ours)
outbound-protocol = Protocol
outbound-time = Time
outbound-count = Events
outbound-log = Log as written, in the zone named above:
outbound-ask = Please tell the customer who had this address and port at that time, have it stopped, and tell us how it ended. We do not ask who it was. The same facts are attached as XARF.

## What a report of a connection lacks
form-lack-time = when it happened
form-lack-zone = the zone of the time, such as +09:00
form-lack-source-ip = the address it came from
form-lack-source-port = the port it came from
form-lack-target-ip = the address that was attacked
form-lack-target-port = the port that was attacked
form-lack-transport = TCP, UDP or ICMP
form-lack-log = log lines that name the source

## The year
year-title = Abuse reports of { $year }
year-statement = The four rows sum to { $sum } of { $total } reports; { $rest } could not be sorted into any of them.
year-statement-all = The four rows sum to { $sum }, all { $total } reports.
year-months = By month: total (spam and phishing / incidents / rights / other unlawful / unsorted)
capture-caveat = An estimate from how often two sources tell of the same. It holds if they find independently of each other; sources that copy make it too low.

## Instruments
instrument-kind-paper = Letter
instrument-kind-phone = Telephone call
instrument-kind-lawsuit = Court papers
instrument-kind-inquiry = Police inquiry
instrument-kind-warrant = Warrant
instrument-phone-script = We do not answer questions about customers on the telephone. Please send the paper; we answer it at once when it arrives.

## Customers who do not answer
measure-no-answer = The customer was told on { $told } and has not answered by { $deadline }. To stop the abuse that goes on.

# Why the desk refuses. Each is a function of crates/desk/src/why/reasons.rs with the same arguments.
why-field = { $word } (`{ $name }`)

## Who may
why-role-may-not = { $who } has the role “{ $role }”, which may not do this ({ $what }); ask a colleague whose role may
why-same-person = { $who } wrote this and cannot be its second person; ask somebody else
why-no-basis = the record lacks { $lacks }; fill that in first
why-not-a-person = { $who } is not a person; “{ $kind }” must be approved by somebody who is logged in

## Cases
why-case-closed = case { $case } is closed; open it again first
why-case-closed-since = case { $case } was closed since; open it again first
why-case-not-closed = case { $case } is not closed, so there is nothing to open again
why-case-merged-away = case { $case } went into another; undo the merge instead
why-case-not-in-triage = case { $case } is not in triage any more; open it to see where it stands
why-case-of-other-contract = case { $case } is of another contract; split it instead
why-choose-contract = choose the contract that this case is about
why-no-such-contract = there is no contract { $contract } with a plan and a customer; choose one of the inventory
why-moment-passed = this moment has passed; name one that lies ahead
why-category-of-other-desk = “{ $category }” is work of the desk “{ $lane }”, and this case is with “{ $own }”; split it off instead
why-confidence-out-of-range = a confidence lies between 0 and 1; give such a number
why-closing-lacks = case { $case } lacks before it can be closed: { $lacks }
why-cannot-end = case { $case } cannot end as “{ $exit }”: { $why }
why-exit-by-merging = a case is merged by merging it, not by closing it
why-exit-without-contract = no contract is known that could have been stopped; choose another exit
why-exit-without-clause = name the clause of the terms, or the body that it is referred to
why-exit-not-deliberate = only a contract made for abuse is cancelled; set the cause to deliberate first, with its reason
why-exit-not-told = the customer was not told; take the exit `stopped`
why-words-missing = say it in words
why-words-too-long = more than { $limit } bytes; shorten it
why-cannot-merge = case { $case } cannot go into case { $into }: { $why }
why-merge-same-case = it is the same case
why-merge-other-desk = the two are worked on by different desks
why-merge-closed = one of them is closed; open it again first
why-merge-other-contract = they are of different contracts, and one customer must never see what another did
why-observations-each-once = name observations of this case, each once
why-nothing-left-to-split = nothing would be left of the case; leave one observation in it
why-name-observations = name 1 to { $limit } observations
why-only-seen = `unread` can only become false

## Taking back
why-undone-already = entry { $entry } was taken back already
why-entry-of-other-case = entry { $entry } is not in the timeline of case { $case }; take one that is
why-entry-stays = what “{ $what }” did cannot be taken back
why-changed-since = `{ $field }` of case { $case } was changed since; take that back first
why-entry-tells-nothing = entry { $entry } does not say what was moved, so it cannot be taken back
why-entry-does-not-fit = the journal's entry does not fit a case: { $error }
why-not-merged-any-more = case { $case } is not part of case { $into } any more

## Statistics
why-year-out-of-range = { $year } is not a year that can be counted; name one from 1970 to 9998
why-day-out-of-range = { $day } is not a day that can be counted
why-days-reversed = { $last } is before { $first }: the first day comes first

## Measures
why-measure-without-contract = a measure needs a contract; choose the one of the case first
why-measure-customer-unknown = the customer of case { $case } is not known; a measure needs a contract, choose it first
why-measure-case-closed = case { $case } is closed; reopen it before anything is stopped
why-measure-state = measure { $measure } is “{ $state }” and cannot be { $step }
why-step-justified = justified
why-step-approved = approved
why-step-refused = refused
why-step-carried-out = carried out
why-step-undone = undone
why-measure-taken = measure { $measure } is being carried out by another worker; wait for its outcome
why-measure-limit = { $limit } measures were carried out in the last hour, the limit; wait until an hour has passed since the oldest of them, or raise desk.measures_per_hour if so many are meant
why-target-unreadable = `{ $target }` is no target; write contract:KEY, ip:192.0.2.1, domain:example.com, mailbox:user@example.com, account:name or url:https://example.com/path
why-target-of-other-contract = the case is about another contract than { $contract }
why-target-not-held = { $target } is not held by the contract of this case any more, or not by it alone; look it up before anything is stopped
why-justification-too-long = a text of the justification is longer than { $limit } characters; shorten it
why-parameters-wrong = the parameters must be a JSON object of at most { $limit } bytes
why-refusal-without-reason = say why the measure is refused
why-no-connector-for = nothing in the configuration can carry out { $kind }; add a [[desk.connectors]] with this kind
why-connector-wrong = connector `{ $connector }`: { $why }
why-connector-type = `{ $given }` is not a type of connector; use one of { $known }
why-connector-name = give each connector a name of its own

## Reports
why-say-why = say why
why-report-state = report { $report } is `{ $state }`; only { $from } can become `{ $to }`
why-job-without-report = job { $job } names no report: { $payload }
why-reading-broke-off = reading report { $report } broke off: { $error }
why-value-wrong = { $field } cannot be “{ $value }”; write it as it stands in the report, or leave it empty
why-accuses-nobody = a line names no address, URL, domain or account; fill in one of them or remove the line
why-nothing-accused = a report accuses somebody; name an address, URL, domain or account, or say that it is no report
why-too-many-accused = a correction may have { $limit } lines; leave the others out
why-not-corrected = the reading of report { $report } was not corrected; correct it first
why-rule-wrong = { $field } of the rule cannot be “{ $value }”; see the reference of rules for what fits
why-rule-not-in-force = the rule { $name } is not in force; nothing was changed

## Mails
why-mail-state = mail { $mail } is “{ $state }”: { $why }
why-mail-not-draft = only drafts can be changed; hold it first
why-mail-of-dry-run = it was written in a dry run; have it written anew
why-mail-not-sendable = only drafts and queued mails can be sent
why-mail-not-uncertain-or-failed = only uncertain and refused mails can be sent again
why-mail-not-uncertain = only uncertain mails can be settled
why-mail-gone = it can't be taken back any more
why-mail-deadline-passed = the deadline in it has passed; cancel it and write it anew
why-mail-case-closed = its case is closed
why-mail-incomplete = a mail needs a subject and a text of at most 256 KiB
why-mail-names-customer = the text names the customer, who must stay unknown to the reader; take the name or address out
why-mail-names-reporter = the text names the reporter, who must stay unknown to the reader; take the name or address out
why-mail-to-reporter = “{ $kind }” is a mail to reporters, not to a customer
why-mail-written-already = “{ $kind }” was written for case { $case } already, or cannot be written now; the timeline says why
why-mail-cannot-be-written = “{ $kind }” cannot be written for case { $case }: { $why }
why-withheld-no-contract = no contract is known; choose it first
why-withheld-no-address = neither the customer nor a reseller above has a mail address; add one to the inventory
why-withheld-no-evidence = nothing that was seen is dated and falls into the time of this contract; look for dated evidence first
why-withheld-not-deliberate = this mail judges the customer; set the cause to deliberate first, with its reason
why-mail-cannot-be-composed = the mail cannot be composed: { $error }
why-mail-head-damaged = head of mail { $mail }: { $error }
why-mail-files-damaged = attachments of mail { $mail }: { $error }
why-file-type-wrong = type of { $file }: { $error }
why-address-wrong = `{ $address }` is no mail address: { $error }
why-mail-key-damaged = the mail key: { $error }
why-desk-mail-wrong = desk.provider.desk_mail `{ $address }` is no mail address; write it as abuse@example.jp
why-mail-folder-empty = desk.mail.folder is empty; name the folder for the mails
why-mail-channel-unknown = desk.mail.channel `{ $channel }` does not exist; use one of { $known }
why-mail-login-halved = desk.mail.user and desk.mail.password belong together; give both or none

## Registers
why-field-too-long = `{ $field }` is longer than { $limit } characters; shorten it
why-instrument-incomplete = say who asks and what is asked
why-instrument-answered = { $number } has been answered
why-instrument-without-case = { $number } is linked to no case; link it to the one whose customer it asks about
why-answer-missing = say what is answered, in at most { $limit } characters
why-nothing-disclosed = nothing personal is disclosed in answer to “{ $kind }”; ask for the paper (捜査関係事項照会書, a warrant or an order of a court), enter it, and answer that
why-field-not-looked-at = `{ $field }` may not be disclosed: no look at it was written down for the case of { $number }
why-look-without-fields = name the fields that are looked at, at most { $limit }
why-source-is-ours = the source is one of our own addresses; its holder is told by a notice
why-no-xarf = the form cannot be written as XARF; check its fields
why-not-reported-outside = “{ $category }” is not reported by this form; it is for { $known }
why-outbound-lacks = the report cannot be sent without: { $lacks }
why-operator-address-wrong = the other operator's address is no mail address; write it as abuse@example.net
why-unknown-question = `{ $key }` is no question; there are { $known }

## The machine
why-record-unreadable = a record could not be written or read: { $error }
why-no-randomness = the system gives no random numbers: { $error }
