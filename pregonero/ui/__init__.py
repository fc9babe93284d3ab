"""The look of the interface: base page, components, styles and icons. Imports no app."""
