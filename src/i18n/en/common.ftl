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
section-dead-letters = Undelivered

role-officer = Duty officer
role-approver = Approver
role-coordinator = Regional coordinator
role-clerk = County clerk
role-inspector = Inspector
role-administrator = Administrator

# A warning's level always says that it is a warning's.
level-blue = Blue warning (Level IV)
level-yellow = Yellow warning (Level III)
level-orange = Orange warning (Level II)
level-red = Red warning (Level I)

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
span-closed = { $from } to { $until }

phase-draft = Being drafted
phase-submitted = Awaiting approval
phase-approved = Approved, not yet issued
phase-announced = Issued, not yet started
phase-in-force = In force
phase-ending = Lift issued, not yet effective
phase-lifted = Lifted
phase-withdrawn = Withdrawn

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

change-new = New order
change-changed = Changed
change-told = Told only
change-lifted = Lifted

county = County
grade = Grade
industry = Industry

form-faults = { $count ->
    [one] One entry needs mending
   *[other] { $count } entries need mending
}
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
