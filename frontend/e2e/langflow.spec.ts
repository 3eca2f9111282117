// The editor of a whole Langflow server, as backend/tests/langflow starts it: each flow opens as it was drawn.
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, type Page, test } from "@playwright/test";

interface Flow {
  id: string;
  name: string;
  data: { nodes: unknown[]; edges: unknown[] };
}

const editor = process.env.LANGFLOW_EDITOR ?? "";
const folder = fileURLToPath(new URL("../../langflow/flows/", import.meta.url));
const flows = readdirSync(folder).map((name) => JSON.parse(readFileSync(folder + name, "utf8")) as Flow);
const artifacts = process.env.E2E_ARTIFACTS;

test.use({ viewport: { width: 1600, height: 720 } });

async function logIn(page: Page): Promise<void> {
  await page.goto(`${editor}/login`);
  await page.getByPlaceholder("Username").fill(process.env.LANGFLOW_USER ?? "");
  await page.getByPlaceholder("Password").fill(process.env.LANGFLOW_PASSWORD ?? "");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByText("grading").first()).toBeVisible({ timeout: 60_000 });
}

test("the flows open in the editor, and its page asks nobody else", async ({ page }) => {
  const broken: string[] = [];
  const others: string[] = [];
  page.on("pageerror", (error) => broken.push(error.message));
  page.on("response", (answer) => {
    if (!answer.url().startsWith(editor) && !/^(data|blob):/.test(answer.url())) others.push(answer.url());
    if (answer.status() >= 500) broken.push(`${answer.status()} ${answer.url()}`);
  });
  await logIn(page);
  for (const flow of flows) {
    await page.goto(`${editor}/flow/${flow.id}`);
    const nodes = page.locator(".react-flow__node");
    await expect(nodes).toHaveCount(flow.data.nodes.length, { timeout: 60_000 });
    await expect(page.locator(".react-flow__edge")).toHaveCount(flow.data.edges.length);
    // It compares the components with its own after drawing them; pictures of its buttons come last.
    await page.waitForLoadState("networkidle");
    // What the editor says of components that it does not know or that differ from its own.
    await expect(page.getByText(/update|outdated|blocked|not allowed|not found/i)).toHaveCount(0);
    const boxes = await nodes.evaluateAll((all) =>
      all.map((one) => one.getBoundingClientRect().toJSON() as DOMRect).sort((a, b) => a.left - b.left),
    );
    boxes.slice(1).forEach((box, index) => {
      expect(box.left, `${flow.name}: nodes side by side`).toBeGreaterThan(boxes[index]?.right ?? 0);
    });
    if (artifacts) await page.screenshot({ path: `${artifacts}/langflow-${flow.name}.png` });
  }
  expect(broken).toEqual([]);
  expect(others).toEqual([]);
});
