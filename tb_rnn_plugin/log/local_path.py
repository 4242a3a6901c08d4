"""Returns the local directory that a user means by a path or an address."""

from __future__ import annotations

import os
import re
from pathlib import Path

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):(/+)(.*)", re.DOTALL)
"""Two characters at least: one is a Windows drive. One slash suffices: `Path("gs://b/run")` is `gs:/b/run`."""

_LOCAL_HOSTS = ("", "localhost")


def local_path(address: str | os.PathLike[str], name: str) -> Path:
    """Return the path of a local directory, with `~` expanded and without `file://`; it need not exist.

    As in TensorBoard, the path in a `file://` address is taken literally: `%20` is not a space.

    Args:
        address: A path, or a `file://` address.
        name: What it is to the user, for the message.

    Raises:
        ValueError: the address is of another scheme, of another machine, or the home directory of an unknown user.
        TypeError: it is no path.
    """
    try:
        text = os.fsdecode(os.fspath(address))
    except TypeError:
        raise TypeError(f"{name} must be a path, got {type(address).__name__}.") from None
    match = _SCHEME.fullmatch(text)
    if match:
        text = _file_path(text, match, name)
    try:
        return Path(text).expanduser()
    except RuntimeError as error:
        raise ValueError(
            f"{name} must be a directory that can be found, got {text!r}, but the home directory is not known: write "
            "the path without ~."
        ) from error


def _file_path(address: str, match: re.Match[str], name: str) -> str:
    scheme, slashes, rest = match.groups()
    if scheme.lower() != "file":
        raise ValueError(
            f"{name} must be a local or mounted directory, got {address!r}: addresses such as {scheme}:// are not "
            "supported yet; for a local directory of this name, write ./ before it."
        )
    # `file://host/path`, or `file:/path` with any other number of slashes.
    host, slash, below = rest.partition("/") if len(slashes) == 2 else ("", "/", rest)
    if host not in _LOCAL_HOSTS or not slash:
        raise ValueError(
            f"{name} must be a directory of this machine, got {address!r}, which names the machine {host!r}: write "
            f"file:///{rest}, with three slashes, or the plain path."
        )
    is_on_drive = re.match(r"[A-Za-z]:(/|$)", below) and os.name == "nt"
    return below if is_on_drive else f"/{below}"
