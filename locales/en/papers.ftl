### Words of documents for print (PDF).

paper-review = Access review report
paper-and = , {""}
paper-and-also = ; {""}
paper-aside = { $text } ({ $aside })
paper-organisation = Organisation
paper-name = Review
paper-period = Period
paper-ended = Ended
paper-ended-deadline = By its deadline
paper-ended-hand = Early, by hand
paper-ended-cancelled = Cancelled
paper-what = Reviewed
paper-whom = Of whom
paper-of-departments = { $names } and departments below
paper-of-holders = { $names }
paper-lines = Lines
paper-zone = Times in
paper-unreadable = Lines that could not be verified
paper-reviewer = Reviewer: { $name }
paper-note = Note: { $note }
paper-verification = Verification
paper-verification-note = This file is signed as a whole; the signature stands at its end. Run custos-verify report FILE --key KEY to check it offline: any change will be found. It says what the JSON report of this review says, whose SHA-256 is in the audit log as access_review.end.
paper-log = Log
paper-key = Key of the log
paper-digest = SHA-256 of the JSON
