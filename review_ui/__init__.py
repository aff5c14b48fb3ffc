"""Home of the review app; groups are decided with ``curate decide`` until it arrives."""
