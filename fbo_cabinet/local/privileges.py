"""PostgreSQL refuses to run as root: three ways to start it as somebody else."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fbo_cabinet.local.errors import LaunchError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

NOBODY = 65534
ROOT = 0
_CAN_RUN = 'test -x "$1" && test -r "$1" && test -w "$2" && test -w "$3"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who runs a program: the command in front of it, and the user its folders must belong to."""

    drop: tuple[str, ...] = ()
    owner: int | None = None

    def own(self, *folders: Path) -> None:
        """Give the folders, and all they hold, to this user."""
        if self.owner is None:
            return
        for folder in folders:
            for path in (folder, *folder.rglob("*")):
                if path.lstat().st_uid != self.owner:
                    os.chown(path, self.owner, self.owner, follow_symlinks=False)


def choose_identity(program: Path, *, folders: Sequence[Path], is_root: bool | None = None) -> Identity:
    """Who may run the program on the two folders, which are given to that user.

    Raises LaunchError when we are root and no way of giving it up works here.
    """
    if not (os.geteuid() == ROOT if is_root is None else is_root):
        return Identity()
    for identity in _ways(_owner(folders[0])):
        identity.own(*folders)
        if _works(identity, program, folders):
            return identity
    raise LaunchError(
        "PostgreSQL does not run as root and this system does not let us give root up:"
        " start ./cabinet as an ordinary user, or set DATABASE_URL to a server you have."
    )


def _owner(folder: Path) -> int:
    uid = folder.stat().st_uid
    return uid if uid != ROOT else NOBODY


def _ways(uid: int) -> Iterator[Identity]:
    user = (f"--reuid={uid}", f"--regid={uid}", "--clear-groups")
    if shutil.which("setpriv"):
        setpriv = ("setpriv", "--pdeathsig=INT", *user)
        yield Identity(drop=(*setpriv, "--inh-caps=-all", "--ambient-caps=-all"), owner=uid)
        # Below a folder only root may enter (/root): keep the one capability that passes it. Without the secure
        # bit, access(2) would ignore the capability and initdb would call its own program invalid.
        keep = ("--inh-caps=-all,+dac_override", "--ambient-caps=-all,+dac_override")
        yield Identity(drop=(*setpriv, *keep, "--securebits=+no_setuid_fixup"), owner=uid)
    if shutil.which("unshare"):
        # Root under another name: the files stay root's.
        mapped = (f"--map-user={NOBODY}", f"--map-group={NOBODY}")
        yield Identity(drop=("unshare", "--user", *mapped), owner=ROOT)


def _works(identity: Identity, program: Path, folders: Sequence[Path]) -> bool:
    probe = [*identity.drop, "sh", "-c", _CAN_RUN, "sh", str(program), *map(str, folders)]
    return subprocess.run(probe, capture_output=True, check=False, cwd="/").returncode == 0
