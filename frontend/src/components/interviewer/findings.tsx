import type { ModelFindings } from "../../utils/interviewer/validate-model";

const KINDS = { vrm1: "VRM 1.0", vrm0: "VRM 0.x", glb: "GLB" } as const;

const allowed = (value: boolean | null) => (value === null ? "Not said" : value ? "Allowed" : "Not allowed");

/** What a file holds and what its maker allows, before it is used. */
export function Findings({ name, findings }: { name: string; findings: ModelFindings }) {
  const { licence } = findings;
  const megabytes = (findings.bytes / 1024 / 1024).toFixed(1);
  return (
    <>
      <h4 className="own__name">{licence.title ?? name}</h4>
      <dl className="own__facts">
        <dt>File</dt>
        <dd>
          {KINDS[findings.kind]}, {megabytes} MB, {findings.triangles.toLocaleString("en")} triangles,{" "}
          {findings.textures === 1 ? "1 picture" : `${findings.textures} pictures`}
        </dd>
        <dt>Made by</dt>
        <dd>{licence.authors.length > 0 ? licence.authors.join(", ") : "Not said"}</dd>
        <dt>Licence</dt>
        <dd>
          {licence.url ? (
            <a href={licence.url} target="_blank" rel="noreferrer noopener">
              {licence.url}
            </a>
          ) : (
            (licence.terms ?? "Not said")
          )}
        </dd>
        <dt>Passing it on</dt>
        <dd>{allowed(licence.redistribution)}</dd>
        <dt>Changing it</dt>
        <dd>{allowed(licence.modification)}</dd>
        <dt>Commercial use</dt>
        <dd>{allowed(licence.commercial)}</dd>
      </dl>
      {findings.standIns.length > 0 && (
        <>
          <p>What it lacks, and what happens instead:</p>
          <ul className="own__lacks">
            {findings.standIns.map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}
