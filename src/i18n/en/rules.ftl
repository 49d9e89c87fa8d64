# Years of days, and what rule sets had in force.
history-curve = Daily AQI and warnings of { $place } in { $year }
history-calendar = { $place }, { $year }, month { $month }
history-month = { $month ->
    [1] Jan
    [2] Feb
    [3] Mar
    [4] Apr
    [5] May
    [6] Jun
    [7] Jul
    [8] Aug
    [9] Sep
    [10] Oct
    [11] Nov
   *[12] Dec
}
history-standing = ; { $rules } { $level }
history-part = { $level }, { $first } to { $last }
history-real = Real
history-curve-caption = AQI of natural days (height and shade); beneath, the level each rule set had in force.
history-marks-caption = { " " }Triangles are real warnings.
history-calendar-caption = Calendar: the ground is the AQI category; the bars in a day are, from the top, the levels in force under { $rules }.

# Comparing two rule sets.
compare-title = Compare rules
compare-hint = Two rule sets replayed over the same observed days: on each day the { $days } days after it are a perfect forecast, and what is proposed is carried out. Natural days, { $years } years at most.
compare-region = Region
compare-first = First rules
compare-second = Second rules
compare-from = From year
compare-to = To year
compare-do = Compare
compare-consequence = Only a comparison: no judgement, warning or record is changed.
compare-history = { $first } to { $last }, { $days } days; { $gaps } of them without data, { $modelled } computed by a model.
compare-figures = In hindsight
compare-figure = Figure
compare-figures-hint = Hits, too low, misses and idle are days: a day within a run that meets a level is a hit under that level or a higher one, too low under a lower one, a miss under none; a day under a warning that meets nothing is idle. Flaps are levels raised again after being lowered, or warnings that begin within 48 hours of the end of the last.
compare-warnings = Warnings
compare-days-under = Days under { $level }
compare-hits = Hits, days
compare-low = Too low, days
compare-misses = Misses, days
compare-idle = Idle, days
compare-false-alarms = False alarms
compare-flaps = Flaps
compare-short-notice = Short notice
compare-short = { $count } (under { $hours } h)
compare-notice = Notice on average
compare-hours = { $hours } h
compare-apart = Days that differ
compare-days = Days
compare-span = { $first } to { $last }
compare-no-warning = No warning
compare-difference = The same level on { $same } days; { $first } higher on { $first_higher }, { $second } higher on { $second_higher }; a warning under { $first } only on { $first_only }, under { $second } only on { $second_only }.
compare-years = Year by year
rules-titled = { $id } { $title } ({ $document })
rules-part-known = { $part }: { $standing }
rules-part-days = Days and ranges
rules-part-levels = Levels
rules-part-advance-notice = Advance notice
rules-part-lift = Lift
rules-part-observed-start = Early start from measurements
rules-part-exclusions = Exclusions
standing-found = found in the document
standing-second-hand = second-hand
standing-assumed = assumed, not from the document
