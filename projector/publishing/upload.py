"""A folder to a hub that speaks the Hugging Face protocol, as one commit.

The token comes from the environment (``HF_TOKEN``) and from nowhere else; no message holds it.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.parse import urlsplit

from projector.engines import installed, missing_package_message
from projector.errors import EngineError, UsageError, first_line
from projector.models.hub import hub_in_reach
from projector.redact import redacted

TOKEN_VARIABLES = ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN")
_REPO = re.compile(r"[\w.-]{1,96}/[\w.-]{1,96}", re.ASCII)
_ODD = re.compile(r"--|\.\.|^[.-]|[.-]$|\.git$")


def check_repo(repo: str) -> None:
    """Raise UsageError unless this is a name as the hub has them: ``org/name``."""
    name = repo.rpartition("/")[2]
    owner = repo.partition("/")[0]
    if not _REPO.fullmatch(repo) or any(map(_ODD.search, (owner, name))):
        raise UsageError(f"--repo: found {repo!r}, wanted org/name (letters, digits, . _ -)")


def token() -> str:
    """The user's token.

    Raises:
        UsageError: none of the environment variables is set.
    """
    found = next((os.environ[name] for name in TOKEN_VARIABLES if os.environ.get(name)), "")
    if not found.strip():
        raise UsageError(
            "push: found no HF_TOKEN in the environment, wanted a token that may write: "
            "export HF_TOKEN=..."
        )
    found = found.strip()
    if not re.fullmatch(r"[!-~]+", found):  # it goes into a header of HTTP
        raise UsageError(
            "push: found characters in HF_TOKEN that no token has (a space, a line break or the "
            "like), wanted the token alone"
        )
    return found


def check_endpoint(endpoint: str) -> None:
    """Raise UsageError unless this is "" or an address of HTTP."""
    try:
        parts = urlsplit(endpoint)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # no port, no IPv6 address
        sound = False
    if endpoint and (not sound or not re.fullmatch(r"[!-~]+", endpoint)):
        raise UsageError(
            f"--endpoint (or HF_ENDPOINT): found {redacted(endpoint)!r}, wanted the address of a "
            "hub, such as https://hub.example.org"
        )


def upload(
    folder: Path, repo: str, *, private: bool = False, endpoint: str = "", message: str = ""
) -> str:
    """Create the data set if it is not there, and commit every file of the folder to it.

    Args:
        private: for a new data set; one that is there stays as it is.
        endpoint: a hub of one's own; "" for the one that ``HF_ENDPOINT`` names, or the public one.

    Returns:
        The address of the commit.

    Raises:
        UsageError: a name that is none, no token, or no right to write there.
        EngineError: huggingface_hub is missing, the hub is out of reach, or it refused.
    """
    check_repo(repo)
    endpoint = endpoint or os.environ.get("HF_ENDPOINT", "")
    check_endpoint(endpoint)
    if not installed("huggingface_hub"):
        raise EngineError(missing_package_message("push", "huggingface_hub", "command"))
    secret = token()
    if not hub_in_reach(endpoint):
        raise EngineError(
            f"push: the hub{' ' + redacted(endpoint) if endpoint else ''} cannot be reached from "
            "here; nothing was sent (--dry-run -o FOLDER writes the folder for later)"
        )
    from huggingface_hub import CommitOperationAdd, HfApi
    from huggingface_hub.errors import HfHubHTTPError

    api = HfApi(endpoint=endpoint or None, token=secret)
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    operations = [
        CommitOperationAdd(path.relative_to(folder).as_posix(), str(path)) for path in files
    ]
    try:
        api.create_repo(repo, repo_type="dataset", private=private, exist_ok=True)
        done = api.create_commit(
            repo, operations, repo_type="dataset",
            commit_message=message or "Data set written by xproject",
        )  # fmt: skip
    except HfHubHTTPError as error:
        status = error.response.status_code
        said = first_line(error).replace(secret, "***")
        if status in (401, 403):
            raise UsageError(
                f"push: the hub refused the token for {repo} (status {status}); wanted one that "
                "may write there"
            ) from None
        raise EngineError(f"push: the hub refused {repo}: {said}") from None
    except Exception as error:  # the client raises what its own HTTP library does, by its version
        said = first_line(error).replace(secret, "***")
        raise EngineError(f"push: {repo}: {said}; push again, what is there is not sent twice") \
            from None  # fmt: skip
    return done.commit_url
