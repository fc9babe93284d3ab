"""What is read across the whole way: the expediente of a publication."""
