"""Writes `phone_ballots_v1.json`: a paper with five ballots as the server and the reference voter make them.

The phone's own code is held against it.
"""

from __future__ import annotations

import json
from pathlib import Path

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from meeting_server.ballots.ballot import choices_message, fingerprint, receipt_message, root, token_message
from meeting_server.ballots.blind_signature import SigningKey
from meeting_server.rehearsal.voter import Voter

PAPER = "Mfixture/m1"


def main() -> None:
    key = SigningKey.generate()
    modulus = key.n.to_bytes(key.length, "big")
    receipts = ec.generate_private_key(ec.SECP256R1())
    point = receipts.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    ballots = []
    voters = [Voter(PAPER, key.n) for _ in range(5)]
    for number, voter in enumerate(voters):
        voter.collected(key.blind_sign(voter.blinded()))
        ballots.append(voter.ballot("c1:for", f"w:王{number}") if number else voter.ballot("for"))
    ballots.sort(key=lambda ballot: ballot.key_hash)
    leaves = [ballot.leaf for ballot in ballots]
    lines = []
    for ballot in ballots:
        der = receipts.sign(receipt_message(PAPER, ballot.leaf), ec.ECDSA(hashes.SHA256()))
        r, s = decode_dss_signature(der)
        lines.append(
            {
                "key": ballot.key.hex(),
                "prefix": ballot.prefix.hex(),
                "token": ballot.token.hex(),
                "choices": ballot.choices,
                "signature": ballot.signature.hex(),
                "leaf": ballot.leaf.hex(),
                "token_message": token_message(PAPER, ballot.key).hex(),
                "choices_message": choices_message(PAPER, ballot.choices).hex(),
                "receipt": (r.to_bytes(32, "big") + s.to_bytes(32, "big")).hex(),
            }
        )
    first = voters[0]
    fixture = {
        "paper_id": PAPER,
        "modulus": modulus.hex(),
        "private_exponent": format(key.d, "x"),
        "receipt_key": point.hex(),
        "fingerprint": fingerprint(key.n, point),
        "root": root(leaves).hex(),
        "ballots": lines,
        "blinding": {
            "key": first.key.hex(),
            "prefix": first.prefix.hex(),
            "salt": first.salt.hex(),
            "inverse": format(first.inverse, "x"),
            "blinded": first.blinded().hex(),
            "blind_signature": key.blind_sign(first.blinded()).hex(),
            "token": first.token.hex(),
        },
    }
    Path(__file__).with_name("phone_ballots_v1.json").write_text(json.dumps(fixture, ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    main()
