import type { usePostingDraft } from "../../hooks/use-posting-draft";
import type { Weight } from "../../utils/api/types";
import { shorten } from "../../utils/format";
import { WEIGHTS } from "../../utils/words";
import { Icon } from "../ui/icon";
import { useSay } from "../ui/toasts";
import { RequirementRow } from "./requirement-row";

interface Props {
  draft: ReturnType<typeof usePostingDraft>;
  active: string | null;
  onHover(id: string | null): void;
}

/** Must-haves first, then what would be nice, then the duties. */
export function Requirements({ draft, active, onHover }: Props) {
  const say = useSay();
  const focusSoon = (id: string) =>
    requestAnimationFrame(() =>
      document.querySelector<HTMLElement>(`#item-${CSS.escape(id)} textarea`)?.focus(),
    );
  return (
    <div className="groups">
      {(Object.keys(WEIGHTS) as Weight[]).map((weight) => {
        const items = draft.items.filter((item) => item.weight === weight);
        return (
          <section key={weight} aria-labelledby={`group-${weight}`}>
            <h2 id={`group-${weight}`}>
              {WEIGHTS[weight].many} <span className="num">{items.length}</span>
            </h2>
            <ul>
              {items.map((item) => (
                <RequirementRow
                  key={item.id}
                  item={item}
                  lit={item.id === active}
                  onHover={onHover}
                  onChange={(part) => draft.change(item.id, part)}
                  onRemove={() => {
                    draft.remove(item.id);
                    const what = item.text === "" ? "Removed" : `Removed “${shorten(item.text, 48)}”`;
                    say(what, () => draft.restore(item.id));
                  }}
                />
              ))}
            </ul>
            <button type="button" className="btn btn--quiet" onClick={() => focusSoon(draft.add(weight))}>
              <Icon name="add" /> Add to {WEIGHTS[weight].many.toLowerCase()}
            </button>
          </section>
        );
      })}
    </div>
  );
}
