### Words of access reviews.

reviews-title = Access reviews
reviews-note = Those who answer for people and customers look through what is granted. What nobody decides on by the deadline is withdrawn.
reviews-views = Show
reviews-view-all = All reviews
reviews-view-own = To decide
reviews-none-all = No reviews yet
reviews-none-own = Nothing to review at the moment
reviews-start = Start a review
reviews-steps = Steps
reviews-step-what = What and whom
reviews-step-who = Who and when
reviews-step-preview = Preview
reviews-name = Name
reviews-what = What to review
reviews-what-roles = Roles
reviews-what-shares = Shared customers
reviews-what-api_keys = API keys of programs
reviews-whom = Whom
reviews-whom-everybody = Everybody
reviews-whom-departments = Chosen departments and those below
reviews-whom-holders = People with chosen roles
reviews-departments = Departments
reviews-holders = Roles
reviews-by = Who reviews
reviews-by-manager = The lead of the department
reviews-by-owner = The owner of the shared customer
reviews-by-note = Nobody reviews access of their own. Where nobody fits, a security administrator reviews; roles of administrators are reviewed by another administrator.
reviews-days = Days to decide
reviews-remind = Days before the end to remind
reviews-remind-note = 0 for no reminder.
reviews-silence = What is undecided at the deadline is withdrawn. Until then decisions can be changed.
reviews-preview-of = { $lines ->
    [one] 1 line
   *[other] { $lines } lines
} for { $people ->
    [one] 1 reviewer
   *[other] { $people } reviewers
}
reviews-begun = The review has started.
reviews-state = State
reviews-state-preparing = Preparing
reviews-state-open = Open
reviews-state-closing = Carrying out
reviews-state-ended = Ended
reviews-state-cancelled = Cancelled
reviews-progress = Decided
reviews-progress-named = Decided in { $name }
reviews-progress-of = { $done } of { $total }
reviews-deadline = Deadline
reviews-deadline-of = Until { $at }
reviews-days-left = { $count ->
    [one] 1 day left
   *[other] { $count } days left
}
reviews-started = Started by { $name } on { $at }
reviews-started-by = Started by
reviews-ended-deadline = Ended by its deadline on { $at }
reviews-ended-hand = Ended early on { $at }
reviews-ended-cancelled = Cancelled on { $at }
reviews-back = All reviews
reviews-facts = Facts
reviews-of-roles = Roles
reviews-of-shares = Shared customers
reviews-of-keys = API keys
reviews-tampered = Lines were added or removed outside this program. See the audit log.
reviews-by-reviewer = Progress by reviewer
reviews-reviewers = Reviewers
reviews-reviewer = Reviewer
reviews-nobody = Nobody may review
reviews-hand = Reassign
reviews-hand-named = Reassign the lines of { $name }
reviews-hand-title = Reassign the open lines of { $name }
reviews-hand-note = { $count ->
    [one] 1 undecided line goes to another reviewer.
   *[other] { $count } undecided lines go to another reviewer.
} Lines the person may not decide on stay.
reviews-hand-to = New reviewer
reviews-handed = { $count ->
    [one] 1 line was reassigned.
   *[other] { $count } lines were reassigned.
}
reviews-barred = { $count ->
    [one] 1 line stayed: this person may not decide on it.
   *[other] { $count } lines stayed: this person may not decide on them.
}
reviews-end = End now
reviews-end-title = End the review now?
reviews-end-text = { $count ->
    [0] What was decided is carried out now.
    [one] What was decided is carried out now. 1 undecided line stays as it is.
   *[other] What was decided is carried out now. { $count } undecided lines stay as they are.
}
reviews-report = Signed report ({ $format })
reviews-done-end = The review has ended.
reviews-cancel = Cancel review
reviews-cancel-title = Cancel the review?
reviews-cancel-text = Nothing is withdrawn, { $count ->
    [one] and 1 open line
   *[other] and { $count } open lines
} need no decision any more.
reviews-done-cancel = The review was cancelled.
reviews-lines = Lines
reviews-lines-view = Lines
reviews-lines-open = Undecided
reviews-lines-all = All
reviews-no-lines = No lines
reviews-all-decided = Everything is decided.
reviews-subject = Granted to
reviews-grant = Access
reviews-last-use = Last use
reviews-suggestion = Suggestion
reviews-decision = Decision
reviews-outcome = Outcome
reviews-open = Undecided
reviews-verdict-keep = Keep
reviews-verdict-withdraw = Withdraw
reviews-keep-named = Keep for { $name }: { $what }
reviews-withdraw-named = Withdraw from { $name }: { $what }
reviews-keep-all = Keep all { $count }
reviews-undo = Undo
reviews-undo-named = Undo for { $name }: { $what }
reviews-add-note = Note
reviews-note-label = Note for the decision
reviews-accept = Accept
reviews-accept-all = Accept suggestions
reviews-accept-title = { $count ->
    [one] Accept 1 suggestion?
   *[other] Accept { $count } suggestions?
}
reviews-accept-text = Keep: { $keep }. Withdraw: { $withdraw }. You can change single decisions afterwards.
reviews-decided = { $count } decisions were saved.
reviews-to-department = Department
reviews-to-team = Team
reviews-kind-role = Role
reviews-kind-own_role = Own role
reviews-kind-share = Share
reviews-kind-api_key = API key
reviews-some-customer = a customer
reviews-share-read = May see { $name }
reviews-share-write = May change { $name }
reviews-until = until { $at }
reviews-used-at = Last used on { $at }
reviews-unused-since = Not used since { $at }
reviews-use-unknown = Use not recorded
reviews-suggest-keep = Suggested: keep
reviews-suggest-withdraw = Suggested: withdraw
reviews-reason-disabled = the account is disabled
reviews-reason-unused = not used for 90 days
reviews-reason-redundant = other roles give the same
reviews-reason-outlier = nobody else in the department has it
reviews-reason-moved = the person changed departments since
reviews-reason-ended = its time has passed
reviews-reason-ends_soon = ends by itself soon
reviews-reason-used = in use
reviews-reason-new = too new to tell
reviews-reason-unknown = nothing known against it
reviews-outcome-withdrawn = Withdrawn
reviews-outcome-lapsed = Withdrawn, undecided
reviews-outcome-kept = Kept
reviews-outcome-undecided = Kept, undecided
reviews-outcome-no_reviewer = Kept, nobody may review
reviews-outcome-last_administrator = Kept, last administrator
reviews-outcome-changed = Kept, changed meanwhile
reviews-outcome-gone = Gone before
reviews-outcome-tampered = Kept, could not be verified
