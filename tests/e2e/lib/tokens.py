"""An issuer of access tokens: keys, the JWK Set that it publishes, and tokens, right ones and such that are wrong in one stated way."""
import base64
import json
import time

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

HASHES = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}
CURVES = {"ES256": (ec.SECP256R1, "P-256", 32), "ES384": (ec.SECP384R1, "P-384", 48), "ES512": (ec.SECP521R1, "P-521", 66)}
URL = "https://login.example.com/realms/shop"
AUDIENCE = "https://api.example.com"


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def number(value, size=None):
    return b64(value.to_bytes(size or (value.bit_length() + 7) // 8, "big"))


class Key:
    """A private key for one algorithm."""

    def __init__(self, alg="ES256", kid="k1"):
        self.alg, self.kid = alg, kid
        if alg == "EdDSA":
            self.private = ed25519.Ed25519PrivateKey.generate()
        elif alg in CURVES:
            self.private = ec.generate_private_key(CURVES[alg][0]())
        else:
            self.private = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def jwk(self):
        public = self.private.public_key()
        common = {"kid": self.kid, "alg": self.alg, "use": "sig"}
        if self.alg == "EdDSA":
            from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
            return {**common, "kty": "OKP", "crv": "Ed25519", "x": b64(public.public_bytes(Encoding.Raw, PublicFormat.Raw))}
        numbers = public.public_numbers()
        if self.alg in CURVES:
            _, curve, size = CURVES[self.alg]
            return {**common, "kty": "EC", "crv": curve, "x": number(numbers.x, size), "y": number(numbers.y, size)}
        return {**common, "kty": "RSA", "n": number(numbers.n), "e": number(numbers.e)}

    def sign(self, data):
        if self.alg == "EdDSA":
            return self.private.sign(data)
        hash_of = HASHES[self.alg[2:]]
        if self.alg in CURVES:
            size = CURVES[self.alg][2]
            r, s = decode_dss_signature(self.private.sign(data, ec.ECDSA(hash_of)))
            return r.to_bytes(size, "big") + s.to_bytes(size, "big")
        if self.alg.startswith("PS"):
            return self.private.sign(data, padding.PSS(padding.MGF1(hash_of), hash_of.digest_size), hash_of)
        return self.private.sign(data, padding.PKCS1v15(), hash_of)


def jwks(*keys):
    return {"keys": [key.jwk() for key in keys]}


def claims(**more):
    """Of a good token; a claim of None is left out."""
    now = int(time.time())
    usual = {"iss": URL, "sub": "u-1", "aud": AUDIENCE, "exp": now + 600, "iat": now, "client_id": "app", "jti": "j-1"}
    return {name: value for name, value in {**usual, **more}.items() if value is not None}


def token(key, header=None, payload=None, **more):
    """`header` and `payload` may be texts as they are signed."""
    head = header if isinstance(header, str) else json.dumps({"alg": key.alg, "kid": key.kid, "typ": "at+jwt", **(header or {})})
    body = payload if isinstance(payload, str) else json.dumps(payload or claims(**more))
    signed = b64(head.encode()) + "." + b64(body.encode())
    return signed + "." + b64(key.sign(signed.encode()))
