import type { Operations } from "../../utils/api/types";
import { count } from "../../utils/format";
import { awake, QUEUES, span } from "../../utils/operations";

/** What waits where, since when, and who works on it. */
export function Queues({ queues }: { queues: Operations["queues"] }) {
  return (
    <table className="ops__queues">
      <thead>
        <tr>
          <th scope="col">Queue</th>
          <th scope="col">Waiting</th>
          <th scope="col">Oldest</th>
          <th scope="col">Being done</th>
          <th scope="col">Workers</th>
        </tr>
      </thead>
      <tbody>
        {queues.map((queue) => (
          <tr key={queue.name}>
            <th scope="row">
              <code>{queue.name}</code>
              <span className="hush">{QUEUES[queue.name]}</span>
            </th>
            <td className="num" data-label="Waiting">
              {queue.waiting}
            </td>
            <td className="num" data-label="Oldest">
              {queue.waiting > 0 ? span(queue.oldest_seconds) : "none"}
            </td>
            <td className="num" data-label="Being done">
              {queue.running}
            </td>
            <td data-label="Workers">
              <Workers queue={queue} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Workers({ queue }: { queue: Operations["queues"][number] }) {
  const here = awake(queue);
  const gone = queue.workers.filter((worker) => !here.includes(worker));
  if (queue.workers.length === 0) return <span>nobody</span>;
  return (
    <>
      <span>{count(here.length, "worker")}</span>
      {gone.map((worker) => (
        <span className="hush" key={worker.name}>
          {worker.name}: last seen {span(worker.seen_seconds)} ago
        </span>
      ))}
    </>
  );
}
