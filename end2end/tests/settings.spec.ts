import { expect, test } from '../support/test';

test('an admin chooses how much is kept, and sees what there is', async ({ page, open, w, accessible }) => {
  await open('/');
  await page.getByRole('navigation', { name: w('main_navigation') }).getByRole('link', { name: w('settings') }).click();
  await expect(page.getByRole('heading', { level: 1, name: w('settings') })).toBeVisible();
  await expect(page.locator('#stored').getByRole('row')).toHaveCount(5);
  await expect(page.locator('#geo')).toContainText(w('geo_update_title'));
  await accessible();

  const days = page.getByLabel(w('kept_days'));
  await days.fill('401');
  await page.getByRole('button', { name: w('kept_save') }).click();
  await expect(page.locator('#days-problem')).toHaveText(w('problem_range', { least: 1, most: 400 }));
  await expect(days).toHaveValue('401');
  await accessible();

  // The same in every project: they share one console.
  await days.fill('120');
  await page.getByLabel(w('kept_attack_rows')).fill('3,000,000');
  await page.getByRole('button', { name: w('kept_save') }).click();
  await expect(page.locator('#toasts')).toContainText(w('kept_saved'));
  await expect(days).toHaveValue('120');
  await expect(page.getByLabel(w('kept_attack_rows'))).toHaveValue('3000000');
  await expect(page.locator('#kept')).not.toContainText(w('kept_from_file'));
});
