// The `test` of every spec: the product's address, its words, and eyes that miss no error.

import AxeBuilder from '@axe-core/playwright';
import { test as base, expect, type Page } from '@playwright/test';
import { join } from 'node:path';
import { ADMIN, NOBODY, STATE_FOLDER } from './accounts';
import { stage } from './stage';
import { words, type Words } from './words';

interface Fixtures {
  /** A text of the interface in the language of this project. */
  w: Words;
  /** Does this project run with JavaScript? */
  js: boolean;
  /** Opens a page and waits until it reacts. */
  open: (path: string) => Promise<void>;
  /** Looks until `check` passes: live where there is JavaScript, by reloading where there is not. */
  eventually: (check: () => Promise<void>) => Promise<void>;
  /** Fails on any accessibility finding of WCAG 2 A and AA. */
  accessible: () => Promise<void>;
  /** Errors in the browser that this test brings about on purpose. */
  tolerated: RegExp[];
  watched: void;
}

interface WorkerFixtures {
  /** File with a signed-in state. A session of its own for each test process: a session holds what
   * the next page is to say, which tests that run at the same time would take from each other. */
  session: string;
}

export const test = base.extend<Fixtures, WorkerFixtures>({
  baseURL: async ({}, use) => use(stage().url),

  session: [
    async ({ browser }, use, info) => {
      const file = join(STATE_FOLDER, `session-${info.workerIndex}.json`);
      const context = await browser.newContext({ baseURL: stage().url, storageState: NOBODY });
      const page = await context.newPage();
      await page.goto('/sign-in');
      await page.locator('input[name=name]').fill(ADMIN.name);
      await page.locator('input[name=password]').fill(ADMIN.password);
      await page.locator('form[action*=sign_in] button').click();
      await expect(page.getByRole('navigation').first()).toBeVisible();
      await context.storageState({ path: file });
      await context.close();
      await use(file);
    },
    { scope: 'worker' },
  ],

  storageState: async ({ session }, use) => use(session),

  tolerated: [[], { option: true }],

  w: async ({ locale }, use) => use(words(locale?.startsWith('zh') ? 'zh' : 'en')),

  js: async ({ javaScriptEnabled }, use) => use(javaScriptEnabled !== false),

  // Console errors, exceptions and policy violations fail the test, wherever they happen.
  watched: [
    async ({ page, tolerated }, use) => {
      const seen: string[] = [];
      page.on('pageerror', (error) => seen.push(`exception: ${error.message}`));
      page.on('console', (message) => {
        // A stream that a page change cuts off is no fault.
        if (message.type() === 'error' && !message.text().includes('net::ERR_ABORTED')) {
          seen.push(`${message.text()} (${message.location().url})`);
        }
      });
      await use();
      const unexpected = seen.filter((text) => !tolerated.some((pattern) => pattern.test(text)));
      expect(unexpected, 'errors in the browser').toEqual([]);
    },
    { auto: true },
  ],

  open: async ({ page, js }, use) =>
    use(async (path) => {
      const response = await page.goto(path);
      expect(response?.status(), `status of ${path}`).toBeLessThan(400);
      // The pages before the sign-in have nothing to wake.
      if (js && (await page.locator('.frame').count()) > 0) await awake(page);
    }),

  eventually: async ({ page, js }, use) =>
    use(async (check) => {
      await expect(async () => {
        if (!js) await page.reload();
        await check();
      }).toPass({ timeout: 120_000 });
    }),

  accessible: async ({ page, js }, use) =>
    use(async () => {
      // Axe is a script itself.
      if (!js) return;
      const { violations } = await new AxeBuilder({ page })
        .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'])
        .analyze();
      const found = violations.map(({ id, help, nodes }) => ({
        id,
        help,
        where: nodes.map(({ target }) => target.join(' ')),
      }));
      expect(found, 'accessibility').toEqual([]);
    }),
});

/** Clicks before this are lost. */
export async function awake(page: Page): Promise<void> {
  await expect(page.locator('html[data-awake]')).toBeAttached();
}

export { expect };
