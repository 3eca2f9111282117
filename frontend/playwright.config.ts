import { existsSync } from "node:fs";
import { defineConfig } from "@playwright/test";

const chromium = process.env.CHROMIUM ?? ["/usr/bin/chromium", "/usr/bin/chromium-browser"].find(existsSync);
const video = process.env.FAKE_VIDEO;
const audio = process.env.FAKE_AUDIO;

export default defineConfig({
  testDir: "e2e",
  // Each of these needs another system than the journeys: the suite `langflow` starts the editor of a whole Langflow
  // server and says where, and `python -m tests.e2e.accounts` a server for many with a place for its mails.
  testIgnore: [
    ...(process.env.LANGFLOW_EDITOR ? [] : ["langflow.spec.ts"]),
    ...(process.env.E2E_MAIL ? [] : ["accounts.spec.ts"]),
  ],
  outputDir: "e2e/artifacts",
  // The analysis of an answer takes about as long as the answer, on two cores that the browser shares.
  timeout: 300_000,
  expect: { timeout: 15_000 },
  fullyParallel: false,
  workers: 1,
  retries: 0,
  forbidOnly: true,
  reporter: [["list"]],
  use: {
    baseURL: process.env.BASE_URL ?? "http://localhost:8000",
    viewport: { width: 1280, height: 860 },
    screenshot: "only-on-failure",
    trace: "retain-on-failure",
    permissions: ["camera", "microphone"],
    launchOptions: {
      executablePath: chromium,
      args: [
        "--no-sandbox",
        "--no-first-run",
        "--disable-gpu",
        "--disable-quic",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--autoplay-policy=no-user-gesture-required",
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        ...(video ? [`--use-file-for-fake-video-capture=${video}`] : []),
        // Chromium plays the file in a loop from the moment the microphone is opened.
        ...(audio ? [`--use-file-for-fake-audio-capture=${audio}`] : []),
      ],
    },
  },
});
