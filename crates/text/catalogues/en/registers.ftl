# The registers: papers and calls, what customers keep ready, reports to other operators, looks into data; the forms of a case.

## Papers and calls
registers-instruments = Papers
registers-readiness = Readiness
registers-outbound = Sent reports
registers-looks = Looks into data
registers-lead = Lawsuits, calls of the police, inquiries, warrants. None of them counts as a report.
registers-enter = Enter a paper
registers-reference = Their number
registers-case = Case number
registers-done = Answered
registers-answer = Answer
registers-answered-by = Answered by
registers-disclosed = Kinds of data disclosed
registers-no-deadline = No deadline
registers-link = Link to a case
registers-nothing-personal = Nothing personal may go out with this answer: only to court papers, an inquiry or a warrant that is linked to a case.
registers-refuse = Refuse (the answer says why)

## What customers keep ready
readiness-lead = Sites and servers without a person in charge or without an end date: forgotten when people change and campaigns end.
readiness-none = Every site has a person in charge and an end date.
readiness-missing = Lacks
readiness-owner = Person in charge
readiness-end-date = End date
readiness-contacts = Contact out of hours
readiness-strong-password = Strong password
readiness-auto-update = Automatic updates
readiness-backup = Backup
readiness-firewall = Firewall
readiness-network-map = Network map
readiness-settings = Settings written down
readiness-recovery = Way to recover

## Reports to other operators
outbound-lead = Attacks that other operators were told of. None leaves before every field is there.
outbound-none = No other operator was told of anything.
connection-title = Connection
connection-open = Connection fields
connection-whole = Every field is there.
connection-lead = The operator of the source is told in words and as XARF.
connection-ours = No other operator can be told: the source is one of our addresses, or this kind is not shown by a connection.
connection-to = To (their desk)
connection-at = Time (UTC)
connection-zone = Zone of the log
connection-source-ip = Source address
connection-source-port = Source port
connection-target-ip = Target address
connection-target-port = Target port
connection-transport = Protocol
connection-count = Events
connection-log = Log (goes out as the report has it)
connection-send = Send the report

## Looks into data
looks-lead = Who looked at personal or communications data, and on which ground. Without a ground a look is refused.
looks-none = Nobody looked at protected data.
looks-what = What
looks-fields = Fields
look-communications = Communications
look-personal = Personal data

## Forms of a case
incident-title = Incident form
incident-lead = All six answers are needed to end the case as fixed or stopped.
incident-fill = Fill in the incident form
incident-target = What was attacked
incident-state = Does it go on, what was destroyed
incident-log = Is there a log, and where
incident-informed = Who was informed
incident-source = Was the source asked, and what did it say
incident-recovery = How was it recovered
answers-title = Answers of the customer
answers-none = The customer has not answered yet.
answers-fill = Write down answers from the telephone
contract-step-open = The step on the contract is open. Make the pack of evidence; two people decide on suspending or cancelling.
do-pack = Evidence pack
pack-lead = Timeline, reports, notices and measures in one file, with the earlier cases of the same contract. Nothing of another customer is in it. It names reporters: not for the customer.
pack-purpose = To decide on the contract

## What was done
done-entered = Entered.
done-answered = The answer was noted.
done-linked = Linked to the case.
done-reported = The report to the other operator is on its way.
triage-dismissed = Dismissed in triage
key-go-registers = Go to the registers
key-make-pack = Make the evidence pack
event-instrument-entered = Paper entered
event-instrument-linked = Paper linked
event-instrument-answered = Paper answered
event-access-granted = Look into data
event-access-denied = Look refused
event-outbound-sent = Other operator told
event-case-pack = Evidence pack made
event-case-answers = Answers from the telephone
event-report-reread = Report read again
