// The history of bans: from the dashboard's chart to the events themselves.

import type { Page } from '@playwright/test';
import { attack, freshAddress, node } from '../support/stage';
import { expect, test } from '../support/test';

const events = (page: Page) => page.locator('table.ban-events tbody tr');
const of = (page: Page, address: string) =>
  events(page).filter({ has: page.getByRole('link', { name: address, exact: true }) });

test('the chart of bans leads to its events, by its legend and by its bars', async ({ page, open, eventually, w, accessible }) => {
  const address = freshAddress();
  attack(node('edge-1'), address);
  await open(`/bans/history?search=${address}`);
  await eventually(() => expect(of(page, address).first()).toBeVisible({ timeout: 2_000 }));

  await open('/?window=1h');
  const chart = page.locator('#bans-over-time');
  await chart.getByRole('link', { name: w('banned_event'), exact: true }).click();
  await expect(page).toHaveURL(/\/bans\/history\?kind=ban&window=1h$/);
  await expect(page.getByRole('heading', { level: 1, name: w('ban_history') })).toBeVisible();
  await expect(of(page, address).first()).toContainText(w('banned_event'));
  await expect(of(page, address).first()).toContainText('edge-1');
  await accessible();

  await open('/?window=1h');
  await chart.locator('a:has(> .piece)').last().click();
  await expect(page).toHaveURL(/\/bans\/history\?kind=(un)?ban&from=[^&]+&to=[^&]+$/);
  await expect(events(page).first()).toBeVisible();
});

test('an address is found, and what is no address is told at its field', async ({ page, open, eventually, w, accessible }) => {
  const address = freshAddress();
  attack(node('edge-2'), address);
  await open('/bans');
  await page.getByRole('link', { name: w('ban_history'), exact: true }).click();
  await expect(page).toHaveURL(/\/bans\/history$/);
  const search = page.getByRole('searchbox', { name: w('address_or_network') });
  await search.fill('nobody');
  await search.press('Enter');
  await expect(page.locator('#filter-search-problem')).toHaveText(w('problem_address'));
  await expect(search).toHaveValue('nobody');
  await expect(page.getByRole('heading', { name: w('history_none_match') })).toBeVisible();
  await accessible();

  await search.fill(address);
  await search.press('Enter');
  await expect(page).toHaveURL(new RegExp(`search=${address}`));
  await eventually(() => expect(of(page, address).first()).toBeVisible({ timeout: 2_000 }));
  await expect(events(page).first()).toContainText(w('banned_event'));
  await page.getByRole('link', { name: w('bans_now'), exact: true }).click();
  await expect(page).toHaveURL(/\/bans$/);
});
