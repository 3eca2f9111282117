import { type Erasure, moment, receiptLines } from "../../utils/privacy";

/** What was deleted when, kind by kind. */
export function ReceiptState({ erasure }: { erasure: Erasure }) {
  return (
    <section aria-labelledby="state-title">
      <h2 id="state-title">{erasure.done ? "All of it is gone" : "Under way"}</h2>
      <p role="status">
        {erasure.done && erasure.finished_at
          ? `Asked for on ${moment(erasure.requested_at)}, ended on ${moment(erasure.finished_at)}.`
          : `Asked for on ${moment(erasure.requested_at)}. Since then nothing of it can be read. This page looks again by itself.`}
      </p>
      <dl>
        {receiptLines(erasure).map((line) => (
          <div key={line.kind}>
            <dt>{line.what}</dt>
            <dd>{line.state}</dd>
          </div>
        ))}
      </dl>
      <p className="hush">
        Backups that the operator of a server keeps are not reached by a deletion; they end by themselves
        after the time the operator has set.
      </p>
    </section>
  );
}
