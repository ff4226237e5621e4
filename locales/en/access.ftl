### Words of access: roles, rules, labels, people's access and teams.

access-title = Access
access-parts = Parts of access
access-tab-roles = Roles
access-tab-rules = Rules
access-tab-labels = Labels
access-tab-people = People
access-tab-teams = Teams
access-name = Name
access-name-taken = There is one of this name already
access-description = Description
access-person = Person
access-action = Action
access-object = Object
access-field = Field
access-any = Any
access-everybody = everybody
access-edit-named = Edit “{ $name }”
access-open-named = View “{ $name }”
access-copy-named = Copy “{ $name }”
access-delete-named = Delete “{ $name }”
access-copy-name = { $name } (copy)
access-object-customer = Customers
access-object-contact = Contacts
access-object-activity = Activities

## Actions
access-action-list = List
access-action-list-note = See records in lists and searches.
access-action-read = View
access-action-read-note = Open one record, with sensitive fields masked.
access-action-create = Create
access-action-update = Change
access-action-delete = Delete
access-action-assign = Change the owner
access-action-reveal = Reveal
access-action-reveal-note = See a masked field in clear, with a reason.
access-action-export = Export
access-action-export-note = Take records out as a file, after proving one’s identity again.
access-action-import = Import
access-action-share = Share
access-action-share-note = Let colleagues, departments or teams see or edit one record.
access-action-explain = Ask about access
access-action-explain-note = Ask who sees a record, and why.
access-action-classify = Raise the label
access-action-declassify = Lower the label
access-action-erase = Erase for good
access-action-field_read = View fields
access-action-field_write = Change fields
access-action-field_clear = View fields in clear

## The draft
access-draft = Changes not submitted
access-changes = { $count ->
    [one] { $count } change not submitted yet
   *[other] { $count } changes not submitted yet
}
access-submit = Submit
access-submit-title = Submit the changes
access-submit-note = They take effect for everybody at once; where a rule asks for approval, after others have approved.
access-saved = The changes are in force.
access-discard = Discard
access-discard-title = { $count ->
    [one] Discard { $count } change?
   *[other] Discard { $count } changes?
}
access-to-draft = Add to the changes
access-leave-title = Changes not submitted
access-leave = Leave
access-leave-not = Keep editing
access-leave-text = The changes stay in this window for later. Signing out, reloading or closing the window loses them.
access-change-added = New
access-change-changed = Changed
access-change-removed = Removed
access-part-role = Role
access-part-rule = Rule
access-part-compartment = Compartment
access-part-field_label = Label of field
access-stale-short = There is a newer version
access-stale-title = Somebody else has saved a newer version
access-stale-text = Another administrator has saved a newer version while you were editing, and your changes are not in force. Put your changes onto the newer version and submit them then, or discard them.
access-stale-theirs = What they changed
access-stale-both = What you both changed
access-stale-both-note = Here your changes would win. Speak to the other administrator first.
access-stale-keep = Put onto the newer version
access-problem-role = Role “{ $name }”:
access-problem-rule = Rule “{ $name }”:

## Trial
access-trial = Try out
access-trial-title = Try out the changes
access-trial-note = Checks the changes against what people really did: what would no longer be allowed, and what was refused and would be allowed. Nobody is affected.
access-trial-days = Time
access-days = Last { $count } days
access-trial-run = Try out
access-trial-sentence = { $losing ->
    [one] { $losing } person
   *[other] { $losing } people
} would lose { $lost ->
    [one] { $lost } access
   *[other] { $lost } accesses
}, { $gaining ->
    [one] { $gaining } person
   *[other] { $gaining } people
} would gain { $gained }.
access-trial-nothing = Nobody would lose or gain anything.
access-trial-considered = From { $count ->
    [one] { $count } access
   *[other] { $count } accesses
} since { $since }.
access-trial-none = There was nothing to check in that time.
access-trial-incomplete = There was too much to check it all: only a part was, and the effect may be greater.
access-trial-by = Add up
access-trial-by-person = By person
access-trial-by-action = By action
access-trial-chart = Accesses affected
access-trial-lost = Would be lost
access-trial-gained = Would be gained
access-trial-records = Records
access-trial-last = Last time

## Roles
access-roles-note = Roles of your own beside the built-in ones: which actions, with which records, and what is seen of each field.
access-roles-own = Your own roles
access-roles-built-in = Built-in roles
access-built-in = Cannot be changed
access-built-in-rules = What it may do with customers
access-roles-none = No roles of your own yet
access-roles-none-text = For example: support sees all customers, but neither amounts nor bank accounts.
access-role-add = New role
access-role-new = New role
access-role-holders = { $count ->
    [one] { $count } holder
   *[other] { $count } holders
}
access-role-holders-of = Who holds “{ $name }”
access-role-delete-title = Delete the role “{ $name }”?
access-role-delete-people = { $count ->
    [0] Nobody holds it.
    [one] { $count } person holds it. Take it from them under People before you submit.
   *[other] { $count } people hold it. Take it from them under People before you submit.
}
access-role-delete-rules = These rules name it and need to be changed too: { $names }.
access-role-nothing = Choose at least one action
access-role-unreadable = Without View, holders cannot open { $object }.
access-matrix = Objects and actions
access-action-of = { $object }: { $action }
access-scope = Data scope
access-scope-note = Which records the actions below are for.
access-scope-of = { $object }: data scope
access-grant-words = { $object } ({ $scope }): { $actions }. Fields: { $fields }{ $own ->
    [0] .
    [one] , { $own } differs.
   *[other] , { $own } differ.
}
access-fields-of = Fields: { $object }
access-fields-note = Masked: shown, sensitive fields in part only. Clear: sensitive fields in full too. Editable: shown as if masked, and may be changed.
access-field-as-others = Default
access-field-others = Other fields (default)
access-field-hidden = Hidden
access-field-masked = Masked
access-field-read = Clear
access-field-write = Editable
access-field-hidden-note = Not shown, and not found by searching, filtering or exporting.
access-field-masked-note = Shown, sensitive fields in part only.
access-field-read-note = Shown, sensitive fields in full too.
access-field-write-note = Shown and may be changed, sensitive fields in part only.
access-category-personal = Personal
access-category-sensitive = Sensitive

## Rules
access-rules-note = Beside roles, allow or forbid by person, department, time, network, device and what a customer is like. Forbidding beats allowing.
access-rules-none = No rules yet
access-rules-none-text = For example: no exports outside working hours.
access-rule-add = New rule
access-rule-new = New rule
access-rule-enable = Enable “{ $name }”
access-rule-delete-title = Delete the rule “{ $name }”?
access-rule-delete-text = Switch it off instead if it is only not needed for now.
access-rule-mode = How to write it
access-rule-mode-form = Form
access-rule-mode-text = Cedar text
access-rule-effect = Effect
access-effect-permit = Allow
access-effect-forbid = Forbid
access-rule-actions = Actions
access-rule-which-fields = Fields
access-all-fields = All fields
access-rule-roles = Roles
access-rule-departments = Department of the person
access-rule-conditions = Conditions
access-rule-conditions-note = All conditions given have to hold; of several values of one, any. What is left empty does not matter.
access-condition-regions = Region of the customer
access-condition-relations = Whose customer
access-condition-shares = Shared
access-condition-values = Level of the customer
access-condition-statuses = Status of the customer
access-condition-hours = Working hours
access-condition-networks = Network
access-condition-devices = Device
access-condition-assurances = Sign-in
access-condition-risks = Risk
access-condition-purposes = Purpose
access-condition-label = Label of the customer
access-condition-weekdays = Day of the week
access-condition-hour = Hours of the day
access-condition-hour-note = Full hours, the last not included; over midnight if the first is later.
access-hour-from = From (hour)
access-hour-to = Until (hour)
access-level-from = { $level } and above
access-relation-own = their own
access-relation-department = of their department
access-relation-below = of a department below
access-relation-elsewhere = of another department
access-share-none = not shared
access-share-read = for viewing
access-share-write = for editing
access-hours-inside = inside working hours
access-hours-outside = outside working hours
access-network-trusted = the organisation’s network
access-network-other = another network
access-device-unknown = an unknown device
access-device-recognised = a recognised device
access-device-registered = a registered device
access-assurance-single = one factor
access-assurance-multi = two factors
access-assurance-phishing_resistant = a passkey
access-risk-low = low
access-risk-raised = raised
access-risk-high = high
access-rule-permits = Allowed for { $who }: { $object } – { $what }
access-rule-forbids = Forbidden for { $who }: { $object } – { $what }
access-rule-when = { $said }. Only if: { $conditions }.
access-rule-who = { $roles } (of { $departments })
access-rule-fields = { $actions } ({ $fields })
access-rule-no-action = (no action chosen)
access-rule-and = ;{" "}
access-rule-or = {" "}or{" "}
access-when-regions = the customer’s region is { $values }
access-when-relations = the customer is { $values }
access-when-shares = the customer is shared: { $values }
access-when-values = the customer’s level is { $values }
access-when-statuses = the customer’s status is { $values }
access-when-hours = { $values }
access-when-networks = from { $values }
access-when-devices = on { $values }
access-when-assurances = signed in with { $values }
access-when-risks = the risk is { $values }
access-when-purposes = the purpose is { $values }
access-when-label = the customer’s label is { $level } or above
access-when-weekdays = on { $values }
access-when-hour = from { $from }:00 to { $to }:00
access-when-hour-from = from { $from }:00 on
access-when-hour-to = before { $to }:00
access-rule-cedar = The same as Cedar text
access-rule-text = Cedar text
access-rule-text-note = One Cedar policy. Its principal is a User, and it names each of its actions.
access-check-pending = Checking…
access-check-good = Syntax and types are right
access-check-place = Line { $line }, column { $column }

## Test bench
access-bench = Test bench
access-bench-note = For a person, a record and circumstances: what is decided now and with the changes, and why. Nothing is done.
access-bench-ask = Decide
access-bench-now = As it is
access-bench-draft = With the changes
access-bench-record = The record
access-bench-around = Circumstances
access-bench-none = Not given
access-bench-hour = Hour of the day
access-bench-fresh = Identity just proved again
explanation-own-role = A role of your organisation’s own
explanation-own-rule = A rule of your organisation’s own
explanation-named-role = The role “{ $name }”
explanation-named-rule = The rule “{ $name }”
explanation-some-role = a role of your organisation’s own

## Labels
access-labels-note = Levels, from low to high: public, internal, confidential, secret, top secret. Compartments narrow who sees something to those admitted.
access-compartments = Compartments
access-compartments-none = No compartments yet. For example: defence customers, mergers.
access-compartments-about = What is marked with a compartment is seen only by those cleared high enough and admitted to it.
access-compartments-note = What is marked with a compartment is seen by those admitted to it.
access-compartments-of = Compartments of { $name }
access-compartment-add = New compartment
access-compartment-title = Compartment
access-compartment-unnamed = Compartment { $bit }
access-compartment-delete-title = Delete the compartment “{ $name }”?
access-compartment-delete-text = Customers marked with it stay restricted by it; only its name is gone. Change those customers first.
access-compartment-delete-fields = These fields lose the mark: { $fields }.
access-field-labels = Labels of fields: { $object }
access-field-labels-note = A field whose label is above the working label is hidden. One without a label goes by its record.
access-label-none = None
access-level-of = Level of { $name }

## People
access-people-note = Give people roles of your own, and clearances. Built-in roles and data scopes are given under Accounts.
access-people-search = Search by name, role or team
access-people-none = Nobody found
access-clearance = Clearance
access-person-title = Access of { $name }
access-person-saved = It is in force.
access-person-administrator = Administrators hold no roles of your own.
access-person-no-roles = There are none yet.

## Teams
access-teams-note = Groups across departments. Customers shared with a team are open to its members.
access-teams-none = No teams yet
access-teams-none-text = For example: everybody who works for one key account.
access-team-add = New team
access-team-count = { $count ->
    [one] { $count } member
   *[other] { $count } members
}
access-team-members = Members
access-team-saved = The team is saved.
access-team-delete-title = Delete the team “{ $name }”?
access-team-delete-text = Its members no longer see the customers that are shared with it.

## The working label
working-label = Working label
working-label-switch = Switch the working label
working-label-choose = Switch
working-label-note = At a working label one sees what is not above it, and writes to what is not below it.
working-label-set = The working label is switched.
