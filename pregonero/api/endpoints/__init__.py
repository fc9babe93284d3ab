"""The operations of the API, by subject. Each reads by a query of an app below, or acts by one of its actions."""
