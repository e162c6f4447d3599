"""Keys of a role's session, one pair for each function environment and each instance.

So `GetCallerIdentity` answers as on AWS, and a request tells which process sent it.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from ministack.core.responses import get_account_id
from ministack.services import iam, sts

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


@dataclass(frozen=True)
class Credentials:
    """One session's keys."""

    key: str
    secret: str
    token: str

    def environment(self) -> dict[str, str]:
        """The variables by which every SDK finds them."""
        return {
            "AWS_ACCESS_KEY_ID": self.key,
            "AWS_SECRET_ACCESS_KEY": self.secret,
            "AWS_SESSION_TOKEN": self.token,
        }


def issue(role: str, session: str) -> Credentials:
    """Opens a session of the role named; its user id is `<role id>:<session>`."""
    account = get_account_id()
    record = iam._roles.get(role) or {}
    made = Credentials(
        key="ASIA" + "".join(secrets.choice(_LETTERS) for _ in range(16)),
        secret=secrets.token_hex(20),
        token=secrets.token_hex(32),
    )
    details = {
        "Arn": f"arn:aws:sts::{account}:assumed-role/{role}/{session}",
        "UserId": f"{record.get('RoleId', 'AROALOCALROLE00000000')}:{session}",
        "SecretAccessKey": made.secret,
        "SessionToken": made.token,
    }
    sts.register_session(made.key, details)
    return made


def session_of(key: str) -> str:
    """The ARN of the session that has this access key, else an empty text."""
    return str((sts._sessions.get(key) or {}).get("Arn", ""))


def role_of(key: str) -> str:
    """The role whose session has this access key, else an empty text."""
    arn = session_of(key)
    return arn.split("/")[1] if ":assumed-role/" in arn else ""


def role_of_profile(arn: str) -> str:
    """The role's name in an instance profile, else the profile's own name."""
    profile = iam._lookup_instance_profile(arn=arn) if arn else None
    roles = (profile or {}).get("Roles") or []
    return str(roles[0]) if roles else (arn.rsplit("/", 1)[-1] or "instance")
