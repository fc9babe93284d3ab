"""The day's programme, publications and their deliveries."""
