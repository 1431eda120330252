"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

# There is no option for an empty list: without the option it is empty.
Archives = Annotated[list[Path] | None, Parameter(negative=())]
"""Archives of a data folder: the option is given once for each."""
