"""The register of the accounts' security controls (section 6 of the procedure): checks, evidence and exceptions."""
