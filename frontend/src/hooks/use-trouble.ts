import { useMemo, useState } from "react";
import { type FieldName, missing, type Trouble, troubleOf } from "../utils/account";

/** What is wrong with a form: a field left empty, or what the server said. Each try makes a new one. */
export function useTrouble(error: unknown) {
  const [empty, setEmpty] = useState<Trouble | null>(null);
  const said = useMemo(() => troubleOf(error), [error]);
  const trouble = empty ?? said;
  return {
    /** Whether every field is filled in; notes the first one that is not. */
    filled(values: Partial<Record<FieldName, string>>): boolean {
      const found = missing(values);
      setEmpty(found);
      return found === null;
    },
    of: (field: FieldName) => (trouble?.field === field ? trouble : null),
    /** What belongs to no field. */
    other: trouble?.field === null ? trouble : null,
  };
}
