import { ADMIN } from '../support/accounts';
import { expect, test } from '../support/test';

test.use({ storageState: { cookies: [], origins: [] } });

test('a page asks for the sign-in and comes back after it', async ({ page, open, w, accessible }) => {
  await open('/bans');
  await expect(page.getByRole('heading', { name: w('sign_in') })).toBeVisible();
  await accessible();

  await page.getByLabel(w('name'), { exact: true }).fill(ADMIN.name);
  await page.getByLabel(w('password')).fill('wrong password');
  await page.getByRole('button', { name: w('sign_in') }).click();
  await expect(page.getByText(w('sign_in_failed'))).toBeVisible();

  await page.getByLabel(w('name'), { exact: true }).fill(ADMIN.name);
  await page.getByLabel(w('password')).fill(ADMIN.password);
  await page.getByRole('button', { name: w('sign_in') }).click();
  await expect(page.getByRole('navigation', { name: w('main_navigation') })).toBeVisible();
});

test('signing out ends the session', async ({ page, open, w }) => {
  await open('/');
  await page.getByLabel(w('name'), { exact: true }).fill(ADMIN.name);
  await page.getByLabel(w('password')).fill(ADMIN.password);
  await page.getByRole('button', { name: w('sign_in') }).click();
  await expect(page.getByRole('navigation', { name: w('main_navigation') })).toBeVisible();

  await page.locator('summary', { hasText: ADMIN.name }).click();
  await page.getByRole('button', { name: w('sign_out') }).click();
  await expect(page.getByRole('heading', { name: w('sign_in') })).toBeVisible();
  await page.goto('/bans');
  await expect(page.getByRole('heading', { name: w('sign_in') })).toBeVisible();
});
