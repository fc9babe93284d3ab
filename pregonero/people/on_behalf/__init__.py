"""Acts of people outside the Group, recorded by it with their proof and confirmed later by who acted."""
