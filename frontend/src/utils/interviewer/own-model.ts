// The person's own interviewer, kept in this browser and nowhere else: it is never sent.
import { type DBSchema, type IDBPDatabase, openDB } from "idb";

export interface OwnModel {
  name: string;
  data: ArrayBuffer;
  savedAt: number;
}

interface Schema extends DBSchema {
  models: { key: string; value: OwnModel };
}

export interface OwnModels {
  get(): Promise<OwnModel | undefined>;
  put(model: OwnModel): Promise<void>;
  remove(): Promise<void>;
}

const KEY = "own";

/** A store in the database `name`. Opened when first used, so that nothing is created for people without a model. */
export function createOwnModels(name: string): OwnModels {
  let opening: Promise<IDBPDatabase<Schema>> | null = null;
  const open = () => {
    opening ??= openDB<Schema>(name, 1, {
      upgrade(database) {
        database.createObjectStore("models");
      },
      terminated() {
        opening = null;
      },
    });
    opening.catch(() => {
      opening = null;
    });
    return opening;
  };
  return {
    get: async () => (await open()).get("models", KEY),
    put: async (model) => void (await (await open()).put("models", model, KEY)),
    remove: async () => (await open()).delete("models", KEY),
  };
}

let store: OwnModels | null = null;

export function ownModels(): OwnModels {
  store ??= createOwnModels("rehearsal-interviewer");
  return store;
}
