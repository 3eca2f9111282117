import { castMember, OWN_ID } from "../../utils/interviewer/cast";
import { ownModels } from "../../utils/interviewer/own-model";

/** The bytes of a model: of the cast from the server, the person's own from this browser. */
export async function modelOf(id: string, signal: AbortSignal): Promise<ArrayBuffer> {
  if (id === OWN_ID) {
    const kept = await ownModels().get();
    if (!kept) throw new Error("No model of your own is kept in this browser.");
    return kept.data;
  }
  const url = castMember(id)?.model;
  if (!url) throw new Error("There is no model of that name.");
  const answer = await fetch(url, { signal });
  if (!answer.ok) throw new Error("The model could not be fetched.");
  return answer.arrayBuffer();
}
