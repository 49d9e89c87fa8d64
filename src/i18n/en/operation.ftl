import-title = Import the reduction list
import-list-version = List in force: version { $version }
import-no-list = There is no list yet.
import-file = List file (CSV)
import-file-hint = UTF-8 or GB 18030, column names in the first line.
import-how = How
import-trial = Trial: check only, change nothing
import-all = Import only if everything is in order
import-valid = Import the lines in order, hand back the others
import-do = Upload
import-report = Report on { $file }
import-was-trial = Trial, nothing changed
import-refused = Refused, the list is unchanged
import-accepted = Imported as list version { $version }
import-lines = Lines
import-plants = Plants in order
import-new = New plants
import-changed = Changed plants
import-unchanged = Plants unchanged
import-no-faults = No faults found
import-faults = { $count ->
    [one] One fault
   *[other] { $count } faults
}
import-line = Line
import-column = Column
import-found = Found
import-expected = Expected
import-blank = (empty)
import-more = { $count } more are not shown.

dead-letters-hint = Letters no further attempt is made for. Once the contact or the other system is mended, they can be sent again.
dead-letters-empty = Nothing is undelivered.
dead-letters-choose = Choose
dead-letters-attempts = Attempts
dead-letters-last = Last
dead-letters-more = There are more; they show once these are dealt with.
dead-letters-redrive = Send the chosen again
dead-letters-redrive-hint = They keep their message ids, so that a receiver can tell a repeat.

inbox-eyebrow = Demo
inbox-title = Demo inbox
inbox-banner = This is the demo's own inbox on this machine. It stands in for the enterprises' mailboxes and systems; no letter leaves it.
inbox-letters = Letters
inbox-shown = The newest { $shown } of { $total }
inbox-empty = No letters yet. They appear once a warning is issued.
inbox-choose = Choose a letter from the list.
inbox-mail = Mail
inbox-webhook = Webhook
inbox-open-order = Open the order's page
inbox-text = Plain text

problem-not-found = Not found
problem-not-found-advice = The address may be wrong, or it lies outside your region.
problem-forbidden = Not allowed
problem-forbidden-advice = Your role or region does not allow this.
problem-conflict = It has changed meanwhile
problem-conflict-advice = Somebody has just changed it. Go back, reload and try again.
problem-invalid = Something is wrong with the input
problem-invalid-advice = Go back, check and send it again.
problem-unavailable = Not possible just now
problem-unavailable-advice = Something this service leans on is away. Work resumes by itself; nothing on record is lost.
problem-internal = Something went wrong
problem-internal-advice = It was logged. Please tell the administrator the reference below.
problem-reference = Reference
problem-home = Back to the start
