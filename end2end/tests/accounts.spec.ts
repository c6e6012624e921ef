import type { Page } from '@playwright/test';
import { ADMIN, NOBODY } from '../support/accounts';
import { expect, test } from '../support/test';
import type { Words } from '../support/words';

test.use({ storageState: NOBODY });

async function signIn(page: Page, w: Words, password: string): Promise<void> {
  await page.getByLabel(w('name'), { exact: true }).fill(ADMIN.name);
  await page.getByLabel(w('password')).fill(password);
  await page.getByRole('button', { name: w('sign_in') }).click();
}

test('a page asks for the sign-in and comes after it', async ({ page, open, w, accessible }) => {
  await open('/bans');
  await expect(page.getByRole('heading', { level: 1, name: w('sign_in') })).toBeVisible();
  await accessible();

  await signIn(page, w, 'not the password');
  await expect(page.getByText(w('sign_in_failed'))).toBeVisible();
  await expect(page.getByLabel(w('name'), { exact: true })).toHaveValue(ADMIN.name);

  await signIn(page, w, ADMIN.password);
  await expect(page.getByRole('heading', { level: 1, name: w('bans') })).toBeVisible();
});

test('signing out ends the session', async ({ page, open, w }) => {
  await open('/');
  await signIn(page, w, ADMIN.password);
  await expect(page.getByRole('navigation', { name: w('main_navigation') })).toBeVisible();

  await page.locator('summary').filter({ hasText: ADMIN.name }).click();
  await page.getByRole('button', { name: w('sign_out') }).click();
  await expect(page.getByRole('heading', { level: 1, name: w('sign_in') })).toBeVisible();
  await open('/bans');
  await expect(page.getByRole('heading', { level: 1, name: w('sign_in') })).toBeVisible();
});
