// What a page does by itself once its wasm has loaded.

import { attack, freshAddress, inFirewall, node } from '../support/stage';
import { expect, test } from '../support/test';

test('a ban appears without a reload, and `u` on its row ends it', async ({ page, open, w }) => {
  const edge = node('edge-2');
  const address = freshAddress();
  await open(`/bans?search=${address}`);
  await expect(page.getByRole('status').filter({ hasText: w('live') })).toBeVisible();
  await page.evaluate(() => document.documentElement.setAttribute('data-same-page', ''));

  attack(edge, address);
  const row = page.getByRole('row').filter({ hasText: address });
  await expect(row).toBeVisible({ timeout: 20_000 });

  await page.keyboard.press('j');
  await page.keyboard.press('u');
  await expect.poll(() => inFirewall(edge, address)).toBe(false);
  await expect(row).toBeHidden();
  await expect(page.locator('html[data-same-page]')).toBeAttached();
});

test('`/` focuses the search', async ({ page, open, w }) => {
  await open('/');
  await page.keyboard.press('/');
  await expect(page.getByRole('searchbox', { name: w('search') })).toBeFocused();
});
