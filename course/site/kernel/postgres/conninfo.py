"""Where a connection goes: libpq's options, from a connection string, a URI and variables."""

import os
import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, unquote, urlsplit

OPTIONS: dict[str, tuple[str, str]] = {
    "service": ("PGSERVICE", ""),
    "user": ("PGUSER", ""),
    "password": ("PGPASSWORD", ""),
    "passfile": ("PGPASSFILE", ""),
    "channel_binding": ("PGCHANNELBINDING", "prefer"),
    "connect_timeout": ("PGCONNECT_TIMEOUT", ""),
    "dbname": ("PGDATABASE", ""),
    "host": ("PGHOST", ""),
    "hostaddr": ("PGHOSTADDR", ""),
    "port": ("PGPORT", "5432"),
    "client_encoding": ("PGCLIENTENCODING", ""),
    "options": ("PGOPTIONS", ""),
    "application_name": ("PGAPPNAME", ""),
    "fallback_application_name": ("", ""),
    "keepalives": ("", ""),
    "keepalives_idle": ("", ""),
    "keepalives_interval": ("", ""),
    "keepalives_count": ("", ""),
    "tcp_user_timeout": ("", ""),
    "sslmode": ("PGSSLMODE", "prefer"),
    "sslcert": ("PGSSLCERT", ""),
    "sslkey": ("PGSSLKEY", ""),
    "sslrootcert": ("PGSSLROOTCERT", ""),
    "sslcrl": ("PGSSLCRL", ""),
    "requirepeer": ("PGREQUIREPEER", ""),
    "krbsrvname": ("PGKRBSRVNAME", "postgres"),
    "gssencmode": ("PGGSSENCMODE", "prefer"),
    "target_session_attrs": ("PGTARGETSESSIONATTRS", "any"),
    "replication": ("", ""),
}
"""libpq's options, each with its environment variable and what it is without either."""

PAIR = re.compile(r"\s*(\w+)\s*=\s*('(?:[^'\\]|\\.)*'|(?:[^\s'\\]|\\.)*)(?:\s+|$)", re.DOTALL)
SETTING = re.compile(r"-c\s*([\w.]+)=(.*)|--([\w.-]+)=(.*)", re.DOTALL)
USER = "postgres"


class ConninfoError(ValueError):
    """A connection string that libpq would not read; the message is its own."""


def read(text: str) -> dict[str, str]:
    """Give the options that a connection string or a URI names. Raises ConninfoError."""
    is_uri = text.startswith(("postgresql://", "postgres://"))
    found = _of_uri(text) if is_uri else _of_pairs(text)
    for name in found:
        if name not in OPTIONS:
            raise ConninfoError(f'invalid connection option "{name}"\n')
    return found


def _of_pairs(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    at = 0
    text = text.strip()
    while at < len(text):
        pair = PAIR.match(text, at)
        if pair is None:
            part = text[at:].split()[0].split("=")[0]
            raise ConninfoError(f'missing "=" after "{part}" in connection info string\n')
        value = pair[2][1:-1] if pair[2].startswith("'") else pair[2]
        found[pair[1]] = re.sub(r"\\(.)", r"\1", value, flags=re.DOTALL)
        at = pair.end()
    return found


def _of_uri(text: str) -> dict[str, str]:
    parts = urlsplit(text)
    # A port that is no number is refused where somebody connects to it, as by libpq.
    port = parts.netloc.rpartition("@")[2].rpartition("]")[2].partition(":")[2]
    found = {
        "user": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "host": unquote(parts.hostname or ""),
        "port": port,
        "dbname": unquote(parts.path.removeprefix("/")),
        **dict(parse_qsl(parts.query, keep_blank_values=True)),
    }
    return {name: value for name, value in found.items() if value}


def complete(
    found: Mapping[str, str], environment: Mapping[str, str] = os.environ
) -> dict[str, str]:
    """Add what variables and libpq itself say of options that are not named."""
    whole = {
        name: found.get(name) or environment.get(variable, "") or default
        for name, (variable, default) in OPTIONS.items()
    }
    whole["user"] = whole["user"] or USER
    whole["dbname"] = whole["dbname"] or whole["user"]
    return whole


def settings(options: str) -> dict[str, str]:
    """Give the settings of the option `options`: `-c lock_timeout=500ms`."""
    words: list[str] = []
    for part in re.findall(r"(?:\\.|\S)+", options):
        word = re.sub(r"\\(.)", r"\1", part)
        if words and words[-1] == "-c":
            words[-1] += word
        else:
            words.append(word)
    found: dict[str, str] = {}
    for word in words:
        given = SETTING.fullmatch(word)
        if given is None:
            raise ConninfoError(f"invalid command-line argument for server process: {word}")
        name, value = (given[1], given[2]) if given[1] else (given[3], given[4])
        found[name.replace("-", "_")] = value
    return found
