### Words of one's own account.

account-title = My account
account-organisation = Organisation
account-session-until = Signed in until
account-display = Language and appearance
account-display-note = The language goes with your account, the appearance stays in this browser.
password-change = Change password
password-set = Set a password
password-set-note = You came in by a link. With a password you can sign in without one.
password-current = Current password
password-new = New password
password-again = New password again
password-unequal = The two entries differ
password-changed = Password changed
