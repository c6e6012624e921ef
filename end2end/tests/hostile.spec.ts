// Hostile 34: text that came over SIP, through log, worker and console, is text in every view.

import type { Page } from '@playwright/test';
import { attack, freshAddress, node } from '../support/stage';
import { expect, test as base } from '../support/test';

/** What a line may carry: markup, formulas, codes of a terminal. */
const HOSTILE = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "'><svg/onload=alert(1)>",
  "=cmd|'/C calc'!A0",
  'javascript:alert(1)',
  '</title><script>alert(1)</script>',
  '\u001b[31mred',
];
/** As they are shown: without codes. */
const SHOWN = HOSTILE.slice(0, 6);

/** Fails where any payload ran, in any page. */
const test = base.extend<{ nothingRuns: void }>({
  nothingRuns: [
    async ({ context }, use) => {
      const ran: string[] = [];
      context.on('dialog', async (dialog) => {
        ran.push(dialog.message());
        await dialog.dismiss();
      });
      await use();
      expect(ran, 'dialogs that a payload opened').toEqual([]);
    },
    { auto: true },
  ],
});

const lines = (page: Page) => page.locator('table.attack-lines tbody tr');

/** Nothing of a payload became an element. */
async function inert(page: Page): Promise<void> {
  await expect(page.getByRole('heading', { level: 1 })).toBeAttached();
  const made = 'img[src="x"], svg[onload], main script:not([nonce]), a[href^="javascript:"]';
  await expect(page.locator(made)).toHaveCount(0);
}

/** Lines of one address; each payload as extension, number and user agent. */
function attackWithAll(address: string, times = 1): void {
  for (const text of HOSTILE) {
    attack(node('edge-2'), address, times, `${text}] number[00${text}] agent[${text}`);
  }
}

test('hostile 34: in the list, beside it and in its file', async ({ page, open, eventually }) => {
  const address = freshAddress();
  attackWithAll(address);
  await open(`/attacks?search=${address}`);
  await eventually(() => expect(lines(page)).toHaveCount(HOSTILE.length, { timeout: 2_000 }));
  await inert(page);
  for (const text of SHOWN) {
    await expect(lines(page).filter({ hasText: `${text} → 00${text}` })).toHaveCount(1);
  }
  for (const row of await page.locator('a[data-open]').all()) {
    const beside = await page.context().newPage();
    await beside.goto((await row.getAttribute('href'))!);
    await expect(beside.locator('.drawer pre')).toContainText(`ip[${address}]`);
    await inert(beside);
    await beside.close();
  }
  for (const text of SHOWN) {
    // Sought, it stands in the field and on its chip, too.
    await open(`/attacks?extension=${encodeURIComponent(text)}&search=${encodeURIComponent(text)}`);
    await expect(lines(page)).not.toHaveCount(0);
    await inert(page);
  }
  const file = await page.request.get(`/attacks.csv?search=${address}`);
  const rows = (await file.text()).trim().split('\r\n').slice(1);
  expect(rows.length).toBe(HOSTILE.length);
  for (const row of rows) expect(row).not.toMatch(/(^|,)"?[=+@\t\r-]/);
});

test('hostile 34: on the page of its address, of its ban, and on the dashboard', async ({ page, open, eventually, w }) => {
  const address = freshAddress();
  const minute = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString().slice(0, 16);
  // More often than other tests write theirs at the same time: the top list has room for eight.
  const from = minute(0);
  attackWithAll(address, 30);
  await open(`/addresses/${address}`);
  const tried = page.locator('section').filter({ has: page.locator('#tried-title') });
  await eventually(async () => {
    for (const text of SHOWN) {
      await expect(tried.getByRole('cell', { name: text, exact: true })).toBeVisible({ timeout: 2_000 });
    }
  });
  for (const text of SHOWN) {
    await expect(tried.getByRole('link', { name: `00${text}`, exact: true })).toBeVisible();
  }
  // The page names some of the user agents.
  const agents = await tried.locator('code').allInnerTexts();
  expect(agents.length).toBeGreaterThan(0);
  for (const agent of agents) expect([...SHOWN, expect.stringContaining('[31mred')]).toContainEqual(agent);
  const told = await page.locator('#timeline').innerText();
  expect(SHOWN.some((text) => told.includes(text)), told).toBe(true);
  await page.locator('summary').filter({ hasText: w('address_last_lines') }).click();
  await expect(page.locator('details code').first()).toBeVisible();
  await inert(page);

  // A number leads to the tester of the call rules.
  await tried.getByRole('link', { name: `00${SHOWN[1]}`, exact: true }).click();
  await expect(page).toHaveURL(/\/rules\?number=/);
  await inert(page);

  await open(`/bans?search=${address}`);
  await eventually(() => expect(page.getByRole('row').filter({ hasText: address })).not.toHaveCount(0, { timeout: 2_000 }));
  await inert(page);

  await open(`/?from=${from}&to=${minute(1)}`);
  const ranks = page.locator('.ranks');
  for (const text of SHOWN) await expect(ranks.getByText(text, { exact: true })).toBeVisible();
  await inert(page);
  await open('/alerts');
  await inert(page);
});
