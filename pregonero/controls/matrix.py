"""The matrix as the page shows it: a row for each measure, a column for each account and for the mailbox behind it."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from pregonero.controls.catalog import GMAIL
from pregonero.controls.queries import Cell, MatrixRow
from pregonero.networks.models import Account


@dataclass(frozen=True)
class Column:
    """A column: an account, or the Gmail mailbox behind an account of YouTube."""

    account: Account
    is_mailbox: bool = False

    @property
    def label(self) -> str:
        """Return the head of the column."""
        return "Gmail" if self.is_mailbox else str(self.account.get_network_display())


@dataclass
class MeasureRow:
    """One measure: the controls that ask for it on each network, and their cells by column."""

    topic: str
    codes: list[str] = field(default_factory=list)
    cadences: list[str] = field(default_factory=list)
    by_column: dict[Column, Cell] = field(default_factory=dict)

    @property
    def about(self) -> str:
        """Return the codes and cadences of the row, in words."""
        return f"{', '.join(self.codes)} · {', '.join(dict.fromkeys(self.cadences))}"


@dataclass(frozen=True)
class MatrixPage:
    """The matrix: its columns, and its rows with one cell or None for each column."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[MeasureRow, tuple[tuple[Column, Cell | None], ...]], ...]


def as_page(rows: Iterable[MatrixRow]) -> MatrixPage:
    """Return the rows of a matrix gathered by measure, in the order of the register."""
    measures: dict[str, MeasureRow] = {}
    columns: dict[Column, None] = {}
    for row in rows:
        measure = measures.setdefault(row.control.topic, MeasureRow(row.control.topic))
        measure.codes.append(row.control.code)
        measure.cadences.append(row.version.get_cadence_display())
        for cell in row.cells:
            column = Column(cell.account, is_mailbox=row.control.network == GMAIL)
            columns[column] = None
            measure.by_column[column] = cell
    order = sorted(columns, key=lambda column: (column.is_mailbox, column.account.network, column.account.pk))
    shown = (
        (measure, tuple((column, measure.by_column.get(column)) for column in order)) for measure in measures.values()
    )
    return MatrixPage(tuple(order), tuple(shown))
