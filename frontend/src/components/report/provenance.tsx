interface Props {
  value: Record<string, unknown>;
  /** What services of others cost, in words. */
  cost: string | null;
  href: string;
}

/** What made this report: quiet, and complete. */
export function Provenance({ value, cost, href }: Props) {
  return (
    <footer className="provenance">
      <p>
        <a className="btn" href={href} download="rehearsal-report.json">
          Download as JSON
        </a>
      </p>
      {cost && <p className="hush">{cost}</p>}
      <details>
        <summary>What made this report</summary>
        <dl>
          {flat(value).map(([name, text]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{text}</dd>
            </div>
          ))}
        </dl>
      </details>
    </footer>
  );
}

function flat(value: Record<string, unknown>, prefix = ""): [string, string][] {
  return Object.entries(value).flatMap(([key, item]): [string, string][] => {
    const name = prefix ? `${prefix}, ${key.replaceAll("_", " ")}` : key.replaceAll("_", " ");
    if (item !== null && typeof item === "object" && !Array.isArray(item)) {
      return flat(item as Record<string, unknown>, name);
    }
    return [[name, Array.isArray(item) ? item.map(String).join(", ") : String(item)]];
  });
}
