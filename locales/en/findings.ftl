### What a verification finds, on the page and at the command line.

finding-entry-altered = Entry altered
finding-entries-altered = Entries altered
finding-entry-missing = Entry missing
finding-entries-missing = Entries missing
finding-entry-unexpected = Entry that was never logged
finding-log-truncated = Log truncated
finding-tile-altered = Tile altered
finding-tile-missing = Tile missing
finding-tile-beyond-checkpoint = Tile beyond the newest checkpoint
finding-checkpoint-invalid = Checkpoint invalid
finding-root-mismatch = Root hash does not match
finding-no-checkpoint = No valid checkpoint
finding-rolled-back = Log rolled back
finding-history-rewritten = History rewritten
finding-not-witnessed = Not signed by enough witnesses
finding-cosignature-invalid = Signature that the witness did not make
finding-policy-altered = Policy text altered
finding-policy-missing = Policy text missing
finding-policy-unnamed = Policy that no entry names
finding-announcement-altered = Entry about a policy that is not in the log
