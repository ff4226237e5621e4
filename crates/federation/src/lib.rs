//! The protocols of other people's identity providers: OpenID Connect, LDAP, scan login.
