# The outlook chart.
chart-title = Daily AQI, observed and forecast
chart-summary = { $from } to { $until }. { $missing ->
    [0] No day is without data.
    [one] One day is without data.
   *[other] { $missing } days are without data.
}
chart-peak = The highest day is { $day }, AQI { $aqi }.
chart-empty = No data yet
chart-observed = Observed
chart-modelled = Computed by a model
chart-forecast = Forecast
chart-filled-in = Filled in by hand
chart-filled-in-mark = filled
chart-excluded-mark = excl.
chart-excluded-because = Not counted: { $why }
chart-no-data = No data
chart-range = range { $range }
chart-today = Today
chart-reading = Move the pointer, or select the chart and press ← →, to go through the days
legend-forecast = Forecast (value judged, and range)
legend-rule = Starting line (to be exceeded)
legend-bands = Background: AQI category, not warning level
rule-line = { $level } { $hours }h

outlook-title = Outlook
outlook-source = { $source }, issued { $at }
outlook-no-forecast = No forecast yet, observations only
outlook-stale = Forecast out of date
outlook-empty = No forecast yet. Push one over the API, or import one from the command line.
outlook-table = Data table
outlook-day = Day
outlook-kind = Kind and source
outlook-range = Forecast range
outlook-category = AQI category
outlook-primary = Primary pollutant
outlook-note = Note
outlook-differences = Forecasts that differ by an AQI category or more
provenance = { $source }, received { $received } ({ $by })
provenance-issued = { $source }, issued { $issued }, received { $received } ({ $by })
provenance-stale = { $source }, issued { $issued } (out of date), received { $received } ({ $by })
received-by-schedule = fetched by the service
received-by-command-line = command line

# How good the forecasts were.
skill-title = How good the forecasts were
skill-hint = { $from } to { $until }, by what was measured; of each day’s forecasts the last counts. Days are counted, and no shares drawn from them.
skill-source = Source
skill-lead = Days ahead
skill-days = Days scored
skill-bias = Mean error
skill-error = Mean absolute error
skill-line = AQI>{ $above }: hits / misses / false alarms
skill-counts = { $hits } / { $misses } / { $alarms }

# A missing day, given a value by hand.
gaps-title = Fill in days without data ({ $count })
gaps-hint = A value filled in stays marked as such, with what it rests on; the rules are applied again at once.
gap-aqi = AQI of { $day }, one value or a range
gap-source = What the value for { $day } rests on
gap-do = Fill in { $day }

# The machine proposes; a person decides.
proposal-eyebrow = Proposed by the system
proposal-issue = Proposal to issue: { $level }
proposal-raise = Proposal to raise to: { $level }
proposal-lower = Proposal to lower to: { $level }
proposal-extend = Proposal to extend: { $level }
proposal-lift = Proposal to lift: { $level }
proposal-hold = Proposal to hold: { $level }
proposal-advise = Proposal to publish a health notice (no warning level)
proposal-nothing = No warning is proposed at present
proposal-because = Why
proposal-next = Missing for { $level }
proposal-rule = Rule: { $rule }
proposal-decide-by = To be decided by { $by }
proposal-too-late = It should have been published by { $by }: decide now
proposal-draft = Draft a notice
proposal-decline = Decline…
proposal-decline-reason = Why not (signed and kept on record)
proposal-decline-do = Sign the refusal
proposal-waiting = Waiting for the duty officer to decide.
proposal-drafted = Open the draft
proposal-declined = Declined by { $person }, { $at }:
outbox-held = Nothing is sent: a backup was restored on { $since }, and what happened after it was taken is not in it. Look, then release the outbox (qingkong outbox release).
forecast-not-fetched = No forecast could be fetched since { $since }; the source is asked again and again. See to it, and import a file if need be.
observed-not-fetched = No measured values could be fetched since { $since }; the source is asked again and again. See to it, and import a file if need be.
proposal-hint = The government sets the level. The system proposes, and records what was decided.

counts-title = Progress of orders
counts-empty = No orders are open.
county-lifted = lifted { $at }
owing-title = To be signed on paper
owing-by = To be signed by { $by }
owing-passed = Overdue: to be signed by { $by }
due-title = To be decided
due-end = The warning runs out on its own { $at }
due-extend = Draft an extension
due-resumption = Planned to resume { $at }; that does not happen on its own
due-resumption-passed = The planned resumption, { $at }, has passed; still suspended
due-resume = Draft the resumption
counties-title = Progress by county

instructions-title = Superior instructions
instructions-register = Register
instructions-empty = No instruction is on record.
instruction-lifts = Lift
instruction-received = Received { $at }
instruction-followed = Followed by a notice
instruction-waits = received { $minutes } minutes ago, no notice yet

instruction-title = Register a superior instruction
instruction-hint = Dispatch orders, warning letters and instructions by telephone. Once registered, it is the floor of the local level and starts the clock.
instruction-number = Document number
instruction-sender = Sent by
instruction-level = Level asked for
instruction-from = Start asked for
instruction-received-at = Received
instruction-scan = Scan (PDF or picture)
instruction-remark = What else it asks
instruction-consequence = Once registered it cannot be changed, only corrected by another entry.
instruction-do = Register the instruction

# What the public is told while a warning is in force.
information-title = Information to the public
information-due = Next update due by { $by }
information-overdue = Update overdue: it was due by { $by }
information-last = Last update: { $at }
information-none = No update since the start
information-aqi = AQI now (empty where not measured)
information-text = How things stand
information-outlook = Outlook
information-do = Give the update
information-give = Give an update
