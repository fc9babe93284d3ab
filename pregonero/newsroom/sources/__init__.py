"""The kinds of news source. To add one, see "How to add a kind of news source" in CONTRIBUTING.md."""
