import { useId } from "react";
import type { ProviderSetup } from "../../utils/api/types";

/** Key and settings of a service. What the operator's environment sets is shown and cannot be changed here. */
export function ProviderFields({ provider }: { provider: ProviderSetup }) {
  const id = useId();
  const { key } = provider;
  return (
    <div className="services__fields">
      <div className="field">
        <label htmlFor={`${id}-key`}>{key.required ? "Key" : "Key, if the server wants one"}</label>
        <input
          id={`${id}-key`}
          name="key"
          type="password"
          className="input"
          autoComplete="off"
          spellCheck={false}
          maxLength={1000}
          disabled={key.set_by === "environment"}
          placeholder={key.set_by ? "Stored. A new one replaces it." : ""}
          aria-describedby={`${id}-key-help`}
        />
        <span id={`${id}-key-help`} className="hush">
          {key.set_by === "environment"
            ? `Set by ${key.variable}.`
            : "Kept encrypted on the server. It is never shown again, to anybody."}
        </span>
      </div>
      {provider.fields.map((field) => (
        <div className="field" key={field.name}>
          <label htmlFor={`${id}-${field.name}`}>{field.label}</label>
          <input
            id={`${id}-${field.name}`}
            name={field.name}
            className="input"
            defaultValue={field.value ?? ""}
            placeholder={field.default ?? ""}
            inputMode={field.kind === "price" ? "decimal" : field.kind === "url" ? "url" : "text"}
            autoComplete="off"
            spellCheck={false}
            maxLength={300}
            disabled={field.set_by === "environment"}
            aria-describedby={`${id}-${field.name}-help`}
          />
          <span id={`${id}-${field.name}-help`} className="hush">
            {field.set_by === "environment"
              ? `Set by ${field.variable}.`
              : (field.help ?? usual(field.default))}
          </span>
        </div>
      ))}
    </div>
  );
}

function usual(value: string | null): string {
  return value ? `Left empty: ${value}.` : "May be left empty.";
}
