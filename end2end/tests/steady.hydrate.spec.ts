// A page that refreshes itself stays steady under the hand, and never passes an old state for a new.

import type { Page } from '@playwright/test';
import { attack, freshAddress, node } from '../support/stage';
import { awake, expect, test } from '../support/test';

/** The page has fetched itself again, with this text in it. */
function refreshedWith(page: Page, text: string): Promise<unknown> {
  return page.waitForResponse(
    async (answer) => answer.request().headers()['x-refresh'] === '1' && (await answer.text()).includes(text),
    { timeout: 60_000 },
  );
}

test('new rows wait while the pointer is on the table', async ({ page, open }) => {
  const [first, second] = [freshAddress(), freshAddress()];
  await open('/bans');
  attack(node('edge-1'), first);
  const row = (address: string) => page.getByRole('row').filter({ hasText: address });
  await expect(row(first)).toBeVisible();

  await row(first).hover();
  const arrived = refreshedWith(page, second);
  attack(node('edge-1'), second);
  await arrived;
  await expect(row(first)).toBeVisible();
  await expect(row(second)).toHaveCount(0);
  await page.mouse.move(5, 5);
  await expect(row(second)).toBeVisible();
});

test.describe('a node that comes and goes', () => {
  // Its open page may look for it once more when it is gone already.
  test.use({ tolerated: [/404 .*\/nodes\/steady-/] });

  test('the code to copy stays where it stood when the page refreshes', async ({ page, open, w }) => {
    const name = `steady-${test.info().project.name}`;
    await open('/nodes');
    await page.locator('summary').filter({ hasText: w('add_node') }).click();
    await expect(page.getByLabel(w('node_name'))).toBeFocused();
    await page.keyboard.type(name);
    await page.keyboard.press('Enter');
    await expect(page.locator('#enrol-command')).toBeVisible();
    const refreshed = refreshedWith(page, name);
    attack(node('edge-1'), freshAddress());
    await refreshed;
    await expect(page.locator('.reveal + .columns')).toBeVisible();

    await page.locator('summary').filter({ hasText: w('remove_node') }).click();
    await page.getByRole('button', { name: w('remove_node_named', { name }) }).click();
    await expect(page.getByText(w('node_removed', { name }))).toBeVisible();
  });
});

test('a refresh of the page before never takes the place of the one that was opened', async ({ page, open, w }) => {
  await open('/bans');
  const late = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
  // The refresh begins while the form is under way, and arrives after the form's answer.
  let begun = () => {};
  const refresh = new Promise<void>((resolve) => (begun = resolve));
  let passed: Promise<unknown> = Promise.resolve();
  await page.route('**/bans*', async (route) => {
    const request = route.request();
    if (request.headers()['x-refresh'] === '1') {
      const answer = await route.fetch();
      begun();
      await (passed = late(2_500));
      await route.fulfill({ response: answer });
    } else {
      await Promise.race([refresh, late(15_000)]);
      await route.continue();
    }
  });
  await page.getByRole('combobox', { name: w('filter_state') }).selectOption('not_effective');
  attack(node('edge-1'), freshAddress());
  await expect(page).toHaveURL(/state=not_effective/, { timeout: 20_000 });
  const chip = page.getByRole('link', { name: w('remove_filter', { what: w('not_effective') }) });
  await expect(chip).toBeVisible();
  await passed;
  await late(300);
  // At once: a later refresh would mend it.
  expect(await chip.isVisible()).toBe(true);
  await page.unrouteAll({ behavior: 'ignoreErrors' });
});

test('the head of a long table stays in sight', async ({ page, open, w }) => {
  await page.setViewportSize({ width: 1400, height: 320 });
  await open('/audit');
  const head = page.getByRole('columnheader', { name: w('object') });
  await expect(async () => {
    // A wheel that turns while the page is put in place again may be lost.
    if ((await page.evaluate(() => window.scrollY)) <= 150) await page.mouse.wheel(0, 250);
    expect(await page.evaluate(() => window.scrollY)).toBeGreaterThan(150);
    const bar = (await page.locator('header.top').boundingBox())!;
    expect((await head.boundingBox())!.y).toBeCloseTo(bar.y + bar.height, 0);
  }).toPass();
});

test('Escape closes the panel, then the drawer', async ({ page, open, w }) => {
  const address = freshAddress();
  attack(node('edge-2'), address);
  await open(`/bans?search=${address}`);
  await expect(page.getByRole('row').filter({ hasText: address })).toBeVisible();
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  const drawer = page.getByRole('complementary', { name: w('details_of', { network: address }) });
  await expect(drawer).toBeVisible();
  const panel = page.locator('summary').filter({ hasText: w('ban_an_address') });
  await panel.click();
  await expect(page.getByRole('textbox', { name: w('address_or_network') })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(panel).toBeFocused();
  await expect(page.getByRole('textbox', { name: w('address_or_network') })).toBeHidden();
  await page.keyboard.press('Escape');
  await expect(drawer).toBeHidden();
});

test('the ticked rows are counted on the button', async ({ page, open, w }) => {
  const [one, two] = [freshAddress(), freshAddress()];
  attack(node('edge-1'), one);
  attack(node('edge-1'), two);
  await open('/bans');
  const box = (address: string) => page.getByRole('checkbox', { name: w('select_named', { network: address }) });
  // Both before the pointer is on the table, which holds new rows back.
  for (const address of [one, two]) await expect(box(address)).toBeVisible();
  for (const address of [one, two]) await box(address).check();
  await expect(page.getByRole('button', { name: w('unban_selected') })).toHaveAttribute('data-selected', '2');
  await page.getByRole('button', { name: w('unban_selected') }).click();
  for (const address of [one, two]) {
    await expect(page.getByRole('row').filter({ hasText: address })).toHaveCount(0);
  }
});

test('a time is typed in the zone of the reader', async ({ page, open, w }) => {
  const address = freshAddress();
  await open('/whitelist');
  await page.getByRole('textbox', { name: w('address_or_network') }).fill(address);
  await page.getByLabel(w('expires')).selectOption('at');
  await page.getByLabel(w('at_time')).fill('2031-07-01T08:30');
  await page.getByRole('button', { name: w('add_to_whitelist'), exact: true }).click();
  const row = page.getByRole('row').filter({ hasText: address });
  await expect(row).toBeVisible();
  const expected = await page.evaluate(() => new Date('2031-07-01T08:30').getTime());
  const stored = await row.locator('time').last().getAttribute('datetime');
  expect(Date.parse(stored!)).toBe(expected);
  await row.getByRole('button', { name: w('remove_named', { network: address }) }).click();
  await expect(row).toBeHidden();
});

test.describe('with the console away', () => {
  test.use({ tolerated: [/net::ERR_/] });

  test('the page says that it is old, and keeps what it shows', async ({ page, open, w }) => {
    await open('/nodes');
    await page.context().setOffline(true);
    await expect(page.getByText(w('offline_explained'))).toBeVisible();
    await expect(page.getByRole('row').filter({ hasText: 'edge-1' })).toBeVisible();
    await page.context().setOffline(false);
    await expect(page.getByText(w('offline_explained'))).toBeHidden();
    await awake(page);
  });
});

test.describe('with the database away', () => {
  test.use({ tolerated: [/status of 503/] });

  test('a click that saved nothing says so, and the page stays', async ({ page, open, w }) => {
    const address = freshAddress();
    attack(node('edge-1'), address);
    await open(`/bans?search=${address}`);
    const row = page.getByRole('row').filter({ hasText: address });
    await expect(row).toBeVisible();
    const answer = { status: 503, contentType: 'text/html', body: '<main>The database does not answer</main>' };
    await page.route('**/*', (route) =>
      ['fetch', 'xhr'].includes(route.request().resourceType()) ? route.fulfill(answer) : route.continue(),
    );
    await row.getByRole('button', { name: w('unban_named', { network: address }) }).click();
    await expect(page.getByText(w('offline_explained'))).toBeVisible();
    await expect(row).toBeVisible();
    await expect(page).toHaveURL(/\/bans\?search=/);
    await page.unroute('**/*');
    await expect(page.getByText(w('offline_explained'))).toBeHidden();
  });
});
