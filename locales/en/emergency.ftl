### Words of emergency access.

emergency-title = Emergency access
emergency-note = When you lack permission and it cannot wait, you can read customers for up to 60 minutes. Everything is recorded, and somebody else reviews it afterwards.
emergency-begin = Start emergency access
emergency-begin-note = Security and audit administrators are told at once. You can read, but neither change nor export, and labels above your clearance stay closed.
emergency-what = What for
emergency-what-customer = One customer
emergency-what-department = All customers of a department
emergency-customer = Customer
emergency-customer-note = The full name, phone number, e-mail address or company code.
emergency-department = Department
emergency-reason = Why it cannot wait
emergency-minutes = For how long
emergency-minutes-of = { $count } minutes
emergency-begun = Emergency access has started.
emergency-ended = Emergency access has ended.
emergency-end = End access
emergency-end-title = End emergency access now?
emergency-banner = You are using emergency access, { $minutes } min left. What you do is marked and will be reviewed by somebody else.
emergency-banner-watch = { $count ->
    [one] One emergency access is going on.
   *[other] { $count } emergency accesses are going on.
}
emergency-open = Show
emergency-see-customer = Open the customer
emergency-see-department = Show the department’s customers
emergency-views = Which
emergency-view-open = Open
emergency-view-all = All
emergency-none-open = Nothing is going on or waiting for review
emergency-none-all = Nothing yet
emergency-state-active = Going on
emergency-state-to_review = To be reviewed
emergency-state-reviewed = Reviewed
emergency-of-customer = One customer
emergency-of-department = Department: { $name }
emergency-time = { $from } to { $to }
emergency-time-active = Since { $from }, until { $to } at the latest
emergency-tampered = What is stored cannot be verified and may have been altered. See the audit log.
emergency-review = Review
emergency-review-title = Review { $name }’s emergency access
emergency-review-note = Check what was done before you sign. A signed review cannot be changed.
emergency-review-entries = Show what was done
emergency-conclusion = Conclusion
emergency-conclusion-justified = Needed, and used properly
emergency-conclusion-misused = Not needed, or misused
emergency-remark = Findings
emergency-sign = Sign
emergency-signed = The review is signed.
emergency-reviewed-by = Reviewed by { $name } on { $at }:
emergency-waiting = { $count } to be reviewed
