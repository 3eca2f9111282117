import { useId } from "react";
import type { Posting, PostingEdit, Seniority } from "../../utils/api/types";
import { SENIORITIES } from "../../utils/words";

interface Props {
  posting: Posting;
  onChange(change: PostingEdit): void;
}

type Name = "title" | "company" | "location";
const LABELS: Record<Name, string> = { title: "Title", company: "Company", location: "Place" };

/** Title, company, place and level; each saved when the field is left. */
export function Facts({ posting, onChange }: Props) {
  const id = useId();
  return (
    <div className="facts">
      {(Object.keys(LABELS) as Name[]).map((name) => (
        <div key={name} className={`facts__item facts__item--${name}`}>
          <label htmlFor={`${id}-${name}`}>{LABELS[name]}</label>
          <textarea
            id={`${id}-${name}`}
            defaultValue={posting[name] ?? ""}
            placeholder="Not found"
            maxLength={300}
            rows={1}
            onKeyDown={(event) => {
              if (event.key === "Enter") event.currentTarget.blur();
            }}
            onBlur={(event) => {
              const value = event.target.value.replace(/\s+/g, " ").trim();
              if (value !== (posting[name] ?? "")) onChange({ [name]: value === "" ? null : value });
            }}
          />
        </div>
      ))}
      <div className="facts__item">
        <label htmlFor={`${id}-level`}>Level</label>
        <select
          id={`${id}-level`}
          value={posting.seniority ?? ""}
          onChange={(event) => onChange({ seniority: (event.target.value || null) as Seniority | null })}
        >
          <option value="">Not found</option>
          {Object.entries(SENIORITIES).map(([value, name]) => (
            <option key={value} value={value}>
              {name}
            </option>
          ))}
        </select>
      </div>
    </div>
  );
}
