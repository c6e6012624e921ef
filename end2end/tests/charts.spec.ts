// The dashboard's charts: right without JavaScript; each bar and each row leads to its lines.

import { attack, freshAddress, node } from '../support/stage';
import { expect, test } from '../support/test';

test('bars, lists and their numbers lead to the lines behind them', async ({ page, open, eventually, w, js, accessible }) => {
  const address = freshAddress();
  const user = `e${address.replaceAll('.', '')}`;
  // More than any other spec has of one address: it is among the top ones.
  attack(node('edge-1'), address, 150, user);
  await open('/?window=1h');
  const chart = page.locator('#attacks-over-time');
  const rank = page.locator('.ranks').getByRole('link', { name: address, exact: true });
  const kind = page.locator('.legend a').filter({ hasText: w('registration_failed') });
  await eventually(async () => {
    await expect(rank).toBeVisible({ timeout: 2_000 });
  });
  // The legend and the table say what the colours say.
  await expect(chart.locator('.legend')).toContainText(w('number_refused'));
  await chart.getByText(w('show_table'), { exact: false }).click();
  const table = chart.getByRole('table');
  await expect(table.getByRole('columnheader', { name: w('registration_failed') })).toBeVisible();
  await expect(table.getByRole('rowheader')).toHaveCount(60);
  await accessible();

  await rank.click();
  await expect(page).toHaveURL(new RegExp(`/addresses/${address.replaceAll('.', '\\.')}$`));
  await expect(page.getByRole('heading', { name: w('address_title', { network: address }) })).toBeVisible();
  await open('/?window=1h');
  await kind.click();
  await expect(page).toHaveURL(/\/attacks\?kind=registration_failed&window=1h/);
  await expect(page.locator('table.attack-lines tbody tr').first()).toContainText(w('registration_failed'));
  if (!js) return;
  await page.goBack();
  await expect(chart).toBeVisible();
});

test('a bar opens the lines of its time', async ({ page, open, eventually }) => {
  const address = freshAddress();
  attack(node('edge-2'), address, 3);
  await open('/?window=1h');
  const pieces = page.locator('#attacks-over-time a:has(> .piece)');
  await eventually(() => expect(pieces.last()).toBeVisible({ timeout: 2_000 }));
  await pieces.last().click();
  await expect(page).toHaveURL(/\/attacks\?kind=\w+&from=[^&]+&to=[^&]+$/);
  await expect(page.locator('table.attack-lines tbody tr').first()).toBeVisible();
});

test('the period stays with the scope and with the language', async ({ page, open, w }) => {
  await open('/');
  await page.getByRole('navigation', { name: w('period') }).getByRole('link', { name: w('last_7d') }).click();
  await expect(page).toHaveURL(/window=7d/);
  await page.locator('.scope > summary').click();
  await page.locator('.scope').getByRole('link', { name: 'edge-2', exact: true }).click();
  await expect(page).toHaveURL(/node=\d+&window=7d|window=7d&node=\d+/);
  const language = (await page.locator('html').getAttribute('lang'))!;
  const names = language === 'en' ? ['中文', 'English'] : ['English', '中文'];
  await page.getByRole('button', { name: names[0] }).click();
  await expect(page.locator('html')).not.toHaveAttribute('lang', language);
  await expect(page).toHaveURL(/node=\d+.*window=7d|window=7d.*node=\d+/);
  await page.getByRole('button', { name: names[1] }).click();
  await expect(page.locator('html')).toHaveAttribute('lang', language);
  await expect(page.getByRole('link', { name: w('last_7d') })).toHaveAttribute('aria-current', 'true');
  // The list of attacks is about the same time.
  await page.getByRole('link', { name: w('attacks'), exact: true }).click();
  await expect(page).toHaveURL(/\/attacks\?node=\d+&window=7d/);
});

test('any period can be asked for, and a wrong one is refused at its field', async ({ page, open, w, accessible }) => {
  await open('/');
  const period = page.getByRole('navigation', { name: w('period') });
  await period.locator('summary').click();
  const from = period.getByLabel(w('period_from'));
  const to = period.getByLabel(w('period_to'));
  await from.fill('2026-11-20T10:00');
  await to.fill('2026-11-20T09:00');
  await period.getByRole('button', { name: w('show_period') }).click();
  await expect(page.locator('#period-to-problem')).toHaveText(w('problem_order'));
  await expect(from).toHaveValue('2026-11-20T10:00');
  await accessible();
  await to.fill('2026-11-20T12:00');
  await period.getByRole('button', { name: w('show_period') }).click();
  await expect(page).toHaveURL(/from=2026-11-20T\d\d%3A00&to=2026-11-20T\d\d%3A00/);
  await expect(page.locator('#period-to-problem')).toHaveCount(0);
  // Typed in the reader's zone, shown in the reader's zone.
  await period.locator('summary').click();
  await expect(to).toHaveValue('2026-11-20T12:00');
});

for (const theme of ['theme_light', 'theme_dark']) {
  test(`charts are readable: ${theme}`, async ({ page, open, w, accessible }) => {
    attack(node('edge-1'), freshAddress(), 2);
    await open('/?window=6h');
    await page.locator('summary').filter({ has: page.locator('use[href$="#user"]') }).click();
    await page.getByRole('button', { name: w(theme) }).click();
    await expect(page.locator('html')).toHaveAttribute('data-theme', theme.replace('theme_', ''));
    await expect(page).toHaveURL(/window=6h/);
    const fill = (selector: string) =>
      page.locator(selector).first().evaluate((element) => getComputedStyle(element).fill);
    // Six kinds, six colours, none of them the ground's.
    const kinds = ['registration', 'call', 'number', 'malformed', 'scan', 'other'];
    const fills = await Promise.all(kinds.map((kind) => fill(`#attacks-over-time .fill.kind-${kind}`)));
    const ground = await page.locator('.card').first().evaluate((element) => getComputedStyle(element).backgroundColor);
    expect(new Set([...fills, ground]).size).toBe(7);
    await accessible();
    await page.setViewportSize({ width: 390, height: 844 });
    const wider = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(wider).toBe(0);
    // Dates keep clear of each other.
    await open('/?window=7d');
    const dates = page.locator('#attacks-over-time .bars text').filter({ visible: true });
    const places = await dates.evaluateAll((texts) => texts.map((text) => text.getBoundingClientRect().toJSON()));
    expect(places.length).toBeGreaterThan(2);
    for (const [place, next] of places.slice(1).entries()) {
      expect(next.left).toBeGreaterThan(places[place].right);
    }
  });
}
