"""Mouth shapes of clips made before they had an end: each lasts until the next one."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        UPDATE speech_clips SET track = jsonb_set(track, '{cues}', coalesce((
            SELECT jsonb_agg(cue || jsonb_build_object('end_s', end_s, 'weight', 1.0) ORDER BY place)
            FROM (
                SELECT cue, place,
                    coalesce(lead(cue -> 'start_s') OVER (ORDER BY place), track -> 'duration_s') AS end_s
                FROM jsonb_array_elements(track -> 'cues') WITH ORDINALITY AS listed (cue, place)
            ) AS ended
        ), '[]'::jsonb)) WHERE track IS NOT NULL
        """
    )


def downgrade() -> None:
    op.execute(
        """
        UPDATE speech_clips SET track = jsonb_set(track, '{cues}', coalesce((
            SELECT jsonb_agg(cue - 'end_s' - 'weight' ORDER BY place)
            FROM jsonb_array_elements(track -> 'cues') WITH ORDINALITY AS listed (cue, place)
        ), '[]'::jsonb)) WHERE track IS NOT NULL
        """
    )
