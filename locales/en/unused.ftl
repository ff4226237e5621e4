### Words of unused permissions.

unused-title = Unused permissions
unused-note = What roles grant and nobody used lately, by the audit log. Basics that every role has are left out.
unused-days = Time looked at
unused-days-of = { $count } days
unused-short = The audit log begins on { $at }. What was used before is not known.
unused-roles = By role
unused-by-person = By person
unused-role = Role
unused-person = Name
unused-people = People
unused-used = Used
unused-used-by = How much { $name } uses
unused-of = { $used } of { $granted }
unused-unused = Unused
unused-count = { $count ->
    [one] 1 permission
   *[other] { $count } permissions
}
unused-none = None
unused-of-role = { $name }: unused permissions
unused-of-person = { $name }: unused permissions
unused-last = Last used
unused-never = No record
unused-new = New account
unused-proposal = Role that would do
unused-no-role = No role
unused-propose = Reduce
unused-propose-named = Reduce the roles of { $name }
unused-propose-title = Change the roles of { $name } to: { $roles }?
unused-propose-text = In the time looked at, nothing was used that only the role to be taken gives. Where your rules ask for it, this goes for approval first.
unused-propose-new = The account is younger than the time looked at: make sure that the role is not needed. Where your rules ask for it, this goes for approval first.
unused-reduced = The roles of { $name } were changed.
unused-own-roles = By role of your own
unused-smaller-title = Take { $count ->
    [one] 1 permission
   *[other] { $count } permissions
} from { $name }?
unused-smaller-text = The smaller role goes into the draft of access control, where you can try it on past requests before you submit it.
unused-smaller = Reduce
unused-smaller-named = Reduce the role { $name }
