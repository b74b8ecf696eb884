# Terms: one name for one thing. Screens, commands and mails all take it from here.
# Words that stand in tables (states, severities, roles ...) are short.

## Languages
lang-ja = Japanese
lang-en = English

## Categories
category-spam = Spam
category-bulk-messaging = Bulk mail
category-ddos = DDoS attack
category-infected-host = Infected host
category-login-attack = Login attack
category-port-scan = Port scan
category-reconnaissance = Reconnaissance
category-scraping = Scraping
category-sql-injection = SQL injection
category-vulnerability-scan = Vulnerability scan
category-phishing = Phishing
category-malware = Malware download
category-fraud = Fraudulent site
category-csam = Child sexual abuse material
category-csem = Child sexual exploitation
category-exposed-data = Exposed data
category-brand-infringement = Trademark infringement
category-suspicious-registration = Suspicious domain
category-remote-compromise = Hacked site
category-copyright = Copyright
category-copyright-p2p = Copyright (P2P)
category-copyright-cyberlocker = Copyright (file locker)
category-copyright-link-site = Copyright (links)
category-copyright-ugc = Copyright (user posts)
category-copyright-usenet = Copyright (Usenet)
category-cve = Known vulnerability
category-misconfiguration = Misconfiguration
category-open-service = Open service
category-botnet = Botnet
category-compromised-server = Compromised server
category-blocklist = Blocklist entry
category-threat-intelligence = Threat intelligence
category-compromised-account = Account misuse
category-defamation = Defamation
category-obscene = Obscene content
category-harassment = Threats, harassment
category-eavesdropping = Eavesdropping
category-impersonation = Impersonation
category-unknown = Unclear

## Rows of the yearly table
group-spam-phishing = Spam and phishing
group-incident = Security incidents
group-rights = Rights
group-other-unlawful = Other unlawful content
group-unsorted = Unsorted

## Severity
severity-info = Info
severity-low = Low
severity-medium = Medium
severity-high = High
severity-critical = Critical

## Lanes
lane-abuse = Abuse
lane-rights = Rights

## Where a case stands
case-state-triage = Received
case-state-open = To do
case-state-waiting = Waiting
    .done = Notified
case-state-answered = Answered
case-state-contained = Stopped
case-state-closed = Closed

## How a case ended
exit-fixed = Fixed
exit-stopped = Stopped at once
exit-warned-then-stopped = Warned, stopped
exit-cancelled = Cancelled
exit-referred-out = Referred out
exit-info-only = Noted only
exit-not-ours = Not ours
exit-lacks-data = Lacks data
exit-rejected = Rejected
exit-merged = Merged

## Causes
cause-unknown = Not known yet
cause-victim = Misused by others
cause-deliberate = Deliberate
cause-careless = Careless setting
cause-open-network = Open network

## How good the evidence is
grade-claim = Claim only
grade-stated = Stated
grade-shown = Shown
grade-confirmed = Confirmed

## Legal bases
basis-third-party-fact = Published or reported fact
basis-contract = Terms of service
basis-consent = Individual consent
basis-lawful-business = Lawful business conduct
basis-self-defence = Self-defence
basis-necessity = Necessity
basis-service-impact = Impact on the service
basis-instrument = Warrant or order

## Measures
measure-kind-suspend = Suspend service
measure-kind-lock-account = Lock account
measure-kind-limit-mail = Limit mail
measure-kind-block-port = Block port
measure-kind-quarantine-path = Quarantine path
measure-kind-force-password = Force new password
measure-kind-cancel = Cancel contract

measure-state-proposed = Proposed
measure-state-approved = Approved
measure-state-acting = In progress
measure-state-active = In force
measure-state-undoing = Being undone
measure-state-ended = Ended
measure-state-refused = Refused
measure-state-failed = Failed

## What is missing before a measure
lack-basis = Legal basis
lack-purpose = Purpose
lack-reference = Clause or document
lack-necessity = Why nothing milder would do
lack-side-effects = Side effects
lack-metrics = Figures of the impact
lack-communications-data = A basis for looking at communications data
lack-end = End date

## Services
service-shared-hosting = Shared hosting
service-vps = VPS
service-server = Dedicated server
service-access = Access line
service-mail = Mail
service-domain = Domain

control-managed = Managed by us
control-root = Customer has root

## People
role-reporter = Reporter
role-auditor = Auditor
role-operator = Operator
role-lead = Lead
role-admin = Admin

permission-view-cases = See cases
permission-view-personal = See personal data
permission-work-cases = Work cases
permission-propose-measure = Propose measures
permission-approve-measure = Approve measures
permission-edit-inventory = Change the inventory
permission-edit-policy = Change playbooks and templates
permission-manage-users = Manage users
permission-view-journal = Read the journal

## Reports
request-stop = Make it stop
request-identify = Say who it is
request-stop-and-identify = Stop and identify

noise-bounce = Bounce
noise-auto-reply = Automatic reply
noise-marketing = Advertising
noise-housekeeping = Machine notice
noise-reply = Reply
noise-declared = Said so by the desk

format-xarf-v4 = XARF v4
format-xarf-v3 = XARF v3
format-x-arf = X-ARF
format-arf = ARF
format-fail2ban = fail2ban
format-shadowserver = Shadowserver
format-acns = ACNS copyright notice
format-spam-cop = SpamCop
format-feed = Feed file
format-listing = Public list
format-dmarc = DMARC aggregate report
format-tls-rpt = SMTP TLS report
format-form = Report form
format-generic = Free text

place-site = Site
place-account = Account
place-host = Host

## Names people use for threats
threat-ddos = DDoS
threat-password-list = Password list attack
threat-spoofed-login = Login with somebody else's password
threat-web-application = Attack on a web application
threat-cms = CMS or WordPress taken over
threat-own-brand-phishing = Phishing in our own name
threat-water-torture = DNS water torture
threat-bind-hole = Hole in BIND
threat-targeted = Targeted attack
threat-iot-default-password = IoT with a default password
threat-eavesdrop = Eavesdropping
threat-tamper = Reading, altering or deleting data
threat-impersonate = Impersonation
threat-stepping-stone = Stepping stone
threat-dos = Denial of service
threat-defamation = Defamation
threat-copyright = Copyright infringement
threat-obscene = Obscene content
threat-fraud = Fraud
threat-spam = Spam

## Common words
term-case = Case
term-report = Report
term-reporter = Reporter
term-customer = Customer
term-contract = Contract
term-plan = Plan
term-measure = Measure
term-notice = Notice
term-deadline = Deadline
term-evidence = Evidence
term-journal = Journal
term-playbook = Playbook
term-queue = Queue
term-reseller = Reseller
term-unknown = Unknown
term-none = None
term-yes = Yes
term-no = No
term-hidden = Hidden

## Time
duration-days = { $n ->
    [one] { $n } day
   *[other] { $n } days
}
duration-hours = { $n } h
duration-minutes = { $n } min
duration-seconds = { $n } s
time-left = { $length } left
time-overdue = { $length } overdue
time-stated = Time as reported: { $original } (zone { $zone }), error ±{ $error }
time-stated-no-zone = Time as reported: { $original } (no zone given, taken as UTC), error ±{ $error }
time-zone-only = Zone of the reporter: { $zone }, error ±{ $error }
time-error-only = Error of the time ±{ $error }

## What a case is about
subject-site = site { $name }
subject-account = account { $name }
subject-host = { $name }
subject-host-port = { $name }, port { $port }
