"""Sessions of people: real ones by logging in, and cookies as an attacker would make them."""

from __future__ import annotations

import json
import time
from typing import Any

import httpx
from itsdangerous import TimestampSigner, URLSafeTimedSerializer
from joserfc import jwt
from joserfc.jwk import OctKey

from oidc_provider import Provider
from review_process import ReviewProcess

SESSION = "_streamlit_user"
COOKIE_SECRET = "the cookie secret of the tests, which has 32 characters"


def log_in(app: ReviewProcess, provider: Provider, **claims: Any) -> httpx.Client:
    """Go through the whole login, as a browser does after a click on *Log in*."""
    provider.user = claims
    client = app.client()
    # st.login sends the browser to this address; the token says which login service was chosen.
    key = OctKey.import_key(COOKIE_SECRET)
    token = jwt.encode({"alg": "HS256"}, {"provider": "default", "exp": int(time.time()) + 60}, key)
    to_provider = client.get("/auth/login", params={"provider": token})
    back = httpx.get(to_provider.headers["location"])
    done = client.get(back.headers["location"])
    assert done.status_code == 302, done.text
    return client


def cookie(
    app: ReviewProcess, email: str, *, secret: str = COOKIE_SECRET, age: float = 0.0, **claims: Any
) -> str:
    """A session cookie without a login; ``age`` in seconds.

    With the right secret it is as good as one that the login made.
    """

    class Aged(TimestampSigner):
        def get_timestamp(self) -> int:
            return int(time.time() - age)

    session = {"email": email, "email_verified": True, "origin": app.url, "is_logged_in": True, **claims}
    serializer = URLSafeTimedSerializer(secret, salt=SESSION, signer=Aged)
    return str(serializer.dumps(json.dumps(session)))
