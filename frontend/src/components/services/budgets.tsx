import { type FormEvent, useId } from "react";
import { useEditBudgets } from "../../hooks/queries/providers";
import type { ProviderSettings } from "../../utils/api/types";
import { Problem } from "../ui/problem";
import { useSay } from "../ui/toasts";

/** What language models may cost. A call that could cost more than is left is not made. */
export function Budgets({ budgets }: { budgets: ProviderSettings["budgets"] }) {
  const edit = useEditBudgets();
  const say = useSay();
  const id = useId();
  const save = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const given = new FormData(event.currentTarget);
    const amount = (name: string) => Number(String(given.get(name)).replace(",", "."));
    edit.mutate(
      { interview_usd: amount("interview"), day_usd: amount("day") },
      { onSuccess: () => say("The budgets are saved.") },
    );
  };
  const rows = [
    { name: "interview", label: "For one interview", value: budgets.interview_usd },
    { name: "day", label: "For one day, all together", value: budgets.day_usd },
  ];
  return (
    <form className="services__budgets" onSubmit={save}>
      {rows.map((row) => (
        <div className="field" key={row.name}>
          <label htmlFor={`${id}-${row.name}`}>{row.label}, US dollars</label>
          <input
            id={`${id}-${row.name}`}
            name={row.name}
            className="input num"
            inputMode="decimal"
            required
            pattern="[0-9]+([.,][0-9]+)?"
            title="An amount such as 0.50"
            defaultValue={row.value.toFixed(2)}
            key={row.value}
          />
        </div>
      ))}
      <button type="submit" className="btn" disabled={edit.isPending}>
        Save
      </button>
      <p className="hush">
        Spent today: <span className="num">${budgets.spent_today_usd.toFixed(2)}</span>. Counted from the
        prices of the model; your bill is what the service says.
      </p>
      <Problem error={edit.error} />
    </form>
  );
}
