// What the uploader asks of the server besides the bytes.
import { api, must, toApiError } from "../utils/api/client";
import { TusError } from "../utils/tus";
import type { Server } from "../utils/uploader";

export const takeServer: Server = {
  endpoint: new URL("/api/uploads", globalThis.location?.href ?? "http://localhost").href,
  async createTake(questionId, kind) {
    const path = { question_id: questionId };
    const call = must(api.POST("/api/questions/{question_id}/takes", { params: { path }, body: { kind } }));
    return (await call.catch(asTus)).id;
  },
  async finishTake(takeId, durationMs) {
    const body = { duration_ms: Math.round(durationMs) };
    await must(
      api.POST("/api/takes/{take_id}/finish", { params: { path: { take_id: takeId } }, body }),
    ).catch(asTus);
  },
  async find(takeId) {
    const path = { take_id: takeId };
    const take = await must(api.GET("/api/takes/{take_id}", { params: { path } })).catch((error: unknown) =>
      toApiError(error).status === 404 ? null : asTus(error),
    );
    return take && { complete: take.completed_at !== null, uploadUrl: take.upload?.url ?? null };
  },
};

function asTus(error: unknown): never {
  const said = toApiError(error);
  // A question or take that is gone stays gone; only an upload can be opened again.
  const status = said.status === 404 ? 422 : said.status;
  throw new TusError(status, said.detail, said.hint, said.code);
}
