"""Pages of the expediente, of the records that leave, of the exports and of the auditor."""
