import { type FormEvent, useId, useState } from "react";
import { useEditProvider, useForgetProvider } from "../../hooks/queries/providers";
import type { ProviderSetup } from "../../utils/api/types";
import { count } from "../../utils/format";
import { Icon } from "../ui/icon";
import { Problem } from "../ui/problem";
import { useSay } from "../ui/toasts";
import { ProviderFields } from "./provider-fields";
import { ProviderLog } from "./provider-log";
import { ProviderTest } from "./provider-test";

interface Props {
  provider: ProviderSetup;
  chosen: boolean;
}

/** How one service is set up. What is typed is sent once and never comes back: a key is replaced or forgotten. */
export function ProviderCard({ provider, chosen }: Props) {
  const edit = useEditProvider(provider.id);
  const forget = useForgetProvider(provider.id);
  const say = useSay();
  const form = useId();
  const [dirty, setDirty] = useState(false);

  const save = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const target = event.currentTarget;
    const given = new FormData(target);
    const values: Record<string, string | null> = {};
    for (const field of provider.fields) {
      if (field.set_by === "environment") continue;
      const value = String(given.get(field.name) ?? "").trim();
      if (value !== (field.value ?? "")) values[field.name] = value || null;
    }
    const key = String(given.get("key") ?? "").trim();
    edit.mutate(
      { values, key: key || null, forget_key: false },
      {
        onSuccess: () => {
          target.reset();
          setDirty(false);
          say(`${provider.title} is saved.`);
        },
      },
    );
  };

  const stored = provider.key.set_by === "page" || provider.fields.some((field) => field.set_by === "page");
  return (
    <details className="services__card" open={chosen && provider.missing.length > 0}>
      <summary>
        <span className="serif">{provider.title}</span>
        <span className="hush">{standing(provider, chosen)}</span>
      </summary>
      <form id={form} onSubmit={save} onInput={() => setDirty(true)}>
        {!provider.installed && (
          <p>
            The client of {provider.title} is not installed. Run <code>make cloud</code> in the folder of
            Rehearsal, then start it again.
          </p>
        )}
        <ProviderFields key={JSON.stringify(provider.fields)} provider={provider} />
        <Problem error={edit.error ?? forget.error} />
        <div className="row">
          <button type="submit" className="btn" disabled={!dirty || edit.isPending}>
            Save
          </button>
          {stored && (
            <button
              type="button"
              className="btn btn--quiet"
              disabled={forget.isPending}
              onClick={() =>
                forget.mutate(undefined, { onSuccess: () => say(`${provider.title} is forgotten.`) })
              }
            >
              <Icon name="bin" /> Forget key and settings
            </button>
          )}
        </div>
      </form>
      <ProviderTest provider={provider} unsaved={dirty} />
      {provider.stored > 0 && (
        <p>
          {count(provider.stored, "thing")} stored there now. What is not used any more is being deleted, and
          asked for until {provider.title} says that it is gone.
        </p>
      )}
      <ProviderLog provider={provider} />
    </details>
  );
}

function standing(provider: ProviderSetup, chosen: boolean): string {
  if (provider.state && provider.state.paused_s > 0) return "Paused after failures";
  if (provider.missing.length > 0)
    return chosen ? `Missing: ${provider.missing.join(", ").toLowerCase()}` : "Not set up";
  if (!provider.installed) return "Client not installed";
  return chosen ? "In use" : "Ready, not in use";
}
