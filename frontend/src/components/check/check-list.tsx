import { Icon } from "../ui/icon";

export interface Check {
  name: string;
  /** null while it is not known yet. */
  ok: boolean | null;
  says: string;
}

/** Checks that tick themselves; a failing one says its remedy. */
export function CheckList({ checks }: { checks: Check[] }) {
  return (
    <ul className="checks" aria-label="Checks">
      {checks.map((check) => (
        <li key={check.name} className={check.ok ? "checks__item checks__item--ok" : "checks__item"}>
          <span className="checks__mark">{check.ok && <Icon name="tick" />}</span>
          <span>
            <b>{check.name}</b>
            <span className="only-heard">
              {check.ok ? ": good. " : check.ok === null ? ": waiting. " : ": not yet. "}
            </span>
            <span className="checks__says" role="status">
              {check.says}
            </span>
          </span>
        </li>
      ))}
    </ul>
  );
}
