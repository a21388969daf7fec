"""Signing in by an OpenID Connect provider: authorization code flow with PKCE, for accounts that are here already.

The ID token comes straight from the provider's token endpoint over TLS, which stands for its signature (OpenID Connect
Core 1.0, 3.1.3.7, 6); its claims are checked here. So an address without TLS is allowed on this machine only.
"""

import base64
import binascii
import hashlib
import ipaddress
import json
import secrets
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from hmac import compare_digest
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import structlog

from qa_engine.errors import SettingsError, SignInError
from qa_engine.service.context import App
from qa_engine.service.people.signing_in import open_session
from qa_engine.service.posting import DeliveryError, post
from qa_engine.settings import Settings
from qa_engine.store import accounts

LEEWAY_SECONDS = 60
AWAY = "统一登录暂时无法使用，请稍后再试，或用密码登录。"
REFUSED = "统一登录没有成功，请重试。"
UNKNOWN = "统一登录成功，但本系统没有与之对应的账号，请联系管理员。"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class OidcStart:
    """Where the browser goes, and what it keeps until it comes back (a cookie that only this service reads)."""

    url: str
    kept: str


def oidc_on(settings: Settings) -> bool:
    return bool(settings.sign_in and settings.oidc_issuer)


def begin_oidc(app: App, redirect_uri: str) -> OidcStart:
    """Raises SignInError when the provider does not answer, SettingsError for one that cannot be used."""
    settings = app.settings
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {
        "response_type": "code",
        "client_id": settings.oidc_client_id,
        "redirect_uri": redirect_uri,
        "scope": "openid",
        "state": state,
        "nonce": nonce,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    endpoint = _endpoint(_provider(settings), "authorization_endpoint")
    mark = "&" if "?" in endpoint else "?"
    return OidcStart(f"{endpoint}{mark}{urlencode(asked)}", f"{state}.{nonce}.{verifier}")


def finish_oidc(app: App, *, code: str, state: str, kept: str, redirect_uri: str) -> str:
    """The secret of a new cookie. Raises SignInError."""
    parts = kept.split(".")
    if len(parts) != 3 or not code or not compare_digest(parts[0].encode(), state.encode()):
        raise SignInError(REFUSED)
    claims = _claims(_token(app.settings, code, parts[2], redirect_uri))
    _check(claims, app, parts[1])
    with app.database.read() as session:
        found = accounts.find_by_subject(session, str(claims["sub"]))
    if found is None or found.account.disabled:
        raise SignInError(UNKNOWN)
    return open_session(app, found, detail="oidc")


def _token(settings: Settings, code: str, verifier: str, redirect_uri: str) -> str:
    secret = settings.oidc_client_secret.get_secret_value() if settings.oidc_client_secret else ""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "code_verifier": verifier,
        "client_id": settings.oidc_client_id or "",
    }
    headers = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}
    if secret:
        pair = f"{quote(settings.oidc_client_id or '', safe='')}:{quote(secret, safe='')}"
        headers["authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    address = _endpoint(_provider(settings), "token_endpoint")
    request = urllib.request.Request(address, urlencode(form).encode(), headers, method="POST")  # noqa: S310  # `_safe`
    token = _json(request).get("id_token")
    if not isinstance(token, str):
        raise SignInError(REFUSED)
    return token


def _claims(token: str) -> Mapping[str, Any]:
    try:
        body = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    except (IndexError, ValueError, binascii.Error):
        raise SignInError(REFUSED) from None
    if not isinstance(claims, dict):
        raise SignInError(REFUSED)
    return claims


def _check(claims: Mapping[str, Any], app: App, nonce: str) -> None:
    """The claims of OpenID Connect Core 1.0, 3.1.3.7: who says it, for whom, until when, for which request."""
    settings, now = app.settings, app.clock.now().timestamp()
    audience = claims.get("aud")
    heard = audience if isinstance(audience, list) else [audience]
    expires, begins = claims.get("exp"), claims.get("nbf", 0)
    subject = claims.get("sub")
    fine = (
        claims.get("iss") == settings.oidc_issuer
        and settings.oidc_client_id in heard
        and (len(heard) == 1 or claims.get("azp") == settings.oidc_client_id)
        and isinstance(expires, int | float)
        and expires > now - LEEWAY_SECONDS
        and isinstance(begins, int | float)
        and begins < now + LEEWAY_SECONDS
        and claims.get("nonce") == nonce
        and isinstance(subject, str)
        and 0 < len(subject) <= 255
    )
    if not fine:
        log.warning("oidc_token_refused", issuer=settings.oidc_issuer)
        raise SignInError(REFUSED)


def _provider(settings: Settings) -> Mapping[str, Any]:
    issuer = settings.oidc_issuer or ""
    if not settings.oidc_client_id:
        raise SettingsError("setting QA_OIDC_CLIENT_ID: what the provider calls this service is missing")
    address = f"{_safe(issuer, 'QA_OIDC_ISSUER').rstrip('/')}/.well-known/openid-configuration"
    found = _json(urllib.request.Request(address))  # noqa: S310  # `_safe`
    if found.get("issuer") != issuer:
        raise SettingsError(f"setting QA_OIDC_ISSUER: the provider calls itself {str(found.get('issuer'))[:200]!r}")
    return found


def _endpoint(provider: Mapping[str, Any], name: str) -> str:
    return _safe(str(provider.get(name, "")), name)


def _safe(address: str, name: str) -> str:
    """An https address, or one of this machine. Raises SettingsError."""
    parts = urlsplit(address)
    try:
        here = parts.hostname == "localhost" or ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        here = False
    if not parts.hostname or (parts.scheme != "https" and not (parts.scheme == "http" and here)):
        raise SettingsError(f"{name}: {address[:200]!r} is no https address")
    return address


def _json(request: urllib.request.Request) -> Mapping[str, Any]:
    try:
        answer = json.loads(post(request))
    except (DeliveryError, ValueError) as error:
        log.warning("oidc_provider_away", error=str(error))
        raise SignInError(AWAY) from None
    if not isinstance(answer, dict):
        raise SignInError(AWAY)
    return answer
