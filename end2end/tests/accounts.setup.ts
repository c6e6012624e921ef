// First visit: the first admin is made with the token that the console printed. Every other spec
// signs in as that admin.

import { ADMIN, NOBODY } from '../support/accounts';
import { stage } from '../support/stage';
import { expect, test } from '../support/test';

test.use({ storageState: NOBODY });

test('the first admin is created with the printed token', async ({ page, open, w, accessible }) => {
  const fill = async (token: string) => {
    await page.getByLabel(w('setup_token')).fill(token);
    await page.getByLabel(w('name'), { exact: true }).fill(ADMIN.name);
    await page.getByLabel(w('password')).fill(ADMIN.password);
    await page.getByRole('button', { name: w('setup_submit') }).click();
  };
  await open('/');
  await expect(page.getByRole('heading', { name: w('setup_title') })).toBeVisible();
  await accessible();

  await fill('not-the-token');
  await expect(page.getByRole('alert')).toBeVisible();
  await expect(page.getByLabel(w('password'))).toHaveValue('');

  await fill(stage().setup_token);
  await expect(page.getByRole('heading', { level: 1, name: w('dashboard') })).toBeVisible();

  // The token worked once: nobody is asked for it again.
  await page.goto('/setup');
  await expect(page.getByRole('heading', { level: 1, name: w('dashboard') })).toBeVisible();
});
