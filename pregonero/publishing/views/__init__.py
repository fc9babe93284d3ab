"""The pages of publications and their deliveries, one file per subject."""
