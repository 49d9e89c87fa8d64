# What is made public below a coloured warning. It compels nobody, and every page says so.
advisory-health-notice = Health notice
advisory-temporary-control = Temporary control
advisory-eyebrow = Advisory
advisory-compels-nobody = This is no warning. It carries no compulsory measure and only recommends.
advisory-draft = The advisory
advisory-place = Area
advisory-about = Cause, or what it rests on
advisory-cause = Cause
advisory-cause-unchosen = Choose
advisory-control-hint = Ends by itself when a coloured warning starts.
advisory-superiors-control = Temporary control (a superior's word)
advisory-own-control = Temporary control (own decision)
advisory-decided-by = Decided by
advisory-decided-why = Reason for the decision
advisory-own-hint = Where no superior's document asks for it; name the article where it rests on the plan. It is told with the advisory, which ends by itself when a coloured warning starts.
advisory-parts = Counties and districts concerned
advisory-parts-hint = None chosen means all of the region.
advisory-from = Begins
advisory-published-at = Published at
advisory-unpublished = Not published yet
advisory-ended = Ended early
advisory-gave-way = Replaced by a warning
advisory-text = What is to be expected
advisory-advice = Recommendations
advisory-advice-hint = One to a line. Recommend only: words that order something (责令, 停止, 停产 …) are refused.
advisory-save = Save
advisory-publish-title = Publish
advisory-number = Document number (optional)
advisory-publish-hint = It stays on record. It can be lifted, not changed, and runs out at its end.
advisory-publish-do = Publish
advisory-lift-title = Lift early…
advisory-lift-reason = Why it is lifted (kept on record)
advisory-lift-do = Lift
advisory-abandon-title = Give this advisory up…

advisory-announced = Published, not yet begun
advisory-running = Running
advisory-lifted = Lifted
advisory-cancelled = Ended by a warning
advisory-run-out = Run out

advisory-tells = Publishing tells { $count } recipients in its area by mail and webhook; they need not acknowledge it. The same are told if it is lifted.
advisory-tells-not = { $count } of them have no mailbox and no endpoint and cannot be reached.
advisory-tells-nobody = The playbook names nobody to send this to: nothing is sent. Tell the public through the usual channels.
advisory-lift-hint = Lifting tells the same recipients that were told when it was published.

telling-title = Who was told
telling-nobody = Nobody in your region was to be told.
telling-step = What
telling-audience = Recipients
told-lifted = Ended early
recipients-published = Told that it is published
recipients-lifted = Told that it ended early
recipients-first = First page
recipients-none = None.
recipients-ways = How it went
recipients-no-way = No mailbox and no endpoint on the list.
recipients-attempts = { $count } attempts
reached-waiting = To be sent
reached-failed = Not delivered
reached-overtaken = No longer sent

advisories-title = Health notices and temporary control
advisories-draft = Draft an advisory
advisories-empty = No health notice or temporary control yet.
advisories-none = No health notice or temporary control is running.
advisories-all = All

cause-local = Local pollution
cause-regional-transport = Regional transport
cause-cross-border = From across the border
cause-dust = Dust
cause-blown-dust = Blown dust
cause-wildfire-smoke = Wildfire smoke
cause-ozone = Ozone
cause-fireworks = Fireworks

proposal-draft-advisory = Draft a health notice
proposal-drafted-advisory = Open the advisory

step-published = Published
step-gave-way = Ended by a warning

said-published = Published.
said-lifted = Lifted.

refusal-compulsory = An advisory only recommends: “{ $word }” orders something.
refusal-not-a-part = What was chosen is no part of the region.
refusal-advisory-past = Its end has passed.
refusal-beside-warning = While a warning stands or is announced, no temporary control and no health notice of what starts colours.
refusal-advisory-state = It has moved on since; load the page again.
refusal-not-advised = The proposal asks for a warning: draft a notice, or decline it.
refusal-advised = The proposal asks for a health notice: draft one, or decline it.
