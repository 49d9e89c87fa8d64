# What stands on every page.
product = Qingkong heavy-pollution response
product-short = Qingkong
skip = Skip to content
navigation = Main navigation
switch-language = 中文
sign-out = Sign out
drawn-at = Drawn { $at }
standing = Current warning

setting-drill = Drill: every warning and order here is part of an exercise. Nothing is sent to enterprises.
setting-demo = Demo: the enterprises are fictional, the episode is real history under new dates, and every letter goes to the inbox on this machine.

live-online = ● Live
live-offline = ▲ Connection lost, figures may be old
live-polling = ◐ Updated every 15 s

section-overview = Overview
section-warnings = Warnings
section-orders = Orders
section-list = Reduction list
section-rules = Rules
section-dead-letters = Undelivered

role-officer = Duty officer
role-approver = Approver
role-coordinator = Regional coordinator
role-clerk = County clerk
role-inspector = Inspector
role-enterprise = Enterprise contact
role-administrator = Administrator

# A warning's level always says that it is a warning's.
level-blue = Blue warning (Level IV)
level-yellow = Yellow warning (Level III)
level-orange = Orange warning (Level II)
level-red = Red warning (Level I)
level-word-blue = blue
level-word-yellow = yellow
level-word-orange = orange
level-word-red = red

# HJ 633-2026, table 2.
aqi-excellent = Excellent
aqi-good = Good
aqi-light = Light pollution
aqi-moderate = Moderate pollution
aqi-heavy = Heavy pollution
aqi-severe = Severe pollution

window-from = from { $from }
window-until = until { $until }
window-open = until further notice
classes-title = Levels by class of measures
classes-hint = Choose only where a class is carried out at another level; all others have the warning’s. The level of industry decides which measures of the list a plant owes.
classes-whole = As the warning
class-level = { $class }: { $level }
class-industry = Industry
class-transport = Transport
class-dust = Dust
class-public = Public
measures-level = Measures are carried out at: { $level }
suspension-open = suspended from { $from }, until further notice
suspension-planned = suspended from { $from }, planned to resume { $planned }
suspension-until = suspended from { $from }, resumed { $until }
suspension-none = None
span-closed = { $from } to { $until }

phase-draft = Being drafted
phase-submitted = Awaiting approval
phase-approved = Approved, not yet issued
phase-announced = Issued, not yet started
phase-in-force = In force
phase-suspended = Suspended
phase-ending = Lift issued, not yet effective
phase-ran-out = Ran out at its stated end
phase-lifted = Lifted
phase-withdrawn = Withdrawn
phase-abandoned = Given up

rung-issued = Issued
rung-handed-over = Handed over
rung-delivered = Delivered
rung-opened = Opened
rung-acknowledged = Acknowledged
rung-in-place = In place
rung-lift-acknowledged = Lift acknowledged
rung-closed = Closed

mark-late = Overdue
mark-objection = Objection
mark-help = Help asked
mark-unreachable = Unreachable
mark-suspended = Suspended

change-new = New order
change-changed = Changed
change-told = Told only
change-lifted = Lifted
change-suspended = Suspended
change-resumed = Resumed

county = County
grade = Grade

form-faults = { $count ->
    [one] One entry needs mending
   *[other] { $count } entries need mending
}
form-fault = { $field }: { $fault }
form-day = Day
form-clock = Time
form-clock-hint = Write times as 20:00; the end of a day is 24:00

sign-in-title = Sign in
sign-in-name = User name
sign-in-password = Password
sign-in-do = Sign in
sign-in-refused = User name or password is not correct.
sign-in-throttled = { $minutes ->
    [one] Too many attempts. Try again in one minute.
   *[other] Too many attempts. Try again in { $minutes } minutes.
}
sign-in-expired = Your session has ended. Please sign in again.

# Said once, after an act.
said-declined = Your decision against the proposal is on record.
said-registered = The superior's instruction is registered.
said-drafted = The draft is begun.
said-saved = The draft is saved.
said-submitted = Handed in; it waits for a signature.
said-moved-on = Nothing more was done: the notice had moved on before; its steps are on this page.
said-approved = Signed.
said-signed = On record: it is signed on paper.
said-signed-before = Nothing more was recorded: that it is signed was on record before; the steps are on this page.
said-returned = Sent back.
said-abandoned = Given up; its steps stay on record.
said-drawn = The plan is drawn; please check it.
said-issued = Issued; the orders are on their way.
said-redriven = Sent again.
said-informed = The update is given and on record.
said-filled-in = Filled in, with its source.

# Why something was refused, by the code of the refusal.
refusal-no-consultation = The consultation must be recorded first.
refusal-unwritten = Something that has to be written is missing.
refusal-own-draft = Whoever drafted a notice may not approve it.
refusal-own-witness = A signature on behalf needs a second officer as witness.
refusal-nothing-owed = No signature is left to follow.
refusal-not-entitled = This title may not approve this level here.
refusal-ends-before-start = It must end after it starts.
refusal-adds-nothing = An add-on must add at least one measure.
refusal-no-warning = No warning stands here.
refusal-warning-stands = A warning stands already: raise, lower, extend or lift it.
refusal-overlaps = A warning stands in a region above or below this one: change that one, or lift it first.
refusal-warning-over = The warning is over.
refusal-lift-announced = A lift is announced: lift the warning at another hour, or withdraw it.
refusal-suspended = The warning is suspended: resume, correct, lift or withdraw it; a raise is a resumption at a higher level.
refusal-not-suspended = The warning is not suspended.
refusal-too-early = A suspension may not come before the level it suspends, nor a resumption before the suspension.
refusal-class-twice = A class has two levels.
refusal-classes-of-no-level = This kind of notice sets no level, so none for a class.
refusal-areas-of-no-lift = Only a lift ends at other hours in some areas.
refusal-area-twice = An area is named twice.
refusal-area-after-lift = No area may end after the notice itself.
refusal-resumes-nothing = Only a suspension plans when it is resumed.
refusal-resumes-outside = It must be resumed after the suspension begins and before the warning ends.
refusal-level = The level does not fit the kind: a raise must be higher, a lowering lower, anything else the level that stands; a correction of a suspension leaves the levels of classes, too.
refusal-not-added = What is to be taken back was not added to this warning.
refusal-outlasts = An add-on may not end after the warning.
refusal-end-passed = It was to end at an hour that has passed.
refusal-not-later = An extension must end later than before.
refusal-below-floor = That is below the level a superior has ordered.
refusal-no-proposal = No proposal is open.
refusal-proposal-closed = The proposal was decided or replaced; reload the page.
refusal-another-text = The notice or its plan was written anew since you read it; check it and sign again.
refusal-notice-state = The notice has moved on; reload the page.
refusal-no-list = No reduction list was imported for this city, so no plan can be drawn.
refusal-no-profile = No playbook covers this region.
refusal-list-changed = The reduction list has changed; draw the plan again.
refusal-area-lifted = An area has been lifted at its own hour since the plan was drawn; draw it again.
refusal-plan-outside = The plan has recipients outside the notice's region; draw it again.
refusal-plan-overtaken = The plan is not the one last drawn, or another notice was issued since; draw it again.
refusal-not-missing = This day has a value already.
refusal-comparing = Another comparison is being made; ask again in a moment, or for fewer years.
refusal-no-history = No observed day of the region is kept for these years.
refusal-not-in-force = The warning is not in force.
refusal-conflict = This number or name is taken.

# What is wrong with a field.
fault-nonce = Another answer was sent from this page already; reload it.
fault-note-too-long = Please say what it is about, in at most 2,000 characters.
fault-choose-reason = Please choose a reason.
fault-empty = Must be filled in.
fault-future = This time has not come yet.
fault-past = That hour has passed: nothing is suspended, resumed or lifted before now, unless a superior ordered so.
fault-too-large = The file is too large: at most 5 MiB.
fault-unknown = Nothing of that name was found.
fault-region-ambiguous = The file speaks of several cities; import them one by one.
fault-time = Give a day and a time such as 20:00; the end of a day is 24:00.
fault-choose = Choose one of the list.
fault-confirm = Tick the box to confirm.
fault-areas = Write a county or township of this place on each line, with its day and time, as 411081 2026-11-28 15:00; by its code where two bear its name.
fault-aqi = Give a whole number from 0 to 500 or a range, such as 215 or 210-240.
fault-aqi-now = Expected a whole number from 0 to 500.
fault-source = Say what it rests on, in at most 200 characters.
fault-no-such-day = The outlook does not reach this day.
fault-same-rules = Choose two different rule sets.
fault-year = Give a year from 2000 to now, such as 2015.
fault-span = At most 10 years are compared at once.
scan = Scan
