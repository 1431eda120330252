"""The authority with its files: what it has issued and taken back is kept, and a serial is never given out twice.

    FOLDER/root.key            the seed of the root key, readable by its owner only
    FOLDER/root.pem            the root certificate
    FOLDER/issued/KEYID.pem    each certificate
    FOLDER/revoked.pem         the newest list of those that were taken back, an empty one at first

A file is there whole or not at all. A founding that was cut short goes on where it stopped. Programs that write into
the folder at the same time do it one after the other. What others are given is the same folder without the root key
(dcep.identity.folder).
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final, Self

from dcep.clock import UnixMs
from dcep.crypto.keys import new_seed, read_seed
from dcep.crypto.suites import Signer
from dcep.errors import BadInput
from dcep.identity.authority import Authority, read_revocations, read_root
from dcep.identity.certificates import Institution, Subject, read_certificate
from dcep.identity.files import alone, write_whole
from dcep.identity.trust import TrustStore

# A list is signed anew at every revocation, and before it is this old: one that does not come is missed.
LIST_DAYS: Final = 30


class Centre:
    """The authentication centre of one currency.

    Raises:
        BadKeyFile, BadCertificate: the folder holds no authority.
        OSError: the disk refused.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        signer = Signer(read_seed(folder / "root.key"))
        self.authority = Authority(signer=signer, root=(folder / "root.pem").read_bytes())
        self.trust = TrustStore(self.authority.root)
        for file in sorted((folder / "issued").glob("*.pem")):
            self.trust.add(file.read_bytes())
        with suppress(FileNotFoundError):
            self.trust.take_back(self.revocations)

    @classmethod
    def found(cls, folder: Path, *, name: str, now: UnixMs, days: int, serial: int) -> Self:
        """Return the centre of a folder, which is made if there is none yet."""
        (folder / "issued").mkdir(parents=True, exist_ok=True)
        key, root = folder / "root.key", folder / "root.pem"
        seed = read_seed(key) if key.exists() else new_seed(key)
        if not root.exists():
            write_whole(root, Authority.found(Signer(seed), name=name, now=now, days=days, serial=serial).root)
        centre = cls(folder)
        if not (folder / "revoked.pem").exists():
            centre.renew_list(now=now)
        return centre

    @property
    def revocations(self) -> bytes:
        """The newest list, PEM.

        Raises:
            FileNotFoundError: there was none yet.
        """
        return (self._folder / "revoked.pem").read_bytes()

    def issue(self, request: bytes, subject: Subject, *, now: UnixMs, days: int, serial: int) -> bytes:
        """Return a certificate, PEM, after it is safe on disk.

        Raises:
            BadInput: as `Authority.issue`; `serial_used`, or `key_used` by another institution; nothing was issued.
        """
        certificate = self.authority.issue(request, subject, now=now, days=days, serial=serial)
        institution = read_certificate(certificate)
        file = self._file(institution.keyid)
        with alone(self._folder):
            if file.exists():
                raise BadInput("serial_used", "a certificate with this serial was issued", next_step="draw another")
            if any(each.key == institution.key and each.subject != subject for each in self._issued()):
                raise BadInput("key_used", "another institution has this key", next_step="make a key of your own")
            write_whole(file, certificate)
        self.trust.add(certificate)
        return certificate

    def revoke(self, keyid: str, *, now: UnixMs) -> bytes:
        """Take a certificate back, and return the new list, PEM, after it is safe on disk.

        Raises:
            BadInput: `unknown_certificate`.
        """
        if keyid not in {each.keyid for each in self._issued()}:
            raise BadInput("unknown_certificate", "no certificate with this serial was issued")
        return self._sign_list({int(keyid, 16): now}, now)

    def renew_list(self, *, now: UnixMs) -> bytes:
        """Sign the list anew, with nothing more on it, and return it, PEM, after it is safe on disk."""
        return self._sign_list({}, now)

    def publish(self, folder: Path) -> None:
        """Give what everybody may know to an institution's folder: the root, each certificate, the newest list.

        Raises:
            BadInput: `other_centre`: another one has given that folder; nothing was changed.
        """
        root = folder / "root.pem"
        if root.exists() and root.read_bytes() != self.authority.root:
            step = "whoever believed that one must be told before he believes another: give to a new folder"
            raise BadInput("other_centre", "another centre has given this folder", where=str(folder), next_step=step)
        (folder / "issued").mkdir(parents=True, exist_ok=True)
        with alone(self._folder):
            issued = sorted((self._folder / "issued").glob("*.pem"))
            for file in (self._folder / "root.pem", *issued, self._folder / "revoked.pem"):
                given, content = folder / file.relative_to(self._folder), file.read_bytes()
                if not given.exists() or given.read_bytes() != content:
                    write_whole(given, content)

    def _sign_list(self, more: Mapping[int, UnixMs], now: UnixMs) -> bytes:
        with alone(self._folder):
            number, revoked = 0, dict[int, UnixMs]()
            with suppress(FileNotFoundError):
                number, revoked, _ = read_revocations(self.revocations, read_root(self.authority.root))
            # Whoever was taken back before was taken back then.
            written = self.authority.revocations({**more, **revoked}, now=now, days=LIST_DAYS, number=number + 1)
            write_whole(self._folder / "revoked.pem", written)
        self.trust.take_back(written)
        return written

    def _issued(self) -> tuple[Institution, ...]:
        return tuple(read_certificate(file.read_bytes()) for file in sorted((self._folder / "issued").glob("*.pem")))

    def _file(self, keyid: str) -> Path:
        return self._folder / "issued" / f"{keyid}.pem"
