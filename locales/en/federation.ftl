### Words of identity providers, of signing in by them and of provisioning.

error-federation-attempt-invalid = This sign-in is over or was begun in another browser. Begin again.
error-federation-refused = You cannot sign in here with this account. Ask your administrator.
error-federation-not_linked = No account here is connected with it yet. Sign in otherwise and connect it under "My account", or ask your administrator.
error-federation-unreachable = The identity provider cannot be reached. Try again later.
error-federation-answer_invalid = The identity provider's answer is not valid. Begin again; if it stays so, tell your administrator.
error-federation-cancelled = Signing in at the identity provider was cancelled or refused.
error-federation-unsupported = This is not possible with this kind of identity provider.
error-federation-linked_already = Already connected with another account.
error-provider-too_many = At most { $max } identity providers are possible.
error-provider-config-invalid = Not valid.
error-provider-config-url = Give an address that begins with https://.
error-provider-secret-required = A secret is needed.
error-provider-mappings-too_many = Too many lines.
error-provider-mappings-group = Each line needs a group.
error-provider-mappings-privileged = Groups give administrators' roles only if this is allowed for the provider.
error-provider-mappings-scope_without_role = The data scope "all" needs a role.
action-identity_provider-list = Listed identity providers
action-identity_provider-read = Read identity provider
action-identity_provider-create = Created identity provider
action-identity_provider-update = Changed identity provider
action-identity_provider-delete = Removed identity provider
action-identity_provider-grant = Approved what groups give
action-session-federate = Took an identity provider's answer
action-session-provider_logout = Identity provider ended sessions
action-user-connect = Changed connection with identity provider
resource-identity_provider = Identity provider
