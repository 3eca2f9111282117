"""Tables. Importing this package registers all of them."""

from app.models.account import Account, Identity, Link, SignIn
from app.models.interview import Interview, PreparedClip, QuestionRow
from app.models.outbox import OutboxJob
from app.models.owner import LOCAL_OWNER, Owner
from app.models.posting import PostingRow
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

__all__ = [
    "LOCAL_OWNER",
    "Account",
    "Budget",
    "Identity",
    "Interview",
    "Link",
    "Listening",
    "ModelTicketRow",
    "OutboxJob",
    "Owner",
    "PostingRow",
    "PreparedClip",
    "ProviderChoice",
    "ProviderCopy",
    "ProviderSettings",
    "ProviderUsage",
    "QuestionRow",
    "SignIn",
    "SpeechClip",
    "Stage",
    "Take",
    "Upload",
    "UploadPart",
]
