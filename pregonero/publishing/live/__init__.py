"""Live broadcasts: the event, its pre-flight list, its go-live record, its end and its incidents (P-7, YT-5)."""
