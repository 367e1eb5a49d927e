"""The command line: what `intertwine solve | groups | audit | compare` do (their options stand in `intertwine_cli`)."""
