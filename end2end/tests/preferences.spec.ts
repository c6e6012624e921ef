import { expect, test } from '../support/test';

test('the other language is one click away, and back', async ({ page, open, w }) => {
  await open('/');
  const language = await page.locator('html').getAttribute('lang');
  const other = language === 'en' ? '中文' : 'English';
  await page.getByRole('button', { name: other }).click();
  await expect(page.locator('html')).not.toHaveAttribute('lang', language ?? '');
  await page.getByRole('button', { name: language === 'en' ? 'English' : '中文' }).click();
  await expect(page.getByRole('link', { name: w('whitelist'), exact: true })).toBeVisible();
});

test('dark is readable', async ({ page, open, w, accessible }) => {
  await open('/bans');
  await page.locator('summary').filter({ has: page.locator('use[href$="#user"]') }).click();
  await page.getByRole('button', { name: w('theme_dark') }).click();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await accessible();
  await open('/nodes/edge-1');
  await accessible();
});

test('what is not there says so', async ({ page }) => {
  const answer = await page.request.get('/nodes/nowhere', { headers: { accept: 'text/html' } });
  expect(answer.status()).toBe(404);
});

test('the one search box finds nodes and addresses', async ({ page, open, w }) => {
  await open('/');
  const search = page.getByRole('searchbox', { name: w('search') });
  await search.fill('edge-1');
  await search.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: 'edge-1' })).toBeVisible();
  await page.getByRole('searchbox', { name: w('search') }).fill('192.0.2.253');
  await page.getByRole('searchbox', { name: w('search') }).press('Enter');
  await expect(page).toHaveURL(/\/addresses\/192\.0\.2\.253$/);
  await expect(page.getByRole('heading', { name: w('address_title', { network: '192.0.2.253' }) })).toBeVisible();
});
