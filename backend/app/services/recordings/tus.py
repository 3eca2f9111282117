VERSION = "1.0.0"
CHECKSUMS = ("sha1", "sha256")
