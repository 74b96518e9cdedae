"""Evidence that an outsider can check: bundles of a dossier with everything it was made from, and their verification."""
