# Opening a sealed installation, and what the command line says about keys.

keys-goes-on = A rotation was under way; it goes on.
keys-shares-impossible = At least 2 shares must be needed, and there must be at least as many as are needed.
keys-shares-once = These shares are shown once. Give each to another person; the server starts sealed until enough of them were given.
keys-passphrase-new = Give the new passphrase with --new-passphrase-file, or type it twice.
unseal-title = This server is sealed
unseal-text = Its root key is with several people. No data can be opened until enough of them have given their shares.
unseal-share = Your share
unseal-give = Give share
unseal-count = { $given } of { $needed } shares given
unseal-taken = Your share was taken.
unseal-known = This share was given already.
unseal-refused = This is not a share of this server's key. Check it for typing errors.
unseal-wrong = These shares do not open the key. They were discarded: all have to be given again.
unseal-done = This server is unsealed
unseal-opened = There are enough shares. The server is starting; you can sign in in a moment.
unseal-go-on = Go on to sign in
