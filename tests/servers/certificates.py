"""Authorities of our own and what they sign, for tests of TLS. Keys are readable by everyone: the servers
under test run as another user."""

import pathlib
import subprocess

KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
DAYS = ("-days", "2")


class Authority:
    """authority.file is what its clients trust."""

    def __init__(self, folder, name="authority"):
        self.folder = pathlib.Path(folder)
        self.name = name
        self.file = self.folder / f"{name}.crt"
        self._openssl("req", "-x509", *KEY, *DAYS, "-keyout", f"{name}.key", "-out", self.file, "-subj", f"/CN={name}")
        self.folder.chmod(0o755)

    def certify(self, host="DNS:localhost", subject="localhost", name="server"):
        """A certificate for that host alone, and its key: two files, written over those of that name."""
        certificate, key, request = (self.folder / f"{name}.{kind}" for kind in ("crt", "key", "csr"))
        self._openssl("req", *KEY, "-keyout", key, "-out", request, "-subj", f"/CN={subject}",
                      "-addext", f"subjectAltName={host}")
        self._openssl("x509", "-req", "-in", request, "-CA", self.file, "-CAkey", f"{self.name}.key", "-CAcreateserial",
                      *DAYS, "-copy_extensions", "copy", "-out", certificate)
        key.chmod(0o644)
        return certificate, key

    def _openssl(self, *words):
        subprocess.run(["openssl", *words], cwd=self.folder, check=True, capture_output=True)
