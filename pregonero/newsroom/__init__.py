"""News of the official website: sources, candidates, informed news, and their pictures and videos."""
