// The list of attack lines: filters, pages, pause, file.

import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { attack, freshAddress, node } from '../support/stage';
import { expect, test } from '../support/test';

const lines = (page: Page) => page.locator('table.attack-lines tbody tr');

test('an address, its network and an extension are found; a chip is taken away', async ({ page, open, eventually, w, accessible }) => {
  const address = freshAddress();
  const user = `x${address.replaceAll('.', '')}`;
  attack(node('edge-1'), address, 3, user);
  await open(`/attacks?search=${address}`);
  await eventually(() => expect(lines(page)).toHaveCount(3, { timeout: 2_000 }));
  await expect(lines(page).first()).toContainText(w('registration_failed'));
  await accessible();

  const search = page.getByRole('searchbox', { name: w('attacks_search') });
  await search.fill(user);
  await search.press('Enter');
  await expect(page).toHaveURL(new RegExp(`search=${user}`));
  await expect(lines(page)).toHaveCount(3);
  await search.fill(address.replace(/\d+$/, '0/24'));
  await search.press('Enter');
  await expect(lines(page).filter({ hasText: address })).toHaveCount(3);

  await open(`/attacks?search=${user}&kind=scan`);
  await expect(page.getByRole('heading', { name: w('attacks_none_match') })).toBeVisible();
  await page.getByRole('link', { name: w('remove_filter', { what: w('scan') }) }).click();
  await expect(page).not.toHaveURL(/kind=/);
  await expect(lines(page)).toHaveCount(3);
});

test('the raw line stands beside the list, as text', async ({ page, open, eventually, w, js, accessible }) => {
  const address = freshAddress();
  attack(node('edge-2'), address, 1, '1177');
  await open(`/attacks?search=${address}`);
  await eventually(() => expect(lines(page)).toHaveCount(1, { timeout: 2_000 }));
  await page.getByRole('link', { name: w('line_of', { source: address }) }).click();
  const drawer = page.getByRole('complementary', { name: w('line_details') });
  await expect(drawer.locator('pre')).toContainText(`ip[${address}] user[1177] at[`);
  // The exact time is in the reader's zone where that is known.
  await expect(drawer.locator('[data-form=exact]')).toHaveText(js ? /^(?!.*UTC).*\d:\d\d:\d\d/ : /\d:\d\d:\d\d UTC$/);
  await accessible();
  await drawer.getByRole('link', { name: w('close') }).click();
  await expect(drawer).toHaveCount(0);
});

test('pages lead back in time, each line once; the file has them all', async ({ page, open, eventually, w, js }) => {
  const address = freshAddress();
  attack(node('edge-1'), address, 120, 'paging');
  const seen = new Set<string>();
  await open(`/attacks?search=${address}`);
  await eventually(() => expect(lines(page)).toHaveCount(50, { timeout: 2_000 }));
  await expect(async () => {
    if (seen.size > 0) seen.clear();
    await open(`/attacks?search=${address}`);
    for (let number = 1; ; number += 1) {
      for (const row of await lines(page).all()) seen.add((await row.getAttribute('data-key'))!);
      const older = page.getByRole('link', { name: w('older') });
      if ((await older.count()) === 0) break;
      await older.click();
      await expect(page).toHaveURL(/after=/);
      await expect.poll(async () => seen.has((await lines(page).first().getAttribute('data-key'))!)).toBe(false);
      if (!js) continue;
      // Read from its beginning, as after a page load.
      const place = await page.evaluate(() => ({ top: window.scrollY, focus: document.activeElement?.id }));
      expect(place).toEqual({ top: 0, focus: 'main' });
    }
    expect(seen.size).toBe(120);
  }).toPass();

  const waiting = page.waitForEvent('download');
  await page.getByRole('link', { name: w('as_csv') }).click();
  const file = readFileSync(await (await waiting).path(), 'utf8');
  const rows = file.trim().split('\r\n');
  const head = 'time,node,source,country,asn,kind,extension,number,prefix,rule,agent,line';
  expect(rows[0].replaceAll('"', '')).toBe(head);
  expect(rows.length).toBe(121);
  expect(rows.slice(1).every((row) => row.includes(address))).toBe(true);
});

test('a paused list stands still until it goes on', async ({ page, open, eventually, w }) => {
  const address = freshAddress();
  attack(node('edge-1'), address, 1, 'before');
  await open(`/attacks?search=${address}`);
  await eventually(() => expect(lines(page)).toHaveCount(1, { timeout: 2_000 }));
  await page.getByRole('link', { name: w('pause') }).click();
  await expect(page).toHaveURL(/paused=\d+/);
  const paused = page.url();
  // The list stops at a whole second.
  await expect.poll(() => Math.floor(Date.now() / 1000)).toBeGreaterThan(Number(/paused=(\d+)/.exec(paused)![1]) + 1);
  attack(node('edge-1'), address, 2, 'after');
  const other = await page.context().newPage();
  await expect(async () => {
    await other.goto(`/attacks?search=${address}`);
    await expect(lines(other)).toHaveCount(3, { timeout: 2_000 });
  }).toPass();
  await other.close();
  await page.goto(paused);
  await expect(lines(page)).toHaveCount(1);
  await page.getByRole('link', { name: w('go_on') }).click();
  await expect(lines(page)).toHaveCount(3);
});
