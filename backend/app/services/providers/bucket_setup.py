"""What a bucket needs before recordings go there: nobody else may read it, pages may, and what is old goes."""

from __future__ import annotations

import json
from typing import Any

from lxml import etree

from app.core.places import Bucket
from app.domain.errors import Refused
from app.services.providers import s3

EVERYBODY = ("/groups/global/AllUsers", "/groups/global/AuthenticatedUsers")
# The program deletes by itself; the bucket's own rule is for what it could not delete any more.
GRACE_DAYS, UNFINISHED_DAYS = 2, 1
PAGE_RULE, OLD_RULE, UNFINISHED_RULE = "rehearsal-page", "rehearsal-takes", "rehearsal-unfinished"
EXPORTS_RULE = "rehearsal-exports"


async def refuse_public(bucket: Bucket) -> list[str]:
    """What was looked at, in words. Raises Refused when everybody may read the bucket, StorageError."""
    seen = []
    for name, open_to_all in (("acl", _granted), ("policy", _allowed)):
        try:
            setting = await s3.read_setting(bucket, name)
            is_open = setting is not None and open_to_all(setting)
        except s3.Unsupported:
            seen.append(f"{name}: the storage has none")
            continue
        if is_open:
            raise Refused(
                f"The {name} of the bucket lets everybody in.",
                code="storage_public",
                hint="Make the bucket private (file listing restricted, no public policy), then run setup again.",
            )
        seen.append(f"{name}: private" if setting is not None else f"{name}: none set")
    return seen


def _granted(acl: bytes) -> bool:
    return any((uri.text or "").endswith(EVERYBODY) for uri in s3.parse(acl).iterfind(".//{*}Grantee/{*}URI"))


def _allowed(policy: bytes) -> bool:
    try:
        statements = json.loads(policy)["Statement"]
    except (ValueError, KeyError, TypeError):
        raise s3.Unsupported("The storage has no policies.", code="refused", retryable=False) from None
    rows = statements if isinstance(statements, list) else [statements]
    return any(isinstance(row, dict) and row.get("Effect") == "Allow" and _anybody(row) for row in rows)


def _anybody(statement: dict[str, Any]) -> bool:
    principal = statement.get("Principal")
    named = principal.get("AWS") if isinstance(principal, dict) else principal
    return "NotPrincipal" in statement or "*" in (named if isinstance(named, list) else [named])


async def let_page_in(bucket: Bucket, origin: str) -> None:
    """Let pages of `origin` read objects by signed addresses; rules of others stay. Raises StorageError."""
    rule = _rule("CORSRule", PAGE_RULE, AllowedOrigin=[origin], AllowedMethod=["GET", "HEAD"], AllowedHeader=["*"])
    for header in ("ETag", "Content-Length", "Content-Range", "Accept-Ranges"):
        etree.SubElement(rule, "ExposeHeader").text = header
    etree.SubElement(rule, "MaxAgeSeconds").text = "3600"
    await _merge(bucket, "cors", "CORSConfiguration", [rule])


async def let_old_go(bucket: Bucket, retention_days: int) -> int:
    """Have the bucket delete takes after the retention, exports after their day, each with a grace, and uploads that
    were never completed.

    Returns the days after which takes go; rules of others stay. Raises StorageError.
    """
    prefix, days = f"{bucket.prefix}/" if bucket.prefix else "", retention_days + GRACE_DAYS
    old = _rule("Rule", OLD_RULE, Prefix=[f"{prefix}takes/"], Status=["Enabled"])
    etree.SubElement(etree.SubElement(old, "Expiration"), "Days").text = str(days)
    exports = _rule("Rule", EXPORTS_RULE, Prefix=[f"{prefix}exports/"], Status=["Enabled"])
    etree.SubElement(etree.SubElement(exports, "Expiration"), "Days").text = str(1 + GRACE_DAYS)
    unfinished = _rule("Rule", UNFINISHED_RULE, Prefix=[prefix], Status=["Enabled"])
    abort = etree.SubElement(unfinished, "AbortIncompleteMultipartUpload")
    etree.SubElement(abort, "DaysAfterInitiation").text = str(UNFINISHED_DAYS)
    await _merge(bucket, "lifecycle", "LifecycleConfiguration", [old, exports, unfinished])
    return days


def _rule(tag: str, identity: str, **values: list[str]) -> etree._Element:
    rule = etree.Element(tag)
    etree.SubElement(rule, "ID").text = identity
    for name, texts in values.items():
        for text in texts:
            etree.SubElement(rule, name).text = text
    return rule


async def _merge(bucket: Bucket, setting: str, tag: str, rules: list[etree._Element]) -> None:
    """Write rules beside those of others, in the place of older ones of ours."""
    before = await s3.read_setting(bucket, setting)
    ours = {rule.findtext("ID") for rule in rules}
    document = etree.Element(tag, nsmap={None: s3.XMLNS})
    for rule in s3.parse(before).iterfind("{*}*") if before else ():
        if rule.findtext("{*}ID") not in ours:
            document.append(rule)
    document.extend(rules)
    for element in document.iter():
        element.tag = f"{{{s3.XMLNS}}}{etree.QName(element).localname}"
    await s3.write_setting(bucket, setting, etree.tostring(document, xml_declaration=True, encoding="UTF-8"))
    after = await s3.read_setting(bucket, setting)
    if after is None or not ours <= {element.text for element in s3.parse(after).iter("{*}ID")}:
        raise s3.garbled()
