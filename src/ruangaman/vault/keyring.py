"""The unlocked private keys of one person or one receipt, inside one request."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from django.utils.translation import gettext as _

from ruangaman.vault import layout, wrapping
from ruangaman.vault.errors import NotHeld, Tampered, WrongKey
from ruangaman.vault.wrapping import KemPrivate, SigningPair


@dataclass
class Keyring:
    """Private keys in hand. Only the own ones go into the session; keys of groups live as long as the request.

    Args:
        kem: the serving key.
        generation: its generation.
        signing: None for receipts, which sign nothing.
        others: own keys of other generations, a pending or an older one.
        only: the one dossier that may be read with it; then nothing is written with it at all.
    """

    principal_id: UUID
    kem: KemPrivate = field(repr=False)
    signing: SigningPair | None = field(default=None, repr=False)
    generation: int = 1
    others: dict[int, KemPrivate] = field(default_factory=dict, repr=False)
    only: UUID | None = field(default=None, repr=False)
    _groups: dict[tuple[UUID, int], KemPrivate] = field(default_factory=dict, init=False, repr=False, compare=False)

    @classmethod
    def of_seed(cls, principal_id: UUID, seed: bytes) -> Keyring:
        """Return the keyring of a receipt or of the recovery key: one pair, no signatures."""
        return cls(principal_id, wrapping.from_seed(seed))

    def to_bytes(self) -> bytes:
        """Return the own keys for a session row or for a door to close. Keys of groups are left out."""
        kem = [(self.generation, self.kem.to_bytes())]
        kem += [(number, key.to_bytes()) for number, key in sorted(self.others.items())]
        signing = self.signing.seed if self.signing else b""
        return layout.pack_keyring(layout.KeyringParts(self.principal_id, signing, tuple(kem)))

    @classmethod
    def from_bytes(cls, data: bytes) -> Keyring:
        """Return the keyring in `data`. Raises Tampered: it is none."""
        parts = layout.unpack_keyring(data)
        if parts is None:
            raise Tampered(_("Kunci Anda tidak dapat dibaca."))
        (generation, kem), *others = parts.kem
        return cls(
            principal_id=parts.principal_id,
            kem=KemPrivate.from_bytes(kem),
            signing=SigningPair(parts.signing_seed) if parts.signing_seed else None,
            generation=generation,
            others={number: KemPrivate.from_bytes(key) for number, key in others},
        )

    def unwrap(self, wrapped: bytes, info: bytes) -> bytes:
        """Open a wrap made for this principal, by whichever own generation it was made for.

        Raises:
            WrongKey: none of the own keys opens it.
            UnknownSuite: another version, or a suite that is not known.
        """
        for key in self.others.values():
            try:
                return wrapping.unwrap(key, wrapped, info)
            except WrongKey:
                continue
        return wrapping.unwrap(self.kem, wrapped, info)

    def unwrap_as(self, principal_id: UUID, generation: int, wrapped: bytes, info: bytes) -> bytes:
        """Open a wrap made for one generation of this principal, or of a group whose key is in hand.

        Raises:
            NotHeld: that key is not in hand; unwrap the group's key first and `hold` it.
            WrongKey: it does not open the wrap.
        """
        return wrapping.unwrap(self.key(principal_id, generation), wrapped, info)

    def key(self, principal_id: UUID, generation: int) -> KemPrivate:
        """Return the private key of a principal's generation. Raises NotHeld."""
        own = {self.generation: self.kem, **self.others} if principal_id == self.principal_id else {}
        key = own.get(generation) or self._groups.get((principal_id, generation))
        if key is None:
            raise NotHeld(_("Kunci ini tidak sedang Anda pegang."))
        return key

    def holds(self, principal_id: UUID, generation: int) -> bool:
        """Say whether `key` would return one."""
        own = principal_id == self.principal_id and generation in {self.generation, *self.others}
        return own or (principal_id, generation) in self._groups

    def hold(self, principal_id: UUID, generation: int, key: KemPrivate) -> None:
        """Keep a group's key, unwrapped in this request, until the request ends."""
        self._groups[principal_id, generation] = key

    def sign(self, data: bytes) -> bytes:
        """Return the signature of bytes made by `layout`. Raises NotHeld: this keyring signs nothing."""
        if self.signing is None:
            raise NotHeld(_("Kunci ini tidak dapat menandatangani."))
        return self.signing.sign(data)
