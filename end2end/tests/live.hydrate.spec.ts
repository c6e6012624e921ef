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
  // The ban is listed before its rule is there.
  await expect(row.getByTitle(w('in_firewall'))).toBeVisible();

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

  // A box that has the focus takes no text.
  await open('/whitelist');
  await page.getByRole('radio').first().focus();
  await page.keyboard.press('/');
  await expect(page.getByRole('searchbox', { name: w('search') })).toBeFocused();
});

test('typed text and a refused form outlive the refreshes of the page', async ({ page, open, w }) => {
  const edge = node('edge-1');
  const address = freshAddress();
  await open('/bans');
  await page.locator('summary').filter({ hasText: w('ban_an_address') }).click();
  const network = page.getByRole('textbox', { name: w('address_or_network') });
  await network.fill('127.0.0.1');
  await page.getByLabel(w('reason'), { exact: true }).fill('typed before');
  await page.getByRole('button', { name: w('ban_verb'), exact: true }).click();
  const problem = page.locator('#network-problem');
  await expect(problem).toBeVisible();
  await page.getByLabel(w('reason'), { exact: true }).fill('typed after');

  attack(edge, address);
  await expect(page.getByRole('row').filter({ hasText: address })).toBeVisible();
  await expect(problem).toBeVisible();
  await expect(network).toHaveValue('127.0.0.1');
  await expect(page.getByLabel(w('reason'), { exact: true })).toHaveValue('typed after');
});

test('Undo bans again what was unbanned', async ({ page, open, w }) => {
  const edge = node('edge-2');
  const address = freshAddress();
  await open(`/bans?search=${address}`);
  attack(edge, address);
  const row = page.getByRole('row').filter({ hasText: address });
  await expect(row.getByTitle(w('in_firewall'))).toBeVisible();
  await row.getByRole('button', { name: w('unban_named', { network: address }) }).click();
  // Undo is offered for twenty seconds only: the page itself is not waited for.
  await expect.poll(() => inFirewall(edge, address)).toBe(false);

  const mine = page.getByRole('region', { name: w('your_actions') });
  const lines = mine.locator('.recent-line').filter({ hasText: address });
  const undo = lines.getByRole('button', { name: w('undo') });
  await undo.click();
  // The unban is taken back; only the ban, the newest about this address, can be.
  await expect(lines.first()).toContainText(new RegExp(`^${w('ban_verb')}`));
  await expect(undo).toHaveCount(1);
  await expect.poll(() => inFirewall(edge, address)).toBe(true);
  await expect(row).toBeVisible();
  await row.getByRole('button', { name: w('unban_named', { network: address }) }).click();
  await expect.poll(() => inFirewall(edge, address)).toBe(false);
});

test('details open beside the list, and Back closes them', async ({ page, open, w }) => {
  const address = freshAddress();
  await open(`/bans?search=${address}`);
  attack(node('edge-1'), address);
  await page.getByRole('link', { name: w('details_of', { network: address }) }).click();
  const drawer = page.getByRole('complementary', { name: w('details_of', { network: address }) });
  await expect(drawer).toBeVisible();
  await expect(drawer).toContainText(`ip[${address}] user[1177]`);
  await page.goBack();
  await expect(drawer).toBeHidden();
});
