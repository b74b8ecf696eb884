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
