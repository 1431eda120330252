"""What is well and what is not with a machine and a data folder, each finding with the next step.

Nothing is changed but for a file of a few kilobytes, which is written to see how fast the disk is and removed again.
"""

from __future__ import annotations

import os
import resource
import shutil
import stat
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from dcep.clock import DAY_MS, UnixMs
from dcep.crypto.suites import BadSignature, Signer, require_signature
from dcep.errors import DcepError
from dcep.identity.expiry import Ending, forecast
from dcep.identity.folder import TrustFolder
from dcep.identity.papers import WARNING_DAYS
from dcep.ledger.folder import Folder
from dcep.services.topology import TRUST

_MIB: Final = 1 << 20
# A small economy needs a tenth of it; a disk that is nearly full is a stop that can be foreseen.
_LEAST_ROOM: Final = 1024 * _MIB
_LEAST_MEMORY: Final = 1024 * _MIB
_LEAST_FILES: Final = 1_024
_FLUSHES: Final = 9
_FLUSH_BYTES: Final = 64 * 1024
# Ten of these a second are still a payment system; a flush is shared by all that wait for it.
_SLOW_FLUSH_MS: Final = 100
_RENEW: Final = "dcep up renews it when it starts and while it runs; docs/operating/rotation.md says how else"
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


class Health(StrEnum):
    """How a finding is meant: `advice` can wait, what is `wrong` cannot."""

    WELL = "well"
    ADVICE = "advice"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of the diagnosis; `next_step` is empty where all is well."""

    name: str
    health: Health
    explanation: str
    next_step: str = ""


def examine(data: Path, now: UnixMs) -> Iterator[Finding]:
    """Yield what was found, of the machine first, then of the data folder and the certificates in it."""
    yield _core()
    yield _memory()
    yield _open_files()
    if not data.exists():
        yield _well("data folder", f"{data} is not there: the first start makes it")
        yield from _disk(data.absolute().parent)
        return
    yield from _disk(data)
    yield from _keys(data)
    yield from _certificates(data, now)
    yield _folder(data)


def _core() -> Finding:
    signer, message = Signer(bytes(32)), b"dcep doctor"
    try:
        require_signature(signer.public, message, signer.sign(message))
    except BadSignature:
        step = "make clean, then make setup"
        return _wrong("signatures", "the Rust core does not verify what it has signed", step)
    return _well("signatures", "the Rust core signs and verifies")


def _memory() -> Finding:
    available = next(
        int(line.split()[1]) * 1024
        for line in Path("/proc/meminfo").read_text("ascii").splitlines()
        if line.startswith("MemAvailable:")
    )
    said = f"{available // _MIB:,} MiB are free"
    if available < _LEAST_MEMORY:
        return _advice("memory", said, "a whole currency with ten processes takes about 1,000 MiB")
    return _well("memory", said)


def _open_files() -> Finding:
    most, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    said = f"a process may have {most:,} files and connections open"
    if most < _LEAST_FILES:
        return _advice("open files", said, f"ulimit -n {_LEAST_FILES}")
    return _well("open files", said)


def _disk(folder: Path) -> Iterator[Finding]:
    try:
        room = shutil.disk_usage(folder).free
    except OSError as error:
        yield _wrong("disk", f"{folder}: {error.strerror}", "name another folder, or mount the disk")
        return
    said = f"{room // _MIB:,} MiB are free at {folder}"
    if room < _LEAST_ROOM:
        yield _wrong("disk", said, "make room: a full disk stops a ledger; old files can be archived")
    else:
        yield _well("disk", said)
    try:
        flush_ms = _flush_ms(folder)
    except OSError as error:
        yield _wrong("disk writes", f"{folder}: {error.strerror}", "see to the folder's owner and permissions")
        return
    said = f"a flush takes {flush_ms:.1f} ms"
    if flush_ms > _SLOW_FLUSH_MS:
        yield _advice("disk writes", said, "payments wait for a flush: use a faster disk")
    else:
        yield _well("disk writes", said)


def _flush_ms(folder: Path) -> float:
    """Return what a flush takes, the median of some."""
    path = folder / f".doctor-{os.getpid()}"
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        spent = []
        for _ in range(_FLUSHES):
            begin = time.perf_counter()
            os.write(file, bytes(_FLUSH_BYTES))
            os.fdatasync(file)
            spent.append(time.perf_counter() - begin)
        return statistics.median(spent) * 1_000
    finally:
        os.close(file)
        path.unlink()


def _keys(data: Path) -> Iterator[Finding]:
    # Of the folder itself, of each institution in it, and of the authentication centre.
    kept = [file for folder in (*data.glob("keys"), *data.glob("*/keys")) for file in folder.iterdir()]
    files = [*kept, *data.glob("*/root.key")]
    open_to_others = sorted(
        str(file.relative_to(data)) for file in files if file.is_file() and file.stat().st_mode & _OTHERS
    )
    if open_to_others:
        step = f"chmod 600 {data / open_to_others[0]}, and think of the key as known to others"
        yield _wrong("keys", f"others may read {', '.join(open_to_others)}", step)
    elif files:
        yield _well("keys", f"{len(files)} key files, each its owner's alone")


def _certificates(data: Path, now: UnixMs) -> Iterator[Finding]:
    if not (data / TRUST).exists():
        return
    try:
        trust = TrustFolder(data / TRUST)
    except DcepError as error:
        yield _wrong("certificates", str(error), f"put {data / TRUST / 'root.pem'} back from a copy")
        return
    believed = trust.institutions()
    endings = forecast(believed, now=now, within_days=WARNING_DAYS)
    open_endings = [ending for ending in endings if not ending.successor]
    if trust.root_has_ended(now):
        yield _wrong("certificates", "the root has ended, and with it every certificate", "found another centre")
    for ending in open_endings:
        yield _ending(ending)
    for warning in trust.warnings(now):
        yield _advice("certificates", f"{warning}: nobody hears what was taken back", _RENEW)
    for name in trust.strangers():
        file = data / TRUST / "issued" / name
        yield _advice("certificates", f"{file} is no certificate of this centre", "remove it")
    if believed and not open_endings:
        first = min(max(each.ends_at for each in believed if each.subject == one.subject) for one in believed)
        left = (first - now) // DAY_MS
        yield _well("certificates", f"{len(believed)} count, and the first that has no successor ends in {left} days")


def _ending(ending: Ending) -> Finding:
    who = ending.institution.subject.name
    if ending.days_left < 0:
        return _wrong("certificates", f"that of {who} has ended: nobody believes what it signs", _RENEW)
    return _advice("certificates", f"that of {who} ends in {ending.days_left} days and has no successor", _RENEW)


def _folder(data: Path) -> Finding:
    if not (data / "ledger").exists():
        return _well("data folder", f"{data} keeps no ledger yet: the first start makes it")
    try:
        folder = Folder.open(data)
    except DcepError as error:
        if error.code == "folder_in_use":
            return _well("data folder", f"{data} is in use: a currency is running there")
        return _wrong("data folder", str(error), error.next_step or "dcep verify names every damage")
    network = folder.network.hex()
    folder.close()
    torn = sum(1 for _ in (data / "torn").glob("*.bin")) if (data / "torn").exists() else 0
    if torn:
        said = f"{data} keeps network {network}; {torn} torn tails of former crashes lie in {data / 'torn'}"
        return _advice(
            "data folder", said, "nothing in them was ever answered: keep them for an inquiry, or remove them"
        )
    return _well("data folder", f"{data} keeps network {network}")


def _well(name: str, explanation: str) -> Finding:
    return Finding(name=name, health=Health.WELL, explanation=explanation)


def _advice(name: str, explanation: str, next_step: str) -> Finding:
    return Finding(name=name, health=Health.ADVICE, explanation=explanation, next_step=next_step)


def _wrong(name: str, explanation: str, next_step: str) -> Finding:
    return Finding(name=name, health=Health.WRONG, explanation=explanation, next_step=next_step)
