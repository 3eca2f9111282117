"""Tables. Importing this package registers all of them."""

from app.models.account import Account, Identity, Link, SignIn
from app.models.audit import AuditEntry
from app.models.interview import Interview, PreparedClip, QuestionRow
from app.models.outbox import OutboxJob
from app.models.owner import LOCAL_OWNER, Owner
from app.models.posting import PostingRow
from app.models.privacy import ConsentEntry, Erasure, Export, PrivacyChoice
from app.models.provider import (
    Budget,
    ModelTicketRow,
    ProviderChoice,
    ProviderCopy,
    ProviderSettings,
    ProviderUsage,
)
from app.models.speech import SpeechClip
from app.models.take import Listening, Stage, Take, Upload, UploadPart
from app.models.turn import Turn

__all__ = [
    "LOCAL_OWNER",
    "Account",
    "AuditEntry",
    "Budget",
    "ConsentEntry",
    "Erasure",
    "Export",
    "Identity",
    "Interview",
    "Link",
    "Listening",
    "ModelTicketRow",
    "OutboxJob",
    "Owner",
    "PostingRow",
    "PreparedClip",
    "PrivacyChoice",
    "ProviderChoice",
    "ProviderCopy",
    "ProviderSettings",
    "ProviderUsage",
    "QuestionRow",
    "SignIn",
    "SpeechClip",
    "Stage",
    "Take",
    "Turn",
    "Upload",
    "UploadPart",
]
