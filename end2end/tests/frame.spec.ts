// What stands round every page: the scope, the navigation; and the audit log in the reader's words.

import { attack, freshAddress, inFirewall, node } from '../support/stage';
import { expect, test } from '../support/test';

test('the scope shows one node, and goes along to other pages', async ({ page, open, eventually, w, accessible }) => {
  const [near, far] = [freshAddress(), freshAddress()];
  attack(node('edge-1'), far);
  attack(node('edge-2'), near);
  await expect.poll(() => inFirewall(node('edge-1'), far)).toBe(true);
  await expect.poll(() => inFirewall(node('edge-2'), near)).toBe(true);

  await open('/bans');
  await page.locator('.scope > summary').click();
  await page.locator('.scope').getByRole('link', { name: 'edge-2', exact: true }).click();
  await expect(page).toHaveURL(/\/bans\?node=\d+$/);
  await eventually(() => expect(page.getByRole('row').filter({ hasText: near })).toBeVisible({ timeout: 2_000 }));
  await expect(page.getByRole('row').filter({ hasText: far })).toHaveCount(0);

  await page.getByRole('link', { name: w('dashboard'), exact: true }).click();
  await expect(page).toHaveURL(/\/\?node=\d+$/);
  await expect(page.locator('.scope > summary')).toContainText('edge-2');
  await expect(page.locator('#bans').getByRole('link', { name: near })).not.toHaveCount(0);
  await expect(page.locator('#bans').getByRole('link', { name: far })).toHaveCount(0);
  await accessible();
});

test('the navigation folds to its icons and stays so', async ({ page, open, w }) => {
  await open('/nodes');
  const navigation = page.getByRole('navigation', { name: w('main_navigation') });
  const wide = (await navigation.boundingBox())!.width;
  await page.getByRole('button', { name: w('fold_navigation') }).click();
  await expect(page.locator('html')).toHaveAttribute('data-navigation', 'narrow');
  await open('/whitelist');
  expect((await navigation.boundingBox())!.width).toBeLessThan(wide / 2);
  await page.getByRole('link', { name: w('bans'), exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name: w('bans') })).toBeVisible();
  await page.getByRole('button', { name: w('unfold_navigation') }).click();
  await expect(page.locator('html')).not.toHaveAttribute('data-navigation', 'narrow');
});

test('the audit log speaks the language of its reader', async ({ page, open, w, accessible }) => {
  await open('/audit');
  await expect(page.getByRole('cell', { name: w('did_sign_in'), exact: true }).first()).toBeVisible();
  await expect(page.getByRole('cell', { name: 'sign in', exact: true })).toHaveCount(0);
  await accessible();
});

test('a search that finds nothing says what can be found', async ({ page, open, w }) => {
  await open('/search?q=edge');
  await expect(page.getByRole('main').getByRole('link', { name: 'edge-2', exact: true })).toBeVisible();
  await open('/search?q=zzz');
  await expect(page.getByRole('heading', { name: w('search_none', { text: 'zzz' }) })).toBeVisible();
});
