import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// The API runs at :8000 (make run); `npm run dev` only adds instant reloads in front of it.
const api = process.env.API_URL ?? "http://127.0.0.1:8000";

export default defineConfig({
  plugins: [react()],
  build: {
    target: "es2022",
    // A data: URL for a font or an image would break `font-src 'self'`.
    assetsInlineLimit: 0,
  },
  server: {
    // The interviewers are built outside the front end.
    fs: { allow: [".."] },
    proxy: {
      "/api": { target: api },
      "/readyz": { target: api },
    },
  },
  test: {
    include: ["tests/**/*.test.ts"],
    environment: "node",
  },
});
