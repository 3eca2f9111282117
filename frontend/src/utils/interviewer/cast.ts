// Who can hold the interview: the list of assets/avatar/cast.json and the files that were built for it.

export interface CastMember {
  id: string;
  name: string;
  voice: string;
  about: string;
  /** Addresses of the built files; null for what has not been built. */
  model: string | null;
  sheet: string | null;
  layout: string | null;
  portrait: string | null;
}

/** The person's own model, kept in this browser. */
export const OWN_ID = "own";

type Listed = Pick<CastMember, "id" | "name" | "voice" | "about">;

const built = import.meta.glob<string>("../../../../assets/avatar/built/*.{vrm,webp,json}", {
  query: "?url",
  import: "default",
  eager: true,
});
const lists = import.meta.glob<Listed[]>("../../../../assets/avatar/cast.json", {
  import: "default",
  eager: true,
});

/** Joins the list with the files by name; a model without an entry is shown under its file's name. */
export function castFrom(listed: readonly Listed[], files: Readonly<Record<string, string>>): CastMember[] {
  const urls = new Map(
    Object.entries(files).map(([path, url]) => [path.slice(path.lastIndexOf("/") + 1), url]),
  );
  const unlisted = [...urls.keys()]
    .filter((name) => name.endsWith(".vrm"))
    .map((name) => name.slice(0, -4))
    .filter((id) => !listed.some((entry) => entry.id === id))
    .map((id) => ({ id, name: id.charAt(0).toUpperCase() + id.slice(1), voice: "", about: "" }));
  return [...listed, ...unlisted].map((entry) => ({
    ...entry,
    model: urls.get(`${entry.id}.vrm`) ?? null,
    sheet: urls.get(`${entry.id}.webp`) ?? null,
    layout: urls.get(`${entry.id}.json`) ?? null,
    portrait: urls.get(`${entry.id}-portrait.webp`) ?? null,
  }));
}

export const CAST: readonly CastMember[] = castFrom(Object.values(lists)[0] ?? [], built);

export const castMember = (id: string): CastMember | null => CAST.find((member) => member.id === id) ?? null;
