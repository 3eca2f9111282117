"""What an S3 has and obstore has not: settings of the bucket and unfinished uploads, by signed requests.

Signature Version 4 over the whole request (https://docs.aws.amazon.com/general/latest/gr/sigv4.html), path style.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from functools import lru_cache
from urllib.parse import quote, urlsplit

import httpx
from lxml import etree

from app.core.places import Bucket
from app.domain.errors import ProviderError

TIMEOUT_S = 20.0
XMLNS = "http://s3.amazonaws.com/doc/2006-03-01/"
# Answers to a question for a setting that was never made.
_NONE_SET = frozenset({"NoSuchCORSConfiguration", "NoSuchLifecycleConfiguration", "NoSuchBucketPolicy"})

LISTING = "ListBucketResult"
_ROOTS = {"acl": "AccessControlPolicy", "cors": "CORSConfiguration", "lifecycle": "LifecycleConfiguration"}


class StorageError(ProviderError):
    """The object storage failed. Always 503: what was sent is still with its sender, who may try again."""

    status = 503

    def __init__(self, message: str, *, code: str, retryable: bool, hint: str | None = None) -> None:
        super().__init__("storage", message, retryable=retryable, code=f"storage_{code}", hint=hint)


class Unsupported(StorageError):
    """The storage does not know this request."""


def failure(status: int, code: str) -> StorageError:
    """The error for a status and the code in the body of an S3's answer (https://docs.aws.amazon.com/AmazonS3 has the
    list); nothing else of the answer goes further."""
    if code == "NoSuchBucket":
        hint = "Make the bucket, or correct STORAGE_URL."
        return StorageError("The bucket does not exist.", code="refused", retryable=False, hint=hint)
    if code == "RequestTimeTooSkewed":
        return StorageError(
            "The storage says that this machine's clock is wrong.", code="key", retryable=False, hint="Set the clock."
        )
    if status in (401, 403):
        hint = "Check STORAGE_ACCESS_KEY and STORAGE_SECRET_KEY, and what this key may do."
        return StorageError("The storage refuses the key.", code="key", retryable=False, hint=hint)
    if status == 429:
        return StorageError("The storage asks for a pause.", code="rate", retryable=True, hint="Try again in a minute.")
    if status in (405, 501):
        return Unsupported("The storage does not offer this.", code="refused", retryable=False)
    if status >= 500 or status == 408:
        return StorageError(
            f"The storage answers {status}.", code="busy", retryable=True, hint="Try again in a minute."
        )
    if status == 413 or code == "EntityTooLarge":
        return StorageError("The storage takes no file of this size.", code="too_large", retryable=False)
    return StorageError(f"The storage refuses the request ({code or status}).", code="refused", retryable=False)


def timed_out() -> StorageError:
    """The error for an answer that does not come."""
    return StorageError("The storage does not answer in time.", code="timeout", retryable=True, hint="Try again.")


def unreachable() -> StorageError:
    """The error for a server that is not there, or hangs up."""
    return StorageError(
        "The storage cannot be reached.", code="unreachable", retryable=True, hint="Check STORAGE_ENDPOINT."
    )


def garbled() -> StorageError:
    """The error for an answer that no S3 gives."""
    return StorageError(
        "The storage gives an answer that cannot be used.",
        code="garbled",
        retryable=True,
        hint="Check STORAGE_ENDPOINT.",
    )


async def read_setting(bucket: Bucket, name: str) -> bytes | None:
    """A setting of the bucket (`cors`, `lifecycle`, `acl`, `policy`) as it is sent; None when it was never made.

    Raises StorageError; Unsupported when the storage has no such setting.
    """
    answer = await _send(bucket, "GET", {name: ""})
    if answer.status_code == 404 and _code(answer) in _NONE_SET:
        return None
    body = _content(answer)
    if name in _ROOTS and _root(parse(body)) != _ROOTS[name]:
        if _root(parse(body)) == LISTING:
            # A server that has no such setting may take the question for another one.
            raise Unsupported("The storage does not offer this.", code="refused", retryable=False)
        raise garbled()
    return body


async def write_setting(bucket: Bucket, name: str, body: bytes) -> None:
    """Replace a setting of the bucket. Raises StorageError."""
    _content(await _send(bucket, "PUT", {name: ""}, body))


async def is_public(bucket: Bucket, key: str) -> bool:
    """Whether somebody without a key can read an object. Raises StorageError."""
    return (await _send(bucket, "GET", {}, key=_under(bucket, key), sign=False)).is_success


async def list_objects(bucket: Bucket, prefix: str) -> AsyncIterator[list[tuple[str, int]]]:
    """Key and size in bytes of every object whose key begins with `prefix`, page by page. Raises StorageError.

    obstore's own list takes any page of a proxy for an empty bucket; a deletion would believe it.
    """
    query = {"list-type": "2", "prefix": _under(bucket, prefix)}
    while True:
        page = _document(await _send(bucket, "GET", query), LISTING)
        skip = len(_under(bucket, ""))
        rows = page.iterfind("{*}Contents")
        yield [(row.findtext("{*}Key", "")[skip:], int(row.findtext("{*}Size", "0"))) for row in rows]
        token = page.findtext("{*}NextContinuationToken")
        if page.findtext("{*}IsTruncated") != "true":
            return
        if not token or token == query.get("continuation-token"):
            raise garbled()
        query["continuation-token"] = token


async def abort_unfinished(bucket: Bucket, before: datetime) -> int:
    """Abort the uploads in parts that began before a time and were never completed; how many. Raises StorageError."""
    prefix = _under(bucket, "")
    count, marker = 0, {"key-marker": "", "upload-id-marker": ""}
    while True:
        answer = await _send(bucket, "GET", {"uploads": "", "prefix": prefix} | marker)
        page = _document(answer, "ListMultipartUploadsResult")
        for upload in page.iterfind("{*}Upload"):
            key, identity = upload.findtext("{*}Key", ""), upload.findtext("{*}UploadId", "")
            began = _moment(upload.findtext("{*}Initiated", ""))
            if began < before and key.startswith(prefix):
                answer = await _send(bucket, "DELETE", {"uploadId": identity}, key=key)
                if answer.status_code != 404:
                    _content(answer)
                count += 1
        if page.findtext("{*}IsTruncated") != "true":
            return count
        following = {
            "key-marker": page.findtext("{*}NextKeyMarker", ""),
            "upload-id-marker": page.findtext("{*}NextUploadIdMarker", ""),
        }
        if following == marker:
            raise garbled()
        marker = following


def parse(body: bytes) -> etree._Element:
    """An XML answer. Raises StorageError when it is none."""
    try:
        # An answer needs no entities and no other files.
        return etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True))
    except (etree.XMLSyntaxError, ValueError):
        raise garbled() from None


def _under(bucket: Bucket, key: str) -> str:
    return f"{bucket.prefix}/{key}" if bucket.prefix else key


def _document(answer: httpx.Response, root: str) -> etree._Element:
    document = parse(_content(answer))
    if _root(document) != root:
        raise garbled()
    return document


def _root(document: etree._Element) -> str:
    return etree.QName(document).localname


async def _send(
    bucket: Bucket, method: str, query: dict[str, str], body: bytes = b"", *, key: str = "", sign: bool = True
) -> httpx.Response:
    path = "/" + quote(f"{bucket.name}/{key}" if key else bucket.name, safe="/-_.~")
    asked = "&".join(f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}" for name, value in sorted(query.items()))
    headers = _signed(bucket, method, path, asked, body, datetime.now(UTC)) if sign else {}
    url = httpx.URL(f"{bucket.endpoint}{path}?{asked}")
    try:
        timeout = httpx.Timeout(TIMEOUT_S, connect=5.0)
        async with httpx.AsyncClient(verify=_tls(), timeout=timeout, trust_env=False) as http:
            return await http.request(method, url, content=body or None, headers=headers)
    except httpx.TimeoutException:
        raise timed_out() from None
    except (httpx.RemoteProtocolError, httpx.DecodingError):
        raise garbled() from None
    except httpx.HTTPError:
        raise unreachable() from None


def _signed(bucket: Bucket, method: str, path: str, query: str, body: bytes, now: datetime) -> dict[str, str]:
    """The headers of a request, its signature among them."""
    headers = {
        "host": urlsplit(bucket.endpoint).netloc,
        "x-amz-content-sha256": hashlib.sha256(body).hexdigest(),
        "x-amz-date": now.strftime("%Y%m%dT%H%M%SZ"),
    }
    if body:
        # S3 wants this digest for settings of a bucket; it protects nothing.
        headers["content-md5"] = base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode()
    names = ";".join(sorted(headers))
    lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    canonical = "\n".join((method, path, query, lines, names, headers["x-amz-content-sha256"]))
    scope = f"{now:%Y%m%d}/{bucket.region}/s3/aws4_request"
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    text = "\n".join(("AWS4-HMAC-SHA256", headers["x-amz-date"], scope, digest))
    key = f"AWS4{bucket.secret_key.get_secret_value()}".encode()
    for part in (*scope.split("/"), text):
        key = hmac.digest(key, part.encode(), "sha256")
    credential = f"{bucket.access_key.get_secret_value()}/{scope}"
    authorization = f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={names}, Signature={key.hex()}"
    return headers | {"authorization": authorization}


def _content(answer: httpx.Response) -> bytes:
    if answer.is_success:
        return answer.content
    raise failure(answer.status_code, _code(answer))


def _code(answer: httpx.Response) -> str:
    try:
        return parse(answer.content).findtext("{*}Code") or ""
    except StorageError:
        return ""


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    # Building a context reads every root certificate (tens of milliseconds); it is not bound to a loop.
    return httpx.create_ssl_context()


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise garbled() from None
