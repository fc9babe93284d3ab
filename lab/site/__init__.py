"""The website of a demonstration ministry, from which the product imports news."""
