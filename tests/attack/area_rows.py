"""The rows of the areas that keep theirs in a file of their own."""

from tests.attack.approvals_rows import APPROVAL_ROWS
from tests.attack.brand_rows import BRAND_ROWS
from tests.attack.calendar_rows import CALENDAR_ROWS
from tests.attack.live_rows import LIVE_ROWS
from tests.attack.monitoring_rows import MONITORING_ROWS
from tests.attack.piece_rows import PIECE_ROWS
from tests.attack.records_rows import RECORDS_ROWS
from tests.attack.rectification_rows import RECTIFICATION_ROWS
from tests.attack.synergy_rows import SYNERGY_ROWS

AREA_ROWS = (
    *PIECE_ROWS,
    *BRAND_ROWS,
    *CALENDAR_ROWS,
    *LIVE_ROWS,
    *MONITORING_ROWS,
    *SYNERGY_ROWS,
    *RECORDS_ROWS,
    *RECTIFICATION_ROWS,
    *APPROVAL_ROWS,
)
