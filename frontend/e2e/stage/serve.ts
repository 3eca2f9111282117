// Builds the page of the stage as it would be shipped and serves it with the headers of the real server.
import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { build, preview } from "vite";

const root = fileURLToPath(new URL(".", import.meta.url));
const outDir = fileURLToPath(new URL("../artifacts/.stage", import.meta.url));

// As in backend/app/api/middleware.py: what breaks here would break there.
const POLICY =
  "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:; media-src 'self' blob:; " +
  "img-src 'self' blob: data:; connect-src 'self'; style-src 'self'; font-src 'self'; object-src 'none'; " +
  "base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/** WebGL without a graphics card, the same on every machine. */
export const SOFTWARE_GL = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"];

export async function serveStage(): Promise<{ url: string; outDir: string; close(): Promise<void> }> {
  const shared = { root, configFile: false as const, logLevel: "error" as const, plugins: [react()] };
  const built = { outDir, emptyOutDir: true, target: "es2022", assetsInlineLimit: 0 };
  await build({ ...shared, build: built });
  const server = await preview({
    ...shared,
    build: built,
    preview: { port: 0, host: "127.0.0.1", headers: { "Content-Security-Policy": POLICY } },
  });
  const address = server.httpServer.address();
  if (!address || typeof address === "string") throw new Error("The page of the stage has no address.");
  return { url: `http://127.0.0.1:${address.port}/`, outDir, close: () => server.close() };
}
