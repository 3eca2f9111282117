import { count } from "../../utils/format";
import { day, moment, type Privacy, size } from "../../utils/privacy";

/** What is kept, in numbers, and when it goes. */
export function Kept({ privacy }: { privacy: Privacy }) {
  const { kept, next_expiry, everything_until } = privacy;
  const rows: [string, string][] = [
    ["Postings", kept.postings === 0 ? "None." : count(kept.postings, "posting")],
    [
      "Interviews",
      kept.interviews === 0
        ? "None."
        : `${count(kept.interviews, "interview")}, ${count(kept.answers, "answer")}`,
    ],
    [
      "Recordings",
      kept.recordings === 0
        ? "None."
        : `${count(kept.recordings, "recording")}, ${size(kept.recording_bytes)}. ${
            next_expiry ? `The oldest is deleted by itself on ${day(next_expiry)}.` : ""
          }`,
    ],
  ];
  if (kept.resumes > 0) {
    rows.push([
      "Résumé",
      `Only the lines quoted for ${count(kept.resumes, "posting")}; the résumé itself is not kept.`,
    ]);
  }
  if (kept.copies > 0) {
    rows.push([
      "At services of others",
      `${count(kept.copies, "thing")} of yours, being deleted there until the service says that it is gone.`,
    ]);
  }
  return (
    <>
      {everything_until && (
        <p role="status">
          You are a guest: everything here is deleted by itself on {moment(everything_until)}, unless you make
          an account before.
        </p>
      )}
      <dl>
        {rows.map(([name, says]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{says}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}
