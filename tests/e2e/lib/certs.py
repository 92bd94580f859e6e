"""Certificates of the tests: an authority of their own, and leaves that are wrong in one stated way.

Everything is EC P-256 and lasts some weeks; what a test wants expired is dated back.
"""
import datetime
import ipaddress
import os
import ssl

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

DAY = datetime.timedelta(days=1)


def general_name(text):
    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError:
        return x509.DNSName(text)


def subject(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def write(path, data):
    """Only its owner may read it, as keys demand."""
    with open(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as file:
        file.write(data)
    return path


def key_bytes(key):
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                             serialization.NoEncryption())


class Authority:
    """A root in DIRECTORY/NAME.ca.crt that signs leaves."""

    def __init__(self, directory, name="tests"):
        self.directory, self.common_name = directory, f"Authority of {name}"
        self.key = ec.generate_private_key(ec.SECP256R1())
        now = datetime.datetime.now(datetime.timezone.utc)
        self.certificate = (
            builder_of(self.common_name, self.common_name, self.key, now - DAY, now + 50 * DAY)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(usage(signs_certificates=True), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(self.key.public_key()), False)
            .sign(self.key, hashes.SHA256()))
        self.path = write(directory / f"{name}.ca.crt",
                          self.certificate.public_bytes(serialization.Encoding.PEM))

    def issue(self, file_name, names, expired=False, self_signed=False):
        """Paths of certificate and key for these names and addresses."""
        key = ec.generate_private_key(ec.SECP256R1())
        now = datetime.datetime.now(datetime.timezone.utc)
        ends = now - DAY if expired else now + 40 * DAY
        issuer, signer = (names[0], key) if self_signed else (self.common_name, self.key)
        builder = (builder_of(names[0], issuer, key, ends - 42 * DAY, ends)
                   .add_extension(x509.SubjectAlternativeName([general_name(name) for name in names]), False)
                   .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
                   .add_extension(usage(), critical=True)
                   .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False)
                   .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), False))
        certificate = builder.sign(signer, hashes.SHA256())
        cert_path = write(self.directory / f"{file_name}.crt",
                          certificate.public_bytes(serialization.Encoding.PEM))
        return cert_path, write(self.directory / f"{file_name}.key", key_bytes(key))


def builder_of(name, issuer, key, begins, ends):
    return (x509.CertificateBuilder().subject_name(subject(name)).issuer_name(subject(issuer))
            .public_key(key.public_key()).serial_number(x509.random_serial_number())
            .not_valid_before(begins).not_valid_after(ends))


def usage(signs_certificates=False):
    return x509.KeyUsage(
        digital_signature=not signs_certificates, content_commitment=False, key_encipherment=False,
        data_encipherment=False, key_agreement=False, key_cert_sign=signs_certificates,
        crl_sign=signs_certificates, encipher_only=False, decipher_only=False)


def server_tls(pair, alpn=("http/1.1",), lowest=None):
    """A server's context from the paths of certificate and key."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*map(str, pair))
    context.set_alpn_protocols(list(alpn))
    if lowest:
        context.minimum_version = lowest
    return context
