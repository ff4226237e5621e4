### Words of the first setup.

setup-title = Set up Custos
setup-note = Once only: your organisation, three administrators and the first sales lead.
setup-steps = Steps of the setup
setup-step-organisation = Organisation
setup-step-accounts = Accounts
setup-step-review = Review
setup-code = Setup code
setup-code-hint = Printed by the server when it started.
setup-organisation = Organisation name
setup-separation = Separation of duties: running the system, granting access and auditing are held by three people. Nobody can combine them, and none of them sees customer data.
setup-login-twice = Every account needs its own login
setup-create = Finish setup
setup-done = Setup is complete
setup-done-note = Every account sets up its second step when signing in for the first time.
setup-to-sign-in = Go to sign-in
