import { useState } from "react";
import type { Draft } from "../../hooks/use-posting-draft";
import type { Weight } from "../../utils/api/types";
import { plain } from "../../utils/gaps";
import { WEIGHTS } from "../../utils/words";
import { Icon } from "../ui/icon";

interface Props {
  item: Draft;
  lit: boolean;
  onHover(id: string | null): void;
  onChange(part: { text?: string; weight?: Weight }): void;
  onRemove(): void;
}

/** One thing the posting asks for, corrected where it stands. */
export function RequirementRow({ item, lit, onHover, onChange, onRemove }: Props) {
  const [text, setText] = useState(item.text);
  const name = text.trim() || "the new item";
  const save = () => {
    const value = text.trim();
    if (value === "" && !item.fresh) setText(item.text);
    else if (value !== item.text) onChange({ text: value });
  };
  return (
    <li
      id={`item-${item.id}`}
      className={lit ? "item item--lit" : "item"}
      onMouseEnter={() => onHover(item.id)}
      onMouseLeave={() => onHover(null)}
      onFocus={() => onHover(item.id)}
      onBlur={() => onHover(null)}
    >
      <textarea
        className="item__text"
        aria-label={`${WEIGHTS[item.weight].one}: text`}
        value={text}
        rows={Math.max(1, Math.ceil(text.length / 62))}
        maxLength={1000}
        placeholder="What else does the job ask for?"
        onChange={(event) => setText(event.target.value.replace(/\n/g, " "))}
        onBlur={save}
        onKeyDown={(event) => {
          if (event.key === "Enter") event.currentTarget.blur();
        }}
      />
      {item.quote === "" ? (
        <p className="item__quote">Added by you</p>
      ) : (
        plain(item.quote) !== plain(text) && <p className="item__quote">From: “{item.quote}”</p>
      )}
      <div className="item__tools">
        <select
          aria-label={`Weight of ${name}`}
          value={item.weight}
          onChange={(event) => onChange({ weight: event.target.value as Weight })}
        >
          {Object.entries(WEIGHTS).map(([value, words]) => (
            <option key={value} value={value}>
              {words.one}
            </option>
          ))}
        </select>
        <button type="button" className="btn btn--quiet" onClick={onRemove} aria-label={`Remove ${name}`}>
          <Icon name="remove" /> Remove
        </button>
      </div>
    </li>
  );
}
