"""The icons of the interface (of the package `lucide`) and the networks' marks (of `simple-icons-pack`), by name."""

ICONS = (
    "accessibility", "activity", "alarm-clock", "archive-x", "arrow-down", "arrow-left", "arrow-right",
    "arrow-right-left", "arrow-up", "at-sign", "badge-check", "ban", "bell", "bell-dot", "bell-ring", "book-open",
    "bookmark", "building-2", "calendar", "calendar-check", "calendar-clock", "calendar-days", "calendar-plus",
    "calendar-x", "captions", "chart-column", "chart-no-axes-column", "check", "check-check", "chevron-down",
    "chevron-left", "chevron-right", "chevron-up", "circle", "circle-alert", "circle-check", "circle-dashed",
    "circle-user", "clipboard-check", "clock", "clock-alert", "cloud-check", "copy", "corner-up-left", "database",
    "download", "earth", "ellipsis", "external-link", "eye", "eye-off", "file-check", "file-clock", "file-code",
    "file-down", "file-spreadsheet", "file-text", "fingerprint-pattern", "flag", "folder-open", "gauge",
    "git-compare-arrows", "grip-vertical", "hand", "handshake", "hard-drive", "heart", "history", "house", "image",
    "image-off", "image-plus", "image-up", "images", "inbox", "info", "key-round", "keyboard", "landmark", "library",
    "lightbulb", "link", "list", "list-filter", "list-plus", "loader-circle", "lock", "log-out", "mail", "mail-check",
    "map-pin", "megaphone", "menu", "message-circle", "message-circle-question-mark", "message-square-plus",
    "message-square-quote", "message-square-warning", "messages-square", "mic", "minus", "monitor",
    "monitor-smartphone", "newspaper", "octagon-pause", "paperclip", "pause", "pen-line", "pencil", "pin", "play",
    "plug", "plus", "power", "printer", "radio-tower", "refresh-cw", "repeat", "repeat-2", "rotate-ccw", "rss",
    "save", "scale", "scissors", "scroll-text", "search", "send", "server", "settings", "share-2", "shield-alert",
    "shield-check", "signature", "siren", "sliders-horizontal", "smartphone", "sparkles", "sticky-note", "sun", "tag",
    "thumbs-up", "timer", "trash-2", "trending-up", "triangle-alert", "type", "undo-2", "unplug", "upload",
    "user-minus", "user-plus", "user-round", "users", "video", "video-off", "volume-2", "wallet", "wifi-off", "x",
    "zap",
)  # fmt: skip
MARKS = ("bluesky", "facebook", "instagram", "mastodon", "x", "youtube")

STATE_ICONS = {
    "ok": "check",
    "wait": "clock",
    "bad": "circle-alert",
    "hold": "pause",
    "plan": "circle-dashed",
    "info": "info",
}
"""The icon of each state, so that a chip or a notice can be recognised without its colour."""

MARK_ICONS = {"": "clock", "ok": "check", "wait": "ellipsis", "bad": "x", "hold": "pause", "off": "minus"}
"""The icon in the corner of a network's mark, for each state of a publication there."""
