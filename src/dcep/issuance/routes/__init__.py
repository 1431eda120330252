"""The central bank over HTTP: orders are asked for, proposed, approved by officers one by one; all money is told.

Whoever works there signs each request, with a certificate or with a page that was let in, which reads. An officer need
not: an approval is a signature, and proves itself; so does an operator's report. How all money stands is everybody's to
know. The reference is docs/reference/http-central-bank.md. What waits for the database or a ledger runs in a thread
beside the loop.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from dcep.clock import UnixMs
from dcep.http.app import Service, build
from dcep.http.askers import Askers, Part
from dcep.http.edge import Edge
from dcep.http.events import Bell
from dcep.http.site import site
from dcep.issuance.central_bank import CentralBank
from dcep.issuance.routes.governance import governance_routes
from dcep.issuance.routes.orders import approval_routes, order_routes
from dcep.issuance.routes.pilot import LIMITS, pilot_routes
from dcep.issuance.routes.reserves import reserve_routes
from dcep.issuance.routes.supply import PATHS, supply_routes
from dcep.issuance.tables import STAFF_TABLES
from dcep.staff.admissions import Admissions
from dcep.staff.door import StaffDoor
from dcep.staff.routes import staff_routes


def central_bank_service(
    bank: CentralBank,
    askers: Askers,
    *,
    url: str,
    draw: Callable[[int], int],
    bell: Bell,
    clock: Callable[[], UnixMs],
    ids: Iterator[str],
    missing: Callable[[], Sequence[str]],
    warnings: Callable[[], Sequence[str]] = list,
) -> Edge:
    """Return the service of the central bank.

    Args:
        askers: says who asks; the staff works there.
        url: by which others call it.
        draw: return a number below a bound that nobody can foresee.
        bell: rings when the supply has changed, or a board of the pilot has come.
        clock: the time of this process.
        ids: the ids of requests.
        missing: what it lacks to do its work, by name.
        warnings: what it will lack if nobody sees to it.
    """
    admissions = Admissions(bank.store.engine.begin, STAFF_TABLES, draw)
    screens = StaffDoor(admissions, url, part=Part.STAFF, clock=clock)
    askers = askers.beside(screens.prove)
    require_staff = askers.require_staff
    service = Service(
        title="Central bank",
        kind="central-bank",
        network=bank.store.network.hex(),
        routes=[
            *order_routes(bank, require_staff, clock),
            *approval_routes(bank.desk, clock),
            *supply_routes(bank, askers, bell, clock),
            *governance_routes(bank),
            *reserve_routes(bank.reserve, require_staff),
            *staff_routes(screens, askers),
            *pilot_routes(bank.pilot, require_staff, bell, clock),
            *site(("board", "pilot")),
        ],
        paths=PATHS,
        limits=LIMITS,
        missing=missing,
        warnings=warnings,
        ids=ids,
    )
    return build(service)
