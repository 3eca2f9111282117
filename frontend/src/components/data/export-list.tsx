import { useBeginExport, useExports } from "../../hooks/queries/privacy";
import { moment, size } from "../../utils/privacy";
import { Icon } from "../ui/icon";
import { Problem } from "../ui/problem";
import { Waiting } from "../ui/waiting";

/** One archive of everything: asked for, in the making, ready to be saved. */
export function ExportList() {
  const exports = useExports();
  const begin = useBeginExport();
  const running = exports.data?.some((one) => one.state === "waiting") ?? false;
  return (
    <>
      <button
        type="button"
        className="btn"
        disabled={running || begin.isPending}
        onClick={() => begin.mutate()}
      >
        <Icon name="file" /> {running ? "Being made" : "Make an archive"}
      </button>
      <Problem error={begin.error ?? exports.error} />
      {exports.isPending && <Waiting label="Looking for archives" lines={1} />}
      {(exports.data?.length ?? 0) > 0 && (
        <ul>
          {exports.data?.map((one) => (
            <li key={one.id}>
              <span role={one.state === "waiting" ? "status" : undefined}>
                <span>Archive of {moment(one.created_at)}</span>
                {one.state === "waiting" && (
                  <>
                    <progress value={one.made} max={1} aria-label="How much of the recordings is in it" />
                    <span className="hush">
                      Being made. You can leave this page; recordings take a while.
                    </span>
                  </>
                )}
                {one.state === "ready" && one.expires_at && (
                  <span className="hush">
                    {size(one.size_bytes ?? 0)}, here until {moment(one.expires_at)}
                  </span>
                )}
                {one.state === "failed" && (
                  <span className="hush">It could not be made: the storage failed. Make another one.</span>
                )}
              </span>
              {one.url && (
                <a className="btn" href={one.url} download>
                  <Icon name="download" /> Save
                </a>
              )}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
