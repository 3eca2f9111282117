// A small server on 127.0.0.1 that keeps takes and uploads of several people apart, as the real one does: what belongs
// to somebody else is not found, and with nobody signed in everything is refused.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

interface Take {
  owner: string;
  question: string;
  data: Buffer;
  finished: boolean;
}

export class TakesOfMany {
  /** Who the browser's cookie belongs to. */
  who: string | null = null;
  readonly takes = new Map<string, Take>();
  readonly refused: string[] = [];
  private readonly server: Server;

  private constructor() {
    this.server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => this.answer(request, response, Buffer.concat(chunks)));
    });
  }

  static async start(): Promise<TakesOfMany> {
    const made = new TakesOfMany();
    await new Promise<void>((ready) => made.server.listen(0, "127.0.0.1", ready));
    return made;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((done) => this.server.close(() => done()));
  }

  of(owner: string): Take[] {
    return [...this.takes.values()].filter((take) => take.owner === owner);
  }

  private answer(request: IncomingMessage, response: ServerResponse, body: Buffer): void {
    const say = (status: number, json?: unknown, headers: Record<string, string | number> = {}) => {
      if (status >= 400) this.refused.push(`${this.who} ${request.method} ${status}`);
      response.writeHead(status, { "Content-Type": "application/json", ...headers });
      response.end(json === undefined ? undefined : JSON.stringify(json));
    };
    if (this.who === null)
      return void say(401, { error: "not_signed_in", detail: "Sign in first.", hint: null });
    const [, , kind = "", id = "", action = ""] = (request.url ?? "").split("/");
    if (kind === "questions") {
      // A question is named after whose it is: "ada-1".
      if (!id.startsWith(`${this.who}-`))
        return void say(404, { error: "not_found", detail: "No question.", hint: null });
      const take = String(this.takes.size + 1);
      this.takes.set(take, { owner: this.who, question: id, data: Buffer.alloc(0), finished: false });
      return void say(201, { id: take });
    }
    if (kind === "uploads" && request.method === "POST") {
      const metadata = String(request.headers["upload-metadata"]);
      const take = atob(/take_id ([^,]+)/.exec(metadata)?.[1] ?? "");
      return void say(201, undefined, { Location: `/api/uploads/${take}` });
    }
    const take = this.takes.get(id);
    if (!take || take.owner !== this.who)
      return void say(404, { error: "not_found", detail: "No take.", hint: null });
    if (request.method === "PATCH") take.data = Buffer.concat([take.data, body]);
    if (kind === "uploads") return void say(204, undefined, { "Upload-Offset": take.data.length });
    if (action === "finish") take.finished = true;
    return void say(200, {
      id,
      completed_at: take.finished ? "2026-01-01T00:00:00Z" : null,
      upload: { url: `/api/uploads/${id}` },
    });
  }
}
