import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import { ProviderStates } from "../src/components/operations/provider-states";
import { Queues } from "../src/components/operations/queues";
import { Troubles } from "../src/components/operations/troubles";
import { StageList } from "../src/components/report/stage-list";
import { Toasts } from "../src/components/ui/toasts";
import type { Operations, StageOut, Trouble } from "../src/utils/api/types";
import { awake, concern, meaning, span, tried } from "../src/utils/operations";

function queue(more: Partial<Operations["queues"][number]> = {}): Operations["queues"][number] {
  const workers = [{ name: "media@here", seen_seconds: 3 }];
  return { name: "media", waiting: 0, oldest_seconds: 0, running: 0, workers, ...more };
}

function trouble(more: Partial<Trouble> = {}): Trouble {
  return {
    id: "11111111-1111-4111-8111-111111111111",
    kind: "stage",
    name: "presence",
    reason: "stage_crashed",
    take_id: "22222222-2222-4222-8222-222222222222",
    attempt: 4,
    failures: 1,
    parked: true,
    at: "2026-11-27T12:00:00Z",
    ...more,
  };
}

function operations(more: Partial<Operations> = {}): Operations {
  return {
    version: "0.1.0",
    mode: "personal",
    at: "2026-11-27T12:00:00Z",
    queue_answers: true,
    queues: [queue()],
    outbox: { recorded: 0, overdue: 0 },
    troubles: [],
    reasons: [],
    page: 1,
    pages: 1,
    total: 0,
    providers: [],
    last_backup_at: null,
    ...more,
  };
}

function drawn(state: Operations): string {
  const troubles = createElement(Troubles, { state, onPage: () => undefined });
  const toasts = createElement(Toasts, null, troubles);
  return renderToStaticMarkup(createElement(QueryClientProvider, { client: new QueryClient() }, toasts));
}

describe("times", () => {
  it("says how long in one unit", () => {
    expect([0, 0.4, 1, 89, 90, 3600, 6000, 86_400, 400_000].map(span)).toEqual([
      "now",
      "now",
      "1 s",
      "89 s",
      "2 min",
      "60 min",
      "2 h",
      "24 h",
      "5 days",
    ]);
    expect(span(Number.NaN)).toBe("now");
  });
  it("says how often something was tried", () => {
    expect(tried(trouble({ attempt: 1, failures: 0 }))).toBe("tried once");
    expect(tried(trouble({ attempt: 1, failures: 4 }))).toBe("tried 4 times");
    expect(tried(trouble({ kind: "job", attempt: 20, failures: 20 }))).toBe("tried 20 times");
  });
});

describe("what to look at first", () => {
  it("is nothing when all is well", () => expect(concern(operations())).toBeNull());
  it("is the queue when it does not answer", () => {
    expect(concern(operations({ queue_answers: false }))).toContain("does not answer");
  });
  it("is a queue where something waits and nobody works", () => {
    const gone = queue({ waiting: 2, workers: [{ name: "media@gone", seen_seconds: 300 }] });
    expect(awake(gone)).toEqual([]);
    expect(concern(operations({ queues: [gone] }))).toContain("media");
  });
  it("is what is set aside", () => {
    expect(concern(operations({ troubles: [trouble()], total: 1 }))).toContain("set aside");
    expect(concern(operations({ troubles: [trouble({ parked: false })], total: 1 }))).toBeNull();
  });
});

describe("the page", () => {
  it("says when nothing failed", () => expect(drawn(operations())).toContain("Nothing failed"));
  it("names what is set aside, why, and offers to run it again", () => {
    const reasons = [{ reason: "stage_crashed", count: 1 }];
    const html = drawn(operations({ troubles: [trouble()], reasons, total: 1 }));
    expect(html).toContain("set aside");
    expect(html).toContain(meaning("stage_crashed"));
    expect(html).toContain("Run all of these again");
    expect(html).toContain('aria-label="Run presence of 22222222-2222-4222-8222-222222222222 again"');
    expect(html).not.toContain("<nav");
  });
  it("has pages when there is more", () => {
    const html = drawn(operations({ troubles: [trouble()], total: 60, pages: 2 }));
    expect(html).toContain("Page 1 of 2");
  });
  it("shows a code that it has no words for", () => {
    expect(meaning("something_new")).toBeNull();
    const reasons = [{ reason: "something_new", count: 3 }];
    expect(drawn(operations({ troubles: [trouble()], reasons, total: 3 }))).toContain("something_new");
  });
  it("tells queues and workers", () => {
    const gone = { name: "media@gone", seen_seconds: 300 };
    const queues = [
      queue({ waiting: 3, oldest_seconds: 125, workers: [gone] }),
      queue({ name: "cloud", workers: [] }),
    ];
    const html = renderToStaticMarkup(createElement(Queues, { queues }));
    expect(html).toContain("2 min");
    expect(html).toContain("media@gone: last seen 5 min ago");
    expect(html).toContain("nobody");
  });
  it("tells of services of others", () => {
    expect(renderToStaticMarkup(createElement(ProviderStates, { providers: [] }))).toContain(
      "None is in use",
    );
    const one = {
      id: "openai",
      title: "OpenAI",
      chosen: true,
      paused_seconds: 40,
      answered_at: null,
      last_error: { code: "openai_busy", at: "2026-11-27T12:00:00Z" },
      cost_today_usd: 1.5,
    };
    const html = renderToStaticMarkup(createElement(ProviderStates, { providers: [one] }));
    expect(html).toContain("Left alone for 40 s");
    expect(html).toContain("$1.50");
  });
});

describe("a candidate's report", () => {
  const stage: StageOut = {
    name: "presence",
    state: "failed",
    reason: null,
    error: { code: "stage_crashed", message: "It stopped.", hint: "It is set aside.", provider: null },
    parked: true,
    attempt: 4,
    started_at: null,
    finished_at: null,
    cpu_seconds: null,
  };
  const list = (shown: StageOut) =>
    renderToStaticMarkup(
      createElement(StageList, { stages: [shown], onRetry: () => undefined, retrying: false }),
    );
  it("says that a stage is set aside and offers no useless button", () => {
    expect(list(stage)).toContain("It is set aside.");
    expect(list(stage)).not.toContain("Try again");
    expect(list({ ...stage, parked: false })).toContain("Try again");
  });
});
