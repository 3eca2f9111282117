"""Every limit there is, in one place. Signing in has its own, in `services.accounts`.

By person: the owner's id. By address: the client's address, as `TrustedProxies` found it. Without Valkey, what costs
others or much of the machine is refused (503), and reading goes on.
"""

from __future__ import annotations

from app.core.ratelimit import Limit

MINUTE_S, HOUR_S, DAY_S = 60, 3600, 86_400

# An open fetcher would be a tool against the servers of others, so this one holds in personal mode, too.
POSTING_FETCH = Limit(name="posting_fetch", count=10, window_s=MINUTE_S, personal=True, what="A posting can be fetched")
# Reading may take 20 s of CPU, with a file that was made for it.
READINGS = Limit(name="readings", count=20, window_s=MINUTE_S, what="Postings and résumés can be read")
PROVIDER_TEST = Limit(name="provider_test", count=6, window_s=MINUTE_S, personal=True, what="A provider can be tried")
# A plan takes seconds of CPU and up to fifteen questions to be spoken.
INTERVIEWS_GUEST = Limit(
    name="interviews", count=20, window_s=DAY_S, what="Without an account an interview can be planned"
)
INTERVIEWS_ACCOUNT = Limit(name="interviews", count=100, window_s=DAY_S, what="An interview can be planned")
# Changes that have questions spoken again.
SPEECH = Limit(name="speech", count=60, window_s=MINUTE_S, what="Questions can be changed")
MODEL_CALLS = (
    Limit(name="model_minute", count=60, window_s=MINUTE_S, what="The language model can be asked"),
    Limit(name="model_hour", count=500, window_s=HOUR_S, what="The language model can be asked"),
)
UPLOAD_BYTES = Limit(
    name="upload_bytes", count=2 << 30, window_s=DAY_S, what="A person can upload", unit="GiB of recordings"
)
# Every request, by address without a session and by person with one. Cheap ones: counting must not stop reading.
ANONYMOUS = Limit(name="anonymous", count=500, window_s=MINUTE_S, fails_open=True, what="One address can ask")
SIGNED_IN = Limit(name="signed_in", count=1000, window_s=10, fails_open=True, what="One person can ask")
# What claims a session without being asked for it yet: a ceiling for whole households and offices.
ADDRESS = Limit(name="address", count=6000, window_s=MINUTE_S, fails_open=True, what="One address can ask")
