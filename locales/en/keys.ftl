### Words of the page of encryption keys.

keys-title = Encryption keys
keys-note = Customer data is sealed with the organisation's key, which is sealed in turn by the root key. Both can be replaced while people work.
keys-rotate = Rotate keys
keys-rotate-begin = Begin
keys-rotate-text = A new version of the organisation's key takes over, and everything under the former one is sealed anew in the background. People can go on working.
keys-rotation-begun = The rotation has begun
keys-running = Rotation to version { $version } is under way
keys-progress = { $done } of { $total } rows looked at
keys-arriving = The new key is about to take over; sealing anew begins then
keys-checking = Checking that nothing is left under the former key
keys-started = begun { $at }
keys-finished = finished { $at }
keys-root = Root key
keys-root-made = In use since { $at }
keys-root-made-unknown = In use since the installation was made
keys-root-attended = It is replaced on the server itself with the command custos keys.
keys-root-replace = Replace root key
keys-root-replace-title = Replace the root key?
keys-root-replace-text = A new root key is written into the key file. Make a new backup of the key file afterwards; the old one opens old backups of the data only.
keys-root-replaced = The root key was replaced
keys-home-file = In the key file on the server
keys-home-passphrase = In the key file on the server, under a passphrase
keys-home-shares = With people: { $threshold } of { $shares } shares open it
keys-home-pkcs11 = In a security module (PKCS#11)
keys-home-transit = With a key service (Vault transit)
keys-versions = Versions of the organisation's key
keys-version = Version
keys-version-number = Version { $number }
keys-suite = Suite
keys-suite-aes = AES-256-GCM, SHA-256, Ed25519
keys-suite-sm = SM4-GCM, SM3, SM2
keys-state = State
keys-state-arriving = arriving
keys-state-current = in use
keys-state-draining = being replaced
keys-state-retired = retired
keys-rotation = Rotation
keys-from-the-start = since the beginning
keys-retired-note = Retired versions open reasons in the audit log only, which cannot be sealed anew.

# Keys on the command line, and a sealed server.
