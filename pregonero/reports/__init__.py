"""Reports across all apps: the expediente of a publication."""
