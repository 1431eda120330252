"""Whom an institution believes, as it lies on its disk; what changes there counts at once, without a start.

    FOLDER/root.pem            the root certificate, read when the process starts
    FOLDER/issued/KEYID.pem    the certificates, each read when somebody first signs with it
    FOLDER/revoked.pem         the newest list of those that were taken back

1. Whoever signs with a serial that is not known yet is looked for in the folder: a certificate counts from the moment
   at which its file is there.
2. The list is read again when another file lies under its name. A false or older one changes nothing, and is named.
3. A list that should have come and has not is named too: without it nobody hears what was taken back.

A file that is taken away takes nothing back: the list does.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Final

from dcep.clock import UnixMs
from dcep.errors import BadInput
from dcep.identity.authority import MAX_LIST, BadRevocations
from dcep.identity.certificates import MAX_PEM, BadCertificate, Institution
from dcep.identity.files import Edition, edition_of
from dcep.identity.trust import TrustStore, Untrusted

_KEYID: Final = re.compile(r"[1-9a-f][0-9a-f]{0,39}")


class TrustFolder:
    """What an institution was given by the authentication centre; threads may share it.

    Raises:
        BadCertificate: the folder has no root certificate.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        try:
            self._store = TrustStore(_content(folder / "root.pem", MAX_PEM))
        except OSError as error:
            raise BadCertificate(f"{folder / 'root.pem'} cannot be read: {error.strerror}") from error
        self._list: Edition | None = None
        self._is_bad_list = False
        self._lock = Lock()

    def resolve(self, keyid: str, now: UnixMs) -> Institution:
        """Return the institution whose certificate has this serial, if it counts now.

        Raises:
            Untrusted: `unknown_certificate`, `certificate_revoked`, `certificate_not_yet_valid`, `certificate_expired`,
                `foreign_certificate`.
            BadCertificate: the file with this name is none.
        """
        with self._lock:
            self._read_list()
            # 1.
            if not self._store.knows(keyid) and _KEYID.fullmatch(keyid):
                with suppress(OSError):
                    self._store.add(_content(self._folder / "issued" / f"{keyid}.pem", MAX_PEM))
            return self._store.resolve(keyid, now)

    def institutions(self) -> tuple[Institution, ...]:
        """Return every certificate that lies there and counts under this root, by its end; others are left out."""
        with self._lock:
            self._read_list()
            for file in sorted((self._folder / "issued").glob("*.pem")):
                with suppress(OSError, BadInput):
                    self._store.add(_content(file, MAX_PEM))
            return self._store.institutions

    def strangers(self) -> tuple[str, ...]:
        """Return the names of the files that hold no certificate of this centre, or one of another serial."""
        return tuple(file.name for file in sorted((self._folder / "issued").glob("*.pem")) if self._is_strange(file))

    def root_has_ended(self, now: UnixMs) -> bool:
        """Say whether nothing counts any more."""
        return now // 1_000 > self._store.root_ends_at // 1_000

    def warnings(self, now: UnixMs) -> Sequence[str]:
        """Return what somebody must see to: `revocations_missing`, `revocations_overdue`, `bad_revocation_list`."""
        with self._lock:
            self._read_list()
            promised = self._store.next_list_at
            found = {
                "bad_revocation_list": self._is_bad_list,
                # 3.
                "revocations_missing": promised is None and not self._is_bad_list,
                "revocations_overdue": promised is not None and now > promised,
            }
        return [name for name, is_so in found.items() if is_so]

    # 2.

    def _read_list(self) -> None:
        file = self._folder / "revoked.pem"
        edition = edition_of(file)
        if edition is None or edition == self._list:
            return
        try:
            self._store.take_back(_content(file, MAX_LIST))
            self._is_bad_list = False
        except (OSError, BadRevocations):
            self._is_bad_list = True
        self._list = edition

    def _is_strange(self, file: Path) -> bool:
        try:
            with self._lock:
                return self._store.add(_content(file, MAX_PEM)).keyid != file.stem
        except (OSError, BadCertificate, Untrusted):
            return True


def _content(file: Path, at_most: int) -> bytes:
    # One byte more shows that it is too long.
    with file.open("rb") as stream:
        return stream.read(at_most + 1)
