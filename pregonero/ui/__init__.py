"""How everything looks: base page, components, styles. Imports no app."""
