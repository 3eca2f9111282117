// A small tus 1.0 server on 127.0.0.1 that can be told to misbehave once.
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface Stored {
  data: Buffer;
  length: number | null;
  metadata: string;
}

export type Fault = "drop" | "busy" | "lose-answer" | "gone" | "refuse" | null;

export class TusServer {
  readonly uploads = new Map<string, Stored>();
  readonly log: string[] = [];
  /** Acts on the next PATCH, then is cleared. */
  fault: Fault = null;
  /** Whether somebody is signed in; without that every request is refused. */
  signedIn = true;
  private server: Server;

  private constructor() {
    this.server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => this.answer(request, response, Buffer.concat(chunks)));
    });
  }

  static async start(): Promise<TusServer> {
    const made = new TusServer();
    await new Promise<void>((ready) => made.server.listen(0, "127.0.0.1", ready));
    return made;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/api/uploads`;
  }

  stop(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((done) => this.server.close(() => done()));
  }

  private answer(request: IncomingMessage, response: ServerResponse, body: Buffer): void {
    this.log.push(request.method ?? "");
    if (!this.signedIn) return void response.writeHead(401).end();
    if (request.headers["tus-resumable"] !== "1.0.0") return void response.writeHead(412).end();
    if (request.method === "POST") {
      const id = String(this.uploads.size + 1);
      this.uploads.set(id, {
        data: Buffer.alloc(0),
        length: null,
        metadata: String(request.headers["upload-metadata"]),
      });
      return void response.writeHead(201, { Location: `/api/uploads/${id}` }).end();
    }
    const id = request.url?.split("/").at(-1) ?? "";
    const upload = this.uploads.get(id);
    if (!upload) return void response.writeHead(404).end();
    if (request.method === "HEAD") this.head(upload, response);
    else this.patch(id, upload, request, response, body);
  }

  private head(upload: Stored, response: ServerResponse): void {
    const length =
      upload.length === null ? { "Upload-Defer-Length": "1" } : { "Upload-Length": upload.length };
    response.writeHead(200, { "Upload-Offset": upload.data.length, ...length }).end();
  }

  private patch(
    id: string,
    upload: Stored,
    request: IncomingMessage,
    response: ServerResponse,
    body: Buffer,
  ): void {
    const fault = this.fault;
    this.fault = null;
    if (fault === "busy") return void response.writeHead(503).end();
    if (fault === "gone") {
      this.uploads.delete(id);
      return void response.writeHead(410).end();
    }
    if (fault === "refuse") {
      response.writeHead(413, { "Content-Type": "application/json" });
      return void response.end(
        JSON.stringify({ detail: "The recording is too large.", hint: "Record a shorter one." }),
      );
    }
    if (Number(request.headers["upload-offset"]) !== upload.data.length)
      return void response.writeHead(409).end();
    const [, sum] = String(request.headers["upload-checksum"] ?? "").split(" ");
    if (sum && createHash("sha256").update(body).digest("base64") !== sum)
      return void response.writeHead(460).end();
    const arrived = fault === "drop" ? body.subarray(0, Math.floor(body.length / 2)) : body;
    upload.data = Buffer.concat([upload.data, arrived]);
    const length = request.headers["upload-length"];
    if (length !== undefined && fault !== "drop") upload.length = Number(length);
    if (fault === "drop" || fault === "lose-answer") return void request.socket.destroy();
    response.writeHead(204, { "Upload-Offset": upload.data.length }).end();
  }
}
