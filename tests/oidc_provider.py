"""A login service for tests: OpenID Connect with the authorization code flow, PKCE and RS256 signatures.

It asks nobody anything: whoever comes is ``provider.user``.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import uvicorn
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT_ID, CLIENT_SECRET = "recurate-tests", "secret-of-the-tests"
LIFETIME = 3600  # seconds


@dataclass
class Provider:
    """Set ``user`` before somebody logs in."""

    url: str = ""
    user: dict[str, Any] = field(default_factory=dict)
    """Claims of whoever logs in next, such as ``{"email": "ada@lab.org", "email_verified": True}``."""
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "tests"}))
    asked: dict[str, tuple[Mapping[str, str], dict[str, Any]]] = field(default_factory=dict)
    """Codes that were given out, with the request and the claims of the user they are for."""

    @property
    def settings(self) -> dict[str, str]:
        """The environment of an app whose people log in here."""
        return {
            "CURATE_OIDC_METADATA_URL": f"{self.url}/.well-known/openid-configuration",
            "CURATE_OIDC_CLIENT_ID": CLIENT_ID,
            "CURATE_OIDC_CLIENT_SECRET": CLIENT_SECRET,
        }

    def metadata(self, _: Request) -> Response:
        return JSONResponse(
            {
                "issuer": self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "userinfo_endpoint": f"{self.url}/userinfo",
                "jwks_uri": f"{self.url}/jwks",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "code_challenge_methods_supported": ["S256"],
            }
        )

    def jwks(self, _: Request) -> Response:
        return JSONResponse(KeySet([self.key]).as_dict(private=False))

    def authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        if asked.get("client_id") != CLIENT_ID or asked.get("response_type") != "code":
            return JSONResponse({"error": "unauthorized_client"}, 400)
        code = secrets.token_urlsafe()
        self.asked[code] = asked, self.user
        return RedirectResponse(
            f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"
        )

    async def token(self, request: Request) -> Response:
        form = await request.form()
        asked, user = self.asked.pop(str(form["code"]))
        challenge = base64.urlsafe_b64encode(hashlib.sha256(str(form["code_verifier"]).encode()).digest())
        basic = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        if (
            request.headers.get("authorization") != f"Basic {basic}"
            or challenge.rstrip(b"=").decode() != asked["code_challenge"]
            or form["redirect_uri"] != asked["redirect_uri"]
        ):
            return JSONResponse({"error": "invalid_grant"}, 400)
        now = int(time.time())
        claims = {
            "iss": self.url,
            "aud": CLIENT_ID,
            "sub": user.get("email", "nobody"),
            "iat": now,
            "exp": now + LIFETIME,
            "nonce": asked["nonce"],
            **user,
        }
        return JSONResponse(
            {
                "access_token": secrets.token_urlsafe(),
                "token_type": "Bearer",
                "expires_in": LIFETIME,
                "id_token": jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, self.key),
            }
        )


@contextmanager
def running_provider() -> Iterator[Provider]:
    """A provider on a free port of 127.0.0.1, in a thread of this process."""
    provider = Provider()
    app = Starlette(
        routes=[
            Route("/.well-known/openid-configuration", provider.metadata),
            Route("/jwks", provider.jwks),
            Route("/authorize", provider.authorize),
            Route("/token", provider.token, methods=["POST"]),
        ]
    )
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning")
    server = uvicorn.Server(config)
    listening = config.bind_socket()
    provider.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()  # the socket listens already: who comes early waits
    try:
        yield provider
    finally:
        server.should_exit = True
        thread.join()
