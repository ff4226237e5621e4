### Words of the customer list, the record page, revealing, follow-ups and export.

customers-title = Customers
customers-total = { $total ->
    [one] { $total } customer
   *[other] { $total } customers
}
customers-none = No customers yet
customers-none-text = Create one, or import a spreadsheet.
customers-none-found = No customer matches
customers-none-found-text = Try other words, or clear the filters.
customers-show-all = Show all
customers-import = Import customers
customer-create = New customer
customer-create-anyway = Create anyway
customer-edit = Edit customer
customer-delete = Delete customer
customer-delete-title = Delete { $name }?
customer-delete-text = Contacts and follow-ups go with it. This cannot be undone.
customer-erase = Erase for good
customer-erase-title = Erase “{ $name }” for good?
customer-erase-text = The customer with all contacts and follow-ups is destroyed, in backups and old copies of the database too. Nobody can bring it back. The audit log keeps that it was erased, not what it said.
customer-erase-basis = Basis
customer-erase-basis-request = The person asked for it
customer-erase-basis-purpose_ended = The purpose or the time for keeping it has ended
customer-erase-basis-unlawful = It should not have been collected
customer-erase-type = Type the name to confirm: { $name }
customer-updated = Updated { $at }
customer-facts = Customer details
customer-duplicate = { $count ->
    [one] There already is { $count } such customer. If this is another one, create it anyway.
   *[other] There already are { $count } such customers. If this is another one, create it anyway.
}
duplicates-found = { $count ->
    [one] { $count } possible duplicate
   *[other] { $count } possible duplicates
}
duplicates-on = same { $fields }
duplicates-hidden = A customer of a colleague
duplicates-hidden-ask = A customer of { $name }, whom you can ask
keys-move = move
keys-open = open
keys-search = search
filter-updated = Updated
view-settings = List settings
view-density = Density
view-density-compact = Compact
view-density-normal = Normal
view-density-roomy = Roomy
view-page-size = Rows per page
view-columns = Columns
view-column-up = Move { $column } up
view-column-down = Move { $column } down
section-basic = Basics
section-contact = Contact details
section-sensitive = Sensitive details
facts-empty = { $count ->
    [one] Show { $count } empty field
   *[other] Show { $count } empty fields
}
facts-fewer = Hide empty fields
owner-default = Left empty, you are the owner.
masked-unchanged = { $masked } (unchanged)
masked-will-be-removed = Removed when saved
masked-remove = Remove
masked-keep = Keep
conflict-title = Somebody else has just changed this record
conflict-text = Load the current version; your changes are kept, so you can check and save.
conflict-reload = Load current version
conflict-merged = Current version loaded; your changes are kept.
conflict-both = Current version loaded. Both of you changed: { $fields }. Please check.
reveal-title = Reveal: { $field }
reveal-note = Showing this of { $name } is written into the audit log with your reason. It hides again after a minute.
reveal-reason = Reason
reveal-reason-call = Calling the customer
reveal-reason-visit = Visit or delivery
reveal-reason-contract = Preparing a contract
reveal-reason-invoice = Invoice or payment
reveal-reason-verify = Verifying identity
reveal-reason-other = Other
reveal-own-words = In your own words
reveal-show = Show
reveal-button = Show the full { $field }
reveal-hide = Hide { $field }
contacts-title = Contacts
contacts-none = No contacts yet.
contact-add = Add contact
contact-edit = Edit contact
contact-edit-one = Edit { $name }
contact-delete-one = Delete { $name }
contact-delete-title = Delete contact { $name }?
contact-primary = Primary
contact-is-primary = Primary contact
timeline-title = Timeline
timeline-more = Load earlier events
timeline-call = called
timeline-visit = visited
timeline-message = sent a message
timeline-email = wrote an e-mail
timeline-note = noted
timeline-created = created the customer
timeline-updated = changed details
timeline-imported = imported the customer
timeline-other = made another change
timeline-contact_created = added a contact
timeline-contact_updated = changed a contact
timeline-contact_deleted = removed a contact
timeline-owner_changed = changed the owner
timeline-revealed = revealed a value
timeline-exported = exported the customer
timeline-fields = ({ $fields })
timeline-next = Next contact: { $at }
follow-up-kind = Kind of follow-up
follow-up-call = Call
follow-up-visit = Visit
follow-up-message = Message
follow-up-email = E-mail
follow-up-note = Note
follow-up-content = What happened
follow-up-placeholder = What was said? What is next?
follow-up-next = Next contact
follow-up-add = Log follow-up
follow-up-keys = Ctrl + Enter
export-button = Export
export-title = { $count ->
    [one] Export { $count } customer
   *[other] Export { $count } customers
}
export-note = Exports the { $total } rows of the current filter.
export-format = Format
format-xlsx = Excel (xlsx)
format-csv = CSV (UTF-8)
export-columns = Columns
export-reason = Reason
export-reason-note = Reason, filter and columns are written into the audit log.
export-take = Export
export-done = Exported

## Sharing and access
sharing-title = Sharing and access
sharing-add = Share
sharing-label = Label
sharing-audience = Who sees it
sharing-none = Not shared with anybody. The owner and leads in charge see it.
share-title = Share the record
share-note = They see this record only, and sensitive values stay masked as the rules say. A share ends on its date and can be withdrawn at any time.
share-with = Share with
share-kind-user = Colleague
share-kind-team = Team
share-kind-department = Department
share-choose = Please choose
share-extent = They may
share-read = View
share-write = Edit
share-until = Until
share-until-note = Leave empty for no end
share-ended = Ended
share-by = Shared by { $name } on { $at }
share-by-until = Shared by { $name } on { $at }, until { $until }
share-withdraw = Withdraw
share-withdraw-title = Stop sharing with { $name }?
share-withdraw-one = Stop sharing with { $name }
label-title = Set the label
label-note = You can raise the label up to your own clearance. To lower it, ask the security administrator.
label-level = Label
level-public = Public
level-internal = Internal
level-confidential = Confidential
level-secret = Secret
level-top_secret = Top secret
audience-title = Who sees it
audience-note = These colleagues can open it now.
list-separator = ,{" "}
why-title = Explain access
why-who = Colleague
why-what = Action
why-ask = Explain
why-not = Why can I not see this?
ask-read = View
ask-update = Edit
ask-reveal = Reveal sensitive values
ask-assign = Assign
ask-delete = Delete
ask-export = Export
ask-share = Share
explanation-allowed = Allowed
explanation-refused = Not allowed
explanation-rules = Because
explanation-no-rule = No rule allows it, and what is not allowed is refused.
explanation-would-allow = Any one of these would allow it
explanation-would-end = Any one of these would end it
rule-customers-sales-own = Owners see and follow up their own customers
rule-customers-sales-in-scope = The customer is within the data scope
rule-customers-sales-create-own = Sales add and import customers of their own
rule-customers-lead-in-scope = Leads manage the customers in their data scope
rule-customers-export-needs-a-fresh-factor = Exports need the identity to be proven again
rule-customers-shared-to-read = The customer is shared for viewing
rule-customers-shared-to-write = The customer is shared for editing
rule-customers-emergency-access-reads = Emergency access lets them read it
rule-customers-sales-share-their-own = Owners share their own customers
rule-customers-lead-shares-in-scope = Leads share the customers in their data scope
rule-customers-owners-ask-who-sees-their-customers = Owners may ask who sees their customers
rule-customers-leads-ask-who-sees-customers-in-scope = Leads may ask who sees customers in their data scope
rule-customers-administrators-ask-who-sees-customers = Security and audit administrators may ask about access
rule-customers-no-read-up = The customer's label is above the working label
rule-customers-no-write-down = The customer's label is below the working label, so nothing is written to it
rule-customers-security-admin-labels = The security administrator sets labels
rule-record-sales-own = Owners see and follow up their own records
rule-record-sales-in-scope = The record is within the data scope
rule-record-sales-create-own = Sales add records of their own
rule-record-lead-in-scope = Leads manage the records in their data scope
rule-record-shared-to-read = The record is shared for viewing
rule-record-shared-to-write = The record is shared for editing
rule-record-emergency-access-reads = Emergency access lets them read it
rule-record-sales-share-their-own = Owners share their own records
rule-record-lead-shares-in-scope = Leads share the records in their data scope
rule-record-owners-ask-who-sees-their-records = Owners may ask who sees their records
rule-record-leads-ask-who-sees-records-in-scope = Leads may ask who sees records in their data scope
rule-record-administrators-ask-who-sees-records = Security and audit administrators may ask about access
rule-record-sales-read-the-catalogue = All of sales see the catalogue
rule-record-leads-keep-the-catalogue = Leads keep the catalogue
rule-record-no-read-up = The record's label is above the working label
rule-record-no-write-down = The record's label is below the working label, so nothing is written to it
rule-record-security-admin-labels = The security administrator sets labels
change-relation = { $to }
change-to-relation-own = Being its owner
change-to-relation-department = The customer belonging to the own department
change-to-relation-below = The customer belonging to a department below
change-to-relation-elsewhere = The customer belonging to another department
change-share = { $to }
change-to-share-none = The share being withdrawn
change-to-share-read = The owner sharing it for viewing
change-to-share-write = The owner sharing it for editing
change-step-up = Proving the identity again{ $to }
change-working-label = Working at the label “{ $to }”
change-to-working-label-public = Public
change-to-working-label-internal = Internal
change-to-working-label-confidential = Confidential
change-to-working-label-secret = Secret
change-to-working-label-top-secret = Top secret
change-clearance = Being cleared for “{ $to }”
change-to-clearance-public = Public
change-to-clearance-internal = Internal
change-to-clearance-confidential = Confidential
change-to-clearance-secret = Secret
change-to-clearance-top-secret = Top secret
change-role = Holding the role “{ $to }”
change-to-role-sales = Sales
change-to-role-sales-lead = Sales lead
change-to-role-system-admin = System administrator
change-to-role-security-admin = Security administrator
change-to-role-audit-admin = Audit administrator
change-to-role-external-auditor = External auditor
change-without-role = No longer holding the role “{ $to }”
change-to-without-role-sales = Sales
change-to-without-role-sales-lead = Sales lead
change-to-without-role-system-admin = System administrator
change-to-without-role-security-admin = Security administrator
change-to-without-role-audit-admin = Audit administrator
change-to-without-role-external-auditor = External auditor
change-custom-role = Holding the role “{ $to }”
change-without-custom-role = No longer holding the role “{ $to }”
change-data-scope = A data scope of “{ $to }”
change-to-data-scope-own = Own
change-to-data-scope-department = Own department
change-to-data-scope-department-tree = Own department and below
change-to-data-scope-all = All
change-assurance = { $to }
change-to-assurance-single = Signing in with one factor only
change-to-assurance-multi = Signing in with two factors
change-to-assurance-phishing-resistant = Signing in with a passkey
change-device = { $to }
change-to-device-unknown = Using an unknown device
change-to-device-recognised = Using a known device
change-to-device-registered = Using a registered device
change-network = { $to }
change-to-network-trusted = Using a network of the organisation
change-to-network-other = Using any other network
change-hours = { $to }
change-to-hours-inside = Within working hours
change-to-hours-outside = Outside working hours
change-risk = { $to }
change-to-risk-low = The sign-in looking as always
change-to-risk-raised = The sign-in coming from another place
change-to-risk-high = The sign-in looking unusual
change-purpose = Stating the purpose “{ $to }”
change-to-purpose-unstated = None
change-to-purpose-sales = Sales
change-to-purpose-service = Service
change-to-purpose-contract = Contract
change-to-purpose-finance = Finance
change-to-purpose-compliance = Compliance
reassign-title = Hand over customers
reassign-choose = Choose
reassign-choose-page = Choose all on this page
reassign-choose-one = Choose “{ $name }”
reassign-choose-none = Choose none
reassign-chosen = { $count ->
    [one] 1 customer chosen
   *[other] { $count } customers chosen
}
reassign-these = Hand over
reassign-all = Hand over all { $count } in the list
reassign-drawer = { $count ->
    [one] Hand over 1 customer
   *[other] Hand over { $count } customers
}
reassign-to = To
reassign-reason = Reason
reassign-look = Preview
reassign-back = Back
reassign-start = Hand over
reassign-would = { $total } customers would go to { $name }.
reassign-would-note = Customers that change hands after this preview stay where they are. Every customer handed over leaves an entry in the audit log.
reassign-refused = { $count ->
    [one] 1 customer is not yours to hand over and stays where it is.
   *[other] { $count } customers are not yours to hand over and stay where they are.
}
reassign-unchanged = { $count ->
    [one] 1 customer is with { $name } already.
   *[other] { $count } customers are with { $name } already.
}
reassign-beyond = { $count ->
    [one] 1 customer is labelled above what { $name } is cleared for, who cannot see it for now.
   *[other] { $count } customers are labelled above what { $name } is cleared for, who cannot see them for now.
}
reassign-running = Handing over to { $name }: { $moved } of { $total } done.
reassign-running-note = You can leave this page; it goes on without you.
reassign-rests = Handing over to { $name } is paused: { $moved } of { $total } done.
reassign-done = Customers handed over to { $name }: { $moved }.
reassign-passed = { $count ->
    [one] 1 customer stayed: it had changed hands, or is no longer yours to hand over.
   *[other] { $count } customers stayed: they had changed hands, or are no longer yours to hand over.
}
reassign-stop = Pause
reassign-go-on = Go on
