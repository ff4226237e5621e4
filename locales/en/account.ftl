### Words of one's own account.

account-title = My account
account-organisation = Organisation
account-session-until = Signed in until
account-display = Language and appearance
account-display-note = For this browser only.
password-change = Change password
password-current = Current password
password-new = New password
password-again = New password again
password-unequal = The two entries differ
password-changed = Password changed
