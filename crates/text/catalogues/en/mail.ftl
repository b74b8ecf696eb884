# Headings of mails, and phrases that are put together outside of the templates.

## Headings of notices (templates use them as section("mail-part-..."))
mail-part-report = What was reported to us
mail-part-stepping-stone = You may be the victim yourself
mail-part-risk = What may happen if nothing is done
mail-part-answer = Please answer by the date below
mail-part-stop = If we do not hear from you in time
mail-part-causes = Likely causes
mail-part-measures = What to do now
mail-part-notes = Please keep in mind

mail-part-events = What was seen
mail-part-measure = What we did
mail-part-ground = Why, and on what ground
mail-part-undo = How to have it undone
mail-part-missing = What we need from you
mail-part-outcome = The outcome
mail-part-fail2ban = How to set fail2ban
mail-part-identity = About the identity of our customer
mail-part-limits = What we can and cannot do
mail-part-next = What happens next
mail-part-forward = Please pass this on to your customer
mail-part-objection = If you object
mail-part-contract = About your contract
mail-part-prevention = To keep it from happening again
mail-part-note = A word from our desk

## Legal bases (as they follow "on the ground of ...")
mail-basis-third-party-fact = facts published or reported by third parties
mail-basis-contract = the terms of service of your contract
mail-basis-consent = the consent that you gave individually
mail-basis-lawful-business = lawful business conduct, needed to provide the service properly
mail-basis-self-defence = self-defence against an attack that is going on
mail-basis-necessity = necessity, to avert a present danger
mail-basis-service-impact = the need to keep our equipment and the service of other customers working
mail-basis-instrument = a warrant of a court or another order under the law

## Measures (as nouns, for subjects and tables)
mail-measure-suspend = service suspended for now
mail-measure-lock-account = account locked
mail-measure-limit-mail = outgoing mail limited
mail-measure-block-port = port blocked
mail-measure-quarantine-path = part of the site offline
mail-measure-force-password = new password required
mail-measure-cancel = contract ended

## What a report lacks
missing-address = The source IP address
    .why = We need it to tell which line or server the traffic came from.
missing-port = The source port number
    .why = Many customers may share one IP address at the same time. The address alone does not tell which of them it was.
missing-time = Date and time, to the second
    .why = Addresses pass from one customer to another. We have to look up who had it at that moment.
missing-zone = The time zone (for example UTC or JST)
    .why = In the wrong zone we would look at the wrong customer.
missing-url = The complete URL of the page
    .why = We need it to find the page and to act on that page only.
missing-log-lines = The log lines, unedited
    .why = We compare what happened, and how often, with what we have ourselves.
missing-headers = All headers of the mail
    .why = The "Received:" lines show where it really came from. The From line is easily forged.
missing-rate = How often it happened and over which time (for example 500 per second)
    .why = Whether we act depends on number and rate.
missing-target = The IP address and port that were attacked
    .why = We need them to make sure that we look at the same traffic.
missing-reason = What is wrong with it: the harm done, or the law that it breaks
    .why = We have to judge whether it is a matter of our terms of service.
missing-work = The right or the work that is infringed
    .why = We have to show whoever published it which right is concerned, and where.
missing-authority = Proof that you hold the right or act for its holder
    .why = The procedure under the law begins with a request by the holder of the right.
missing-screenshot = A picture of the screen that shows date and time
    .why = It lets us check the content even if it has been changed or deleted since.

## Why a report was only noted
info-reason-single-ping = A single ping
info-reason-below-threshold = Below the rate from which we act
info-reason-maybe-forged = Source may be forged
info-reason-already-over = Already over when it arrived
info-reason-ordinary = Ordinary traffic

## Log lines in words
log-when = On { $at },
log-when-unknown = At a time that was not stated,
log-from = {" "}from { $end }
log-to = {" "}to { $end }
log-end-full = port { $port } ({ $service }) of { $ip }
log-end-port = port { $port } of { $ip }
log-end-service = port { $port } ({ $service })
log-end-port-only = port { $port }
log-line = { $when } { $how ->
    [TCP] TCP traffic was seen
    [UDP] UDP traffic was seen
    [ICMP] ICMP traffic was seen
   *[none] traffic was seen
}{ $from }{ $to }.
log-count = {" "}({ $n } times)

## Samples (invented facts with which templates are checked and previewed)
mail-sample-customer = Taro Yamada
mail-sample-reseller = Sample Resale Ltd
mail-sample-plan = Standard
mail-sample-clause = Article 12 of the Terms of Service
mail-sample-reference = Terms of Service, Article 12, paragraph 1, item 3 (harm to third parties)
mail-sample-purpose = to keep the harm to others from growing
mail-sample-note = You can also reach us by phone on working days from 9:00 to 18:00 JST.
mail-sample-reporter = Security Response Team

## Questions to the customer (the desk puts them below the text; Q1 to Q6 are read back from the answer)
mail-questions = What we need to know
mail-questions-how = Please reply to this mail and write your answer behind the colon of each line.
mail-question-up = Was the machine or service running at the time stated
mail-question-ongoing = Is it still going on
mail-question-logs = Do your own logs show it
mail-question-who = Who was it (which account or machine)
mail-question-mistake = Was it a mistake in use or configuration
mail-question-stepping-stone = May somebody else have used it as a stepping stone

## Summary of the reports (attached)
mail-summary-file = report-summary
mail-summary-title = Summary of the reports (case { $number })
mail-summary-about = Put together from the reports that we received, without anything that names who reported.
mail-summary-shared = With the consent of the reporter, the text of the report is given as it came.
mail-summary-report = Report { $n }: received { $at } ({ $utc } UTC)
mail-summary-format = Format: { $format }
mail-summary-subject-kind = Kind: { $category }
mail-summary-lines = Log lines in it:
mail-summary-no-lines = It holds no log lines.
mail-summary-from = Reporter: { $who }
mail-summary-more = There are { $n } more reports.
mail-reminder-note = We have not had your answer to our earlier mail yet.
