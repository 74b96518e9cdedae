"""What goes out: typed answers, the dossier, and its renderings."""
