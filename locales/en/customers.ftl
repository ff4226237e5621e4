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
